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
 * @remarks `centroid` O(n·k·d); the others O(n²·(d + k)) time and O(n·k) memory
 */
export function growFrom(x: Matrix, starts: Int32Array, growth: Growth): Labels {
  return canonicalLabels(growth === "centroid" ? nearestStart(x, starts) : grow(x, starts, growth));
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

function grow(x: Matrix, starts: Int32Array, growth: "nearest" | "farthest" | "average"): Int32Array {
  const n = x.rows;
  const k = starts.length;
  const labels = new Int32Array(n).fill(-1);
  const sizes = new Int32Array(k);
  // Per row and cluster: smallest, largest or summed distance to the rows already in it.
  const reach = new Float64Array(n * k).fill(growth === "nearest" ? Number.POSITIVE_INFINITY : 0);
  const join = (row: number, cluster: number) => {
    labels[row] = cluster;
    sizes[cluster]!++;
    for (let i = 0; i < n; i++) {
      if (labels[i]! >= 0) continue;
      const apart = distance(x, i, row);
      const at = i * k + cluster;
      if (growth === "average") reach[at]! += apart;
      else reach[at] = growth === "nearest" ? Math.min(reach[at]!, apart) : Math.max(reach[at]!, apart);
    }
  };
  starts.forEach(join);
  for (let joined = k; joined < n; joined++) {
    let best = Number.POSITIVE_INFINITY;
    let row = -1;
    let cluster = -1;
    for (let i = 0; i < n; i++) {
      if (labels[i]! >= 0) continue;
      for (let c = 0; c < k; c++) {
        const value = growth === "average" ? reach[i * k + c]! / sizes[c]! : reach[i * k + c]!;
        if (value < best || row < 0) {
          best = value;
          row = i;
          cluster = c;
        }
      }
    }
    join(row, cluster);
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
 * @example calibrate(0.5, [0.1, 0.2, 0.3], "higher") // 3
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
