/**
 * Cluster-wise stability under the bootstrap (Hennig 2007): draw rows with replacement, cluster the ones drawn,
 * and see how much of each original cluster comes back. Fitting is the caller's; this is the arithmetic.
 */
import { UserError } from "../core/errors.js";
import { countClusters, type Labels } from "../core/labels.js";
import { stream } from "../core/rng.js";

/** The thresholds of Hennig (2007) and of R's `clusterboot`. */
export const DISSOLVED = 0.5;
export const RECOVERED = 0.75;

/**
 * The rows of resample b: n draws with replacement, each row kept once (repeats would only make clusters of
 * copies), ascending. About 63 % of the rows. The same for every candidate of a decision.
 *
 * @param b - counter of the resample, from 0
 */
export function bootstrapRows(n: number, seed: number, b: number): Int32Array {
  const rng = stream(seed, "stability/bootstrap", b);
  const drawn = new Uint8Array(n);
  for (let i = 0; i < n; i++) drawn[rng.int(n)] = 1;
  const rows: number[] = [];
  for (let i = 0; i < n; i++) if (drawn[i] === 1) rows.push(i);
  return Int32Array.from(rows);
}

/**
 * For each cluster of the original labeling, its best Jaccard similarity to any cluster found on the resample,
 * both restricted to the rows drawn: |A ∩ B| / |A ∪ B|. 0 for a cluster none of whose rows were drawn, and where
 * the resample has no clusters. Noise is no cluster on either side, but a row that turns into noise is missed.
 *
 * Equal to fpc's `clusterboot(bootmethod = "boot", multipleboot = FALSE)`.
 *
 * @param original - canonical labels of all n rows
 * @param resampled - labels of the rows drawn, in the order of `rows`; −1 is noise
 * @param rows - the rows drawn, each once
 * @returns one value in [0, 1] per cluster of `original`
 * @throws UserError `SHAPE_MISMATCH` if `resampled` and `rows` differ in length
 */
export function clusterwiseJaccard(original: Labels, resampled: Labels, rows: Int32Array): Float64Array {
  if (resampled.length !== rows.length) {
    throw new UserError("SHAPE_MISMATCH", {
      what: `${resampled.length} labels for a resample of ${rows.length} rows`,
      mend: "give one label per row drawn, in the order of the rows",
    });
  }
  const k = countClusters(original);
  const found = countClusters(resampled);
  const overlap = new Int32Array(k * found);
  const sizes = new Int32Array(k);
  const foundSizes = new Int32Array(found);
  for (let i = 0; i < rows.length; i++) {
    const a = original[rows[i]!]!;
    const b = resampled[i]!;
    if (a >= 0) sizes[a]!++;
    if (b >= 0) foundSizes[b]!++;
    if (a >= 0 && b >= 0) overlap[a * found + b]!++;
  }
  const best = new Float64Array(k);
  for (let a = 0; a < k; a++) {
    for (let b = 0; b < found; b++) {
      const both = overlap[a * found + b]!;
      if (both > 0) best[a] = Math.max(best[a]!, both / (sizes[a]! + foundSizes[b]! - both));
    }
  }
  return best;
}

export interface ClusterStability {
  /** Mean Jaccard of each cluster over resamples. */
  readonly means: readonly number[];
  /** Resamples in which the cluster's Jaccard is at most .5: dissolved. */
  readonly dissolved: readonly number[];
  /** Resamples in which it is above .75: recovered. */
  readonly recovered: readonly number[];
  /** The smallest mean: the stability of the partition; 0 if there is no cluster. */
  readonly worst: number;
}

/** @param perResample - one array of `clusterwiseJaccard` per resample, at least one */
export function clusterStability(perResample: readonly Float64Array[]): ClusterStability {
  const k = perResample[0]?.length ?? 0;
  const clusters = Array.from({ length: k }, (_, c) => perResample.map((values) => values[c]!));
  const means = clusters.map((values) => values.reduce((a, b) => a + b, 0) / values.length);
  return {
    means,
    dissolved: clusters.map((values) => values.filter((value) => value <= DISSOLVED).length),
    recovered: clusters.map((values) => values.filter((value) => value > RECOVERED).length),
    worst: k === 0 ? 0 : Math.min(...means),
  };
}
