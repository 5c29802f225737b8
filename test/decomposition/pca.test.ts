import { describe, expect, test } from "vitest";
import { type Matrix, matrix, takeRows } from "../../src/core/matrix.js";
import { parseParams } from "../../src/core/params.js";
import { stream } from "../../src/core/rng.js";
import { toMatrix } from "../../src/core/table.js";
import { principalAxes } from "../../src/decomposition/axes.js";
import { reducerNamed } from "../../src/decomposition/registry.js";
import { fitPreparation } from "../../src/preprocessing/preparation.js";
import { cardTable, referenceTable } from "../preprocessing/tables.js";
import { type Reference, realCards, reference, referenceSets } from "../reference.js";

const pca = reducerNamed("pca");
const reduce = (x: Matrix, params: object) => pca.fit(x, parseParams(pca.params, params, "pca"));
const rowOf = (x: Matrix, i: number) => Array.from(x.data.subarray(i * x.cols, (i + 1) * x.cols));

describe("against scikit-learn", () => {
  const cases = referenceSets.flatMap((set): { title: string; x: Matrix; want: Reference }[] => {
    const expected = reference(set, "pca");
    if (set === "cc-pca2") {
      const { log1p_columns } = reference(set, "preprocess");
      const steps = [
        { name: "impute", params: "median" },
        { name: "log1p", params: log1p_columns },
        { name: "scale", params: "min-max" },
      ];
      return [
        { title: "credit cards", x: toMatrix(fitPreparation(cardTable(realCards!), steps).table), want: expected },
      ];
    }
    const table = referenceTable(set);
    const standard = fitPreparation(table, [{ name: "scale", params: "standard" }]).table;
    return [
      { title: `${set}, raw`, x: toMatrix(table), want: expected.raw },
      { title: `${set}, standardised`, x: toMatrix(standard), want: expected.standardised },
    ];
  });

  test.each(cases)("$title: variances, components and rows agree", ({ x, want }) => {
    const { mean, variances, axes } = principalAxes(x);
    const top = want.explained_variance[0];
    const total = want.explained_variance.reduce((sum: number, value: number) => sum + value, 0);
    const near = (got: number, expected: number, allowed: number, what: string) => {
      if (!(Math.abs(got - expected) <= allowed)) expect.fail(`${what}: got ${got}, expected ${expected} ± ${allowed}`);
    };
    // A column of a million keeps its mean to 1e-9 relative only.
    want.mean.forEach((value: number, j: number) => {
      near(mean[j]!, value, 1e-12 * Math.max(1, Math.abs(value)) + (Math.abs(value) < 1e-9 ? 1e-9 : 0), `mean ${j}`);
    });
    const n = x.rows;
    want.explained_variance.forEach((value: number, c: number) => {
      near(variances[c]!, value, 1e-9 * top, `variance ${c}`);
      near(variances[c]! / total, want.explained_variance_ratio[c], 1e-9, `ratio ${c}`);
      near((n - 1) * variances[c]!, want.singular_values[c] ** 2, 1e-9 * top * (n - 1), `singular value ${c}`);
    });
    // Components of (nearly) no variance tie: which directions they are is arbitrary.
    const rank = want.explained_variance.filter((value: number) => value > 1e-9 * top).length;
    const kept = Math.min(rank, want.components.length);
    expect(kept).toBeGreaterThanOrEqual(2);
    const { fitted } = reduce(x, { components: kept });
    const rows = pca.transform(x, fitted);
    for (let c = 0; c < kept; c++) {
      want.components[c].forEach((value: number, j: number) => {
        near(axes[c]![j]!, value, 1e-7, `component ${c}, ${j}`);
      });
      [0, 1, 2, 3, 4, n - 1].forEach((i, at) => {
        const expected = at < 5 ? want.transformed_first_5_rows[at][c] : want.transformed_last_row[c];
        near(rows.data[i * kept + c]!, expected, 1e-7, `row ${i}, PC${c + 1}`);
        if (want.whitened_first_3_rows && at < 3) {
          const whitened = rows.data[i * kept + c]! / Math.sqrt(variances[c]!);
          near(whitened, want.whitened_first_3_rows[at][c], 1e-6, `whitened row ${i}, PC${c + 1}`);
        }
      });
    }
    // What two components leave out of the rows.
    let lost = 0;
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < x.cols; j++) {
        const back = mean[j]! + rows.data[i * kept]! * axes[0]![j]! + rows.data[i * kept + 1]! * axes[1]![j]!;
        lost += (x.data[i * x.cols + j]! - back) * (x.data[i * x.cols + j]! - back);
      }
    }
    near(lost / (n * x.cols), want.reconstruction_mse_2_components, 1e-9 * top, "reconstruction");
  });

  test.each(cases)("$title: the share of variance keeps as many components", ({ x, want }) => {
    for (const share of [0.8, 0.9, 0.95, 0.99]) {
      const { fitted } = reduce(x, { variance: share });
      expect([share, pca.columnNames(fitted, []).length]).toEqual([share, want[`n_components_for_${share}`]]);
    }
  });
});

describe("by hand", () => {
  // Centred: (−2,−1), (0,0), (2,1). Covariance [[4,2],[2,1]]: eigenvalues 5 and 0, first axis (2,1)/√5.
  const line = matrix([
    [1, 1],
    [3, 2],
    [5, 3],
  ]);

  test("three points on a line have one component, pointing along it", () => {
    const { fitted } = reduce(line, { variance: 1 });
    expect(fitted["mean"]).toEqual([3, 2]);
    const [axis] = fitted["components"] as number[][];
    expect(axis![0]).toBeCloseTo(2 / Math.sqrt(5), 12);
    expect(axis![1]).toBeCloseTo(1 / Math.sqrt(5), 12);
    expect((fitted["explainedVariance"] as number[])[0]).toBeCloseTo(5, 12);
    expect((fitted["explainedVarianceRatio"] as number[])[0]).toBeCloseTo(1, 12);
    const scores = Array.from(pca.transform(line, fitted).data);
    [-Math.sqrt(5), 0, Math.sqrt(5)].forEach((value, i) => {
      expect(scores[i]).toBeCloseTo(value, 12);
    });
    expect(pca.columnNames(fitted, ["a", "b"])).toEqual(["PC1"]);
  });

  test("entries that tie in size let the first one be positive", () => {
    const falling = matrix([
      [0, 3],
      [1, 2],
      [2, 1],
    ]);
    const [axis] = reduce(falling, { components: 1 }).fitted["components"] as number[][];
    expect(axis![0]).toBeGreaterThan(0);
    expect(axis![1]).toBeLessThan(0);
  });

  test("tied components are pointed out", () => {
    const cross = matrix([
      [1, 0],
      [-1, 0],
      [0, 1],
      [0, -1],
    ]);
    expect(reduce(cross, { components: 1 }).notes.map((note) => note.code)).toEqual(["tied-components"]);
    expect(reduce(cross, { components: 2 }).notes).toEqual([]);
  });

  test.each([
    [
      "more components than columns",
      line,
      { components: 3 },
      "PARAM_RANGE",
      "pca cannot make 3 components of 2 columns",
    ],
    ["more components than dimensions", line, { components: 2 }, "PARAM_RANGE", "span only 1 of the 2"],
    ["one row", matrix([[1, 2]]), { components: 1 }, "TOO_FEW_ROWS", "at least 2 rows, got 1"],
    ["rows all alike", matrix([[1, 2], [1, 2]]), { components: 1 }, "PARAM_RANGE", "every column is constant"], // biome-ignore format: a table
    ["neither option", line, {}, "BAD_CONFIG", "exactly one of components and variance"],
    ["both options", line, { components: 1, variance: 0.5 }, "BAD_CONFIG", "exactly one of components and variance"],
    ["no components", line, { components: 0 }, "BAD_CONFIG", "got 0"],
    ["more than all variance", line, { variance: 1.1 }, "BAD_CONFIG", "got 1.1"],
    ["a misspelt option", line, { component: 1 }, "BAD_CONFIG", 'unknown key "component"'],
  ])("%s is refused", (_, x, params, code, words) => {
    expect(() => reduce(x, params)).toThrow(expect.objectContaining({ code, message: expect.stringContaining(words) }));
  });
});

describe.each(["none", "pca"])("%s", (name) => {
  const reducer = reducerNamed(name);
  const params = name === "pca" ? { variance: 0.95 } : {};
  const seed = 20260105;
  const rng = stream(seed, "test/rows");
  const x = matrix(Array.from({ length: 3000 }, () => Array.from({ length: 6 }, (_, j) => rng.normal() * (j + 1))));

  test(`a row alone is mapped as among others, to the bit (seed ${seed})`, () => {
    const fitted = JSON.parse(JSON.stringify(reducer.fit(x, params).fitted));
    const all = reducer.transform(x, fitted);
    const one = reducer.rowTransform(fitted);
    const out = new Float64Array(all.cols);
    for (const i of [0, 1, 1500, 2999]) {
      expect(rowOf(reducer.transform(takeRows(x, [i]), fitted), 0)).toEqual(rowOf(all, i));
      one(x.data, i * x.cols, out);
      expect(Array.from(out)).toEqual(rowOf(all, i));
    }
  });

  test("the fit is the same twice, leaves the rows alone and survives JSON to the bit", () => {
    const before = x.data.slice();
    const first = reducer.fit(x, params).fitted;
    expect(reducer.fit(x, params).fitted).toEqual(first);
    expect(x.data).toEqual(before);
    expect(JSON.parse(JSON.stringify(first))).toEqual(first);
  });
});

test("an unknown reduction is named with a suggestion", () => {
  expect(() => reducerNamed("pcs")).toThrow(
    expect.objectContaining({ code: "UNKNOWN_NAME", mend: 'did you mean "pca"? known: none, pca' }),
  );
});
