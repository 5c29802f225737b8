/**
 * FasterPAM with eager swaps, many k at once.
 *
 * A candidate row is tried against every medoid in one pass over the rows, and the best exchange is made at once if it
 * lowers the total deviation. The distances from the candidate are computed once and shared by all searches that
 * are still running: that is most of the work. Nothing else is shared, so each search goes the way it would go alone.
 */
import { squaredDistance } from "../../src/cluster/slow/squared-distance.js";

/** One search: k medoids on their way to a local optimum. */
export interface Search {
  /** k row numbers; changed in place. */
  readonly medoids: Int32Array;
  /** The most passes over the candidates. */
  readonly maxIter: number;
}

export interface PamResult {
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

/** What a search knows of every row: its two nearest medoids. */
interface State {
  readonly medoids: Int32Array;
  readonly isMedoid: Uint8Array;
  readonly maxIter: number;
  /** k×n: distances from each medoid. */
  readonly fromMedoids: Float64Array;
  readonly nearest: Int32Array;
  readonly first: Float64Array; // distance to the nearest medoid
  readonly second: Float64Array; // distance to the second nearest
  /** k: what the total deviation gains when the medoid is removed. */
  readonly removalLoss: Float64Array;
  deviation: number;
  failures: number;
  iterations: number;
  swaps: number;
  converged: boolean;
}

/**
 * Run searches to their local optima, each ending when no candidate improves it, or after its maxIter passes.
 *
 * @param x - n×d
 * @param candidates - the rows 0 … n−1 in the order in which they are tried
 * @param searches - start medoids, distinct rows, 2 ≤ k ≤ n each
 * @remarks O(n²) a pass and search, and O(n²·d) a pass for all together; O(n·Σk) memory
 * @see schubert2021
 */
export function fasterPam(
  x: Float64Array,
  n: number,
  d: number,
  candidates: Int32Array,
  searches: readonly Search[],
): PamResult[] {
  const states = searches.map((search) => begin(x, n, d, search));
  const fromCandidate = new Float64Array(n);
  let running = states;
  for (let pass = 1; running.length > 0; pass++) {
    for (const state of running) state.iterations = pass;
    for (let at = 0; at < n && running.length > 0; at++) {
      const candidate = candidates[at]!;
      distancesFrom(x, n, d, candidate, fromCandidate);
      for (const state of running) {
        if (trySwap(state, n, candidate, fromCandidate)) state.failures = 0;
        else state.failures++;
        // Every row has failed since the last swap: a local optimum.
        if (state.failures === n) state.converged = true;
      }
      if (running.some((state) => state.converged)) running = running.filter((state) => !state.converged);
    }
    running = running.filter((state) => state.iterations < state.maxIter);
  }
  return states.map((state) => ({
    medoids: state.medoids,
    labels: state.nearest,
    deviation: sum(state.first),
    iterations: state.iterations,
    swaps: state.swaps,
    converged: state.converged,
  }));
}

function begin(x: Float64Array, n: number, d: number, { medoids, maxIter }: Search): State {
  const k = medoids.length;
  const fromMedoids = new Float64Array(k * n);
  const isMedoid = new Uint8Array(n);
  medoids.forEach((medoid, m) => {
    isMedoid[medoid] = 1;
    distancesFrom(x, n, d, medoid, fromMedoids.subarray(m * n, (m + 1) * n));
  });
  const state: State = {
    medoids,
    isMedoid,
    maxIter,
    fromMedoids,
    nearest: new Int32Array(n),
    first: new Float64Array(n),
    second: new Float64Array(n),
    removalLoss: new Float64Array(k),
    deviation: 0,
    failures: 0,
    iterations: 0,
    swaps: 0,
    converged: false,
  };
  findNearest(state, n);
  return state;
}

/** Exchange the candidate for the medoid that gains most by it, if that lowers the total deviation. */
function trySwap(state: State, n: number, candidate: number, fromCandidate: Float64Array): boolean {
  if (state.isMedoid[candidate]) return false;
  const { nearest, first, second, medoids } = state;
  // change[m] + shared = change of the total deviation if the candidate replaces medoid m
  const change = Float64Array.from(state.removalLoss);
  let shared = 0;
  for (let i = 0; i < n; i++) {
    const distance = fromCandidate[i]!;
    if (distance < first[i]!) {
      shared += distance - first[i]!;
      change[nearest[i]!]! += first[i]! - second[i]!;
    } else if (distance < second[i]!) {
      change[nearest[i]!]! += distance - second[i]!;
    }
  }
  let best = 0;
  for (let m = 1; m < change.length; m++) if (change[m]! < change[best]!) best = m;
  // A gain within rounding is none; else two equally good sets could be exchanged for ever.
  if (!(change[best]! + shared < -1e-12 * state.deviation)) return false;

  state.isMedoid[medoids[best]!] = 0;
  state.isMedoid[candidate] = 1;
  medoids[best] = candidate;
  state.fromMedoids.set(fromCandidate, best * n);
  findNearest(state, n);
  state.swaps++;
  return true;
}

/** Two nearest medoids of every row, ties to the lower one, and what follows from them. */
function findNearest(state: State, n: number): void {
  const { medoids, fromMedoids, nearest, first, second, removalLoss } = state;
  removalLoss.fill(0);
  let deviation = 0;
  for (let i = 0; i < n; i++) {
    let one = Number.POSITIVE_INFINITY;
    let two = Number.POSITIVE_INFINITY;
    let winner = 0;
    for (let m = 0; m < medoids.length; m++) {
      const distance = fromMedoids[m * n + i]!;
      if (distance < one) {
        two = one;
        one = distance;
        winner = m;
      } else if (distance < two) {
        two = distance;
      }
    }
    nearest[i] = winner;
    first[i] = one;
    second[i] = two;
    removalLoss[winner]! += two - one;
    deviation += one;
  }
  state.deviation = deviation;
}

function distancesFrom(x: Float64Array, n: number, d: number, row: number, out: Float64Array): void {
  for (let i = 0; i < n; i++) out[i] = Math.sqrt(squaredDistance(x, i, x, row, d));
}

function sum(values: Float64Array): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i]!;
  return total;
}
