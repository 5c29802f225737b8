/**
 * The k nearest rows of every row, exactly. Core distances, the k-distance curve, DBSCAN's cores and borders,
 * and the affinities of t-SNE all read from here.
 *
 * The plain search:
 *
 * ```
 * for each row i: the k smallest of (|x_i − x_j|², j) over j ≠ i
 * ```
 */
import type { Matrix } from "../core/matrix.js";
import { blocksOf, placeBlocks, placeRows } from "./blocks.js";
import { placeGroups } from "./groups.js";
import { placeShadow } from "./shadow.js";
import { type Arena, type Pointer, withArena } from "./wasm.js";

/** For each row its neighbours, nearest first: entry `i·k + j` is the (j+1)-th of row i. */
export interface Neighbours {
  readonly k: number;
  /** n×k row numbers, −1 where there is no such neighbour. */
  readonly rows: Int32Array;
  /** n×k squared distances, Infinity where there is no such neighbour. */
  readonly squared: Float64Array;
}

/** Rows in one call of the WebAssembly function: short calls let it be optimised early. */
const SLICE = 64;

/**
 * The k nearest other rows of every row, in order of (squared distance, row number). Squared distances are
 * summed column by column.
 *
 * @param x - n×d, finite
 * @param k - the row itself is not counted; entries past the n−1 others are empty
 * @param within - only rows at most this far; a smaller value is quicker
 * @remarks About O(n·√n·d) time on clustered data in few columns, O(n²·d) at worst; 12·n·k bytes.
 */
export function nearestNeighbours(x: Matrix, k: number, within = Number.POSITIVE_INFINITY): Neighbours {
  const n = x.rows;
  if (n === 0 || k === 0) return { k, rows: new Int32Array(n * k), squared: new Float64Array(n * k) };
  return withArena((arena) => neighboursIn(arena, placeNeighbours(arena, x), k, within));
}

/** Rows laid out for searches: in blocks, with their shadow in float32. Good until another shadow is made. */
export interface NeighbourSpace {
  readonly n: number;
  readonly d: number;
  readonly points: Pointer;
  readonly rows: Pointer;
  /** Position → row. */
  readonly order: Int32Array;
}

export function placeNeighbours(arena: Arena, x: Matrix): NeighbourSpace {
  const blocks = blocksOf(x);
  const placed = placeBlocks(arena, x, blocks);
  const rows = placeRows(arena, x, blocks);
  placeShadow(arena, x, placed, rows, placeGroups(arena, blocks));
  return { n: x.rows, d: x.cols, points: placed.points, rows, order: blocks.order };
}

/** As `nearestNeighbours`, of rows that are laid out already; k ≥ 1. */
export function neighboursIn(outer: Arena, space: NeighbourSpace, k: number, within = Infinity): Neighbours {
  const { n, d, points, rows } = space;
  return withArena((arena) => {
    const order = arena.put(space.order);
    const squared = arena.f64(n * k);
    const neighbours = arena.i32(n * k);
    const scratch = arena.f64(16);
    const limit = squareWithin(within);
    for (let from = 0; from < n; from += SLICE) {
      const to = Math.min(n, from + SLICE);
      outer.wasm.nearestNeighbours(points, rows, order, n, d, k, limit, from, to, squared, neighbours, scratch);
    }
    return { k, rows: arena.viewI32(neighbours, n * k).slice(), squared: arena.viewF64(squared, n * k).slice() };
  });
}

/**
 * Squared distance from each row to its `m`-th nearest row, itself counted as the first: the squared core
 * distance of HDBSCAN for minSamples = m. Infinity where there are fewer than m rows.
 */
export function squaredCoreDistances(neighbours: Neighbours, n: number, m: number): Float64Array {
  const out = new Float64Array(n);
  if (m > 1) for (let i = 0; i < n; i++) out[i] = neighbours.squared[i * neighbours.k + m - 2]!;
  return out;
}

/**
 * The distance from each row to its m-th nearest row, for several m at once: sorted, the k-distance curves on which
 * DBSCAN's eps is read (Ester et al. 1996, section 4.2).
 *
 * @param counts - the m's wanted, each in 1 … n; the row itself counts, so m = 1 gives 0
 * @returns for each m, n distances in row order
 */
export function kDistances(x: Matrix, counts: readonly number[]): Float64Array[] {
  const near = nearestNeighbours(x, Math.max(...counts) - 1);
  return counts.map((m) => squaredCoreDistances(near, x.rows, m).map(Math.sqrt));
}

/**
 * The largest number whose square root is at most `reach`: comparing squares with it decides as comparing roots
 * with `reach` would, also for rows at exactly that distance.
 *
 * @param reach - ≥ 0
 */
export function squareWithin(reach: number): number {
  if (reach === Number.POSITIVE_INFINITY) return reach;
  const bits = new BigInt64Array(1);
  const value = new Float64Array(bits.buffer);
  value[0] = Math.min(reach * reach, Number.MAX_VALUE);
  while (Math.sqrt(value[0]) <= reach && value[0] < Number.MAX_VALUE) bits[0]! += 1n;
  while (Math.sqrt(value[0]) > reach) bits[0]! -= 1n;
  return value[0];
}
