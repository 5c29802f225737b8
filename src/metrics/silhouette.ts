/** Silhouette: how much nearer each row lies to its own cluster than to the next one. */
import { UserError } from "../core/errors.js";
import type { Labels } from "../core/labels.js";
import { compensatedSum } from "../core/math.js";
import type { Matrix } from "../core/matrix.js";
import { defineMetric, type Scores } from "./define.js";
import { type Groups, groupsOf, isComparable } from "./groups.js";
import { type RowSilhouettes, silhouettePass } from "./silhouette-pass.js";

const ROW_VALUES = 33_554_432;

const empty: Scores = {
  silhouette: null,
  silhouette_no_noise: null,
  silhouette_coverage: null,
  silhouette_macro: null,
};

/**
 * Mean silhouette in four readings, since a mean may be bought by leaving rows out or by forgetting a small
 * cluster: noise as one more cluster (scikit-learn's call), noise left out, that times the share of rows kept,
 * and the mean over clusters of each cluster's own mean (noise left out).
 *
 * A row alone in its cluster counts 0. All are null with fewer than two clusters or one per row.
 *
 * @remarks O(n²·d) for any number of labelings. Exact sums: see silhouette-pass.ts for the bound.
 */
export const silhouette = defineMetric({
  name: "silhouette",
  title: "Silhouette: how much nearer rows lie to their own cluster than to the next",
  version: 1,
  cites: ["rousseeuw1987", "kaufman1990"],
  favours: "few, round clusters of like size; doubtful for long or density-based ones",
  columns: [
    { name: "silhouette", title: "silhouette, noise as one more cluster", better: "higher", range: [-1, 1] },
    { name: "silhouette_no_noise", title: "silhouette, noise left out", better: "higher", range: [-1, 1] },
    {
      name: "silhouette_coverage",
      title: "silhouette without noise × share of rows in clusters",
      better: "higher",
      range: [-1, 1],
    },
    { name: "silhouette_macro", title: "mean of the clusters' mean silhouettes", better: "higher", range: [-1, 1] },
  ],
  scoreMany(x, labelings) {
    // so many at a time that their rows' values stay below half a gigabyte; the bits do not depend on it
    const batch = Math.max(1, Math.floor(ROW_VALUES / Math.max(1, x.rows)));
    const scores: Scores[] = [];
    for (let from = 0; from < labelings.length; from += batch) {
      const groupings = labelings.slice(from, from + batch).map((labels) => groupsOf(x, labels));
      const passes = silhouettePass(x, groupings);
      // labelings that are the same share their rows' values
      const known = new Map<RowSilhouettes, Scores>();
      groupings.forEach((groups, l) => {
        const pass = passes?.[l];
        const score = pass ? (known.get(pass) ?? summarise(groups, pass)) : empty;
        if (pass) known.set(pass, score);
        scores.push(score);
      });
    }
    return scores;
  },
  inParts: { part, combine },
});

/** Per labeling: the rows' silhouettes with noise as a cluster, and behind them those without noise, if there is noise. */
function part(x: Matrix, labelings: readonly Labels[], from: number, to: number): Float64Array[] {
  const groupings = labelings.map((labels) => groupsOf(x, labels));
  const passes = silhouettePass(x, groupings, from, to);
  return (passes ?? []).map(({ all, noNoise }) => {
    if (noNoise === all) return all;
    const both = new Float64Array(all.length * 2);
    both.set(all);
    both.set(noNoise, all.length);
    return both;
  });
}

function combine(x: Matrix, labelings: readonly Labels[], parts: readonly (readonly Float64Array[])[]): Scores[] {
  return labelings.map((labels, l) => {
    if (parts.some((values) => values.length === 0)) return empty;
    const groups = groupsOf(x, labels);
    const all = new Float64Array(x.rows);
    const noNoise = groups.noise > 0 ? new Float64Array(x.rows) : all;
    let at = 0;
    for (const values of parts) {
      const both = values[l]!;
      const rows = groups.noise > 0 ? both.length / 2 : both.length;
      all.set(both.subarray(0, rows), at);
      if (noNoise !== all) noNoise.set(both.subarray(rows), at);
      at += rows;
    }
    return summarise(groups, { all, noNoise });
  });
}

export interface SilhouetteSamples {
  /** One value in [−1, 1] per row. */
  readonly samples: Float64Array;
  /** Mean over the rows of each cluster; noise, when it counts as a cluster, is the last. */
  readonly clusterMeans: readonly number[];
}

/**
 * The silhouette of each row, and each cluster's mean.
 *
 * @param x - n×d, columns on comparable scales
 * @param labels - canonical, length n
 * @param noise - `cluster`: −1 counts as one more cluster; `leave-out`: those rows count for nothing and get 0
 * @throws UserError `SHAPE_MISMATCH` if there is not one label per row
 * @throws UserError `TOO_FEW_CLUSTERS` if fewer than two clusters remain
 * @throws UserError `NOT_FINITE` if x holds a missing or infinite value
 * @example silhouetteSamples(matrix([[0], [1], [9], [10]]), Int32Array.of(0, 0, 1, 1)).samples[0]; // 0.8947…
 */
export function silhouetteSamples(
  x: Matrix,
  labels: Labels,
  noise: "cluster" | "leave-out" = "cluster",
): SilhouetteSamples {
  const groups = groupsOf(x, labels);
  const count = noise === "cluster" ? groups.count : groups.clusters;
  if (count < 2) {
    throw new UserError("TOO_FEW_CLUSTERS", {
      what: `the silhouette needs at least 2 clusters, got ${count}`,
      mend: "score a partition with more clusters",
    });
  }
  const pass = silhouettePass(x, [groups])?.[0];
  if (pass === undefined) {
    throw new UserError("NOT_FINITE", {
      what: "the distances between rows are not all finite numbers",
      mend: "impute missing values and scale the columns before scoring",
    });
  }
  const samples = noise === "cluster" ? pass.all : pass.noNoise;
  return { samples, clusterMeans: clusterMeans(samples, groups, count) };
}

function summarise(groups: Groups, pass: RowSilhouettes): Scores {
  const rows = groups.of.length;
  const kept = rows - groups.noise;
  const all = isComparable(groups.count, rows) ? compensatedSum(pass.all) / rows : null;
  if (!isComparable(groups.clusters, kept)) return { ...empty, silhouette: all };
  // Rows of noise hold 0 and add nothing.
  const noNoise = groups.noise === 0 ? all! : compensatedSum(pass.noNoise) / kept;
  const means = clusterMeans(pass.noNoise, groups, groups.clusters);
  return {
    silhouette: all,
    silhouette_no_noise: noNoise,
    silhouette_coverage: noNoise * (kept / rows),
    silhouette_macro: compensatedSum(means) / means.length,
  };
}

function clusterMeans(samples: Float64Array, groups: Groups, count: number): number[] {
  const { of, sizes } = groups;
  const sums = new Float64Array(sizes.length);
  for (let i = 0; i < samples.length; i++) sums[of[i]!]! += samples[i]!;
  return Array.from(sums.subarray(0, count), (sum, g) => sum / sizes[g]!);
}
