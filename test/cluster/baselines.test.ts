/** The trivial baselines, worked by hand. */
import { expect, test } from "vitest";
import { assign } from "../../src/cluster/assign.js";
import { type Assignment, fitOne, type Params } from "../../src/cluster/define.js";
import { quantileBins } from "../../src/cluster/quantile-bins.js";
import { randomLabels } from "../../src/cluster/random-labels.js";
import { algorithms } from "../../src/cluster/registry.js";
import { rfmCells } from "../../src/cluster/rfm-cells.js";
import { zeroCells } from "../../src/cluster/zero-cells.js";
import { clusterSizes } from "../../src/core/labels.js";
import { matrix } from "../../src/core/matrix.js";

const context = { seed: 1 };

test("baselines say that they are", () => {
  const names = algorithms.filter(({ can }) => can.baseline).map(({ name }) => name);
  expect(names).toEqual(["quantile-bins", "zero-cells", "rfm-cells", "random-labels"]);
});

/** What the rule `thresholds` says of one value. */
function bin(assignment: Assignment, value: number): number {
  if (assignment.rule !== "thresholds") throw new Error(`rule ${assignment.rule}`);
  return assignment.labels[assignment.thresholds.filter((threshold) => value >= threshold).length]!;
}

test("quantile bins cut one column into equal shares", () => {
  // Thirds of 1 … 6: thresholds at positions 5/3 and 10/3 of 0 … 5, that is 2.667 and 4.333.
  const x = matrix([6, 1, 4, 3, 5, 2].map((value) => [0, value]));
  const params: Params = { k: 3, column: 1 };
  const fit = fitOne(quantileBins, x, params, context);
  expect(Array.from(fit.labels)).toEqual([0, 1, 2, 2, 0, 1]);
  const assignment = quantileBins.assignment(x, params, fit);
  expect([-5, 2.6, 2.7, 4.3, 4.4, 99].map((value) => bin(assignment, value))).toEqual([1, 1, 2, 2, 0, 0]);
});

test("tied values leave bins out, and the rule gives back the labels", () => {
  const values = [0, 0, 0, 0, 0, 3, 4, 9];
  const x = matrix(values.map((value) => [value]));
  const params: Params = { k: 4, column: 0 };
  const fit = fitOne(quantileBins, x, params, context);
  // Quartiles 0, 0, 3.25: bins up to 3.25 and above.
  expect(Array.from(fit.labels)).toEqual([0, 0, 0, 0, 0, 0, 1, 1]);
  expect(fit.reasons).toEqual(["collapsed"]);
  const assignment = quantileBins.assignment(x, params, fit);
  expect(values.map((value) => bin(assignment, value))).toEqual(Array.from(fit.labels));
});

test("a column that is not there is refused", () => {
  const x = matrix([[0], [1]]);
  expect(() => fitOne(quantileBins, x, { k: 2, column: 1 }, context)).toThrow("the data has 1 columns");
  expect(() => fitOne(zeroCells, x, { columns: [0, 4] }, context)).toThrow("column 4 does not exist");
});

test("zero cells tell rows by the columns they use", () => {
  const x = matrix([
    [0, 5, 1],
    [2, 5, 2],
    [0, 7, 3],
    [1, 9, 4],
    [0, 5, 5],
  ]);
  const params: Params = { columns: [0, 1] };
  const fit = fitOne(zeroCells, x, params, context);
  expect(Array.from(fit.labels)).toEqual([0, 1, 2, 3, 0]);
  expect(zeroCells.assignment(x, params, fit)).toEqual({
    rule: "cells",
    columns: [0, 1],
    floors: [0, 5],
    cells: [0b00, 0b01, 0b10, 0b11],
    labels: [0, 1, 2, 3],
  });
});

test("RFM cells are the combinations of equal shares, and the rule gives back the labels", () => {
  // Halves of each column: medians 2.5 and 25. A value on the border belongs below it.
  const rows = [
    [1, 40, 9],
    [2, 10, 9],
    [3, 20, 9],
    [4, 30, 9],
    [2.5, 10, 9],
  ];
  const x = matrix(rows.slice(0, 4));
  const params: Params = { columns: [0, 1], bins: 2 };
  const fit = fitOne(rfmCells, x, params, context);
  expect(Array.from(fit.labels)).toEqual([0, 1, 2, 3]);
  const assignment = rfmCells.assignment(x, params, fit);
  expect(Array.from(assign(assignment, matrix(rows)).labels)).toEqual([0, 1, 2, 3, 1]);
});

test("RFM quintiles are a hundred and twenty-five cells at most, whatever scale the columns have", () => {
  const values = Array.from({ length: 500 }, (_, i) => [(i * 7919) % 500, (i * 104729) % 499, (i * 1299709) % 491]);
  const labelsOf = (rows: number[][]) =>
    Array.from(fitOne(rfmCells, matrix(rows), { columns: [0, 1, 2], bins: 5 }, context).labels);
  const labels = labelsOf(values);
  expect(new Set(labels).size).toBeLessThanOrEqual(125);
  expect(new Set(labels).size).toBeGreaterThan(90);
  expect(labelsOf(values.map(([r, f, m]) => [r! / 3 - 9, Math.log1p(f!), m! * m!]))).toEqual(labels);
});

test("random labels are even, and a new row goes to the largest", () => {
  const x = matrix(Array.from({ length: 3000 }, (_, i) => [i]));
  const params: Params = { k: 3 };
  const fit = fitOne(randomLabels, x, params, context);
  const { sizes } = clusterSizes(fit.labels);
  for (const size of sizes) expect(Math.abs(size - 1000)).toBeLessThan(100);
  const assignment = randomLabels.assignment(x, params, fit);
  expect(bin(assignment, 5)).toBe(sizes.indexOf(Math.max(...sizes)));
});
