/**
 * What an index is worth: its value among those of random clusterings of the same rows into the same k
 * (Akhanli & Hennig 2020). An index drifts with k by itself; its z-score among random clusterings does not.
 */
import { UserError } from "../core/errors.js";
import { canonicalLabels, type Labels } from "../core/labels.js";
import type { Matrix } from "../core/matrix.js";
import { type Rng, stream } from "../core/rng.js";
import { meanAndDeviation } from "./moments.js";

/**
 * How a random clustering grows from k random rows:
 * `centroid` every row joins the nearest start, as k-means would; `nearest` the row nearest to any row of a
 * cluster joins it next, as single linkage would; `farthest` the row whose farthest distance to a cluster is
 * smallest joins it next, as complete linkage would; `average` the same with the mean distance.
 */
export const growths = ["centroid", "nearest", "farthest", "average"] as const;
export type Growth = (typeof growths)[number];

/** k different rows at random, for the random clustering `run` of a growth. */
export function randomStarts(n: number, k: number, seed: number, growth: Growth, run: number): Int32Array {
  return startsFrom(n, k, stream(seed, `stability/random-${growth}`, run));
}

function startsFrom(n: number, k: number, rng: Rng): Int32Array {
  if (k < 1 || k > n) {
    throw new UserError("PARAM_RANGE", {
      what: `cannot start ${k} clusters from ${n} rows`,
      mend: "ask for between 1 and as many clusters as there are rows",
    });
  }
  return rng.permutation(n).slice(0, k);
}

/**
 * The clustering that grows from the starts. Ties go to the row listed first, then to the start listed first.
 *
 * @param starts - k different rows; the i-th starts cluster i (the answer is renumbered canonically)
 * @param distances - of `x`, for many clusterings of the same rows; `centroid` needs none
 * @remarks `centroid` O(n·k·d); the others O(n²·(d + k)) time, less d with distances given, and O(n²) memory
 */
export function growFrom(x: Matrix, starts: Int32Array, growth: Growth, distances?: Float64Array): Labels {
  return canonicalLabels(
    growth === "centroid" ? nearestStart(x, starts) : grow(x.rows, distances ?? allDistances(x), starts, growth),
  );
}

/** The distance of every two rows, n×n. */
export function allDistances(x: Matrix): Float64Array {
  const n = x.rows;
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      const apart = distance(x, i, j);
      out[i * n + j] = apart;
      out[j * n + i] = apart;
    }
  }
  return out;
}

/** Those among some of n rows, m×m. */
export function distancesAmong(distances: Float64Array, n: number, rows: Int32Array): Float64Array {
  const m = rows.length;
  const out = new Float64Array(m * m);
  for (let i = 0; i < m; i++) for (let j = 0; j < m; j++) out[i * m + j] = distances[rows[i]! * n + rows[j]!]!;
  return out;
}

function nearestStart(x: Matrix, starts: Int32Array): Int32Array {
  const labels = new Int32Array(x.rows);
  for (let i = 0; i < x.rows; i++) {
    let best = Number.POSITIVE_INFINITY;
    for (let c = 0; c < starts.length; c++) {
      const apart = distance(x, i, starts[c]!);
      if (apart < best) {
        best = apart;
        labels[i] = c;
      }
    }
  }
  // A start stays in its own cluster even where another start is a copy of it.
  starts.forEach((row, c) => {
    labels[row] = c;
  });
  return labels;
}

function grow(n: number, distances: Float64Array, starts: Int32Array, growth: Exclude<Growth, "centroid">): Int32Array {
  const k = starts.length;
  const labels = new Int32Array(n).fill(-1);
  const sizes = new Int32Array(k);
  // Rows without a cluster, ascending.
  const open = Int32Array.from({ length: n }, (_, i) => i);
  let left = n;
  // Per row and cluster: smallest, largest or summed distance to the rows already in it.
  const reach = new Float64Array(n * k).fill(growth === "nearest" ? Number.POSITIVE_INFINITY : 0);
  const reachOf = (at: number, cluster: number) => (growth === "average" ? reach[at]! / sizes[cluster]! : reach[at]!);
  // Per row: the cluster it would join, and at what value.
  const best = new Float64Array(n).fill(Number.POSITIVE_INFINITY);
  const bestCluster = new Int32Array(n);
  const lookAgain = (i: number) => {
    best[i] = Number.POSITIVE_INFINITY;
    for (let c = 0; c < k; c++) {
      const value = reachOf(i * k + c, c);
      if (value < best[i]!) {
        best[i] = value;
        bestCluster[i] = c;
      }
    }
  };
  const join = (row: number, cluster: number) => {
    labels[row] = cluster;
    sizes[cluster]!++;
    const place = open.indexOf(row);
    open.copyWithin(place, place + 1, left--);
    for (let o = 0; o < left; o++) {
      const i = open[o]!;
      const at = i * k + cluster;
      const apart = distances[row * n + i]!;
      if (growth === "average") reach[at]! += apart;
      else if (growth === "nearest" ? apart < reach[at]! : apart > reach[at]!) reach[at] = apart;
    }
  };
  starts.forEach(join);
  for (let o = 0; o < left; o++) lookAgain(open[o]!);
  while (left > 0) {
    let row = open[0]!;
    for (let o = 1; o < left; o++) if (best[open[o]!]! < best[row]!) row = open[o]!;
    const cluster = bestCluster[row]!;
    join(row, cluster);
    // Only values of the cluster that grew have changed.
    for (let o = 0; o < left; o++) {
      const i = open[o]!;
      const value = reachOf(i * k + cluster, cluster);
      if (value < best[i]! || (value === best[i]! && cluster <= bestCluster[i]!)) {
        best[i] = value;
        bestCluster[i] = cluster;
      } else if (bestCluster[i] === cluster) lookAgain(i);
    }
  }
  return labels;
}

function distance(x: Matrix, i: number, j: number): number {
  let sum = 0;
  for (let c = 0; c < x.cols; c++) {
    const difference = x.data[i * x.cols + c]! - x.data[j * x.cols + c]!;
    sum += difference * difference;
  }
  return Math.sqrt(sum);
}

/**
 * The z-score of a value among those of random clusterings (divisor B−1), turned so that higher is better. 0 if
 * the random values do not vary; null if the value is not defined or fewer than two random ones are.
 *
 * fpc's `clusterbenchstats` by default counts the candidates of that k among the pool too; to do so, append their
 * values to `randomValues`.
 *
 * @example calibrate(0.5, [0.1, 0.2, 0.3], "higher"); // 3
 */
export function calibrate(
  value: number | null,
  randomValues: readonly (number | null)[],
  better: "higher" | "lower",
): number | null {
  const defined = randomValues.filter((other) => other !== null);
  if (value === null || defined.length < 2) return null;
  const { mean, deviation } = meanAndDeviation(defined);
  if (deviation === 0) return 0;
  const z = (value - mean) / deviation;
  return better === "higher" ? z : -z;
}

/** The plain mean of z-scores: the A of the decision. Null if any is missing. */
export function aggregate(zs: readonly (number | null)[]): number | null {
  const defined = zs.filter((z) => z !== null);
  return defined.length === 0 || defined.length < zs.length ? null : defined.reduce((a, b) => a + b, 0) / zs.length;
}
