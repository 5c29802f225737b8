import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { NumberColumn } from "../../src/core/table.js";
import { exact } from "../../src/segments/rule-text.js";
import { learnRules, type Rule } from "../../src/segments/rules.js";
import { shortestBetween } from "../../src/segments/tree.js";
import { realCards } from "../reference.js";
import { everyValue, fourCorners, readCards, tableOf } from "./tables.js";

/** Does a row meet a rule, read as a person would read it? */
function meets(rule: Rule, columns: readonly NumberColumn[], row: number): boolean {
  return rule.conditions.every(({ feature, min, max, missing }) => {
    const value = columns.find((column) => column.name === feature)!.values[row]!;
    if (Number.isNaN(value)) return missing === true;
    return (min === null || value >= min) && (max === null || value < max);
  });
}

describe("rules", () => {
  test("worked by hand: one question parts two segments, at the shortest number", () => {
    const table = tableOf({ same: [1, 1, 1, 1], spend: [3.2, 9.4, 117.9, 240] });
    const { segments, trainAccuracy, leaves } = learnRules(table, [0, 0, 1, 1]);
    expect(leaves).toBe(2);
    expect(trainAccuracy).toBe(1);
    // Between 9.4 and 117.9 lies 63.65; to one digit, 60.
    expect(segments.map((segment) => segment.text)).toEqual(["spend < 60", "spend ≥ 60"]);
    expect(segments.map(({ precision, recall }) => [precision, recall])).toEqual([
      [1, 1],
      [1, 1],
    ]);
  });

  test("find the two questions of four corners, on held-out rows as well", () => {
    const { table, labels } = fourCorners();
    const rules = learnRules(table, labels);
    expect(rules.leaves).toBe(4);
    expect(rules.trainAccuracy).toBe(1);
    expect(rules.crossAccuracy).toBe(1);
    expect(rules.segments[3]!.text).toBe("spend ≥ 60 and cash ≥ 30");
  });

  test("say where missing values go", () => {
    const x = [1, 2, Number.NaN, Number.NaN, 8, 9];
    const { segments } = learnRules(tableOf({ x }), [0, 0, 1, 1, 1, 1]);
    expect(segments.map((segment) => segment.text)).toEqual(["x < 5", "(x ≥ 5 or missing)"]);
    expect(segments[1]!.recall).toBe(1);
  });

  test("do not depend on chance: the same twice, and another seed changes the folds alone", () => {
    const { table, labels } = fourCorners(120);
    const noisy = labels.map((label, i) => (i % 9 === 0 ? (label + 1) % 4 : label));
    expect(learnRules(table, noisy)).toEqual(learnRules(table, noisy));
    expect(learnRules(table, noisy, { seed: 5 }).segments).toEqual(learnRules(table, noisy).segments);
  });

  test("of labels that nothing explains do no better than chance on held-out rows", () => {
    const { table } = fourCorners(400);
    const labels = Int32Array.from({ length: 400 }, (_, i) => ((i * 7919 + 13) % 101) % 2);
    const { trainAccuracy, crossAccuracy } = learnRules(table, labels);
    expect(crossAccuracy!).toBeLessThan(0.62);
    expect(trainAccuracy!).toBeGreaterThan(crossAccuracy!);
  });

  test("keep to depth and leaves", () => {
    const { table, labels } = fourCorners();
    expect(learnRules(table, labels, { maxLeaves: 2 }).leaves).toBe(2);
    const shallow = learnRules(table, labels, { maxDepth: 1 });
    expect(shallow.segments.flatMap((segment) => segment.rules).every((rule) => rule.conditions.length <= 1)).toBe(
      true,
    );
    expect(shallow.notes.filter((note) => note.code === "no-rule")).toHaveLength(2);
    expect(() => learnRules(table, labels, { maxDepth: 0 })).toThrow(
      "maxDepth must be a whole number of at least 1, got 0",
    );
  });

  test.each<[string, Record<string, (number | string | null)[]>, number[], string]>([
    ["one cluster", { x: [1, 2, 3] }, [0, 0, 0], "nothing-to-tell-apart"],
    ["all noise", { x: [1, 2, 3] }, [-1, -1, -1], "nothing-to-tell-apart"],
    ["constant columns", { x: [1, 1, 1, 1] }, [0, 0, 1, 1], "no-rule"],
    [
      "texts of many kinds",
      { x: Array.from({ length: 13 }, (_, i) => `kind ${i}`) },
      Array.from({ length: 13 }, (_, i) => Number(i > 5)),
      "text-not-in-rules",
    ],
    ["all missing", { x: [Number.NaN, Number.NaN, Number.NaN] }, [0, 1, 1], "no-rule"],
  ])("of %s answer with a note and without NaN", (_, columns, labels, code) => {
    const rules = learnRules(tableOf(columns), labels);
    expect(rules.notes.map((note) => note.code)).toContain(code);
    everyValue(rules, (value, path) => {
      if (typeof value === "number") expect(Number.isFinite(value), path).toBe(true);
    });
  });

  test("ask a text column of few kinds kind by kind, and say so in words", () => {
    const region = ["south", "south", "south", "east", "east", "west", "west", null];
    const rules = learnRules(tableOf({ noise: [3, 1, 4, 1, 5, 9, 2, 6], region }), [0, 0, 0, 1, 1, 2, 2, 0]);
    expect(rules.segments.map(({ text }) => text)).toEqual([
      "(region is south or missing)",
      "region is east",
      "(region is not east or missing) and region is not south",
    ]);
    expect(rules.trainAccuracy).toBe(1);
    expect(rules.notes).toEqual([]);
  });

  test("of singletons single each row out, without a cross-validation that would mean nothing", () => {
    const rules = learnRules(tableOf({ x: [1, 2, 4] }), [0, 1, 2]);
    expect(rules.trainAccuracy).toBe(1);
    expect(rules.crossAccuracy).toBe(null);
  });

  test("leave noise out", () => {
    const rules = learnRules(tableOf({ x: [1, 2, 8, 9, 500] }), [0, 0, 1, 1, -1]);
    expect(rules.segments.map((segment) => segment.label)).toEqual([0, 1]);
    expect(rules.segments[1]!.rules[0]!.rows).toBe(2);
  });

  test("printed are the rules that were measured: read by hand they name the same rows, once each", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.double({ min: -1e3, max: 1e6, noNaN: true }), fc.option(fc.integer({ min: 0, max: 6 }))), {
          minLength: 4,
          maxLength: 60,
        }),
        fc.integer({ min: 2, max: 4 }),
        (rows, k) => {
          const table = tableOf({ a: rows.map(([a]) => a), b: rows.map(([, b]) => b ?? Number.NaN) });
          const labels = rows.map(([a, b], i) => (b === null ? i : Math.floor(Math.abs(a)) + b) % k);
          const columns = table.columns as readonly NumberColumn[];
          const { segments } = learnRules(table, labels);
          const times = rows.map(() => 0);
          for (const segment of segments) {
            for (const rule of segment.rules) {
              const met = rows.flatMap((_, row) => (meets(rule, columns, row) ? [row] : []));
              expect(met.length, rule.text).toBe(rule.rows);
              expect(met.filter((row) => labels[row] === segment.label).length).toBe(rule.hits);
              for (const row of met) times[row] = times[row]! + 1;
            }
          }
          expect(times.every((count) => count === 1)).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });
});

test("the shortest number between two lies above the lower and not above the upper", () => {
  expect(shortestBetween(9.4, 117.9)).toBe(60);
  expect(shortestBetween(0, 0.07)).toBe(0.04);
  expect(shortestBetween(3, 4)).toBe(4);
  expect(shortestBetween(-1, 1)).toBe(0);
  expect(shortestBetween(1e308, 1.7e308)).toBe(1.3e308);
  fc.assert(
    fc.property(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      (a, b) => {
        fc.pre(a !== b);
        const [low, high] = a < b ? [a, b] : [b, a];
        const between = shortestBetween(low, high);
        expect(between > low && between <= high).toBe(true);
      },
    ),
  );
});

test("numbers in rules are written in full", () => {
  expect(exact(1234567.89)).toBe("1,234,567.89");
  expect(exact(-0.25)).toBe("−0.25");
  expect(exact(0)).toBe("0");
  expect(exact(1e-9)).toBe("1e-9");
});

if (realCards)
  test("the real cards: rules find segments made by rules, and say when they cannot", () => {
    const table = readCards(realCards!);
    const column = (name: string) => (table.columns.find((c) => c.name === name) as NumberColumn).values;
    const [purchases, cash, balance] = [column("PURCHASES"), column("CASH_ADVANCE"), column("BALANCE")];
    const labels = Int32Array.from({ length: table.rows }, (_, i) =>
      cash[i]! > 500 ? 0 : purchases[i]! > 1200 ? 1 : balance[i]! > 900 ? 2 : 3,
    );
    const rules = learnRules(table, labels);
    expect(rules.leaves).toBeLessThanOrEqual(8);
    expect(rules.crossAccuracy!).toBeGreaterThan(0.99);
    expect(rules.segments[0]!.text).toBe("CASH_ADVANCE ≥ 500");
  });
