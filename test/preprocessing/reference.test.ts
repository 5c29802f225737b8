/**
 * Steps and statistics against scikit-learn's and SciPy's values. Of preprocess.json we leave out what we do
 * not ship: `maxabs`, `l2_row_normalise`, `yeo_johnson` and `yeo_johnson_standardised`.
 */
import { describe, expect, test } from "vitest";
import { describeNumbers, pearson } from "../../src/core/statistics.js";
import { countMissing, type NumberColumn, type Table } from "../../src/core/table.js";
import { fitPreparation } from "../../src/preprocessing/preparation.js";
import { type Reference, realCards, reference, referenceSets } from "../reference.js";
import { cardTable, referenceTable } from "./tables.js";

/** Relative tolerances of the reference README; column f4 of `edge` has a large offset. */
const tolerance = (set: string, column: string) => (set === "edge" && column === "f4" ? 1e-9 : 1e-12);

function near(actual: number | null | undefined, expected: number, relative: number, what: string, absolute = 0): void {
  const allowed = Math.max(Math.abs(expected) * relative, absolute);
  if (actual == null || !(Math.abs(actual - expected) <= allowed)) {
    expect.fail(`${what}: got ${actual}, expected ${expected} within ${allowed}`);
  }
}

function numbers(table: Table, name: string): NumberColumn {
  return table.columns.find((column) => column.name === name) as NumberColumn;
}

interface Case {
  readonly title: string;
  readonly set: string;
  readonly raw: Table;
  readonly expected: Reference;
}

const ten = "BALANCE PURCHASES ONEOFF_PURCHASES INSTALLMENTS_PURCHASES CASH_ADVANCE CASH_ADVANCE_TRX PURCHASES_TRX";
const logged = `${ten} CREDIT_LIMIT PAYMENTS MINIMUM_PAYMENTS`.split(" ");

const cases: Case[] = referenceSets.flatMap((set): Case[] => {
  const expected = reference(set, "preprocess");
  if (set !== "cc-pca2") return [{ title: set, set, raw: referenceTable(set), expected }];
  const raw = cardTable(realCards!);
  const prepared = fitPreparation(raw, [
    { name: "impute", params: "median" },
    { name: "log1p", params: logged },
  ]).table;
  return [
    { title: "credit cards, raw", set, raw, expected: expected.raw_csv },
    { title: "credit cards, imputed and log1p", set, raw: prepared, expected: expected.after_impute_and_log1p },
  ];
});

describe.each(cases)("$title", ({ set, raw, expected }) => {
  const imputed = fitPreparation(raw, [{ name: "impute", params: "median" }]).table;

  test("has the reference's shape", () => {
    expect([raw.rows, raw.columns.map((column) => column.name)]).toEqual([expected.n, Object.keys(expected.features)]);
  });

  test.each(Object.keys(expected.features))("%s: missing values, median, moments and quartiles agree", (name) => {
    const want = expected.features[name];
    const tol = tolerance(set, name);
    expect(countMissing(numbers(raw, name))).toBe(want.n_missing);
    const got = describeNumbers(numbers(imputed, name).values);
    for (const [key, value] of [
      ["median", got.median],
      ["q50", got.median],
      ["mean", got.mean],
      ["std_ddof0", got.sd],
      ["std_ddof1", got.sampleSd],
      ["min", got.min],
      ["max", got.max],
      ["q25", got.q25],
      ["q75", got.q75],
      ["iqr", got.q75 - got.q25],
    ] as const) {
      near(value, want[key], tol, `${name} ${key}`);
    }
    if (want.skew_biased != null) near(got.skewness, want.skew_biased, 1e-10, `${name} skew`, 1e-10);
    if (want.kurtosis_excess_biased != null) {
      near(got.excessKurtosis, want.kurtosis_excess_biased, 1e-10, `${name} kurtosis`, 1e-10);
    }
  });

  test("log1p agrees wherever the reference has it", () => {
    const columns = Object.keys(expected.features).filter((name) => expected.features[name].log1p);
    // Every column of `blobs` goes below −1.
    expect(columns.length > 0).toBe(set !== "blobs");
    if (columns.length === 0) return;
    const { table } = fitPreparation(imputed, [{ name: "log1p", params: columns }]);
    for (const name of columns) {
      const want = expected.features[name].log1p;
      const got = describeNumbers(numbers(table, name).values);
      const tol = tolerance(set, name);
      for (const [key, value] of [
        ["mean", got.mean],
        ["min", got.min],
        ["max", got.max],
      ] as const) {
        near(value, want[key], tol, `${name} log1p ${key}`);
      }
      // Of a constant column NumPy's mean is off by an ulp, hence its deviation of 4e-16.
      near(got.sd, want.std_ddof0, tol, `${name} log1p sd`, 1e-15);
    }
  });

  test.each([
    ["standard", "standard"],
    ["min-max", "minmax"],
    ["robust", "robust"],
  ])("scale: %s agrees", (strategy, key) => {
    const want = expected.scaled[key];
    const { table } = fitPreparation(imputed, [{ name: "scale", params: strategy }]);
    table.columns.forEach((column, j) => {
      const values = (column as NumberColumn).values;
      const tol = tolerance(set, column.name);
      const say = (row: string) => `${strategy} ${column.name} ${row}`;
      // Relative to the column's spread: a value near 0 is a difference of two larger ones.
      want.first_3_rows.forEach((row: number[], i: number) => {
        near(values[i], row[j]!, tol, say(`row ${i}`), tol);
      });
      near(values[raw.rows - 1], want.last_row[j], tol, say("last row"), tol);
      let sum = 0;
      for (const value of values) sum += value;
      near(sum, want.column_sums[j], tol, say("sum"), tol * raw.rows * (set === "edge" ? 10 : 1));
    });
  });

  test("correlations with the first column agree", () => {
    const first = numbers(imputed, imputed.columns[0]!.name).values;
    const row = expected.pearson_first_column_row;
    expect(Object.keys(row).length).toBeGreaterThan(0);
    for (const [name, value] of Object.entries(row)) {
      near(pearson(first, numbers(imputed, name).values), value as number, 1e-10, `pearson ${name}`, 1e-10);
    }
  });
});
