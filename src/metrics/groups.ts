/**
 * Labels as the indices read them: noise either counts as one more cluster or is left out.
 *
 * scikit-learn's scores know nothing of noise, so a plain call on DBSCAN's labels takes −1 for one more
 * cluster. Every index here does the same unless its own page says otherwise, so that no partition gains by
 * throwing rows away.
 */
import { UserError } from "../core/errors.js";
import { countClusters, type Labels, NOISE } from "../core/labels.js";
import type { Matrix } from "../core/matrix.js";

export interface Groups {
  /** Group of each row: clusters 0 … clusters−1, noise (if any) the last. */
  readonly of: Int32Array;
  /** Clusters, and one more if there is noise. */
  readonly count: number;
  /** Clusters without noise. */
  readonly clusters: number;
  /** Rows per group. */
  readonly sizes: Int32Array;
  /** Rows of noise. */
  readonly noise: number;
}

/**
 * Noise becomes the last group. Needs canonical labels.
 *
 * @throws UserError `SHAPE_MISMATCH` if there is not one label per row
 */
export function groupsOf(x: Matrix, labels: Labels): Groups {
  if (labels.length !== x.rows) {
    throw new UserError("SHAPE_MISMATCH", {
      what: `${labels.length} labels for ${x.rows} rows`,
      mend: "give one label per row, in row order",
    });
  }
  const clusters = countClusters(labels);
  const sizes = new Int32Array(clusters + 1);
  const of = new Int32Array(labels.length);
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    const group = label === NOISE ? clusters : label;
    of[i] = group;
    sizes[group]!++;
  }
  const noise = sizes[clusters]!;
  const count = noise > 0 ? clusters + 1 : clusters;
  return { of, count, clusters, sizes: sizes.subarray(0, count), noise };
}

/** Between two groups and one fewer than there are rows: outside it there is nothing to compare. */
export function isComparable(count: number, rows: number): boolean {
  return count >= 2 && count < rows;
}

/** The value, or null where it is not a finite number. */
export function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
