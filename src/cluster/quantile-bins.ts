/** Baseline: one column, cut into equal shares of the rows. What any clustering should beat. */
import { z } from "zod";
import { renumber } from "../core/labels.js";
import { quantileSorted } from "../core/math.js";
import { defineAlgorithm } from "./define.js";
import { reasonsOf } from "./reasons.js";
import { requireClusters, requireColumn } from "./require.js";

const params = z.strictObject({
  k: z
    .int()
    .min(2)
    .meta({ description: "number of equal shares", unit: "clusters", sweep: [2, 3, 4, 5, 6] }),
  column: z
    .int()
    .min(0)
    .default(0)
    .meta({ description: "the column to cut", unit: "column, from 0", sweep: [0] }),
});

export const quantileBins = defineAlgorithm({
  name: "quantile-bins",
  title: "Baseline, quantile bins: one column cut into k equal shares",
  version: 1,
  cites: [],
  complexity: "O(n·log n). Memory O(n).",
  departures: [],
  seeAlso: { "zero-cells": "columns with many zeros" },
  can: { noise: false, seeded: false, baseline: true },
  params,
  shows: ["k", "column"],
  together: () => "all",
  fitMany: (x, grid) =>
    grid.map(({ k, column }) => {
      requireClusters(x, k);
      requireColumn(x, column, "column");
      const values = Float64Array.from({ length: x.rows }, (_, i) => x.data[i * x.cols + column]!);
      const sorted = Float64Array.from(values).sort();
      const quantiles = Array.from({ length: k - 1 }, (_, i) => quantileSorted(sorted, (i + 1) / k));
      // Tied values leave bins empty: keep only the lower thresholds of bins that hold rows.
      const occupied = [...new Set(sorted.map((value) => binOf(quantiles, value)))];
      const thresholds = occupied.slice(1).map((bin) => quantiles[bin - 1]!);
      const { labels, old } = renumber(values.map((value) => binOf(thresholds, value)));
      const labelOfBin = new Int32Array(old.length);
      old.forEach((bin, label) => {
        labelOfBin[bin] = label;
      });
      return {
        labels,
        reasons: reasonsOf(labels, k),
        objective: null,
        outputs: {},
        found: { thresholds: Float64Array.from(thresholds), labelOfBin },
        notes: [],
      };
    }),
  cost: (n, _, grid) => ({ bytes: n * 16, seconds: grid.length * n * 1e-7 }),
  assignment: (_x, { column }, fit) => ({
    rule: "thresholds",
    column,
    thresholds: Array.from(fit.found["thresholds"] as Float64Array),
    labels: Array.from(fit.found["labelOfBin"] as Int32Array),
  }),
});

/** The number of thresholds that the value has reached. */
function binOf(thresholds: readonly number[], value: number): number {
  let bin = 0;
  for (const threshold of thresholds) if (value >= threshold) bin++;
  return bin;
}
