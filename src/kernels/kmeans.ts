/**
 * k-means over spatial blocks: Lloyd's iteration where most blocks keep their label without a look, and greedy
 * k-means++ where most blocks are too near to another centre to care for a new one.
 *
 * Every sum is exact (exact.ts), so the answer is that of the plain algorithm (test/oracle) to the bit: the same
 * draws, labels, iterations and centres.
 */
import type { Matrix } from "../core/matrix.js";
import type { Rng } from "../core/rng.js";
import { blocksOf, type PlacedBlocks, placeBlocks, toBlockLayout } from "./blocks.js";
import { gridConstant, restConstant } from "./exact.js";
import { type Arena, type Pointer, withArena } from "./wasm.js";

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

/** Blocks per call into WebAssembly: about a million coordinates, and a multiple of 8. */
const sliceOf = (d: number): number => Math.max(64, Math.ceil(16_384 / d) * 8);

interface Placed {
  readonly n: number;
  readonly d: number;
  readonly blocks: number;
  /** Position → row, or null where they are the same. */
  readonly order: Int32Array | null;
  readonly points: Pointer;
  readonly balls: Pointer;
  readonly radii: Pointer;
  /** Per column: smallest value, and the grid on which coordinates are summed relative to it. */
  readonly originAt: Pointer;
  readonly gridAt: Pointer;
  readonly origin: Float64Array;
  readonly meanVariance: number;
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

/** Position → row: spatial, or the input order where sorting would not pay. */
export function visitingOrder(x: Matrix, starts: number): Int32Array {
  return paysToOrder(x, starts) ? blocksOf(x).order : Int32Array.from({ length: x.rows }, (_, i) => i);
}

const paysToOrder = ({ rows }: Matrix, starts: number): boolean => rows <= 65_536 * starts;

function place(arena: Arena, x: Matrix, starts: number): Placed {
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
  return { n, d, blocks, order, points, balls, radii, ...describeColumns(arena, points, x, order?.[0] ?? 0) };
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
): Pick<Placed, "originAt" | "gridAt" | "origin" | "meanVariance"> {
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
    let variances = 0;
    for (let j = 0; j < d; j++) {
      const at = 8 * j;
      origin[j] = Math.min(found[at]!, found[at + 1]!);
      grid[j] = gridConstant(n, Math.max(found[at + 2]!, found[at + 3]!) - origin[j]!);
      const mean = (found[at + 4]! + found[at + 5]!) / n;
      variances += Math.max(0, (found[at + 6]! + found[at + 7]!) / n - mean * mean);
    }
    return { originAt, gridAt, origin: origin.slice(), meanVariance: variances / d };
  });
}

function chooseStart(arena: Arena, placed: Placed, k: number, candidates: number, rng: Rng): Int32Array {
  const { n, d, blocks, points } = placed;
  const { wasm } = arena;
  const nearest = arena.f64(blocks * 8);
  const reach = arena.f64(Math.ceil(blocks / 8) * 8);
  const weights = arena.f64(blocks);
  const candidatesAt = arena.i32(candidates);
  const totalsAt = arena.f64(candidates);
  const rows = arena.f64(d * Math.max(1, candidates));
  const round: Round = { nearest, reach, weights, candidatesAt, candidates, totalsAt, rows };
  const { tryAll, take } = placed.balls === 0 ? everywhere(arena, placed, round) : nearby(arena, placed, round);
  const totals = arena.viewF64(totalsAt, candidates);
  const tried = arena.viewI32(candidatesAt, candidates);

  const positions = [rng.int(n)];
  const row = rowAt(arena, placed, positions[0]!, rows);
  let largest = 0;
  forSlices(blocks, d, (from, to) => {
    largest = Math.max(largest, wasm.startNearest(points, n, d, from, to, row, nearest, reach));
  });
  while (positions.length < k) {
    const grid = gridConstant(n, largest);
    const total = wasm.weighBlocks(nearest, blocks, grid, weights);
    for (let q = 0; q < candidates; q++) {
      tried[q] = wasm.pointAtMark(nearest, n, weights, grid, rng.uniform() * total);
    }
    totals.fill(total);
    tryAll(grid);
    let best = 0;
    for (let q = 1; q < candidates; q++) if (totals[q]! < totals[best]!) best = q;
    positions.push(tried[best]!);
    if (positions.length < k) largest = take(best);
  }
  return Int32Array.from(positions, (position) => placed.order?.[position] ?? position);
}

/** Where a round of k-means++ keeps its numbers. */
interface Round {
  readonly nearest: Pointer;
  readonly reach: Pointer;
  readonly weights: Pointer;
  readonly candidatesAt: Pointer;
  readonly candidates: number;
  readonly totalsAt: Pointer;
  readonly rows: Pointer;
}

interface Trying {
  /** Add to each candidate's total what the row as a further centre would change. */
  tryAll(grid: number): void;
  /** Make a candidate a centre; answers the largest of `nearest`. */
  take(candidate: number): number;
}

/** Only the blocks that a candidate could be nearest to. */
function nearby(arena: Arena, { d, blocks, points, balls, radii }: Placed, round: Round): Trying {
  const { nearest, reach, weights, candidatesAt, candidates, totalsAt, rows } = round;
  const { wasm } = arena;
  const work = arena.f64(8);
  return {
    tryAll(grid) {
      forSlices(blocks, d, (from, to) => {
        wasm.tryCentres(
          points,
          d,
          from,
          to,
          balls,
          radii,
          nearest,
          reach,
          weights,
          grid,
          candidatesAt,
          candidates,
          totalsAt,
          rows,
          work,
        );
      });
    },
    take(candidate) {
      const position = arena.viewI32(candidatesAt, candidates)[candidate]!;
      let largest = 0;
      forSlices(blocks, d, (from, to) => {
        const most = wasm.addCentre(points, d, from, to, balls, radii, nearest, reach, position, rows, work);
        largest = Math.max(largest, most);
      });
      return largest;
    },
  };
}

/** Every block; what `nearest` would be is kept for each candidate. */
function everywhere(arena: Arena, { d, blocks, points }: Placed, round: Round): Trying {
  const { nearest, weights, candidatesAt, candidates, totalsAt, rows } = round;
  const { wasm } = arena;
  const length = blocks * 8;
  const trials = arena.f64(candidates * length);
  const stride = length * Float64Array.BYTES_PER_ELEMENT;
  return {
    tryAll(grid) {
      forSlices(blocks, d, (from, to) => {
        wasm.tryCentresEverywhere(
          points,
          d,
          from,
          to,
          nearest,
          weights,
          grid,
          candidatesAt,
          candidates,
          totalsAt,
          rows,
          trials,
          stride,
        );
      });
    },
    take(candidate) {
      arena.viewF64(nearest, length).set(arena.viewF64(trials + candidate * stride, length));
      return wasm.largestOf(nearest, blocks);
    },
  };
}

function rowAt(arena: Arena, { d, points }: Placed, position: number, at: Pointer): Pointer {
  const block = arena.viewF64(points + (position >> 3) * d * 64, d * 8);
  const row = arena.viewF64(at, d);
  for (let k = 0; k < d; k++) row[k] = block[k * 8 + (position & 7)]!;
  return at;
}

function iterate(
  arena: Arena,
  placed: Placed,
  start: Float64Array,
  k: number,
  maxIter: number,
  shiftLimit: number,
): LloydResult {
  const { n, d, blocks, order, points, originAt, gridAt, origin } = placed;
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
  const work = arena.f64((kp + 3) * 8 + kp);

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
    forSlices(blocks, d, (from, to) => {
      changed += wasm.assignBlocks(
        points,
        n,
        d,
        from,
        to,
        centresAt,
        k,
        pathAt,
        longestPath,
        farthest,
        labelsAt,
        uniformAt,
        lower,
        upper,
        margins,
        originAt,
        gridAt,
        sumsAt,
        countsAt,
        work,
        first ? 1 : 0,
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

function forSlices(blocks: number, d: number, run: (from: number, to: number) => void): void {
  const slice = sliceOf(d);
  for (let from = 0; from < blocks; from += slice) run(from, Math.min(blocks, from + slice));
}
