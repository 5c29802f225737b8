/**
 * Complete and average linkage without the n×n matrix of distances.
 *
 * The chain is that of ward.ts, with another distance between clusters:
 *
 * ```
 * complete  max { d(a, b) : a in A, b in B }
 * average   mean { d(a, b) : a in A, b in B }
 * after a join of A and B, to any other cluster C (Lance & Williams)
 *   complete  max(D(A, C), D(B, C))
 *   average   (|A| D(A, C) + |B| D(B, C)) / (|A| + |B|)
 * ```
 */
import type { Matrix } from "../core/matrix.js";
import { FAR } from "./blocks.js";
import { centredRows } from "./centred.js";
import { reserveGroups } from "./groups.js";
import type { Joins } from "./joins.js";
import { identity, readJoins, reserveClusters, sortSpatially } from "./ward.js";
import { type Arena, type Pointer, withArena } from "./wasm.js";

/** The clusters are packed into fresh blocks when fewer than this share of them is left. */
const REPACK = 0.7;
/** Distances in one call of the WebAssembly function: about a millisecond. */
const BUDGET = 200_000;
/** Rows of the matrix read in one call. */
const CHAIN_BUDGET = 1_000;
/** The matrix of cluster linkages never has more rows than this (512 MB). */
export const LARGEST_MATRIX = 8192;

/**
 * Complete linkage (farthest neighbours): the n−1 joins, in the order in which the nearest-neighbour chain makes
 * them. Ties go to the cluster before on the chain, then to the first in block order.
 *
 * @param x - n×d, finite, n ≥ 1
 * @param matrixSize - when so many clusters are left, the rest is done on the matrix of their linkages
 * @remarks O(n²·d) time; 8·(n/4)² bytes for the matrix, 40 MB at 9,000 rows.
 */
export function completeLinkage(x: Matrix, matrixSize = matrixSizeFor(x.rows)): Joins {
  return hybridLinkage(x, true, matrixSize);
}

/** Average linkage (UPGMA): as `completeLinkage`, with the mean distance between members. */
export function averageLinkage(x: Matrix, matrixSize = matrixSizeFor(x.rows)): Joins {
  return hybridLinkage(x, false, matrixSize);
}

/**
 * The chain on a matrix of distances that the caller fills: n×n, symmetric, infinite on the diagonal.
 *
 * @remarks O(n²) time, 8·n² bytes
 */
export function chainOnMatrix(n: number, isComplete: boolean, fill: (matrix: Float64Array) => void): Joins {
  return withArena((arena) => {
    const joins = arena.i32(2 * n);
    const heights = arena.f64(n);
    const state = arena.i32(4);
    const chain = arena.i32(n);
    const sizes = arena.f64(n);
    const reps = arena.i32(n);
    const matrix = arena.f64(n * n);
    arena.viewI32(state, 3).set([0, n, 0]);
    arena.viewF64(sizes, n).fill(1);
    identity(arena.viewI32(reps, n));
    fill(arena.viewF64(matrix, n * n));
    runChain(arena, isComplete, matrix, n, sizes, reps, chain, state, joins, heights);
    return readJoins(arena, joins, heights, n - 1);
  });
}

/** A quarter of the rows; all of them when the matrix is small anyway. */
function matrixSizeFor(n: number): number {
  return Math.min(n, LARGEST_MATRIX, Math.max(1024, Math.floor(n / 4)));
}

function hybridLinkage(x: Matrix, isComplete: boolean, matrixSize: number): Joins {
  const n = x.rows;
  return withArena((arena) => {
    const joins = arena.i32(2 * n);
    const heights = arena.f64(n);
    const state = arena.i32(4);
    arena.viewI32(state, 3).set([0, n, 0]);
    const chain = arena.i32(n);
    const members = arena.i32(n);
    const left = mergeSmall(arena, x, isComplete, Math.max(1, matrixSize), joins, heights, state, chain, members);
    if (left.count > 1) mergeOnMatrix(arena, x, isComplete, left, joins, heights, state, chain, members);
    return readJoins(arena, joins, heights, n - 1);
  });
}

/** Clusters by number: one row and the size of each. */
interface Left {
  readonly count: number;
  readonly sizes: Float64Array;
  readonly reps: Int32Array;
}

/**
 * Phase 1: the chain on centroids, until `target` clusters are left.
 *
 * @param members - out, n i32: the row after this one in its cluster, −1 at the end
 */
function mergeSmall(
  arena: Arena,
  x: Matrix,
  isComplete: boolean,
  target: number,
  joins: Pointer,
  heights: Pointer,
  state: Pointer,
  chain: Pointer,
  members: Pointer,
): Left {
  const { rows: n, cols: d } = x;
  const { wasm } = arena;
  arena.viewI32(members, n).fill(-1);
  if (n <= target) return { count: n, sizes: new Float64Array(n).fill(1), reps: new Int32Array(n).map((_, i) => i) };

  return withArena(() => {
    const slots = Math.ceil(n / 64) * 64;
    const data = arena.put(x.data);
    const tails = arena.i32(n);
    identity(arena.viewI32(tails, n));
    const spreadOf = arena.f64(n);
    arena.viewF64(spreadOf, n).fill(0);
    const gathered = reserveClusters(arena, n, d);
    const centred = centredRows(x);
    arena.viewF64(gathered.rows, n * d).set(centred);
    arena.viewF64(gathered.sizes, n).fill(1);
    identity(arena.viewI32(gathered.reps, n));
    const packed = reserveClusters(arena, slots, d);
    const points = arena.f64(slots * d);
    const inverses = arena.f64(slots);
    const spreads = arena.f64(slots);
    const balls = arena.f64(slots * d);
    const radii = arena.f64(slots / 8);
    const largest = arena.f64(slots / 8);
    const { groupBalls, groupRadii } = reserveGroups(arena, slots / 8, d);
    const groupLargest = arena.f64(Math.ceil(slots / 512) * 8);
    const onChain = arena.u8(slots);
    const order = arena.i32(n);
    const toSlot = arena.i32(n);
    const keys = arena.f64(n);
    const stack = arena.i32(256);
    const scratch = arena.f64(24);
    // rounding of the centroids, generously; the bounds must stay below the linkage
    const slack = centred.reduce((most, v) => Math.max(most, Math.abs(v)), 0) * Math.sqrt(d) * 1e-12;

    let live = n;
    while (live > target) {
      sortSpatially(arena, gathered.rows, d, order, live, keys, stack);
      // biome-ignore format: one line per group of arguments
      wasm.packClusters(
        gathered.rows, gathered.sizes, gathered.reps, order, live, d,
        points, packed.rows, packed.sizes, inverses, packed.reps, balls, radii, largest,
        groupBalls, groupRadii, groupLargest, onChain,
      );
      wasm.placeSpreads(packed.reps, spreadOf, live, spreads);
      wasm.moveChain(order, live, chain, arena.viewI32(state, 1)[0]!, onChain, toSlot);
      const packedAt = live;
      const until = Math.max(target, Math.floor(live * REPACK));
      while (live > until) {
        // biome-ignore format: one line per group of arguments
        wasm.linkageChain(
          isComplete, data, members, tails, spreadOf, slack,
          points, packed.rows, packed.sizes, packed.reps, spreads, packedAt, d, balls, radii,
          groupBalls, groupRadii, onChain,
          chain, state, until, BUDGET, joins, heights, scratch,
        );
        live = arena.viewI32(state, 2)[1]!;
      }
      // biome-ignore format: one line per group of arguments
      wasm.gatherClusters(
        packed.rows, packed.sizes, packed.reps, packedAt, d, chain, arena.viewI32(state, 1)[0]!,
        gathered.rows, gathered.sizes, gathered.reps, toSlot,
      );
    }
    return {
      count: live,
      sizes: arena.viewF64(gathered.sizes, live).slice(),
      reps: arena.viewI32(gathered.reps, live).slice(),
    };
  });
}

/** Phase 2: the chain on the matrix of cluster linkages, until one cluster is left. */
function mergeOnMatrix(
  arena: Arena,
  x: Matrix,
  isComplete: boolean,
  { count, sizes, reps }: Left,
  joins: Pointer,
  heights: Pointer,
  state: Pointer,
  chain: Pointer,
  members: Pointer,
): void {
  const { rows: n, cols: d, data } = x;
  const { wasm } = arena;
  const tileCount = Math.ceil(n / 64);
  const tiles = arena.f64(tileCount * 64 * d);
  const clusters = arena.i32(n);
  const next = arena.viewI32(members, n);
  const tileView = arena.viewF64(tiles, tileCount * 64 * d).fill(FAR);
  const clusterView = arena.viewI32(clusters, n);
  let position = 0;
  for (let c = 0; c < count; c++) {
    for (let row = reps[c]!; row >= 0; row = next[row]!) {
      const start = (position >> 6) * d * 64 + (position & 63);
      for (let k = 0; k < d; k++) tileView[start + k * 64] = data[row * d + k]!;
      clusterView[position++] = c;
    }
  }
  const matrix = arena.f64(count * count);
  arena.viewF64(matrix, count * count).fill(0);
  const scratch = arena.f64(64 * 64 + 64);
  for (let tile = 0; tile < tileCount; tile++) {
    wasm.linkageTiles(isComplete, tiles, n, d, tile, clusters, count, matrix, scratch);
  }
  const sizeAt = arena.put(sizes);
  const repAt = arena.put(reps);
  wasm.finishLinkages(isComplete, matrix, count, sizeAt);
  runChain(arena, isComplete, matrix, count, sizeAt, repAt, chain, state, joins, heights);
}

/** Follow the chain on the matrix, from where `state` and `chain` stand, until one cluster is left. */
function runChain(
  arena: Arena,
  isComplete: boolean,
  matrix: Pointer,
  count: number,
  sizeAt: Pointer,
  repAt: Pointer,
  chain: Pointer,
  state: Pointer,
  joins: Pointer,
  heights: Pointer,
): void {
  const { wasm } = arena;
  const onChain = arena.u8(count);
  const flags = arena.viewU8(onChain, count).fill(0);
  for (const slot of arena.viewI32(chain, arena.viewI32(state, 1)[0]!)) flags[slot] = 1;
  while (arena.viewI32(state, 2)[1]! > 1) {
    // biome-ignore format: one line per group of arguments
    wasm.matrixChain(isComplete, matrix, count, sizeAt, repAt, onChain, chain, state, CHAIN_BUDGET, joins, heights);
  }
}
