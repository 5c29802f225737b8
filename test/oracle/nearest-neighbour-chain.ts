/**
 * Hierarchical clustering, the whole tree: Ward on centroids, complete and average on a distance matrix,
 * single as a minimum spanning tree.
 *
 * Ward, complete and average follow a chain of nearest neighbours: from any cluster to its nearest, to that one's
 * nearest … until two are each other's nearest. Those two are joined; for these linkages no cheaper join is
 * lost by joining them now. Merges come out of order and are sorted by height at the end.
 */
import { type LinkageTree, treeOf } from "../../src/cluster/dendrogram.js";
import { squaredDistance } from "../../src/cluster/slow/squared-distance.js";
import type { Joins } from "../../src/kernels/joins.js";

export type Linkage = "ward" | "complete" | "average" | "single";

/**
 * @param x - n×d, n ≥ 2
 * @remarks ward and single: O(n²·d) time, O(n·d) memory. complete and average: O(n²·d) time, 4n² bytes.
 * @throws RangeError when the distance matrix does not fit in memory
 * @see ward1963, murtagh2014, mullner2011, gower1969
 */
export function linkageTree(x: Float64Array, n: number, d: number, linkage: Linkage): LinkageTree {
  if (linkage === "ward") return treeOf(ward(x, n, d));
  if (linkage === "single") return treeOf(spanningTree(x, n, d));
  return treeOf(byMatrix(x, n, d, linkage));
}

/** What the chain asks of a linkage. A cluster is known by one of its rows. */
interface Clusters {
  /** Any number that orders the neighbours of `a` as the linkage does. */
  closeness(a: number, b: number): number;
  /** Join b into a, or a into b: the one that survives keeps its name. Answers the survivor and the height. */
  join(a: number, b: number): { survivor: number; height: number };
}

function chainOfNearest(n: number, clusters: Clusters): Joins {
  const raw = { a: new Int32Array(n - 1), b: new Int32Array(n - 1), heights: new Float64Array(n - 1) };
  const alive = Int32Array.from({ length: n }, (_, i) => i); // ascending
  let living = n;
  let chain: number[] = [];
  for (let merge = 0; merge < n - 1; merge++) {
    if (chain.length === 0) chain.push(alive[0]!);
    for (;;) {
      const tip = chain.at(-1)!;
      const before = chain.at(-2);
      // Ties go to the one we came from, or the chain might walk in a ring; then to the lowest.
      let nearest = before ?? -1;
      let least = before === undefined ? Number.POSITIVE_INFINITY : clusters.closeness(tip, before);
      for (let p = 0; p < living; p++) {
        const other = alive[p]!;
        if (other === tip) continue;
        const closeness = clusters.closeness(tip, other);
        if (closeness < least) {
          least = closeness;
          nearest = other;
        }
      }
      if (nearest !== before) {
        // Among ties, rounding can bring a joined cluster an ulp nearer than its parts were, and lead the chain
        // into itself. A fresh chain cannot meet itself before the next join.
        if (chain.includes(nearest)) chain = [tip];
        chain.push(nearest);
        continue;
      }
      chain.length -= 2;
      const { survivor, height } = clusters.join(before, tip);
      const gone = survivor === before ? tip : before;
      raw.a[merge] = before;
      raw.b[merge] = tip;
      raw.heights[merge] = height;
      const at = indexIn(alive, living, gone);
      alive.copyWithin(at, at + 1, living);
      living--;
      break;
    }
  }
  return raw;
}

/** The place of a value in the ascending first `length` entries. */
function indexIn(values: Int32Array, length: number, value: number): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Ward: the height of a join is √(2·|A||B|/(|A|+|B|)) · |c_A − c_B|, which centroids and sizes suffice for. */
function ward(x: Float64Array, n: number, d: number): Joins {
  const centroids = Float64Array.from(x);
  const sizes = new Float64Array(n).fill(1);
  const closeness = (a: number, b: number) =>
    ((2 * sizes[a]! * sizes[b]!) / (sizes[a]! + sizes[b]!)) * squaredDistance(centroids, a, centroids, b, d);
  return chainOfNearest(n, {
    closeness,
    join(a, b) {
      const height = Math.sqrt(closeness(a, b));
      const [survivor, gone] = a < b ? [a, b] : [b, a];
      const total = sizes[a]! + sizes[b]!;
      const share = sizes[gone]! / total;
      for (let j = 0; j < d; j++) {
        centroids[survivor * d + j]! += share * (centroids[gone * d + j]! - centroids[survivor * d + j]!);
      }
      sizes[survivor] = total;
      return { survivor, height };
    },
  });
}

/** Complete and average, by Lance and Williams' update of the distances to the joined cluster. */
function byMatrix(x: Float64Array, n: number, d: number, linkage: "complete" | "average"): Joins {
  const distances = new Float64Array((n * (n - 1)) / 2);
  // The distance of i < j lies at starts[i] + j.
  const starts = Float64Array.from({ length: n }, (_, i) => i * (n - 1) - (i * (i - 1)) / 2 - i - 1);
  const at = (i: number, j: number) => (i < j ? starts[i]! + j : starts[j]! + i);
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) distances[at(i, j)] = Math.sqrt(squaredDistance(x, i, x, j, d));
  }
  const sizes = new Float64Array(n).fill(1);
  const closeness = (a: number, b: number) => distances[at(a, b)]!;
  return chainOfNearest(n, {
    closeness,
    join(a, b) {
      const height = closeness(a, b);
      const [survivor, gone] = a < b ? [a, b] : [b, a];
      const total = sizes[a]! + sizes[b]!;
      for (let other = 0; other < n; other++) {
        if (sizes[other] === 0 || other === a || other === b) continue;
        const p = closeness(survivor, other);
        const q = closeness(gone, other);
        distances[at(survivor, other)] = linkage === "complete" ? Math.max(p, q) : p + (q - p) * (sizes[gone]! / total);
      }
      sizes[survivor] = total;
      sizes[gone] = 0;
      return { survivor, height };
    },
  });
}

/** Single linkage: the edges of the minimum spanning tree are its merges (Prim's algorithm, from row 0). */
function spanningTree(x: Float64Array, n: number, d: number): Joins {
  const raw = { a: new Int32Array(n - 1), b: new Int32Array(n - 1), heights: new Float64Array(n - 1) };
  const inTree = new Uint8Array(n);
  const toTree = new Float64Array(n).fill(Number.POSITIVE_INFINITY); // squared distance to the tree
  const via = new Int32Array(n);
  let newest = 0;
  for (let edge = 0; edge < n - 1; edge++) {
    inTree[newest] = 1;
    let nearest = -1;
    for (let i = 0; i < n; i++) {
      if (inTree[i]) continue;
      const distance = squaredDistance(x, i, x, newest, d);
      if (distance < toTree[i]!) {
        toTree[i] = distance;
        via[i] = newest;
      }
      if (nearest < 0 || toTree[i]! < toTree[nearest]!) nearest = i;
    }
    raw.a[edge] = via[nearest]!;
    raw.b[edge] = nearest;
    raw.heights[edge] = Math.sqrt(toTree[nearest]!);
    newest = nearest;
  }
  return raw;
}
