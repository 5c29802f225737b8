/** From joins in any order to the tree that SciPy writes, and from the tree to k clusters. */

/** Joins of two clusters, each named by one of its rows, in any order in which a cluster joins after it was made. */
export interface Joins {
  readonly a: Int32Array;
  readonly b: Int32Array;
  readonly heights: Float64Array;
}

/**
 * A dendrogram as SciPy's linkage matrix: merge t makes cluster n + t of `left[t]` < `right[t]`, at `heights[t]`
 * (ascending), with `sizes[t]` rows.
 */
export interface Dendrogram {
  /** Rows, so n − 1 merges. */
  readonly n: number;
  readonly left: Int32Array;
  readonly right: Int32Array;
  readonly heights: Float64Array;
  readonly sizes: Int32Array;
}

/**
 * Sort joins by height (equal heights keep their order) and number the clusters.
 *
 * @remarks O(n log n). The heights must grow from child to parent, up to rounding.
 */
export function dendrogram({ a, b, heights }: Joins): Dendrogram {
  const merges = heights.length;
  const n = merges + 1;
  const order = new Int32Array(merges).map((_, i) => i).sort((i, j) => heights[i]! - heights[j]! || i - j);
  const out = {
    n,
    left: new Int32Array(merges),
    right: new Int32Array(merges),
    heights: new Float64Array(merges),
    sizes: new Int32Array(merges),
  };
  const parent = new Int32Array(n).map((_, i) => i);
  const cluster = parent.slice();
  const size = new Int32Array(n).fill(1);
  order.forEach((join, t) => {
    const i = rootOf(parent, a[join]!);
    const j = rootOf(parent, b[join]!);
    const [keep, drop] = size[i]! >= size[j]! ? [i, j] : [j, i];
    out.left[t] = Math.min(cluster[i]!, cluster[j]!);
    out.right[t] = Math.max(cluster[i]!, cluster[j]!);
    out.heights[t] = heights[join]!;
    out.sizes[t] = size[i]! + size[j]!;
    parent[drop] = keep;
    size[keep] = out.sizes[t]!;
    cluster[keep] = n + t;
  });
  return out;
}

/**
 * The root of an entry of a union-find forest; halves the path on the way.
 *
 * @param parent - in/out
 */
export function rootOf(parent: Int32Array, i: number): number {
  while (parent[i] !== i) {
    parent[i] = parent[parent[i]!]!;
    i = parent[i]!;
  }
  return i;
}

/**
 * The k clusters left when the last k−1 merges are undone: one label per row, numbered by first appearance.
 *
 * @param k - 1 … n
 */
export function cutTree({ n, left, right }: Dendrogram, k: number): Int32Array {
  // down from the top: a cluster passes its mark to its two parts, unless it was made by an undone merge
  const mark = new Int32Array(2 * n - 1).fill(-1);
  for (let node = 2 * n - 2; node >= n; node--) {
    const t = node - n;
    if (t >= n - k) continue;
    if (mark[node] === -1) mark[node] = node;
    mark[left[t]!] = mark[node]!;
    mark[right[t]!] = mark[node]!;
  }
  const numbers = new Map<number, number>();
  const labels = new Int32Array(n);
  for (let row = 0; row < n; row++) {
    const cluster = mark[row] === -1 ? row : mark[row]!;
    let number = numbers.get(cluster);
    if (number === undefined) {
      number = numbers.size;
      numbers.set(cluster, number);
    }
    labels[row] = number;
  }
  return labels;
}
