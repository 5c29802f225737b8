/**
 * k-means over spatial blocks: Lloyd's iteration where most blocks keep their label without a look, and greedy
 * k-means++ where most blocks are too near to another centre to care for a new one.
 *
 * Which centre is nearest is asked of a copy in float32 first, with bounds on its rounding; near ties go to float64.
 * Every sum is exact (exact.ts), so the answer is that of the plain algorithm (test/oracle) to the bit: the same
 * draws, labels, iterations and centres.
 *
 * The plain algorithm (Lloyd 1982), of which this is the fast form:
 *
 * ```
 * for pass = 1 … maxIter
 *   for each row i: label[i] = the nearest centre, ties to the lower
 *   if no label changed: stop, converged
 *   for each cluster j: centre[j] = the mean of its rows
 *                       (no rows: the row farthest from its centre, which leaves its own cluster)
 *   if Σ_j |shift of centre j|² ≤ tol · mean variance of the columns: one last assignment, stop, converged
 * ```
 */
import type { Matrix } from "../core/matrix.js";
import type { Rng } from "../core/rng.js";
import { gridConstant, restConstant } from "./exact.js";
import { forSlices, type Placed, place } from "./kmeans-space.js";
import { chooseStart } from "./kmeans-start.js";
import { type Arena, withArena } from "./wasm.js";

export interface LloydResult {
  /** n; the nearest centre of each row, ties to the lower one. */
  readonly labels: Int32Array;
  /** k×d. */
  readonly centres: Float64Array;
  /** Sum of squared distances of the rows to their centres, in squared data units. */
  readonly inertia: number;
  /** Assignment passes, the last, unchanged one included. */
  readonly iterations: number;
  readonly converged: boolean;
}

/** The rows of one matrix, laid out for many fits. */
export interface KMeansSpace {
  /** The mean over columns of the variance with divisor n: the unit of `tol`. */
  readonly meanVariance: number;
  /**
   * Greedy k-means++: the first centre is any row; each next one is the best of 2 + ⌊ln k⌋ rows drawn with
   * probability proportional to their squared distance from the centres so far, where best means the lowest
   * inertia with that row added. Draws run through the rows in spatial order; every round draws the same
   * number of values whatever the data.
   *
   * @param candidates - rows tried per round
   * @returns k row numbers; rows repeat only when fewer than k are distinct
   * @see arthur2007
   */
  kMeansPlusPlus(k: number, candidates: number, rng: Rng): Int32Array;
  /**
   * Assign every row to its nearest centre, move every centre to the mean of its rows, until no label changes,
   * or the squared shifts of the centres sum to at most `shiftLimit`, or `maxIter` passes are over. An empty
   * cluster takes over the row farthest from its centre.
   *
   * @param start - k×d; not changed
   * @see lloyd1982
   */
  lloyd(start: Float64Array, k: number, maxIter: number, shiftLimit: number): LloydResult;
}

/**
 * Run fits on a matrix. The space is gone when `run` ends.
 *
 * @param x - n×d, n ≥ 1, finite
 * @param starts - how many starts are to come for one k. Ordering many rows costs as much as some starts: with few
 *   starts of very many rows they are visited in input order instead (`visitingOrder`).
 */
export function withKMeans<T>(x: Matrix, starts: number, run: (space: KMeansSpace) => T): T {
  return withArena((arena) => {
    const placed = place(arena, x, starts);
    return run({
      meanVariance: placed.meanVariance,
      kMeansPlusPlus: (k, candidates, rng) => withArena((inner) => chooseStart(inner, placed, k, candidates, rng)),
      lloyd: (start, k, maxIter, limit) => withArena((inner) => iterate(inner, placed, start, k, maxIter, limit)),
    });
  });
}

function iterate(
  arena: Arena,
  placed: Placed,
  start: Float64Array,
  k: number,
  maxIter: number,
  shiftLimit: number,
): LloydResult {
  const { n, d, blocks, order, points, originAt, gridAt, origin, single } = placed;
  const { wasm } = arena;
  const kp = k + (k & 1);
  const centresAt = arena.put(start);
  const pathAt = arena.f64(kp);
  const labelsAt = arena.i32(blocks * 8);
  const uniformAt = arena.i32(blocks);
  const lower = arena.f64(blocks * kp);
  const upper = arena.f64(blocks);
  const margins = arena.f64(blocks);
  const sumsAt = arena.f64(k * d);
  const countsAt = arena.f64(k);
  const distancesAt = arena.f64(blocks * 8);
  const work = arena.f64(12 + kp);
  const centres32 = arena.f32(k * (d + (d & 1)));

  const centres = arena.viewF64(centresAt, k * d);
  const path = arena.viewF64(pathAt, kp).fill(0);
  const labels = arena.viewI32(labelsAt, blocks * 8).fill(-1);
  const sums = arena.viewF64(sumsAt, k * d).fill(0);
  const counts = arena.viewF64(countsAt, k).fill(0);
  const distances = arena.viewF64(distancesAt, blocks * 8);
  let longestPath = 0;
  let farthest = 0;

  /** One pass; says whether any label changed. */
  const assign = (first: boolean): boolean => {
    let changed = 0;
    wasm.centresToSingle(centresAt, k, d, single.centre, single.scale, single.points, centres32);
    forSlices(blocks, d, (from, to) => {
      // biome-ignore format: one line per group of arguments
      changed += wasm.assignBlocks(
        points, n, d, from, to, centresAt, k, pathAt, longestPath, farthest, labelsAt, uniformAt, lower, upper,
        margins, originAt, gridAt, sumsAt, countsAt, work, first ? 1 : 0,
      );
    });
    return changed > 0;
  };
  const measure = (): number => {
    let largest = 0;
    forSlices(blocks, d, (from, to) => {
      const far = wasm.ownDistances(points, n, d, from, to, centresAt, labelsAt, uniformAt, distancesAt);
      largest = Math.max(largest, far);
    });
    return largest;
  };
  /** Moves the centres and answers the sum of the squared shifts. */
  const move = (): number => {
    let [total, size] = [sums, counts];
    if (counts.includes(0)) {
      measure();
      [total, size] = relocateEmpty(arena, placed, labels, distances, sums, counts);
    }
    let shift = 0;
    let longest = 0;
    for (let c = 0; c < k; c++) {
      if (size[c] === 0) continue;
      let squared = 0;
      for (let j = 0; j < d; j++) {
        const next = origin[j]! + total[c * d + j]! / size[c]!;
        const step = next - centres[c * d + j]!;
        shift += step * step;
        squared += step * step;
        centres[c * d + j] = next;
      }
      const length = Math.sqrt(squared) * (1 + 1e-10);
      path[c] = path[c]! + length;
      if (length > longest) longest = length;
      if (path[c]! > farthest) farthest = path[c]!;
    }
    longestPath += longest;
    return shift;
  };

  let iterations = 0;
  let settled = false;
  let converged = false;
  while (iterations < maxIter && !converged) {
    iterations++;
    settled = !assign(iterations === 1);
    converged = settled || move() <= shiftLimit;
  }
  // the centres have moved since the last assignment: let the labels follow
  if (!settled) assign(iterations === 0);

  const grid = gridConstant(n, measure());
  const inertia =
    wasm.sumOnGrid(distancesAt, blocks, grid, 0) +
    (grid === 0 ? 0 : wasm.sumOnGrid(distancesAt, blocks, grid, restConstant(n, grid)));
  const byRow = new Int32Array(n);
  if (order === null) byRow.set(labels.subarray(0, n));
  else for (let i = 0; i < n; i++) byRow[order[i]!] = labels[i]!;
  return { labels: byRow, centres: centres.slice(), inertia, iterations, converged };
}

/**
 * An empty cluster takes over the row that lies farthest from its centre; several take the farthest rows in
 * turn (ties to the earlier in spatial order). When every row sits on its centre there is nothing to take.
 *
 * @returns copies of sums and counts with those rows moved
 */
function relocateEmpty(
  arena: Arena,
  { n, d, points, originAt, gridAt }: Placed,
  labels: Int32Array,
  distances: Float64Array,
  sums: Float64Array,
  counts: Float64Array,
): [Float64Array, Float64Array] {
  const [total, size] = [sums.slice(), counts.slice()];
  const origin = arena.viewF64(originAt, d);
  const grid = arena.viewF64(gridAt, d);
  const taken = new Set<number>();
  for (let empty = 0; empty < size.length; empty++) {
    if (size[empty] !== 0) continue;
    let far = -1;
    for (let i = 0; i < n; i++) {
      if (!taken.has(i) && distances[i]! > (far < 0 ? 0 : distances[far]!)) far = i;
    }
    if (far < 0) break;
    taken.add(far);
    const donor = labels[far]!;
    size[donor]! -= 1;
    size[empty] = 1;
    const block = arena.viewF64(points + (far >> 3) * d * 64, d * 8);
    for (let j = 0; j < d; j++) {
      const value = block[j * 8 + (far & 7)]! - origin[j]! + grid[j]! - grid[j]!;
      total[donor * d + j]! -= value;
      total[empty * d + j] = value;
    }
  }
  return [total, size];
}
