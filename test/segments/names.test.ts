import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { UserError } from "../../src/core/errors.js";
import type { NumberColumn } from "../../src/core/table.js";
import { parseDomain, parseOperand } from "../../src/segments/domain.js";
import { nameByDomain, nameByEffects, nameByOrder } from "../../src/segments/names.js";
import { profileSegments } from "../../src/segments/profile.js";
import { readSegment } from "../../src/segments/reading.js";
import { realCards } from "../reference.js";
import { fourCorners, readCards, tableOf } from "./tables.js";

const { table, labels } = fourCorners();
const corners = profileSegments(table, labels);
const texts = (naming: { names: readonly { name: string }[] }) => naming.names.map((item) => item.name);
const codes = (naming: { notes: readonly { code: string }[] }) => naming.notes.map((note) => note.code);

describe("names from effects", () => {
  test("say what is high and what is low, strongest first", () => {
    expect(texts(nameByEffects(corners))).toEqual([
      "Low spend, low cash",
      "High spend, low cash",
      "Low spend, high cash",
      "High cash, high spend",
    ]);
  });

  test("use plain words where there are some, and give the numbers", () => {
    const { names } = nameByEffects(corners, { spend: { words: "spending" } });
    expect(names[1]!.name).toBe("High spending, low cash");
    expect(names[1]!.evidence[0]).toMatch(/^spend: Cliff's delta \+0\.\d+ against all others$/);
  });

  test("stay unique, also where nothing tells the segments apart", () => {
    const profiles = profileSegments(tableOf({ x: [1, 1, 1, 1] }), [0, 1, 2, -1]);
    expect(texts(nameByEffects(profiles))).toEqual(["Like everyone", "Like everyone 2", "Like everyone 3", "Noise"]);
  });

  test("say which text a segment has far more often than the others, in the place its effect deserves", () => {
    const region = ["south", "south", "south", "east", "east", "west", "west", "west"];
    const profiles = profileSegments(tableOf({ spend: [9, 3, 5, 2, 4, 6, 8, 7], region }), [0, 0, 0, 1, 1, 1, 1, 1]);
    const [south] = nameByEffects(profiles, { region: { words: "sales region" } }).names;
    expect(south).toMatchObject({
      name: "Sales region south",
      evidence: ["region: 100 % have south, against 38 % of everyone"],
    });
    const reading = readSegment(profiles[0]!, "The south");
    expect(reading.text).toBe("The south: 3 customers (38 %). 100 % have region south, against 38 % of everyone.");
    expect(reading.evidence).toEqual([{ feature: "region", members: 1, everyone: 0.375, effect: 1 }]);
  });

  test("of one cluster name everyone", () => {
    expect(texts(nameByEffects(profileSegments(tableOf({ x: [1, 2] }), [0, 0])))).toEqual(["Like everyone"]);
  });
});

describe("names along one column", () => {
  const two = profileSegments(tableOf({ PURCHASES: [900, 800, 20, 10], y: [1, 2, 3, 4] }), [0, 0, 1, 1]);

  test("go to the segments in order of its median", () => {
    const naming = nameByOrder(two, "PURCHASES", ["Low Spender", "High Spender"]);
    expect(texts(naming)).toEqual(["High Spender", "Low Spender"]);
    expect(naming.names[1]!.evidence).toEqual(["PURCHASES: median 15, number 1 of 2 from the lowest"]);
    expect(naming.notes).toEqual([]);
  });

  test.each([
    ["fewer", ["One"]],
    ["more", ["One", "Two", "Three"]],
  ])("with %s labels than segments fall back to effects and say so", (_, given) => {
    const naming = nameByOrder(two, "PURCHASES", given);
    expect(codes(naming)).toEqual(["names-count"]);
    expect(naming.notes[0]!.message).toContain(`${given.length} names for 2 segments`);
    expect(texts(naming)).toEqual(["High PURCHASES, low y", "Low PURCHASES, high y"]);
  });

  test("break ties of the median by the upper quartile, and say so", () => {
    const tied = profileSegments(tableOf({ x: [0, 0, 9, 0, 0, 1] }), [0, 0, 0, 1, 1, 1]);
    const naming = nameByOrder(tied, "x", ["Low", "High"]);
    expect(texts(naming)).toEqual(["High", "Low"]);
    expect(codes(naming)).toEqual(["names-tied"]);
  });

  test("leave noise out of the count", () => {
    const noisy = profileSegments(tableOf({ x: [1, 2, 99] }), [0, 1, -1]);
    expect(texts(nameByOrder(noisy, "x", ["Low", "High"]))).toEqual(["Low", "High", "Noise"]);
  });

  test("refuse an unknown column and a name given twice", () => {
    expect(() => nameByOrder(two, "PURCHASE", ["a", "b"])).toThrow(UserError);
    try {
      nameByOrder(two, "PURCHASE", ["a", "b"]);
    } catch (error) {
      expect((error as UserError).mend).toContain('did you mean "PURCHASES"?');
    }
    expect(() => nameByOrder(two, "PURCHASES", ["a", "a"])).toThrow('the name "a" is given twice');
  });
});

describe("names from a domain file", () => {
  const domain = (names: unknown[], features: unknown = {}) => parseDomain({ names, features });

  test("are given in file order where all conditions hold, with their evidence", () => {
    const naming = nameByDomain(
      corners,
      domain([
        { name: "Borrowers", when: { cash: { medianAbove: "everyone.median" }, spend: { median: "lowest" } } },
        { name: "Borrowing shoppers", when: { cash: { medianAbove: 20, zeroShareBelow: 0.1 } } },
        { name: "Shoppers", when: { spend: { medianAbove: "2 * segment.cash" } } },
      ]),
    );
    // Both low spenders lie at 10 … 15, but only one of them has the strictly lowest median.
    const spend = corners.map((profile) => profile.features[0]!.median!);
    const lowest = spend[2]! < spend[0]! ? "Borrowers" : "Borrowing shoppers";
    expect(texts(naming)[2]!.startsWith(lowest)).toBe(true);
    expect(naming.names[1]!).toMatchObject({ from: "domain" });
    expect(naming.names[1]!.evidence[0]).toMatch(/^spend: median 10\d > 0 \(2 \* segment\.cash\)$/);
  });

  test("that hold for two segments are told apart by what only one of them has", () => {
    const naming = nameByDomain(corners, domain([{ name: "Shoppers", when: { spend: { medianAbove: 50 } } }]));
    expect(texts(naming)).toEqual([
      "Low spend, low cash",
      "Shoppers (low cash)",
      "Low spend, high cash",
      "Shoppers (high cash)",
    ]);
    expect(codes(naming)).toEqual(["no-name-holds", "no-name-holds"]);
  });

  test("that never hold, or hold only for segments already named, leave a note", () => {
    const naming = nameByDomain(
      corners,
      domain([
        { name: "Everyone", when: { spend: { medianAtLeast: 0 } } },
        { name: "Late", when: { cash: { medianAbove: 10 } } },
        { name: "Nobody", when: { spend: { medianBelow: 0 } } },
        { name: "Giants", when: { spend: { medianAbove: 0 } }, shareAbove: 0.9 },
      ]),
    );
    expect(codes(naming)).toEqual(["name-already-taken", "name-never-holds", "name-never-holds"]);
    expect(naming.notes[1]!.message).toBe('no segment is what "Nobody" asks for (domain file, names[2])');
  });

  test("of an unknown column are refused with a suggestion, in conditions and in comparisons", () => {
    const wrong = domain([{ name: "x", when: { speed: { medianAbove: 1 } } }]);
    expect(() => nameByDomain(corners, wrong, "cards.domain.yaml")).toThrow('unknown number column "speed"');
    const compared = domain([{ name: "x", when: { spend: { medianAbove: "segment.csh" } } }]);
    expect(() => nameByDomain(corners, compared)).toThrow('unknown number column "csh"');
  });

  test("of a segment without values hold for nothing", () => {
    const profiles = profileSegments(tableOf({ x: [Number.NaN, 1, 2] }), [0, 1, 1]);
    const naming = nameByDomain(profiles, domain([{ name: "Any", when: { x: { medianAtLeast: -1e9 } } }]));
    expect(texts(naming)).toEqual(["Like everyone", "Any"]);
  });

  test.each<[string, unknown, string]>([
    [
      "a mistyped condition",
      { names: [{ name: "x", when: { spend: { medianAbov: 1 } } }] },
      'unknown key "medianAbov"',
    ],
    [
      "a comparison nobody knows",
      { names: [{ name: "x", when: { spend: { medianAbove: "everyone.q99" } } }] },
      "must be a number, everyone.",
    ],
    ["no condition", { names: [{ name: "x", when: { spend: {} } }] }, "at least one condition"],
    ["no column", { names: [{ name: "x", when: {} }] }, "at least one column"],
    ["no name", { names: [{ when: { spend: { medianAbove: 1 } } }] }, "name"],
    ["no names", { names: [] }, "names"],
    ["text", "names", "got"],
  ])("with %s are refused", (_, value, message) => {
    let caught: unknown;
    try {
      parseDomain(value, "cards.domain.yaml");
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(UserError);
    expect(`${(caught as UserError).what} ${(caught as UserError).where}`).toContain(message);
  });

  test("compare with numbers, everyone and other columns", () => {
    expect(parseOperand(3)).toEqual({ kind: "number", value: 3 });
    expect(parseOperand("everyone.q75")).toEqual({ kind: "everyone", factor: 1, statistic: "q75" });
    expect(parseOperand("0.5*segment.A_B")).toEqual({ kind: "segment", factor: 0.5, column: "A_B" });
    expect(parseOperand("q75")).toBe(null);
    expect(parseOperand("everyone.mode")).toBe(null);
  });
});

describe("a reading", () => {
  test("says what is more and what is less, with medians, and nothing else", () => {
    const { text, evidence } = readSegment(corners[1]!, "Shoppers", { spend: { words: "spending", unit: "dollars" } });
    expect(text).toMatch(
      /^Shoppers: 100 customers \(25 %\) with much higher spending \(median 10\d dollars against \S+ for everyone\)\. They have much lower cash \(median 0 against \S+ for everyone\)\.$/,
    );
    expect(evidence.map((item) => item.feature)).toEqual(["spend", "cash"]);
    expect(evidence[0]!.members).toBe(corners[1]!.features[0]!.median);
  });

  test("of a segment like everyone claims nothing", () => {
    const [profile] = profileSegments(tableOf({ x: [1, 2, 1, 2] }), [0, 0, 1, 1]);
    const { text, evidence } = readSegment(profile!, "A");
    expect(text).toBe(
      "A: 2 customers (50 %). No column sets them clearly apart from the others (every Cliff's delta is below 0.33).",
    );
    expect(evidence).toEqual([]);
  });

  test("tells equal medians by the share of zeros", () => {
    const profiles = profileSegments(tableOf({ cash: [0, 0, 0, 0, 0, 4, 5, 0] }), [0, 0, 0, 0, 1, 1, 1, 1]);
    expect(readSegment(profiles[0]!, "A").text).toContain("100 % have none, against 75 % of everyone");
  });

  test.each<[string, number[]]>([
    ["one cluster", [0, 0, 0]],
    ["a singleton", [0, 1, 1]],
    ["noise", [-1, -1, -1]],
  ])("of %s has no NaN in it", (_, own) => {
    for (const profile of profileSegments(tableOf({ x: [1, 2, Number.NaN] }), own)) {
      expect(readSegment(profile, "S").text).not.toMatch(/NaN|undefined|null/);
    }
  });
});

describe("the domain file of the credit cards", () => {
  const file = parseDomain(
    parse(readFileSync(new URL("../../experiments/credit-cards.domain.yaml", import.meta.url), "utf8")),
  );

  test("is in order, and its general pair stands last", () => {
    expect(file.names.map((item) => item.name).slice(-2)).toEqual(["High Spender", "Low Spender"]);
    expect(file.names.length).toBeGreaterThanOrEqual(8);
  });

  if (realCards)
    test("names segments of the real cards, and every name is a checked claim", () => {
      const cards = readCards(realCards!);
      const column = (name: string) => (cards.columns.find((c) => c.name === name) as NumberColumn).values;
      const [one, instalments, cash, full, balance] = [
        "ONEOFF_PURCHASES",
        "INSTALLMENTS_PURCHASES",
        "CASH_ADVANCE",
        "PRC_FULL_PAYMENT",
        "BALANCE",
      ].map(column);
      const made = Int32Array.from({ length: cards.rows }, (_, i) => {
        const buys = one![i]! + instalments![i]!;
        if (cash![i]! > 1200) return buys > 100 ? 1 : 0;
        if (buys > 1200 && one![i]! > 3 * instalments![i]!) return 2;
        if (instalments![i]! > 200 && one![i]! < 50) return 3;
        if (buys > 400 && full![i]! > 0.2) return 4;
        return balance![i]! < 300 && buys < 300 ? 5 : 6;
      });
      const naming = nameByDomain(profileSegments(cards, made), file);
      expect(texts(naming).slice(0, 6)).toEqual([
        "Cash-advance users",
        "Cash and purchases",
        "One-off big spenders",
        "Instalment-heavy",
        "Transactors",
        "Dormant",
      ]);
      expect(naming.names.slice(0, 6).every((item) => item.from === "domain" && item.evidence.length > 0)).toBe(true);
    });
});
