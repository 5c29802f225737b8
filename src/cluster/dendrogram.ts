/** From merges in any order to SciPy's numbering, and from a tree to its cuts. */
import { canonicalLabels, type Labels } from "../core/labels.js";
import { type Joins, rootOf } from "../kernels/joins.js";

/** n−1 merges in SciPy's numbering: rows are 0 … n−1, merge m makes cluster n + m. */
export interface LinkageTree {
  /** 2(n−1): the two clusters that merge m joins are `merges[2m] < merges[2m+1]`. */
  readonly merges: Int32Array;
  /** n−1, ascending. */
  readonly heights: Float64Array;
  /** n−1, rows in the new cluster. */
  readonly sizes: Int32Array;
}

/**
 * Sort merges by height (equal heights keep the order they were found in) and number the clusters they make.
 *
 * @see mullner2011
 */
export function treeOf({ a, b, heights }: Joins): LinkageTree {
  const count = heights.length;
  const n = count + 1;
  const order = Array.from({ length: count }, (_, m) => m).sort((p, q) => heights[p]! - heights[q]! || p - q);

  const merges = new Int32Array(2 * count);
  const sizes = new Int32Array(count);
  const parent = Int32Array.from({ length: 2 * n - 1 }, (_, i) => i);
  const size = (cluster: number) => (cluster < n ? 1 : sizes[cluster - n]!);
  order.forEach((m, step) => {
    const p = rootOf(parent, a[m]!);
    const q = rootOf(parent, b[m]!);
    merges[2 * step] = Math.min(p, q);
    merges[2 * step + 1] = Math.max(p, q);
    sizes[step] = size(p) + size(q);
    parent[p] = n + step;
    parent[q] = n + step;
  });
  return { merges, heights: Float64Array.from(order, (m) => heights[m]!), sizes };
}

/**
 * The tree cut into k clusters: all merges but the last k−1. Identical rows are never parted, so fewer clusters
 * come back when fewer than k rows are distinct.
 *
 * @returns canonical labels of the n rows
 */
export function cutTree({ merges, heights }: LinkageTree, k: number): Labels {
  const n = heights.length + 1;
  const parent = Int32Array.from({ length: 2 * n - 1 }, (_, i) => i);
  for (let m = 0; m < n - 1 && (m < n - k || heights[m] === 0); m++) {
    parent[merges[2 * m]!] = n + m;
    parent[merges[2 * m + 1]!] = n + m;
  }
  return canonicalLabels(Int32Array.from({ length: n }, (_, i) => rootOf(parent, i)));
}
