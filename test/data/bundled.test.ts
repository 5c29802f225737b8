/**
 * The bundled customers are synthetic. These tests hold them to what the data card says: that they tell the same
 * story as the public table, obey its rules, can be made again to the byte, and are nobody.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { fitOne } from "../../src/cluster/define.js";
import { algorithmNamed } from "../../src/cluster/registry.js";
import type { Labels } from "../../src/core/labels.js";
import type { Matrix } from "../../src/core/matrix.js";
import { type NumberColumn, presentValues, type Table, toMatrix } from "../../src/core/table.js";
import { correlations, readTable } from "../../src/data/index.js";
import { reducerNamed } from "../../src/decomposition/registry.js";
import { metricNamed } from "../../src/metrics/registry.js";
import { fitPreparation } from "../../src/preprocessing/preparation.js";
import { realCards } from "../reference.js";
import { temporaryFiles } from "./files.js";

const files = temporaryFiles();
const path = "experiments/data/credit-cards.csv";
const columnsToLog = [
  "BALANCE",
  "PURCHASES",
  "ONEOFF_PURCHASES",
  "INSTALLMENTS_PURCHASES",
  "CASH_ADVANCE",
  "CASH_ADVANCE_TRX",
  "PURCHASES_TRX",
  "CREDIT_LIMIT",
  "PAYMENTS",
  "MINIMUM_PAYMENTS",
];
const habits = ["ONEOFF_PURCHASES", "INSTALLMENTS_PURCHASES", "CASH_ADVANCE"];
const ks = [2, 3, 4, 5, 6, 7, 8, 9, 10];

let table: Table;
beforeAll(async () => {
  table = await readTable({ path, id: "CUST_ID" });
});

/** The numbers of a column, NaN where missing. */
function numbersOf(of: Table, name: string): Float64Array {
  return (of.columns.find((column) => column.name === name) as NumberColumn).values;
}

test("the script makes the committed file again, byte for byte", () => {
  const script = fileURLToPath(new URL("../../experiments/data/make-credit-cards.mjs", import.meta.url));
  // The script draws from the built package, so that whoever has the package can run it.
  if (!existsSync("dist/core/rng.js")) throw new Error("dist/ is not built: run npm run build first");
  execFileSync(process.execPath, [script, files.path("again.csv")]);
  expect(readFileSync(files.path("again.csv"), "utf8") === readFileSync(path, "utf8")).toBe(true);
});

describe("the rules of the table", () => {
  test("8,950 customers, 17 number columns, gaps in two of them", () => {
    expect(table.rows).toBe(8950);
    expect(table.columns.map(({ kind }) => kind)).toEqual(new Array(17).fill("number"));
    const gaps = table.columns.filter((column) => column.kind === "number" && column.valid !== null);
    expect(gaps.map(({ name }) => name)).toEqual(["CREDIT_LIMIT", "MINIMUM_PAYMENTS"]);
    expect(readFileSync(path).length).toBeLessThan(1_000_000);
  });

  /** Each is true of every customer. */
  const rules: Record<string, (row: Record<string, number>) => boolean> = {
    "nothing is negative": (r) => Object.values(r).every((value) => !(value < 0)),
    "purchases are one-off purchases and instalments": (r) =>
      Math.abs(r["PURCHASES"]! - r["ONEOFF_PURCHASES"]! - r["INSTALLMENTS_PURCHASES"]!) < 0.005,
    "frequencies of purchases, balance and full payment are shares": (r) =>
      Object.entries(r).every(
        ([name, x]) => name === "CASH_ADVANCE_FREQUENCY" || !/FREQUENCY|PRC/.test(name) || (x >= 0 && x <= 1),
      ),
    "the frequency of cash advances exceeds 1 only under a year's tenure, as in the real table": (r) =>
      r["CASH_ADVANCE_FREQUENCY"]! <= 1 || (r["CASH_ADVANCE_FREQUENCY"]! <= 1.5 && r["TENURE"]! < 12),
    "frequencies of purchases and cash are whole months of the tenure": (r) =>
      ["PURCHASES", "ONEOFF_PURCHASES", "PURCHASES_INSTALLMENTS", "CASH_ADVANCE"].every((name) => {
        const months = r[`${name}_FREQUENCY`]! * r["TENURE"]!;
        return Math.abs(months - Math.round(months)) < 1e-4;
      }),
    "counts are whole": (r) => Number.isInteger(r["CASH_ADVANCE_TRX"]) && Number.isInteger(r["PURCHASES_TRX"]),
    "the tenure is 6 to 12 months": (r) => Number.isInteger(r["TENURE"]) && r["TENURE"]! >= 6 && r["TENURE"]! <= 12,
    "an amount, its frequency and its count are zero together": (r) =>
      (
        [
          ["PURCHASES", "PURCHASES_FREQUENCY", "PURCHASES_TRX"],
          ["ONEOFF_PURCHASES", "ONEOFF_PURCHASES_FREQUENCY"],
          ["INSTALLMENTS_PURCHASES", "PURCHASES_INSTALLMENTS_FREQUENCY"],
          ["CASH_ADVANCE", "CASH_ADVANCE_FREQUENCY", "CASH_ADVANCE_TRX"],
          ["BALANCE", "BALANCE_FREQUENCY"],
        ] as const
      ).every((names) => new Set(names.map((name) => r[name]! > 0)).size === 1),
    "a month with a purchase has a transaction": (r) =>
      r["PURCHASES_TRX"]! >= r["PURCHASES_FREQUENCY"]! * r["TENURE"]! - 1e-4,
    "who paid nothing has no minimum payment on record": (r) =>
      r["PAYMENTS"]! > 0 || Number.isNaN(r["MINIMUM_PAYMENTS"]),
  };

  test.each(Object.keys(rules))("%s", (name) => {
    const columns = table.columns as readonly NumberColumn[];
    const broken: string[] = [];
    for (let i = 0; i < table.rows; i++) {
      const row = Object.fromEntries(columns.map((column) => [column.name, column.values[i]!]));
      if (!rules[name]!(row)) broken.push(table.id!.values[i]!);
    }
    expect(broken).toEqual([]);
  });
});

describe("the story", () => {
  let plane: Matrix;
  let scaled: Matrix;
  const prepared = (scale: string) =>
    toMatrix(
      fitPreparation(table, [
        { name: "impute", params: "median" },
        { name: "log1p", params: columnsToLog },
        { name: "scale", params: scale },
      ]).table,
    );
  beforeAll(() => {
    const pca = reducerNamed("pca");
    const x = prepared("min-max");
    plane = pca.transform(x, pca.fit(x, { components: 2 }).fitted);
    scaled = prepared("standard");
  });
  const labelsOf = (x: Matrix, name: string, params: object): Labels => {
    const algorithm = algorithmNamed(name);
    return fitOne(algorithm, x, algorithm.params.parse(params), { seed: 1 }).labels;
  };
  const score = (x: Matrix, metric: string, labelings: Labels[]): number[] => {
    const { columns, scoreMany } = metricNamed(metric);
    return scoreMany(x, labelings).map((scores) => scores[columns[0].name]!);
  };

  /** What scikit-learn 1.2.1 gives for the public table: KMeans k = 2 … 10, best of 10 starts, exact silhouette. */
  const real = {
    plane: [0.4933, 0.4595, 0.4339, 0.4408, 0.4392, 0.4399, 0.4427, 0.4411, 0.4381],
    // From 7 on, ten starts do not settle on one partition, neither there nor here.
    scaled: [0.2515, 0.2244, 0.2166, 0.2182, 0.2172],
  };

  test("on the plane, silhouettes are within .02 of the real ones, and two segments win", () => {
    const labelings = ks.map((k) => labelsOf(plane, "kmeans", { k }));
    const silhouettes = score(plane, "silhouette", labelings);
    silhouettes.forEach((value, at) => {
      expect(Math.abs(value - real.plane[at]!), `k = ${ks[at]}: ${value}`).toBeLessThan(0.02);
    });
    const others = [
      labelsOf(plane, "kmedoids", { k: 2 }),
      labelsOf(plane, "gmm", { k: 2, covarianceType: "full" }),
      ...[2, 3].map((k) => labelsOf(plane, "agglomerative", { k, linkage: "ward" })),
      labelsOf(plane, "agglomerative", { k: 2, linkage: "complete" }),
    ];
    const all = [...labelings, ...others];
    for (const metric of ["silhouette", "calinski-harabasz"]) {
      const scores = score(plane, metric, all);
      expect(scores.indexOf(Math.max(...scores)), `${metric}: ${scores.join(" ")}`).toBe(0);
    }
  });

  test("in 17 standardised columns, silhouettes are within .02 of the real ones", () => {
    const silhouettes = score(
      scaled,
      "silhouette",
      ks.slice(0, real.scaled.length).map((k) => labelsOf(scaled, "kmeans", { k })),
    );
    silhouettes.forEach((value, at) => {
      expect(Math.abs(value - real.scaled[at]!), `k = ${ks[at]}: ${value}`).toBeLessThan(0.02);
    });
  });
});

// Only where the real table is at hand; test/reference.ts says so when it is not.
if (realCards !== undefined) {
  describe("beside the real table", () => {
    let real: Table;
    beforeAll(async () => {
      real = await readTable({ path: realCards!, id: "CUST_ID" });
    });
    const names = () => real.columns.map(({ name }) => name);
    const cellShares = (of: Table) => {
      const shares = new Map<string, number>();
      for (let i = 0; i < of.rows; i++) {
        const cell = habits.filter((habit) => numbersOf(of, habit)[i]! > 0).join(" ");
        shares.set(cell, (shares.get(cell) ?? 0) + 1 / of.rows);
      }
      return shares;
    };

    test("the columns are the same", () => {
      expect(table.columns.map(({ name }) => name)).toEqual(names());
    });

    test("each column is distributed alike: Kolmogorov–Smirnov at most .03", () => {
      for (const name of names()) {
        const columns = [table, real].map((of) => of.columns.find((column) => column.name === name) as NumberColumn);
        const [a, b] = columns.map((column) => presentValues(column).slice().sort());
        expect(largestGap(a!, b!), name).toBeLessThanOrEqual(0.03);
      }
    });

    test("the zero pattern is the same within one point", () => {
      const [ours, theirs] = [cellShares(table), cellShares(real)];
      for (const cell of new Set([...ours.keys(), ...theirs.keys()])) {
        expect(Math.abs((ours.get(cell) ?? 0) - (theirs.get(cell) ?? 0)), cell || "nothing").toBeLessThanOrEqual(0.01);
      }
    });

    test("every Spearman correlation is within .10", () => {
      const [ours, theirs] = [correlations(table, "spearman"), correlations(real, "spearman")];
      ours.values.forEach((row, i) => {
        row.forEach((value, j) => {
          const gap = Math.abs(value! - theirs.values[i]![j]!);
          expect(gap, `${ours.names[i]}, ${ours.names[j]}`).toBeLessThanOrEqual(0.1);
        });
      });
    });

    test("no synthetic customer equals a real one", () => {
      const texts = (of: Table) =>
        Array.from({ length: of.rows }, (_, i) => of.columns.map((column) => column.values[i]).join(" "));
      const theirs = new Set(texts(real));
      expect(texts(table).filter((row) => theirs.has(row))).toEqual([]);
      const ids = new Set(real.id!.values);
      expect(table.id!.values.filter((id) => ids.has(id))).toEqual([]);
    });
  });
}

/** Largest gap between two empirical distributions; both ascending. */
function largestGap(a: Float64Array, b: Float64Array): number {
  let i = 0;
  let j = 0;
  let largest = 0;
  while (i < a.length && j < b.length) {
    const value = Math.min(a[i]!, b[j]!);
    while (i < a.length && a[i] === value) i++;
    while (j < b.length && b[j] === value) j++;
    largest = Math.max(largest, Math.abs(i / a.length - j / b.length));
  }
  return largest;
}
