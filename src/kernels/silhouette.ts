/**
 * The silhouette of every row under many labelings in one pass over all pairs, without an n×n matrix.
 *
 * Sums of distances are exact (distances are whole numbers of a unit that depends on the space alone), so the
 * answer is the same bits for any batch of labelings and any split of the rows over workers.
 *
 * The plain sum (Rousseeuw 1987), for each grouping:
 *
 * ```
 * for each row i in cluster A
 *   sum[C] = Σ_{j in C} d(i, j)      for every cluster C
 *   a = sum[A] / (|A| − 1)           its own cluster, itself left out
 *   b = min over C ≠ A of sum[C] / |C|
 *   s[i] = (b − a) / max(a, b);  0 if |A| = 1
 * ```
 */
import type { Matrix } from "../core/matrix.js";
import { type Partition, refinementOf, sortByPart } from "./refinement.js";
import { type Arena, type Pointer, withArena } from "./wasm.js";

/** Labels as the silhouette reads them: noise, if any, is the last group. */
export interface SilhouetteGroups extends Partition {
  /** Groups without noise: `count` or `count − 1`. */
  readonly clusters: number;
  /** Rows per group. */
  readonly sizes: Int32Array;
}

export interface SilhouetteUnits {
  /** Units per distance, a power of two: n · diagonal · scale ≤ 2^52. */
  readonly scale: number;
  /** Parts of a unit, a power of two: what rounding takes off is summed in these where it matters. */
  readonly fineScale: number;
  /** Where max(a, b) is below this many units, the rounded-off parts are added. */
  readonly coarse: number;
}

export interface SilhouettePart {
  /** Per row of the part, noise as one more cluster. */
  readonly all: Float64Array;
  /** Per row of the part, noise left out; 0 at rows of noise. The same array as `all` if there is no noise. */
  readonly noNoise: Float64Array;
}

/** Sums of one column block: what fits a core's second cache. */
const BLOCK_BYTES = 512 * 1024;
/** Distances per call into WebAssembly: some milliseconds. */
const SLICE_PAIRS = 1_000_000;

/**
 * Rows `from` … `to`−1 under each grouping. Parts of a split are put together by laying them side by side.
 *
 * @param x - n×d, finite
 * @param groupings - at least one, n rows each; every group has a row
 * @remarks O((to − from)·n·d) time and O((to − from)·groupings + n·d) memory
 * @see rousseeuw1987
 */
export function silhouettePart(
  x: Matrix,
  groupings: readonly SilhouetteGroups[],
  units: SilhouetteUnits,
  from = 0,
  to = x.rows,
): SilhouettePart[] {
  const which = firstAlike(groupings);
  const kept = groupings.filter((_, l) => which[l] === l);
  const parts = kept.map(({ count, clusters }) => {
    const all = new Float64Array(to - from);
    return { all, noNoise: clusters < count ? new Float64Array(to - from) : all };
  });
  if (kept.length > 0 && to > from) withArena((arena) => judgeRows(arena, x, kept, units, from, to, parts));
  const partOf = new Map(kept.map((grouping, i) => [grouping, parts[i]!]));
  return which.map((l) => partOf.get(groupings[l]!)!);
}

/** For each grouping the first that is the same: seeds often end in one optimum. O(n · groupings). */
function firstAlike(groupings: readonly SilhouetteGroups[]): number[] {
  const byHash = new Map<number, number[]>();
  return groupings.map(({ of, count, clusters }, l) => {
    let hash = count;
    for (let i = 0; i < of.length; i++) hash = (Math.imul(hash, 31) + of[i]!) | 0;
    const alike = byHash.get(hash) ?? [];
    const found = alike.find((other) => {
      const { of: theirs, clusters: theirClusters } = groupings[other]!;
      return clusters === theirClusters && isSame(of, theirs);
    });
    if (found !== undefined) return found;
    byHash.set(hash, [...alike, l]);
    return l;
  });
}

function isSame(a: Int32Array, b: Int32Array): boolean {
  let i = 0;
  while (i < a.length && a[i] === b[i]) i++;
  return i === a.length;
}

function judgeRows(
  arena: Arena,
  x: Matrix,
  groupings: readonly SilhouetteGroups[],
  { scale, fineScale, coarse }: SilhouetteUnits,
  from: number,
  to: number,
  out: readonly SilhouettePart[],
): void {
  const { wasm } = arena;
  const { rows: n, cols: d } = x;
  const offsets: number[] = [];
  let groupTotal = 0;
  for (const { count } of groupings) {
    offsets.push(groupTotal);
    groupTotal += count;
  }
  const { cells, program, maps, depth } = refinementOf(groupings, (l) => [
    groupings[l]!.count,
    groupings[l]!.clusters,
    offsets[l]!,
  ]);
  const { order, starts } = sortByPart(cells);
  const width = columnsPerBlock(depth, to - from);

  const rowsAt = placeInOrder(arena, x, order);
  const startsAt = arena.put(starts);
  const programAt = arena.put(program);
  const mapsAt = arena.put(maps);
  const sizesAt = arena.put(Float64Array.from(groupings.flatMap(({ sizes }) => Array.from(sizes))));
  const labelsAt = arena.i32(groupings.length * width);
  const flagsAt = arena.f64(groupings.length * width);
  const allAt = arena.f64(groupings.length * width);
  const noNoiseAt = arena.f64(groupings.length * width);
  const columnsAt = arena.f64(d * width);
  const sumsAt = arena.f64(depth * width);
  let fineAt: Pointer = 0; // reserved when the first column needs it

  const sum = (rounding: number, target: Pointer): void => {
    const slice = Math.max(1, Math.ceil((SLICE_PAIRS / (n * width)) * cells.count));
    for (let cell = 0; cell < cells.count; cell += slice) {
      const end = Math.min(cells.count, cell + slice);
      wasm.sumCells(columnsAt, width, rowsAt, d, startsAt, cell, end, scale, rounding, target);
    }
  };
  const judge = (fine: Pointer): number =>
    wasm.judgeColumns(
      programAt,
      program.length / 8,
      width,
      sumsAt,
      fine,
      mapsAt,
      sizesAt,
      labelsAt,
      coarse,
      fineScale,
      flagsAt,
      allAt,
      noNoiseAt,
    );

  for (let start = from; start < to; start += width) {
    const filled = Math.min(width, to - start);
    const columns = arena.viewF64(columnsAt, d * width);
    const labels = arena.viewI32(labelsAt, groupings.length * width);
    // columns past the last repeat it; their answers are not read
    for (let j = 0; j < width; j++) {
      const row = start + Math.min(j, filled - 1);
      for (let k = 0; k < d; k++) columns[k * width + j] = x.data[row * d + k]!;
    }
    for (let l = 0; l < groupings.length; l++) {
      const { of } = groupings[l]!;
      for (let j = 0; j < filled; j++) labels[l * width + j] = of[start + j]!;
      if (filled < width) labels.fill(of[start + filled - 1]!, l * width + filled, (l + 1) * width);
    }
    sum(0, sumsAt);
    if (judge(0) !== 0) {
      if (fineAt === 0) fineAt = arena.f64(depth * width);
      sum(fineScale, fineAt);
      judge(fineAt);
    }
    const all = arena.viewF64(allAt, groupings.length * width);
    const noNoise = arena.viewF64(noNoiseAt, groupings.length * width);
    for (let l = 0; l < groupings.length; l++) {
      const part = out[l]!;
      // few values at a time: a loop is quicker than a view and its copy
      copy(all, l * width, part.all, start - from, filled);
      if (part.noNoise !== part.all) copy(noNoise, l * width, part.noNoise, start - from, filled);
    }
  }
}

function copy(source: Float64Array, at: number, target: Float64Array, to: number, count: number): void {
  for (let i = 0; i < count; i++) target[to + i] = source[at + i]!;
}

/** A multiple of 16 between 16 and 128, such that all sums of a block stay in cache. */
function columnsPerBlock(sumRows: number, rows: number): number {
  const fitting = Math.floor(BLOCK_BYTES / (sumRows * 8) / 16) * 16;
  return Math.max(16, Math.min(128, fitting, Math.ceil(rows / 16) * 16));
}

function placeInOrder(arena: Arena, x: Matrix, order: Int32Array): Pointer {
  const { rows: n, cols: d, data } = x;
  const at = arena.f64(n * d);
  const view = arena.viewF64(at, n * d);
  for (let i = 0; i < n; i++) {
    const row = order[i]! * d;
    for (let k = 0; k < d; k++) view[i * d + k] = data[row + k]!;
  }
  return at;
}
