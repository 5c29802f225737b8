import { describe, expect, test } from "vitest";
import { assign, NOBODY, newVerdict, rowAssigner } from "../../src/cluster/assign.js";
import type { Assignment } from "../../src/cluster/define.js";
import { type Nearest, nearestPoint } from "../../src/cluster/nearest-point.js";
import { type Matrix, matrix, takeRows } from "../../src/core/matrix.js";
import { stream } from "../../src/core/rng.js";

const answers = (rule: Assignment, rows: number[][]) => {
  const { labels, margins } = assign(rule, matrix(rows));
  return Array.from(labels, (label, i) => [label, margins[i]]);
};

describe("nearest centre and nearest medoid", () => {
  const centres = matrix([
    [0, 0],
    [10, 0],
    [10, 10],
  ]);
  test.each([
    [{ rule: "nearest-centre", centres } satisfies Assignment],
    [{ rule: "nearest-medoid", medoids: centres, medoidRows: [0, 1, 2] } satisfies Assignment],
  ])("$rule: the margin is the difference of two distances, 0 on the border", (rule) => {
    // (3,4) is 5 from the first and √65 from the second.
    expect(answers(rule, [[3, 4], [5, 0], [10, 9]])).toEqual([[0, Math.sqrt(65) - 5], [0, 0], [2, 8]]); // biome-ignore format: a table
  });

  test("a single centre has no runner-up", () => {
    expect(answers({ rule: "nearest-centre", centres: matrix([[1]]) }, [[5]])).toEqual([[0, Number.POSITIVE_INFINITY]]);
    const verdict = newVerdict();
    rowAssigner({ rule: "nearest-centre", centres })(Float64Array.of(9, 2), 0, verdict);
    expect([verdict.label, verdict.second]).toEqual([1, 2]);
  });

  test("rows of another width are refused", () => {
    expect(() => assign({ rule: "nearest-centre", centres }, matrix([[1]]))).toThrow(
      expect.objectContaining({
        code: "SHAPE_MISMATCH",
        what: "the assignment rule was made for 2 columns, but the rows have 1",
      }),
    );
  });
});

describe("posterior", () => {
  const means = matrix([[0, 0], [4, 0]]); // biome-ignore format: two means
  const weights = Float64Array.of(0.5, 0.5);

  test.each([
    ["spherical", matrix([[1], [1]])],
    ["diag", matrix([[1, 1], [1, 1]])], // biome-ignore format: k×d
    ["tied", matrix([[1, 0], [0, 1]])], // biome-ignore format: d×d
    ["full", matrix([[1, 0], [0, 1], [1, 0], [0, 1]])], // biome-ignore format: k·d×d
  ] as const)("%s unit covariances: the odds are those of the distances", (covarianceType, covariances) => {
    const rule: Assignment = { rule: "posterior", covarianceType, weights, means, covariances };
    // ln odds = (|x − m₂|² − |x − m₁|²) / 2: (9 − 1)/2 at x = 1, 0 half-way.
    expect(answers(rule, [[1, 7], [2, -3]])).toEqual([[0, 4], [0, 0]]); // biome-ignore format: a table
  });

  test("weights and determinants count", () => {
    // One dimension, variances 1 and 4, at x = 0 from means 0 and 0: ln(.2/1) against ln(.8/2).
    const rule: Assignment = {
      rule: "posterior",
      covarianceType: "diag",
      weights: Float64Array.of(0.2, 0.8),
      means: matrix([[0], [0]]),
      covariances: matrix([[1], [4]]),
    };
    const [[label, margin]] = answers(rule, [[0]]) as [[number, number]];
    expect(label).toBe(1);
    expect(margin).toBeCloseTo(Math.log(0.4 / 0.2), 12);
  });

  test("a full covariance leans: equal distances, unequal odds", () => {
    // Inverse of [[2,1],[1,2]] is [[2,−1],[−1,2]]/3: (1,1) costs 2/3, (1,−1) costs 2.
    const lean = [[2, 1], [1, 2]]; // biome-ignore format: d×d
    const rule: Assignment = {
      rule: "posterior",
      covarianceType: "full",
      weights,
      means: matrix([[0, 0], [0, 0]]), // biome-ignore format: two means
      covariances: matrix([...lean, [1, 0], [0, 1]]),
    };
    const densities = ([a, b]: [number, number]) => [
      -Math.log(3) / 2 - (2 * a * a - 2 * a * b + 2 * b * b) / 6,
      -(a * a + b * b) / 2,
    ];
    for (const row of [
      [1, 1],
      [1, -1],
      [3, 2],
    ] as [number, number][]) {
      const [first, second] = densities(row) as [number, number];
      const [[label, margin]] = answers(rule, [row]) as [[number, number]];
      expect([row, label]).toEqual([row, first >= second ? 0 : 1]);
      expect(margin).toBeCloseTo(Math.abs(first - second), 12);
    }
  });

  test("a component without weight never wins", () => {
    const rule: Assignment = {
      rule: "posterior",
      covarianceType: "spherical",
      weights: Float64Array.of(0, 1),
      means,
      covariances: matrix([[1], [1]]),
    };
    expect(answers(rule, [[0, 0]])).toEqual([[1, Number.POSITIVE_INFINITY]]);
  });
});

describe("points", () => {
  const points = matrix([[0], [1], [5]]);
  const labels = Int32Array.of(0, 0, 1);

  test("nearest neighbour: the margin is the way to the nearest point of another label", () => {
    const rule: Assignment = { rule: "nearest-neighbour", points, labels };
    expect(answers(rule, [[1.5], [3], [5]])).toEqual([[0, 3], [0, 0], [1, 4]]); // biome-ignore format: a table
  });

  test("nearest core point: beyond eps is noise, and near it the margin runs out", () => {
    const rule: Assignment = { rule: "nearest-core-point", eps: 1.5, points, labels };
    expect(answers(rule, [[2], [3], [3.5], [9]])).toEqual([[0, 0.5], [-1, 0.5], [1, 0], [-1, 2.5]]); // biome-ignore format: a table
    const verdict = newVerdict();
    rowAssigner(rule)(Float64Array.of(3), 0, verdict);
    // 3 lies 2 from both clusters; the lower row wins the tie.
    expect(verdict.second).toBe(0);
    expect(answers({ ...rule, points: matrix([]), labels: new Int32Array(0) }, [[]])).toEqual([
      [-1, Number.POSITIVE_INFINITY],
    ]);
  });

  const seed = 20260108;
  test.each([
    ["continuous", 2, (rng: ReturnType<typeof stream>) => rng.normal()],
    ["a grid full of ties", 3, (rng: ReturnType<typeof stream>) => rng.int(4)],
    ["many columns", 17, (rng: ReturnType<typeof stream>) => rng.normal()],
    ["all alike", 2, () => 1],
  ])(`the tree finds what trying every point finds: %s (seed ${seed})`, (name, d, draw) => {
    const rng = stream(seed, `test/${name}`);
    const x = matrix(Array.from({ length: 400 }, () => Array.from({ length: d }, () => draw(rng))));
    const own = Int32Array.from({ length: 400 }, () => rng.int(4) - 1);
    const search = nearestPoint(x, own);
    const found: Nearest = { index: 0, label: 0, squared: 0, other: 0, otherSquared: 0 };
    for (let i = 0; i < x.rows; i++) {
      for (const skip of [-1, i]) {
        search(x.data, i * d, found, skip);
        expect([found.index, found.label, found.squared, found.otherSquared]).toEqual(slowNearest(x, own, i, skip));
      }
    }
  });

  /** Twin of the tree: the lowest of the nearest rows, and the distance to the nearest of another label. */
  function slowNearest(x: Matrix, own: Int32Array, i: number, skip: number): number[] {
    const squared = Array.from({ length: x.rows }, (_, row) => {
      let sum = 0;
      for (let j = 0; j < x.cols; j++) {
        const gap = x.data[i * x.cols + j]! - x.data[row * x.cols + j]!;
        sum += gap * gap;
      }
      return row === skip ? Number.POSITIVE_INFINITY : sum;
    });
    const index = squared.indexOf(Math.min(...squared));
    const others = squared.filter((_, row) => own[row] !== own[index]);
    return [index, own[index]!, squared[index]!, Math.min(...others)];
  }
});

test("thresholds: the label counts the thresholds reached, the margin leads to the next label", () => {
  const rule: Assignment = { rule: "thresholds", column: 1, thresholds: [2, 5, 6], labels: [1, 0, 0, 2] };
  expect(answers(rule, [[9, 1], [9, 2], [9, 4], [9, 5.5], [9, 8]])).toEqual([[1, 1], [0, 0], [0, 2], [0, 0.5], [2, 2]]); // biome-ignore format: a table
  const single: Assignment = { rule: "thresholds", column: 0, thresholds: [], labels: [3] };
  expect(answers(single, [[1]])).toEqual([[3, Number.POSITIVE_INFINITY]]);
});

test("cells: unseen cells are noise, the margin leads to the nearest other cell", () => {
  // Bit 0: column 0 above 0, bit 1: column 2 above 1. Cells 00, 01 and 11 were seen.
  const rule: Assignment = { rule: "cells", columns: [0, 2], floors: [0, 1], cells: [0, 1, 3], labels: [0, 1, 2] };
  expect(answers(rule, [[0, 9, 1], [3, 9, 1], [3, 9, 5], [0, 9, 5]])).toEqual([[0, 0], [1, 0], [2, 3], [-1, 0]]); // biome-ignore format: a table
  const verdict = newVerdict();
  rowAssigner(rule)(Float64Array.of(-2, 9, 4), 0, verdict);
  expect([verdict.label, verdict.margin, verdict.second]).toEqual([-1, 2, 2]);
});

test("a row alone is judged as among others, and rows in any place of a buffer alike", () => {
  const rng = stream(5, "test/rows");
  const x = matrix(Array.from({ length: 50 }, () => [rng.normal(), rng.normal()]));
  const points = takeRows(x, [0, 10, 20, 30, 40]);
  const labels = Int32Array.of(0, 1, 0, 2, 1);
  const rules: Assignment[] = [
    { rule: "nearest-centre", centres: points },
    { rule: "nearest-neighbour", points, labels },
    { rule: "nearest-core-point", eps: 0.7, points, labels },
    { rule: "posterior", covarianceType: "tied", weights: Float64Array.of(0.2, 0.2, 0.2, 0.2, 0.2), means: points, covariances: matrix([[1, 0.5], [0.5, 2]]) }, // biome-ignore format: one rule a line
  ];
  for (const rule of rules) {
    const all = assign(rule, x);
    for (let i = 0; i < x.rows; i++) {
      const alone = assign(rule, takeRows(x, [i]));
      expect([alone.labels[0], alone.margins[0]]).toEqual([all.labels[i], all.margins[i]]);
      expect(all.margins[i]).toBeGreaterThanOrEqual(0);
    }
  }
  expect(NOBODY).toBe(-2);
});
