/** The top of a merge tree: what is left of it when only so many branches are kept. */
import { countClusters, type Labels } from "../core/labels.js";
import { cutTree, type LinkageTree } from "./dendrogram.js";

export interface Branches {
  /** Rows of each branch; branches are numbered by their first row. */
  readonly sizes: readonly number[];
  /** Two nodes per merge, as in a tree whose rows are the branches. */
  readonly merges: readonly number[];
  /** One per merge, ascending. */
  readonly heights: readonly number[];
  /** The branch of each row. */
  readonly of: Labels;
}

/**
 * Keep the last merges of a tree. Cutting the rest into k clusters, k ≤ `most`, gives the clusters of the whole tree.
 *
 * @param most - branches to keep; fewer come back where fewer rows are distinct
 */
export function topBranches(tree: LinkageTree, most: number): Branches {
  const n = tree.heights.length + 1;
  const of = cutTree(tree, Math.min(most, n));
  const count = countClusters(of);
  const first = n - count;
  const sizes = new Array<number>(count).fill(0);
  for (const branch of of) sizes[branch] = sizes[branch]! + 1;

  // Any row of a node tells its branch.
  const rowOf = Int32Array.from({ length: n + tree.heights.length }, (_, node) => node);
  for (let m = 0; m < tree.heights.length; m++) rowOf[n + m] = rowOf[tree.merges[2 * m]!]!;
  const nodeOf = (node: number) => (node < n + first ? of[rowOf[node]!]! : count + node - n - first);
  return {
    sizes,
    merges: Array.from(tree.merges.subarray(2 * first), nodeOf),
    heights: Array.from(tree.heights.subarray(first)),
    of,
  };
}
