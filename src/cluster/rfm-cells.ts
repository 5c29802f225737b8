/**
 * Baseline: recency, frequency and monetary value cut into equal shares each, and every combination a segment. What
 * marketers do without any clustering, so what a clustering of customers should beat.
 */
import { z } from "zod";
import { renumber } from "../core/labels.js";
import { quantileSorted } from "../core/math.js";
import { defineAlgorithm } from "./define.js";
import { reasonsOf } from "./reasons.js";
import { requireColumn, requireRows } from "./require.js";

const params = z.strictObject({
  columns: z
    .array(z.int().min(0))
    .min(1)
    .max(4)
    .default([0, 1, 2])
    .meta({
      description: "recency, frequency and monetary value; the first three columns by default",
      unit: "columns, from 0",
      sweep: [[0], [0, 1]],
    }),
  bins: z
    .int()
    .min(2)
    .max(8)
    .default(5)
    .meta({ description: "equal shares of each column; 5 are quintiles", unit: "shares", sweep: [2, 3, 5] }),
});

export const rfmCells = defineAlgorithm({
  name: "rfm-cells",
  title: "Baseline, RFM cells: recency, frequency and monetary value in quintiles, each combination a segment",
  version: 1,
  cites: [],
  complexity: "O(n·log n) for each column. Memory O(n).",
  departures: [],
  seeAlso: { "quantile-bins": "one column", "zero-cells": "columns with many zeros" },
  can: { noise: false, seeded: false, baseline: true },
  params,
  shows: ["bins"],
  together: () => "all",
  fitMany: (x, grid) =>
    grid.map(({ columns, bins }) => {
      requireRows(x);
      for (const column of columns) requireColumn(x, column, "columns");
      // A bit for each border of each column says that the row lies above it.
      const thresholds = columns.flatMap((column) => {
        const sorted = Float64Array.from({ length: x.rows }, (_, i) => x.data[i * x.cols + column]!).sort();
        return Array.from({ length: bins - 1 }, (_, i) => quantileSorted(sorted, (i + 1) / bins));
      });
      const bits = bordersOf(columns, bins);
      const cells = Int32Array.from({ length: x.rows }, (_, i) =>
        bits.reduce((cell, column, j) => cell | (x.data[i * x.cols + column]! > thresholds[j]! ? 1 << j : 0), 0),
      );
      const { labels, old } = renumber(cells);
      return {
        labels,
        reasons: reasonsOf(labels),
        objective: null,
        outputs: {},
        found: { thresholds: Float64Array.from(thresholds), cells: Int32Array.from(old) },
        notes: [],
      };
    }),
  cost: (n, _, grid) => ({ bytes: n * 16, seconds: grid.length * n * 4e-7 }),
  assignment(_x, { columns, bins }, fit) {
    const cells = Array.from(fit.found["cells"] as Int32Array);
    return {
      rule: "cells",
      columns: bordersOf(columns, bins),
      floors: Array.from(fit.found["thresholds"] as Float64Array),
      cells,
      labels: [...cells.keys()],
    };
  },
});

/** The column of each border: every column as often as it has borders. */
const bordersOf = (columns: readonly number[], bins: number) =>
  columns.flatMap((column) => Array.from({ length: bins - 1 }, () => column));
