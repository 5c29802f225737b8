/** The rows of one matrix, laid out in the kernels' memory for many k-means fits. */
import type { Matrix } from "../core/matrix.js";
import { blocksOf, type PlacedBlocks, placeBlocks, toBlockLayout } from "./blocks.js";
import { powerOfTwoBelow } from "./centred.js";
import { gridConstant } from "./exact.js";
import { type Arena, type Pointer, withArena } from "./wasm.js";

export interface Placed {
  readonly n: number;
  readonly d: number;
  readonly blocks: number;
  /** Position → row, or null where they are the same. */
  readonly order: Int32Array | null;
  readonly points: Pointer;
  /** Of the blocks; 0 where the rows stand in input order, and there are none. */
  readonly balls: Pointer;
  readonly radii: Pointer;
  /** Per column: smallest value, and the grid on which coordinates are summed relative to it. */
  readonly originAt: Pointer;
  readonly gridAt: Pointer;
  readonly origin: Float64Array;
  readonly meanVariance: number;
  readonly single: Single;
}

/** The points in float32, centred and scaled; it decides all but near ties (assembly/kmeans.ts). */
export interface Single {
  readonly points: Pointer;
  /** d f64 that were taken off. */
  readonly centre: Pointer;
  /** The power of two they were multiplied by. */
  readonly scale: number;
}

/** Position → row: spatial, or the input order where sorting would not pay. */
export function visitingOrder(x: Matrix, starts: number): Int32Array {
  return paysToOrder(x, starts) ? blocksOf(x).order : Int32Array.from({ length: x.rows }, (_, i) => i);
}

const paysToOrder = ({ rows }: Matrix, starts: number): boolean => rows <= 65_536 * starts;

/** Lay the rows out. @param starts - see `withKMeans` */
export function place(arena: Arena, x: Matrix, starts: number): Placed {
  const { rows: n, cols: d } = x;
  const ordered = paysToOrder(x, starts);
  const { points, balls, radii } = ordered ? placeBlocks(arena, x, blocksOf(x)) : placeUnordered(arena, x);
  const blocks = Math.ceil(n / 8);
  // lanes past n repeat the last row, so that they change no block's bounds
  const last = arena.viewF64(points + (blocks - 1) * d * 64, d * 8);
  for (let lane = ((n - 1) & 7) + 1; lane < 8; lane++) {
    for (let k = 0; k < d; k++) last[k * 8 + lane] = last[k * 8 + ((n - 1) & 7)]!;
  }
  const order = ordered ? blocksOf(x).order : null;
  const { halfRanges, ...described } = describeColumns(arena, points, x, order?.[0] ?? 0);
  const single = placeSingle(arena, points, blocks, described.origin, halfRanges);
  return { n, d, blocks, order, points, balls, radii, single, ...described };
}

/** A copy in float32, about the middle of each column's range. */
function placeSingle(
  arena: Arena,
  points: Pointer,
  blocks: number,
  origin: Float64Array,
  halfRanges: Float64Array,
): Single {
  const d = origin.length;
  const centre = arena.put(origin.map((least, k) => least + halfRanges[k]!));
  const scale = powerOfTwoBelow(halfRanges.reduce((most, half) => Math.max(most, half), 0));
  const copy = arena.f32(blocks * 8 * (d + (d & 1)));
  forSlices(blocks, d, (from, to) => arena.wasm.pointsToSingle(points, d, from, to, centre, scale, copy));
  return { points: copy, centre, scale };
}

/** Blocks in input order: without balls, since a ball around distant rows would dismiss nothing. */
function placeUnordered(arena: Arena, { rows, cols, data }: Matrix): Omit<PlacedBlocks, "centres"> {
  const blocks = Math.ceil(rows / 8);
  const points = arena.f64(blocks * 8 * cols);
  toBlockLayout(data, null, rows, cols, arena.viewF64(points, blocks * 8 * cols));
  return { points, balls: 0, radii: 0 };
}

/**
 * Per column: the smallest value, and the constant that rounds differences from it for exact sums of n; over columns
 * the mean variance, summed about one row, so exact enough at any offset.
 */
function describeColumns(
  arena: Arena,
  points: Pointer,
  { rows: n, cols: d, data }: Matrix,
  row: number,
): Pick<Placed, "originAt" | "gridAt" | "origin" | "meanVariance"> & { readonly halfRanges: Float64Array } {
  const originAt = arena.f64(d);
  const gridAt = arena.f64(d);
  return withArena((inner) => {
    const centre = inner.put(data.subarray(row * d, row * d + d));
    const stats = inner.f64(8 * d);
    const { POSITIVE_INFINITY: most, NEGATIVE_INFINITY: least } = Number;
    const found = inner.viewF64(stats, 8 * d);
    for (let j = 0; j < d; j++) found.set([most, most, least, least, 0, 0, 0, 0], 8 * j);
    forSlices(Math.ceil(n / 8), d, (from, to) => {
      inner.wasm.columnStatistics(points, n, d, from, to, centre, stats);
    });
    const origin = arena.viewF64(originAt, d);
    const grid = arena.viewF64(gridAt, d);
    const halfRanges = new Float64Array(d);
    let variances = 0;
    for (let j = 0; j < d; j++) {
      const at = 8 * j;
      origin[j] = Math.min(found[at]!, found[at + 1]!);
      const range = Math.max(found[at + 2]!, found[at + 3]!) - origin[j]!;
      halfRanges[j] = range / 2;
      grid[j] = gridConstant(n, range);
      const mean = (found[at + 4]! + found[at + 5]!) / n;
      variances += Math.max(0, (found[at + 6]! + found[at + 7]!) / n - mean * mean);
    }
    return { originAt, gridAt, origin: origin.slice(), halfRanges, meanVariance: variances / d };
  });
}

/** Blocks per call into WebAssembly: about a million coordinates, and a multiple of 8. */
const sliceOf = (d: number): number => Math.max(64, Math.ceil(16_384 / d) * 8);

/** In calls of some milliseconds: a function's slow first code is replaced between calls, never within one. */
export function forSlices(blocks: number, d: number, run: (from: number, to: number) => void): void {
  const slice = sliceOf(d);
  for (let from = 0; from < blocks; from += slice) run(from, Math.min(blocks, from + slice));
}
