/** K-Medoids: like k-means, but each cluster is stood for by one of its own rows, and distances are not squared. */
import { z } from "zod";
import { renumber } from "../core/labels.js";
import { type Matrix, takeRows } from "../core/matrix.js";
import type { Note } from "../core/notes.js";
import { stream } from "../core/rng.js";
import { fasterPam, type MedoidResult } from "../kernels/kmedoids.js";
import type { DistanceMetric } from "../kernels/manhattan.js";
import { defineAlgorithm, type Fit, type FitReason } from "./define.js";
import { metricOption } from "./metric.js";
import { reasonsOf } from "./reasons.js";
import { requireClusters } from "./require.js";

const params = z.strictObject({
  k: z
    .int()
    .min(2)
    .meta({ description: "number of clusters", unit: "clusters", sweep: [2, 3, 4, 5, 6, 7, 8, 9, 10] }),
  nInit: z
    .int()
    .min(1)
    .default(3)
    .meta({ description: "random starts; the best one is kept", unit: "starts", sweep: [3] }),
  maxIter: z
    .int()
    .min(1)
    .default(100)
    .meta({ description: "the most passes over the candidate rows of one start", unit: "passes", sweep: [100] }),
  metric: metricOption,
});

type KMedoidsParams = z.output<typeof params>;

export const kmedoids = defineAlgorithm({
  name: "kmedoids",
  title: "K-Medoids: each row goes to the nearest of k typical rows (FasterPAM)",
  version: 2,
  cites: ["kaufman1990", "schubert2021", "gower1971"],
  complexity: "O(n²·d) a pass over the candidates, shared by all k. Memory O(n·(d + Σk)).",
  departures: [
    "Random starts instead of the paper's BUILD; nInit of them, the best kept.",
    "The search compares float32 distances and takes a swap that gains more than 1e-7 of the deviation; the result is computed in float64.",
  ],
  seeAlso: { kmeans: "speed, where a mean is a sensible centre", agglomerative: "a tree over all numbers of clusters" },
  can: { noise: false, seeded: true, baseline: false },
  params,
  shows: ["k"],
  together: ({ metric }) => metric,
  fitMany(x, grid, { seed }) {
    for (const { k } of grid) requireClusters(x, k);
    const fits = new Array<Fit>(grid.length);
    for (const metric of new Set(grid.map((point) => point.metric))) {
      const here = [...grid.keys()].filter((i) => grid[i]!.metric === metric);
      const best = searchAll(
        x,
        here.map((i) => grid[i]!),
        metric,
        seed,
      );
      here.forEach((i, at) => {
        fits[i] = fitOf(best[at]!, grid[i]!);
      });
    }
    return fits;
  },
  /** Every candidate's distances to all rows, shared by all k; few times n candidates in all. */
  cost: (n, d, grid) => ({
    bytes: n * d * 8 + grid.reduce((sum, { k }) => sum + n * (k * 8 + 24), 0),
    seconds: Math.max(...grid.map(({ nInit }) => nInit)) * n * n * (d + 4) * (2e-10 + grid.length * 5e-11),
  }),
  assignment(x, { metric }, fit) {
    const medoidRows = Array.from(fit.found["medoidRows"] as Int32Array);
    return {
      rule: "nearest-medoid",
      medoids: takeRows(x, medoidRows),
      medoidRows,
      ...(metric === "manhattan" ? { metric } : {}),
    };
  },
});

/**
 * The best search of each grid point, ties to the earlier start. Within a start all points share the candidate order,
 * and their start medoids are the first k of one random order of the rows.
 */
function searchAll(x: Matrix, grid: readonly KMedoidsParams[], metric: DistanceMetric, seed: number): MedoidResult[] {
  const best: MedoidResult[] = [];
  const starts = Math.max(...grid.map(({ nInit }) => nInit), 0);
  for (let start = 0; start < starts; start++) {
    const candidates = stream(seed, "kmedoids/candidates", start).permutation(x.rows);
    const firsts = stream(seed, "kmedoids/init", start).permutation(x.rows);
    const active = [...grid.keys()].filter((i) => grid[i]!.nInit > start);
    const searches = active.map((i) => ({ medoids: firsts.slice(0, grid[i]!.k), maxIter: grid[i]!.maxIter }));
    fasterPam(x, candidates, searches, metric).forEach((result, which) => {
      const i = active[which]!;
      if (best[i] === undefined || result.deviation < best[i].deviation) best[i] = result;
    });
  }
  return best;
}

function fitOf(result: MedoidResult, { k, nInit, maxIter }: KMedoidsParams): Fit {
  const { labels, old } = renumber(result.labels);
  const reasons: FitReason[] = reasonsOf(labels, k);
  const notes: Note[] = [];
  if (!result.converged) {
    reasons.push("not-converged");
    notes.push({
      code: "not-converged",
      message: `the best of ${nInit} starts was still swapping after ${maxIter} passes`,
      hint: "raise maxIter",
    });
  }
  return {
    labels,
    reasons,
    objective: { value: result.deviation, better: "lower" },
    outputs: { deviation: result.deviation, iterations: result.iterations, swaps: result.swaps },
    found: { medoidRows: Int32Array.from(old, (m) => result.medoids[m]!) },
    notes,
  };
}
