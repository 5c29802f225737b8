import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { UserError } from "../../src/core/errors.js";
import { stream } from "../../src/core/rng.js";
import { type Table, takeTableRows } from "../../src/core/table.js";
import { applyPreparation, fitPreparation, type StepChoice } from "../../src/preprocessing/preparation.js";
import { stepNamed, steps } from "../../src/preprocessing/registry.js";
import { cells, names, tableOf } from "./tables.js";

const prepare = (table: Table, ...chosen: [string, unknown][]) =>
  fitPreparation(
    table,
    chosen.map(([name, params]): StepChoice => ({ name, params })),
  );
const faultOf = (run: () => unknown): UserError => {
  try {
    run();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  return expect.fail("nothing was thrown");
};

describe("impute", () => {
  const table = tableOf({ a: [4, null, 1, 1, 2], b: [5, 5, 5, 5, 5], t: ["y", null, "x", "x", "y"] });

  test.each([
    ["median", { a: [4, 1.5, 1, 1, 2], t: ["y", null, "x", "x", "y"] }],
    ["mean", { a: [4, 2, 1, 1, 2], t: ["y", null, "x", "x", "y"] }],
    // "x" and "y" stand twice each: the first to appear wins, whatever the spelling.
    ["most-frequent", { a: [4, 1, 1, 1, 2], t: ["y", "y", "x", "x", "y"] }],
    [
      { strategy: "constant", value: -7 },
      { a: [4, -7, 1, 1, 2], t: ["y", null, "x", "x", "y"] },
    ],
    [
      { strategy: "constant", value: "?" },
      { a: [4, null, 1, 1, 2], t: ["y", "?", "x", "x", "y"] },
    ],
    [
      { strategy: "median", columns: ["b"] },
      { a: [4, null, 1, 1, 2], t: ["y", null, "x", "x", "y"] },
    ],
  ])("%j fills what it can", (params, want) => {
    const filled = prepare(table, ["impute", params]).table;
    expect({ a: cells(filled, "a"), t: cells(filled, "t") }).toEqual(want);
    expect(cells(filled, "b")).toEqual([5, 5, 5, 5, 5]);
  });

  test("says what it filled and with what", () => {
    expect(prepare(table, ["impute", "median"]).notes.map((note) => note.message)).toEqual([
      'column "a" was missing in 1 of 5 rows; filled with 1.5 (median)',
    ]);
  });

  test("remembers in a column of its own that a value was missing, also for rows to come", () => {
    const { table: filled, fitted } = prepare(table, ["impute", { strategy: "most-frequent", indicator: true }]);
    expect(names(filled)).toEqual(["a", "a_missing", "b", "t", "t_missing"]);
    expect(cells(filled, "a_missing")).toEqual([0, 1, 0, 0, 0]);
    expect(cells(filled, "t_missing")).toEqual([0, 1, 0, 0, 0]);
    const later = applyPreparation(tableOf({ a: [9], b: [null], t: ["z"] }), fitted);
    expect(later.columns.map((column) => cells(later, column.name)[0])).toEqual([9, 0, 5, "z", 0]);
  });

  test.each([
    [{ a: [null, null] }, "median", "ALL_MISSING", 'column "a" is missing in all 2 rows', "drop it before (drop: [a])"],
    [
      { t: ["x", null] },
      { columns: ["t"] },
      "NOT_NUMBER",
      'column "t" holds text; median cannot fill it',
      "use most-frequent, or a constant text",
    ],
    [
      { a: [1, null] },
      { strategy: "constant", value: "x", columns: ["a"] },
      "NOT_NUMBER",
      'column "a" holds numbers; constant "x" cannot fill it',
      "use a constant number",
    ],
    [
      { alpha: [1] },
      { columns: ["alhpa"] },
      "UNKNOWN_COLUMN",
      'unknown column "alhpa"',
      'did you mean "alpha"? known: alpha',
    ],
    [
      { a: [1] },
      "medan",
      "BAD_CONFIG",
      'impute must be one of median, mean, most-frequent, or must be a map, got "medan"',
      'did you mean "median"?',
    ],
    [
      { a: [1] },
      { strategie: "mean" },
      "BAD_CONFIG",
      'unknown key "strategie"',
      'did you mean "strategy"? known: strategy, value, columns, indicator',
    ],
    [
      { a: [1] },
      { strategy: "constant" },
      "BAD_CONFIG",
      'strategy constant needs a value, got {"strategy":"constant"}',
      undefined,
    ],
    [
      { a: [1] },
      { strategy: "mean", value: 3 },
      "BAD_CONFIG",
      'a value goes with strategy constant only, got {"strategy":"mean","value":3}',
      undefined,
    ],
    [
      { a: [1, null], a_missing: [0, 1] },
      { indicator: true },
      "BAD_CONFIG",
      'after impute two columns are named "a_missing"',
      "drop or rename the older one",
    ],
  ])("%j with %j is refused", (columns, params, code, what, mend) => {
    const error = faultOf(() => prepare(tableOf(columns as unknown as Record<string, number[]>), ["impute", params]));
    expect({ code: error.code, what: error.what, mend: error.mend }).toEqual({ code, what, mend });
  });

  test("a column that is all missing may be dropped before", () => {
    const empty = tableOf({ a: [null, null], b: [1, null] });
    const { table: left } = prepare(empty, ["drop", ["a"]], ["impute", "median"]);
    expect([names(left), cells(left, "b")]).toEqual([["b"], [1, 1]]);
  });
});

describe("log1p", () => {
  test("keeps 0, takes [A], { columns } and all", () => {
    const table = tableOf({ a: [0, Math.E - 1], b: [0, 1], t: ["x", "y"] });
    for (const params of [["a"], { columns: ["a"] }]) {
      const { table: logged } = prepare(table, ["log1p", params]);
      expect([cells(logged, "a"), cells(logged, "b")]).toEqual([[0, 1], [0, 1]]); // biome-ignore format: pairs
    }
    const { table: all, fitted } = prepare(table, ["log1p", "all"]);
    expect(cells(all, "b")).toEqual([0, Math.log1p(1)]);
    expect(fitted[0]!.fitted).toEqual({ columns: ["a", "b"] });
  });

  test("a missing value stays missing", () => {
    expect(cells(prepare(tableOf({ a: [null, 0] }), ["log1p", ["a"]]).table, "a")).toEqual([null, 0]);
  });

  test.each([-1, -1.5])("refuses %d, naming row, id, column and value", (value) => {
    const table = tableOf({ spend: [3, value, -9] }, ["C1", "C2", "C3"]);
    const error = faultOf(() => prepare(table, ["log1p", ["spend"]]));
    expect([error.code, error.what]).toEqual([
      "OUT_OF_DOMAIN",
      `column "spend" is ${value} in row 2 (CUST_ID C2); log1p needs values above −1`,
    ]);
  });

  test("refuses text and unknown columns", () => {
    const table = tableOf({ t: ["x"] });
    expect(faultOf(() => prepare(table, ["log1p", ["t"]])).what).toBe('log1p needs numbers, but column "t" holds text');
    expect(faultOf(() => prepare(table, ["log1p", ["u"]])).code).toBe("UNKNOWN_COLUMN");
  });
});

describe("scale", () => {
  // Mean 3, squared deviations 4 1 0 1 4, so deviation √2. Median 3, quartiles 2 and 4.
  const table = tableOf({ a: [1, 2, 3, 4, 5] });
  test.each([
    ["standard", [-2, -1, 0, 1, 2].map((value) => value / Math.sqrt(2))],
    ["min-max", [0, 0.25, 0.5, 0.75, 1]],
    ["robust", [-1, -0.5, 0, 0.5, 1]],
  ])("%s by hand", (strategy, want) => {
    expect(cells(prepare(table, ["scale", strategy]).table, "a")).toEqual(want);
    expect(cells(prepare(table, ["scale", { strategy, columns: ["a"] }]).table, "a")).toEqual(want);
  });

  test.each(["standard", "min-max", "robust"])("%s makes a constant column 0 and says so", (strategy) => {
    // 0.1 + 0.2 differs from 0.3 by rounding only.
    const flat = tableOf({ a: [0.3, 0.1 + 0.2, 0.3], b: [1, 2, 3] });
    const { table: scaled, notes, fitted } = prepare(flat, ["scale", strategy]);
    expect(cells(scaled, "a")).toEqual([0, 0, 0]);
    expect(notes.map((note) => [note.code, note.message])).toEqual([
      ["constant-column", 'column "a" is 0.3 in every row; scaled, it is 0'],
    ]);
    expect(cells(applyPreparation(tableOf({ a: [99, null], b: [2, 2] }), fitted), "a")).toEqual([0, null]);
  });

  test("a robust scale of 0 centres a column that is not constant", () => {
    const { table: scaled, notes } = prepare(tableOf({ a: [12, 12, 12, 12, 6] }), ["scale", "robust"]);
    expect(cells(scaled, "a")).toEqual([0, 0, 0, 0, -6]);
    expect(notes[0]!.code).toBe("zero-spread");
  });

  test("missing values take no part and stay missing", () => {
    expect(cells(prepare(tableOf({ a: [0, null, 10] }), ["scale", "min-max"]).table, "a")).toEqual([0, null, 1]);
  });

  test.each([
    [{ a: [1, Number.POSITIVE_INFINITY] }, "NOT_FINITE", 'column "a" is Infinity in row 2; every value must be finite'],
    [
      { a: [-1.7e308, 1.7e308] },
      "OUT_OF_DOMAIN",
      'column "a" runs from -1.7e+308 to 1.7e+308, too far to scale in float64',
    ],
    [{ a: [null, null] }, "ALL_MISSING", 'column "a" has no values'],
  ])("%j is refused", (columns, code, what) => {
    const error = faultOf(() => prepare(tableOf(columns as Record<string, number[]>), ["scale", "min-max"]));
    expect([error.code, error.what]).toEqual([code, what]);
  });
});

describe("winsorise", () => {
  test("pulls values in to the quantiles", () => {
    // Positions 4·0.25 = 1 and 4·0.75 = 3 of 0 1 2 3 100.
    const { table: clipped, fitted } = prepare(tableOf({ a: [100, 0, 1, 2, 3] }), [
      "winsorise",
      { lower: 0.25, upper: 0.75 },
    ]);
    expect(cells(clipped, "a")).toEqual([3, 1, 1, 2, 3]);
    expect(cells(applyPreparation(tableOf({ a: [-5, null, 2] }), fitted), "a")).toEqual([1, null, 2]);
  });

  test("defaults to the 1st and 99th percentile, and refuses bounds that cross", () => {
    const many = tableOf({ a: Array.from({ length: 101 }, (_, i) => i) });
    const clipped = cells(prepare(many, ["winsorise", {}]).table, "a");
    expect([clipped[0], clipped[50], clipped[100]]).toEqual([1, 50, 99]);
    expect(faultOf(() => prepare(many, ["winsorise", { lower: 0.9, upper: 0.1 }])).what).toBe(
      'lower must be smaller than upper, got {"lower":0.9,"upper":0.1}',
    );
  });
});

describe("one-hot", () => {
  test("makes a column per category, the most frequent first, then the first to appear, in the column's place", () => {
    const { table: coded, fitted } = prepare(tableOf({ n: [1, 2, 3, 4], t: ["b", "B", "é", "é"], m: [7, 8, 9, 0] }), [
      "one-hot",
      ["t"],
    ]);
    expect(names(coded)).toEqual(["n", "t=é", "t=b", "t=B", "m"]);
    expect(cells(coded, "t=b")).toEqual([1, 0, 0, 0]);
    const unseen = applyPreparation(tableOf({ n: [1], t: ["z"], m: [1] }), fitted);
    expect(unseen.columns.map((column) => cells(unseen, column.name)[0])).toEqual([1, 0, 0, 0, 1]);
  });

  test("numbers in order of size; missing is 0 in all, and is noted", () => {
    const { table: coded, notes } = prepare(tableOf({ region: [10, 9, null] }), ["one-hot", ["region"]]);
    expect(names(coded)).toEqual(["region=9", "region=10"]);
    expect(cells(coded, "region=9")).toEqual([0, 1, 0]);
    expect(notes[0]!.message).toBe('column "region" is missing in 1 of 3 rows; they are 0 in all its categories');
  });

  // Every pair of rows, a row with itself included: as two rows drawn at random.
  const meanSquaredDistance = (table: Table) => {
    let sum = 0;
    for (const { values } of table.columns) {
      for (const a of values) for (const b of values) sum += (Number(a) - Number(b)) * (Number(a) - Number(b));
    }
    return sum / (table.rows * table.rows);
  };

  test.each([
    ["two equal halves", ["a", "b"]],
    ["six equal sixths", ["a", "b", "c", "d", "e", "f"]],
    ["three of unlike size", ["a", "a", "a", "a", "a", "b", "b", "b", "c"]],
    ["a missing value in four", ["a", "b", "c", null]],
  ])("weight: column gives a text half the say of a standardized number: %s", (_, values) => {
    const { table: coded } = prepare(tableOf({ t: values }), ["one-hot", { columns: ["t"], weight: "column" }]);
    const { table: number } = prepare(tableOf({ x: [3, 1, 4, 1, 5, 9, 2, 6] }), ["scale", "standard"]);
    expect(meanSquaredDistance(number)).toBeCloseTo(2, 12);
    expect(meanSquaredDistance(coded)).toBeCloseTo(0.5 * meanSquaredDistance(number), 12);
  });

  test("weight: column lifts no rare value: a column of one frequent value counts less than half", () => {
    const values = Array.from({ length: 50 }, (_, i) => (i === 0 ? "rare" : "usual"));
    const { table: coded, fitted } = prepare(tableOf({ t: values }), ["one-hot", { columns: ["t"], weight: "column" }]);
    expect(cells(coded, "t=rare")[0]).toBe(1);
    expect(meanSquaredDistance(coded)).toBeCloseTo(4 * 0.02 * 0.98, 12);
    expect(fitted[0]!.fitted).toEqual({
      columns: [{ name: "t", kind: "text", categories: ["usual", "rare"], weight: 1 }],
    });
  });

  test("weight: mismatch puts two different values 1 apart in Manhattan distance", () => {
    const { table: coded } = prepare(tableOf({ t: ["a", "b", "a"], code: [7, 7, 8] }), [
      "one-hot",
      { columns: ["t", "code"], weight: "mismatch" },
    ]);
    expect(names(coded)).toEqual(["t=a", "t=b", "code=7", "code=8"]);
    const apart = (i: number, j: number) =>
      coded.columns.reduce((sum, { values }) => sum + Math.abs(Number(values[i]) - Number(values[j])), 0);
    expect([apart(0, 1), apart(0, 2), apart(1, 2)]).toEqual([1, 1, 2]);
  });

  test("spelling leaves every number as it was", () => {
    const rng = stream(5, "test/spelling");
    const values = Array.from({ length: 60 }, () => ["x", "y", "z", "w"][rng.int(4)]!);
    const spelled = (words: readonly string[]) => values.map((value) => words["xyzw".indexOf(value)]!);
    const coded = (texts: string[]) => {
      const { table } = prepare(
        tableOf({ t: texts.map((text, i) => (i % 7 === 0 ? null : text)) }),
        ["impute", "most-frequent"],
        ["one-hot", { columns: ["t"], weight: "column" }],
      );
      return table.columns.map(({ name }) => cells(table, name));
    };
    for (const words of [["z", "y", "x", "w"], ["Ä", "10", "", "b"], ["B", "a", "b", "A"]]) // biome-ignore format: pairs
      expect(coded(spelled(words))).toEqual(coded(values));
  });

  test("refuses a column of names", () => {
    const table = tableOf({ t: Array.from({ length: 101 }, (_, i) => `n${i}`) });
    expect(faultOf(() => prepare(table, ["one-hot", ["t"]])).what).toBe(
      'column "t" has 101 different values; one-hot makes at most 100 columns of one',
    );
  });
});

describe("drop", () => {
  const table = tableOf({ a: [1], b: [2], c: [3] });
  test.each([[["a", "c"]], [{ columns: ["a", "c"] }]])("%j", (params) => {
    const { table: left, fitted } = prepare(table, ["drop", params]);
    expect(names(left)).toEqual(["b"]);
    expect(names(applyPreparation(tableOf({ b: [5] }), fitted))).toEqual(["b"]);
  });

  test("refuses an unknown column and an empty rest", () => {
    expect(faultOf(() => prepare(table, ["drop", ["d"]])).code).toBe("UNKNOWN_COLUMN");
    expect(faultOf(() => prepare(table, ["drop", ["a", "b", "c"]])).what).toBe(
      "no column is left after the preparation",
    );
  });
});

describe("a preparation", () => {
  test("refuses an unknown step and a table without rows", () => {
    const error = faultOf(() => prepare(tableOf({ a: [1] }), ["imputer", "median"]));
    expect([error.code, error.mend]).toEqual([
      "UNKNOWN_NAME",
      `did you mean "impute"? known: ${steps.map((step) => step.name).join(", ")}`,
    ]);
    expect(faultOf(() => prepare(tableOf({ a: [] }))).code).toBe("EMPTY_TABLE");
  });

  test("rows to come must have the fitted columns, in the fitted kind", () => {
    const { fitted } = prepare(tableOf({ spend: [1, 2] }), ["scale", "min-max"]);
    const absent = faultOf(() => applyPreparation(tableOf({ spent: [1] }), fitted));
    expect([absent.code, absent.what, absent.mend]).toEqual([
      "UNKNOWN_COLUMN",
      'the column "spend", which scale was fitted on, is not in the table',
      'did you mean "spend"? known: spent'.replace('"spend"', '"spent"'),
    ]);
    expect(faultOf(() => applyPreparation(tableOf({ spend: ["much"] }), fitted)).code).toBe("NOT_NUMBER");
  });

  const seed = 20260106;
  const cell = fc.oneof({ weight: 4, arbitrary: fc.double({ min: -0.9, max: 1e6, noNaN: true }) }, { weight: 1, arbitrary: fc.constant(null) }); // biome-ignore format: one arbitrary
  const word = fc.oneof(fc.constantFrom("red", "green", "blue", "née"), fc.constant(null));
  const rows = fc.array(fc.tuple(cell, cell, word), { minLength: 1, maxLength: 40 });

  test.each([
    [
      "standard",
      [
        ["impute", { strategy: "median", indicator: true }],
        ["log1p", ["a"]],
        ["scale", "standard"],
      ],
    ],
    [
      "robust",
      [
        ["impute", "mean"],
        ["winsorise", {}],
        ["scale", "robust"],
      ],
    ],
    [
      "min-max",
      [
        ["impute", "most-frequent"],
        ["drop", ["b"]],
        ["one-hot", ["t"]],
        ["scale", "min-max"],
      ],
    ],
  ] as [string, [string, unknown][]][])("%s: a row alone is treated as among others, to the bit", (_, chosen) => {
    fc.assert(
      fc.property(rows, (made) => {
        const full = [[1, 2, "red"] as const, ...made];
        const table = tableOf({
          a: full.map((row) => row[0]),
          b: full.map((row) => row[1]),
          t: full.map((row) => row[2]),
        });
        const { table: all, fitted } = prepare(table, ...chosen);
        const saved = JSON.parse(JSON.stringify(fitted));
        expect(saved).toEqual(fitted);
        expect(applyPreparation(table, saved)).toEqual(all);
        for (const i of [0, full.length - 1]) {
          expect(applyPreparation(takeTableRows(table, [i]), saved).columns).toEqual(takeTableRows(all, [i]).columns);
        }
      }),
      { seed, numRuns: 60 },
    );
  });

  test("the training table is left as it was", () => {
    const table = tableOf({ a: [3, null, 1], t: ["x", null, "y"] });
    prepare(table, ["impute", "most-frequent"], ["scale", "standard"], ["one-hot", ["t"]]);
    expect([cells(table, "a"), cells(table, "t")]).toEqual([[3, null, 1], ["x", null, "y"]]); // biome-ignore format: pairs
  });
});

describe.each(steps.map((step) => [step.name, step] as const))("%s", (name, step) => {
  const samples: Record<string, unknown[]> = {
    impute: ["median", { strategy: "constant", value: 0 }],
    log1p: [["a"], "all", { columns: "all" }],
    scale: ["min-max", {}],
    winsorise: [{}, { upper: 0.9 }],
    drop: [["a"], { columns: ["a"] }],
    "one-hot": [["a"], { columns: ["a"], maxCategories: 5 }, { columns: ["a"], weight: "column" }],
  };

  test("its options have a JSON schema for editors, with a description each", () => {
    const schema = JSON.stringify(z.toJSONSchema(step.params, { io: "input" }));
    expect(schema).toContain('"description"');
    expect(schema).toContain('"additionalProperties":false');
  });

  test("the long form of its parameters reads as itself, so that a resolved config can be read again", () => {
    expect(samples[name]?.length).toBeGreaterThan(0);
    for (const sample of samples[name]!) {
      const once = step.params.parse(sample);
      expect(step.params.parse(once)).toEqual(once);
    }
  });

  test("is found by its name", () => {
    expect(stepNamed(name)).toBe(step);
  });
});
