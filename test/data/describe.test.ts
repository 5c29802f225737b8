import { describe, expect, test } from "vitest";
import { midRanks } from "../../src/core/statistics.js";
import { numberColumn } from "../../src/core/table.js";
import { correlations } from "../../src/data/correlations.js";
import { describeColumn, describeTable } from "../../src/data/describe.js";
import { readTable } from "../../src/data/index.js";
import { realCards, reference, referenceTable, smallSets } from "../reference.js";

const numbers = (...values: number[]) => numberColumn("x", Float64Array.from(values));

test("five values, one missing, by hand", () => {
  // Present: 0 0 2 6. Mean 2; squares of deviations 4+4+0+16 = 24, sd √(24/3) = √8; m2 = 6,
  // m3 = (−8−8+0+64)/4 = 12, skew 12/6^1.5. Quartiles at positions .75, 1.5, 2.25: 0, 1, 3.
  const summary = describeColumn(numbers(0, 2, Number.NaN, 0, 6));
  expect(summary).toMatchObject({ count: 4, missing: 1, mean: 2, min: 0, q25: 0, median: 1, q75: 3, max: 6 });
  expect(summary).toMatchObject({ zeroShare: 0.5, distinct: 3, whole: true });
  expect(summary.kind === "number" && summary.sd).toBeCloseTo(Math.sqrt(8), 14);
  expect(summary.kind === "number" && summary.skew).toBeCloseTo(12 / (6 * Math.sqrt(6)), 14);
});

test.each([
  ["nothing but missing values", numbers(Number.NaN, Number.NaN), { count: 0, mean: null, median: null, whole: false }],
  ["one value", numbers(3.5), { count: 1, mean: 3.5, sd: null, skew: null, whole: false }],
  ["a constant", numbers(2, 2, 2), { sd: 0, skew: null, distinct: 1 }],
  ["a constant whose sum rounds", numbers(0.1, 0.1, 0.1), { mean: 0.1, sd: 0, skew: null, distinct: 1 }],
  ["both zeros", numbers(-0, 0, 1), { distinct: 2, zeroShare: 2 / 3, whole: true }],
])("%s", (_, column, expected) => {
  expect(describeColumn(column)).toMatchObject(expected);
});

test("texts: the most frequent value, ties to the first by code point", () => {
  const column = { kind: "text", name: "t", values: ["b", "a", null, "b", "a"] } as const;
  expect(describeColumn(column)).toMatchObject({
    count: 4,
    missing: 1,
    distinct: 2,
    mostFrequent: { value: "a", count: 2 },
  });
});

describe.each(smallSets)("%s equals the reference", (set) => {
  test("moments and quantiles", () => {
    const { features } = reference(set, "preprocess");
    for (const summary of describeTable(referenceTable(set))) {
      if (summary.kind !== "number" || summary.missing > 0) continue;
      const expected = features[summary.name];
      // The reference README: 1e-12 relative, 1e-9 for the edge set's large offset; skew 1e-10.
      const near = (value: number | null, wanted: number, tolerance: number) =>
        expect(Math.abs(value! - wanted)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(wanted)));
      const tolerance = set === "edge" ? 1e-9 : 1e-12;
      near(summary.mean, expected.mean, tolerance);
      near(summary.sd, expected.std_ddof1, tolerance);
      near(summary.q25, expected.q25, tolerance);
      near(summary.median, expected.q50, tolerance);
      near(summary.q75, expected.q75, tolerance);
      if (expected.skew_biased !== undefined) near(summary.skew, expected.skew_biased, 1e-10);
    }
  });

  test("Pearson correlations with the first column", () => {
    const row = reference(set, "preprocess").pearson_first_column_row as Record<string, number> | undefined;
    const table = referenceTable(set);
    if (row === undefined || table.columns.some((column) => column.kind === "number" && column.valid !== null)) return;
    const { names, values } = correlations(table, "pearson");
    const first = names.indexOf(Object.keys(row)[0]!);
    for (const [name, expected] of Object.entries(row)) {
      expect(Math.abs(values[first]![names.indexOf(name)]! - expected)).toBeLessThan(1e-10);
    }
  });
});

describe("correlations", () => {
  const table = (...columns: number[][]) => ({
    rows: columns[0]!.length,
    columns: columns.map((values, j) => numberColumn(`c${j}`, Float64Array.from(values))),
    id: null,
  });

  test("Spearman sees a monotone relation that Pearson does not see whole", () => {
    const cubes = table([1, 2, 3, 4], [1, 8, 27, 64]);
    expect(correlations(cubes, "spearman").values[0]![1]).toBeCloseTo(1, 14);
    expect(correlations(cubes, "pearson").values[0]![1]).toBeLessThan(0.96);
  });

  test("ties share the mean of their ranks", () => {
    expect([...midRanks(Float64Array.of(5, 1, 5, 9))]).toEqual([2.5, 1, 2.5, 4]);
  });

  test("a missing value leaves out its row for that pair only, and a constant has no correlation", () => {
    const { values } = correlations(table([1, 2, Number.NaN, 4], [2, 4, 100, 8], [7, 7, 7, 7]), "pearson");
    expect(values[0]![1]).toBeCloseTo(1, 14);
    expect(values[0]![2]).toBeNull();
    expect(values[2]![2]).toBeNull();
  });

  test("pairwise complete with ties, as pandas 1.5.3 has it", () => {
    const gap = Number.NaN;
    const pairs = table([1, 2, 2, gap, 5, 7, 3.5], [10, gap, 8, 3, 4, 4, 1], [2, 2, 9, 1, gap, gap, 5]);
    const near = (kind: "pearson" | "spearman", [ab, ac, bc]: readonly [number, number, number]) => {
      const { values } = correlations(pairs, kind);
      expect(Math.abs(values[0]![1]! - ab)).toBeLessThan(1e-14);
      expect(Math.abs(values[0]![2]! - ac)).toBeLessThan(1e-14);
      expect(Math.abs(values[1]![2]! - bc)).toBeLessThan(1e-14);
    };
    near("pearson", [-0.6556100681071857, 0.31688471712175664, 0.1434298579902952]);
    near("spearman", [-0.6668859288553503, 0.5, 0]);
  });
});

// Only where the real table is at hand; test/reference.ts says so when it is not.
if (realCards)
  test("the real credit-card table equals the reference", async () => {
    const { features } = reference("cc-pca2", "preprocess").raw_csv;
    const table = await readTable({ path: realCards!, id: "CUST_ID" });
    const near = (value: number | null, wanted: number, tolerance: number) =>
      expect(Math.abs(value! - wanted)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(wanted)));
    for (const summary of describeTable(table)) {
      if (summary.kind !== "number") throw new Error(`${summary.name} was read as text`);
      const expected = features[summary.name];
      expect(summary.missing).toBe(expected.n_missing);
      near(summary.median, expected.median, 1e-12);
      near(summary.min, expected.min, 1e-12);
      near(summary.max, expected.max, 1e-12);
      // The other figures of the reference are of the imputed column.
      if (summary.missing > 0) continue;
      near(summary.mean, expected.mean, 1e-12);
      near(summary.sd, expected.std_ddof1, 1e-12);
      near(summary.q25, expected.q25, 1e-12);
      near(summary.q75, expected.q75, 1e-12);
      near(summary.skew, expected.skew_biased, 1e-10);
    }
  });
