/**
 * From the joins of single linkage to the clusters that last: condense the tree, keep the parts with the greatest
 * excess of mass (Campello, Moulavi & Sander 2013).
 *
 * Read from the top, the tree tells how one cluster falls apart as the distance that holds it together shrinks. Parts
 * smaller than `minClusterSize` are rows falling off; only where two or more larger parts appear do new clusters begin.
 *
 * ```
 *   λ = 1/distance
 *   0 ─────────┬─ root (never a cluster: it stands for "no structure")
 *          ┌───┴────┐
 *          A        B      rows drop off one by one as λ grows
 *          │      ┌─┴─┐
 *          ┴      C   D    either B, or both C and D: whichever holds more rows for longer
 * ```
 */
import { type Joins, rootOf } from "../kernels/joins.js";

/** The tree of connected parts: node i < n is row i; a later node is made of all its parts at one distance. */
interface Parts {
  readonly n: number;
  /** For node n + t: the nodes it is made of. */
  readonly children: readonly (readonly number[])[];
  /** For node n + t: the distance at which they meet, ascending. */
  readonly heights: readonly number[];
  /** Rows of every node. */
  readonly sizes: readonly number[];
}

/**
 * Parts that meet at the same distance meet at once, however many: ties do not depend on the order of the joins.
 *
 * @param joins - of n − 1 ≥ 1 edges
 */
export function partsOf({ a, b, heights }: Joins): Parts {
  const n = heights.length + 1;
  const order = Array.from(heights.keys()).sort((p, q) => heights[p]! - heights[q]! || p - q);
  const parent = Int32Array.from({ length: n }, (_, i) => i);
  const node = Int32Array.from({ length: n }, (_, i) => i);
  const sizes: number[] = new Array(n).fill(1);
  const children: number[][] = [];
  const tops: number[] = [];

  for (let from = 0; from < n - 1; ) {
    const height = heights[order[from]!]!;
    let to = from;
    // root of a set that grows at this height → the nodes it is made of
    const growing = new Map<number, number[]>();
    for (; to < n - 1 && heights[order[to]!] === height; to++) {
      const i = rootOf(parent, a[order[to]!]!);
      const j = rootOf(parent, b[order[to]!]!);
      const these = growing.get(i) ?? [node[i]!];
      const those = growing.get(j) ?? [node[j]!];
      const [root, gone, kept, moved] = these.length >= those.length ? [i, j, these, those] : [j, i, those, these];
      parent[gone] = root;
      for (const part of moved) kept.push(part);
      growing.delete(gone);
      growing.set(root, kept);
    }
    for (const [root, parts] of growing) {
      node[root] = n + children.length;
      sizes.push(parts.reduce((sum, part) => sum + sizes[part]!, 0));
      children.push(parts);
      tops.push(height);
    }
    from = to;
  }
  return { n, children, heights: tops, sizes };
}

export interface Lasting {
  /** n; any number per cluster, −1 for noise. */
  readonly labels: Int32Array;
  /** The excess of mass of each cluster kept, in no order: Σ over its rows of λ at leaving − λ at its birth. */
  readonly stabilities: readonly number[];
}

/** A cluster of the condensed tree. The root is number 0; parents come before children. */
interface Cluster {
  readonly parent: number;
  /** λ at which it appears. */
  readonly birth: number;
  stability: number;
}

/**
 * The clusters of at least `minClusterSize` rows with the greatest total excess of mass, none inside another. Distances
 * of 0 count as the smallest positive one, so that duplicates do not last for ever.
 *
 * @remarks O(n)
 * @see campello2013
 */
export function lastingClusters({ n, children, heights, sizes }: Parts, minClusterSize: number): Lasting {
  const positive = heights.find((height) => height > 0) ?? 1;
  const lambdaOf = (node: number): number => 1 / Math.max(heights[node - n]!, positive);
  const clusters: Cluster[] = [{ parent: -1, birth: 0, stability: 0 }];
  const leftFrom = new Int32Array(n); // the cluster each row was last in
  const open: { node: number; cluster: number }[] = [{ node: n + children.length - 1, cluster: 0 }];

  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { node, cluster } = next;
    const lambda = lambdaOf(node);
    const parts = children[node - n]!;
    const large = parts.filter((part) => sizes[part]! >= minClusterSize);
    const splits = large.length > 1;
    for (const part of parts) {
      const size = sizes[part]!;
      if (size < minClusterSize) dropRows(part, cluster);
      if (size < minClusterSize || splits) clusters[cluster]!.stability += size * (lambda - clusters[cluster]!.birth);
      if (size >= minClusterSize) {
        open.push({ node: part, cluster: splits ? clusters.length : cluster });
        if (splits) clusters.push({ parent: cluster, birth: lambda, stability: 0 });
      }
    }
  }

  function dropRows(part: number, cluster: number): void {
    const stack = [part];
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      if (at < n) leftFrom[at] = cluster;
      else for (const child of children[at - n]!) stack.push(child);
    }
  }

  const kept = greatestExcess(clusters);
  // a row is of the kept cluster it was in, wherever below it left; above the kept ones it is noise
  const owner: number[] = [];
  for (const [c, { parent }] of clusters.entries()) owner.push(kept[c] ? c : parent < 0 ? -1 : owner[parent]!);
  return {
    labels: leftFrom.map((cluster) => owner[cluster]!),
    stabilities: clusters.filter((_, c) => kept[c]).map(({ stability }) => stability),
  };
}

/** Which clusters to keep: from the leaves up, a cluster or the best of what is below it; a tie keeps the larger. */
function greatestExcess(clusters: readonly Cluster[]): boolean[] {
  const below = new Float64Array(clusters.length);
  const chosen = clusters.map(() => false);
  for (let c = clusters.length - 1; c > 0; c--) {
    const { stability, parent } = clusters[c]!;
    chosen[c] = stability >= below[c]!;
    below[parent]! += Math.max(stability, below[c]!);
  }
  // of nested choices the outermost counts
  const covered = clusters.map(() => false);
  for (let c = 1; c < clusters.length; c++) {
    const { parent } = clusters[c]!;
    covered[c] = parent > 0 && (covered[parent]! || chosen[parent]!);
  }
  return chosen.map((is, c) => is && !covered[c]);
}
