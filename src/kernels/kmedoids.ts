/**
 * FasterPAM with eager swaps, many k in lock-step: the distances from a candidate row are computed once, in float32,
 * and tried by every search. What is reported at the end (labels, deviation) is computed in float64.
 *
 * One search (Schubert & Rousseeuw 2021, FasterPAM):
 *
 * ```
 * repeat until n candidates in a row have failed, or after maxIter passes
 *   c = the next row in the candidate order
 *   loss[m] = what the total deviation gains when medoid m is removed        (kept up to date)
 *   for each row i with nearest medoid m, distances first[i] ≤ second[i], and u = d(i, c)
 *     if u < first[i]:       gain += first[i] − u;  loss[m] += first[i] − second[i]
 *     else if u < second[i]: loss[m] += u − second[i]
 *   m* = the medoid with the smallest loss, ties to the lower
 *   if loss[m*] − gain < 0: c takes the place of m*; find first and second again    else: fail
 * ```
 */
import type { Matrix } from "../core/matrix.js";
import { blocksOf, placePoints } from "./blocks.js";
import { centredRows, powerOfTwoBelow } from "./centred.js";
import { type DistanceMetric, manhattanBetween } from "./manhattan.js";
import { type Arena, type Pointer, withArena } from "./wasm.js";

/** One search: k medoids on their way to a local optimum. */
export interface MedoidSearch {
  /** k distinct row numbers to start from, 2 ≤ k ≤ n. */
  readonly medoids: Int32Array;
  /** The most passes over the candidates. */
  readonly maxIter: number;
}

export interface MedoidResult {
  /** k row numbers. */
  readonly medoids: Int32Array;
  /** n; index of the nearest medoid, ties to the lower one. */
  readonly labels: Int32Array;
  /** Sum of the distances of the rows to their medoids. */
  readonly deviation: number;
  /** Passes over the candidates, the last one, which may break off, included. */
  readonly iterations: number;
  readonly swaps: number;
  readonly converged: boolean;
}

/**
 * A swap must lower the total deviation by more than this share of it. The sums of float32 are good to about 1e-8,
 * so a smaller gain might be none, and two equally good sets could be exchanged for ever.
 */
const LEAST_GAIN = 1e-7;

/** A candidate is not tried again while its bound is this share of the deviation away: far more than rounding. */
const SLACK = 1e-5;

/**
 * Run searches to their local optima, each ending when no candidate improves it, or after its maxIter passes. Each
 * search goes the way it would go alone.
 *
 * @param candidates - the rows 0 … n−1 in the order in which they are tried
 * @remarks O(n²·d) a pass for all searches together and O(n²) a pass for each, less where earlier trials
 * bound what a candidate can gain; 8·n·Σk bytes and O(n·d)
 * @see schubert2021
 */
export function fasterPam(
  x: Matrix,
  candidates: Int32Array,
  searches: readonly MedoidSearch[],
  metric: DistanceMetric = "euclidean",
): MedoidResult[] {
  const { order } = blocksOf(x);
  const positionOf = new Int32Array(x.rows);
  order.forEach((row, position) => {
    positionOf[row] = position;
  });
  return withArena((arena) => {
    const space = { ...prepare(arena, x, order), metric };
    const positions = (rows: Int32Array): Int32Array => rows.map((row) => positionOf[row]!);
    const running = searches.map(({ medoids, maxIter }) => begin(arena, space, positions(medoids), maxIter));
    runAll(arena, space, positions(candidates), running);
    return running.map((search) => (metric === "manhattan" ? finishManhattan(x, search) : finish(arena, x, search)));
  });
}

/** The rows in float32, about their middle, scaled by a power of two to at most 1. */
interface Space {
  readonly metric: DistanceMetric;
  readonly n: number;
  readonly d: number;
  /** Blocks of 16 rows. */
  readonly blocks: number;
  readonly points: Pointer;
  readonly row: Pointer;
  readonly distances: Pointer;
  /** The smallest distance of each block, and infinity past the last. */
  readonly nearestOfBlock: Pointer;
  readonly touched: Pointer;
}

function prepare(arena: Arena, x: Matrix, order: Int32Array): Omit<Space, "metric"> {
  const { rows: n, cols: d } = x;
  const blocks = Math.ceil(n / 16);
  const points = arena.f32(blocks * 16 * d);
  const row = arena.f32(d);
  const distances = arena.f32(blocks * 16);
  const nearestOfBlock = arena.f32(wholeQuads(blocks));
  arena.viewF32(nearestOfBlock, wholeQuads(blocks)).fill(Number.POSITIVE_INFINITY);
  const touched = arena.i32(blocks + 4);
  const centred = centredRows(x);
  const scale = powerOfTwoBelow(centred.reduce((most, v) => Math.max(most, Math.abs(v)), 0));
  const view = arena.viewF32(points, blocks * 16 * d);
  for (let position = 0; position < blocks * 16; position++) {
    const start = order[Math.min(position, n - 1)]! * d;
    const at = (position >> 4) * d * 16 + (position & 15);
    for (let k = 0; k < d; k++) view[at + k * 16] = centred[start + k]! * scale;
  }
  return { n, d, blocks, points, row, distances, nearestOfBlock, touched };
}

const wholeQuads = (count: number): number => Math.ceil(count / 4) * 4;

interface Running {
  readonly k: number;
  readonly maxIter: number;
  /** Positions. */
  readonly medoids: Int32Array;
  readonly fromMedoids: Pointer;
  readonly first: Pointer;
  readonly second: Pointer;
  /** Per block the largest `second`, room for whole quads. */
  readonly reach: Pointer;
  readonly nearest: Pointer;
  readonly present: Pointer;
  readonly losses: Pointer;
  readonly sums: Pointer;
  readonly drifts: Pointer;
  /** n × k f32, by position: below what no exchange for this row can bring the deviation, but for the drifts since. */
  readonly bounds: Pointer;
  deviation: number;
  failures: number;
  iterations: number;
  swaps: number;
  converged: boolean;
}

function begin(arena: Arena, space: Space, medoids: Int32Array, maxIter: number): Running {
  const k = medoids.length;
  const length = space.blocks * 16;
  const search: Running = {
    k,
    maxIter,
    medoids,
    fromMedoids: arena.f32(k * length),
    first: arena.f32(length),
    second: arena.f32(length),
    reach: arena.f32(wholeQuads(space.blocks)),
    nearest: arena.i32(length),
    present: arena.i32(space.blocks * 17),
    losses: arena.f64(k),
    sums: arena.f64(2 * k),
    drifts: arena.f64(k),
    bounds: arena.f32(space.n * k),
    deviation: 0,
    failures: 0,
    iterations: 0,
    swaps: 0,
    converged: false,
  };
  medoids.forEach((medoid, m) => {
    const to = search.fromMedoids + m * length * 4;
    distancesFrom(arena, space, medoid, to);
  });
  arena.viewF64(search.drifts, k).fill(0);
  arena.viewF32(search.bounds, space.n * k).fill(Number.NEGATIVE_INFINITY);
  findNearest(arena, space, search);
  return search;
}

function distancesFrom({ wasm }: Arena, s: Space, candidate: number, to: Pointer): void {
  const distances = s.metric === "manhattan" ? wasm.candidateManhattan : wasm.candidateDistances;
  distances(s.points, s.blocks, s.d, candidate, s.row, to, s.nearestOfBlock);
}

function findNearest({ wasm }: Arena, { n, blocks }: Space, s: Running): void {
  // biome-ignore format: one line per group of arguments
  s.deviation = wasm.twoNearest(
    s.fromMedoids, n, blocks, s.k, s.first, s.second, s.reach, s.nearest, s.present, s.losses,
  );
}

function runAll(arena: Arena, space: Space, candidates: Int32Array, searches: readonly Running[]): void {
  const { n } = space;
  let running = searches.filter(({ maxIter }) => maxIter > 0);
  for (let pass = 1; running.length > 0; pass++) {
    for (const search of running) search.iterations = pass;
    for (let at = 0; at < n && running.length > 0; at++) {
      const candidate = candidates[at]!;
      let done = 0;
      let areComputed = false;
      for (const search of running) {
        const isWorthIt = mayImprove(arena, search, candidate);
        if (isWorthIt && !areComputed) {
          distancesFrom(arena, space, candidate, space.distances);
          areComputed = true;
        }
        if (isWorthIt && trySwap(arena, space, search, candidate)) search.failures = 0;
        else search.failures++;
        // Every row has failed since the last swap: a local optimum.
        if (search.failures === n) {
          search.converged = true;
          done++;
        }
      }
      if (done > 0) running = running.filter(({ converged }) => !converged);
    }
    running = running.filter(({ maxIter }) => pass < maxIter);
  }
}

function mayImprove({ wasm }: Arena, s: Running, candidate: number): boolean {
  if (s.medoids.includes(candidate)) return false;
  return !wasm.isHopeless(s.bounds + 4 * candidate * s.k, s.drifts, s.k, SLACK * s.deviation);
}

/** Exchange the candidate for the medoid that gains most by it, if that lowers the total deviation. */
function trySwap(arena: Arena, space: Space, s: Running, candidate: number): boolean {
  const { wasm } = arena;
  const { blocks, distances, nearestOfBlock, touched } = space;
  // biome-ignore format: one line per group of arguments
  const change = wasm.bestExchange(
    distances, nearestOfBlock, blocks, s.k, s.first, s.second, s.reach, s.nearest, s.present, s.losses, s.sums, touched,
    s.drifts, s.bounds + 4 * candidate * s.k,
  );
  if (!(change < -LEAST_GAIN * s.deviation)) return false;
  const medoid = wasm.medoidToRemove();
  wasm.addDrift(medoid, change, s.k, s.losses, s.sums, s.drifts);
  arena.viewF32(s.bounds + 4 * s.medoids[medoid]! * s.k, s.k).fill(Number.NEGATIVE_INFINITY);
  s.medoids[medoid] = candidate;
  const length = blocks * 16;
  arena.viewF32(s.fromMedoids + medoid * length * 4, length).set(arena.viewF32(distances, length));
  findNearest(arena, space, s);
  s.swaps++;
  return true;
}

/** Labels and deviation in float64, of the rows as they were given. */
function finish(outer: Arena, x: Matrix, s: Running): MedoidResult {
  const { rows: n, cols: d } = x;
  const blocks = blocksOf(x);
  const medoids = s.medoids.map((position) => blocks.order[position]!);
  const labels = new Int32Array(n);
  const distances = new Float64Array(n);
  withArena((arena) => {
    const points = placePoints(arena, x, blocks);
    const rows = arena.f64(s.k * d);
    const view = arena.viewF64(rows, s.k * d);
    medoids.forEach((row, m) => {
      view.set(x.data.subarray(row * d, (row + 1) * d), m * d);
    });
    const nearest = arena.i32(blocks.count * 8);
    const distance = arena.f64(blocks.count * 8);
    const lanes = arena.f64(8);
    outer.wasm.nearestMedoids(points, blocks.count, d, rows, s.k, nearest, distance, lanes);
    const nearestView = arena.viewI32(nearest, n);
    const distanceView = arena.viewF64(distance, n);
    blocks.order.forEach((row, position) => {
      labels[row] = nearestView[position]!;
      distances[row] = distanceView[position]!;
    });
  });
  let deviation = 0;
  for (let i = 0; i < n; i++) deviation += distances[i]!;
  const { iterations, swaps, converged } = s;
  return { medoids, labels, deviation, iterations, swaps, converged };
}

/** As `finish`, of Manhattan distances. */
function finishManhattan(x: Matrix, s: Running): MedoidResult {
  const { order } = blocksOf(x);
  const medoids = s.medoids.map((position) => order[position]!);
  const labels = new Int32Array(x.rows);
  let deviation = 0;
  for (let i = 0; i < x.rows; i++) {
    let nearest = Number.POSITIVE_INFINITY;
    medoids.forEach((medoid, m) => {
      const distance = manhattanBetween(x, i, medoid);
      if (distance >= nearest) return;
      nearest = distance;
      labels[i] = m;
    });
    deviation += nearest;
  }
  const { iterations, swaps, converged } = s;
  return { medoids, labels, deviation, iterations, swaps, converged };
}
