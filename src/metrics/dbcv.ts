/** DBCV: density within clusters against density between them; the one index here made for noise and odd shapes. */
import type { Labels } from "../core/labels.js";
import { exp, log, wholePower } from "../core/math.js";
import { type Matrix, takeRows } from "../core/matrix.js";
import { defineMetric } from "./define.js";
import { squaredDistance, squaredDistancesFrom } from "./distances.js";
import { finiteOrNull, groupsOf } from "./groups.js";

/**
 * Density-based clustering validation (Moulavi et al. 2014). Each row has a core distance within its cluster,
 * a_i = (Σ_j (1/d_ij)^D / (n_c − 1))^(−1/D), D the number of columns; 0 for a row with a duplicate in its
 * cluster. On the cluster's spanning tree of mutual reachability max(a_i, a_j, d_ij), sparseness is the longest
 * edge between inner rows (those with two or more edges); separation of two clusters is the smallest mutual
 * reachability between inner rows of each. A cluster scores (separation − sparseness) / the larger of the two,
 * and DBCV is the mean over clusters weighted by their share of *all* rows: noise is a cluster of score 0.
 *
 * As in the authors' own program, a cluster without inner rows or inner edges uses all of them. A cluster of one
 * row scores 0. Of equally long edges the tree has the one between nearer rows, which makes the answer independent of
 * the order of rows. The Python package hdbscan prefers the lowest row instead: its answer for the `blobs` reference is
 * .25 to .37 depending on the order of rows, ours .24. Null with fewer than two clusters or one per row. A constant
 * column raises D and so changes the index: drop such columns first.
 *
 * @remarks O(n²·d) time per labeling, O(n) memory
 */
export const dbcv = defineMetric({
  name: "dbcv",
  title: "DBCV: density within clusters against density between them",
  version: 1,
  cites: ["moulavi2014"],
  favours: "density-based clusters of any shape; in many columns core distances hardly differ and it says little",
  columns: [{ name: "dbcv", title: "DBCV", better: "higher", range: [-1, 1] }],
  scoreMany: (x, labelings) => labelings.map((labels) => ({ dbcv: densityValidity(x, labels) })),
});

interface DenseCluster {
  readonly rows: Matrix;
  readonly core: Float64Array;
  readonly inner: readonly number[];
  readonly sparseness: number;
}

function densityValidity(x: Matrix, labels: Labels): number | null {
  const groups = groupsOf(x, labels);
  const k = groups.clusters;
  if (k < 2 || k >= x.rows) return null;
  const members: number[][] = Array.from({ length: k }, () => []);
  for (let i = 0; i < labels.length; i++) if (labels[i]! >= 0) members[labels[i]!]!.push(i);
  const dense = members.map((rows) => denseCluster(takeRows(x, rows)));

  const separation = new Float64Array(k).fill(Number.POSITIVE_INFINITY);
  for (let a = 0; a < k; a++) {
    for (let b = a + 1; b < k; b++) {
      const apart = separationOf(dense[a]!, dense[b]!);
      separation[a] = Math.min(separation[a]!, apart);
      separation[b] = Math.min(separation[b]!, apart);
    }
  }

  let validity = 0;
  for (let c = 0; c < k; c++) {
    const { rows, sparseness } = dense[c]!;
    const larger = Math.max(separation[c]!, sparseness);
    if (rows.rows < 2 || larger === 0) continue;
    validity += (rows.rows / x.rows) * ((separation[c]! - sparseness) / larger);
  }
  return finiteOrNull(validity);
}

function denseCluster(rows: Matrix): DenseCluster {
  const core = coreDistances(rows);
  const everyRow = Array.from({ length: rows.rows }, (_, i) => i);
  const tree = spanningTree(rows, core);
  const degree = new Int32Array(rows.rows);
  for (const { from, to } of tree) {
    degree[from]!++;
    degree[to]!++;
  }
  const inner = everyRow.filter((i) => degree[i]! > 1);
  const innerEdges = tree.filter(({ from, to }) => degree[from]! > 1 && degree[to]! > 1);
  const edges = innerEdges.length > 0 ? innerEdges : tree;
  return {
    rows,
    core,
    inner: inner.length > 0 ? inner : everyRow,
    sparseness: edges.reduce((longest, { length }) => Math.max(longest, length), 0),
  };
}

/**
 * All-points core distances within one cluster. Powers are taken of (nearest distance / d) ≤ 1, so that many
 * columns neither overflow nor underflow.
 */
function coreDistances(rows: Matrix): Float64Array {
  const n = rows.rows;
  const out = new Float64Array(n);
  const squares = new Float64Array(n);
  const odd = rows.cols % 2 === 1;
  for (let i = 0; i < n; i++) {
    squaredDistancesFrom(rows, i, squares);
    let nearest = Number.POSITIVE_INFINITY;
    for (let j = 0; j < n; j++) if (j !== i && squares[j]! < nearest) nearest = squares[j]!;
    if (nearest === 0 || n < 2) continue;
    let sum = 0;
    for (let j = 0; j < n; j++) {
      if (j === i) continue;
      // (nearest distance / distance)^D, from squares
      const ratio = nearest / squares[j]!;
      const power = wholePower(ratio, Math.floor(rows.cols / 2));
      sum += odd ? power * Math.sqrt(ratio) : power;
    }
    out[i] = Math.sqrt(nearest) * exp(-log(sum / (n - 1)) / rows.cols);
  }
  return out;
}

interface Edge {
  readonly from: number;
  readonly to: number;
  readonly length: number;
}

/**
 * Prim's tree over mutual reachability from row 0. Core distances make many edges equally long, and which of them
 * a tree has decides which rows are inner: the nearer rows are joined, so that the order of rows does not matter
 * unless distances tie as well; then the lower row is.
 */
function spanningTree(rows: Matrix, core: Float64Array): Edge[] {
  const n = rows.rows;
  const best = new Float64Array(n).fill(Number.POSITIVE_INFINITY);
  const nearest = new Float64Array(n).fill(Number.POSITIVE_INFINITY);
  const parent = new Int32Array(n);
  const done = new Uint8Array(n);
  const edges: Edge[] = [];
  const squares = new Float64Array(n);
  let last = 0;
  done[0] = 1;
  for (let step = 1; step < n; step++) {
    squaredDistancesFrom(rows, last, squares);
    let next = -1;
    for (let j = 0; j < n; j++) {
      if (done[j]) continue;
      const reach = Math.max(core[last]!, core[j]!, Math.sqrt(squares[j]!));
      if (reach < best[j]! || (reach === best[j]! && squares[j]! < nearest[j]!)) {
        best[j] = reach;
        nearest[j] = squares[j]!;
        parent[j] = last;
      }
      if (next < 0 || best[j]! < best[next]! || (best[j]! === best[next]! && nearest[j]! < nearest[next]!)) next = j;
    }
    edges.push({ from: parent[next]!, to: next, length: best[next]! });
    done[next] = 1;
    last = next;
  }
  return edges;
}

function separationOf(a: DenseCluster, b: DenseCluster): number {
  let smallest = Number.POSITIVE_INFINITY;
  for (const i of a.inner) {
    for (const j of b.inner) {
      const reach = Math.max(a.core[i]!, b.core[j]!, Math.sqrt(squaredDistance(a.rows, i, b.rows, j)));
      if (reach < smallest) smallest = reach;
    }
  }
  return smallest;
}
