/** Baseline: labels drawn by lot. An index that likes these likes anything. */
import { z } from "zod";
import { clusterSizes, renumber } from "../core/labels.js";
import { stream } from "../core/rng.js";
import { defineAlgorithm } from "./define.js";
import { reasonsOf } from "./reasons.js";
import { requireClusters } from "./require.js";

const params = z.strictObject({
  k: z
    .int()
    .min(2)
    .meta({ description: "number of clusters", unit: "clusters", sweep: [2, 3, 4, 5, 6, 7, 8, 9, 10] }),
});

export const randomLabels = defineAlgorithm({
  name: "random-labels",
  title: "Baseline, random labels: every row draws its cluster by lot",
  version: 1,
  cites: [],
  complexity: "O(n). Memory O(n).",
  departures: [],
  seeAlso: { "quantile-bins": "a baseline that uses the data" },
  can: { noise: false, seeded: true, baseline: true },
  params,
  shows: ["k"],
  together: () => "all",
  fitMany: (x, grid, { seed }) =>
    grid.map(({ k }) => {
      requireClusters(x, k);
      const lot = stream(seed, "random-labels/lot");
      const { labels } = renumber(Int32Array.from({ length: x.rows }, () => lot.int(k)));
      return { labels, reasons: reasonsOf(labels, k), objective: null, outputs: {}, found: {}, notes: [] };
    }),
  cost: (n, _, grid) => ({ bytes: n * 16, seconds: grid.length * n * 1e-7 }),
  /**
   * Nothing about a row tells its lot, so the best guess for a new one is the largest cluster: no thresholds, one
   * bin. It agrees with about one row in k, which is the truth about this labeling.
   */
  assignment(_x, _params, fit) {
    const { sizes } = clusterSizes(fit.labels);
    return { rule: "thresholds", column: 0, thresholds: [], labels: [sizes.indexOf(Math.max(...sizes))] };
  },
});
