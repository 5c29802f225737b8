/** Start centres for k-means: rows far from one another, chosen with luck. */
import { log } from "../../core/math.js";
import type { Rng } from "../../core/rng.js";
import { squaredDistance } from "./squared-distance.js";

/**
 * Greedy k-means++: the first centre is any row; each next one is the best of 2 + ⌊ln k⌋ rows drawn with
 * probability proportional to their squared distance from the centres so far, where best means the lowest
 * inertia with that row added.
 *
 * Every round draws the same number of values whatever the data, so that a stream is used alike by all.
 *
 * @param x - n×d
 * @returns k row numbers; rows repeat only when fewer than k are distinct
 * @remarks O(n·d·k·ln k)
 * @see arthur2007
 */
export function kMeansPlusPlus(x: Float64Array, n: number, d: number, k: number, rng: Rng): Int32Array {
  const candidatesPerRound = 2 + Math.floor(log(k));
  const chosen = new Int32Array(k);
  chosen[0] = rng.int(n);

  // nearest[i] = squared distance of row i to the nearest chosen centre
  let nearest: Float64Array = new Float64Array(n);
  for (let i = 0; i < n; i++) nearest[i] = squaredDistance(x, i, x, chosen[0]!, d);
  let inertia = sum(nearest);

  let bestNearest: Float64Array = new Float64Array(n);
  let tryNearest: Float64Array = new Float64Array(n);
  for (let round = 1; round < k; round++) {
    const marks = Array.from({ length: candidatesPerRound }, () => rng.uniform() * inertia);
    let bestInertia = Number.POSITIVE_INFINITY;
    for (const mark of marks) {
      const candidate = rowAtMark(nearest, mark);
      for (let i = 0; i < n; i++) tryNearest[i] = Math.min(nearest[i]!, squaredDistance(x, i, x, candidate, d));
      const tryInertia = sum(tryNearest);
      if (tryInertia < bestInertia) {
        bestInertia = tryInertia;
        chosen[round] = candidate;
        [bestNearest, tryNearest] = [tryNearest, bestNearest];
      }
    }
    [nearest, bestNearest] = [bestNearest, nearest];
    inertia = bestInertia;
  }
  return chosen;
}

/** The first row at which the running sum of weights exceeds the mark; the last row with weight at the far end. */
function rowAtMark(weights: Float64Array, mark: number): number {
  let running = 0;
  let last = 0;
  for (let i = 0; i < weights.length; i++) {
    if (weights[i]! > 0) last = i;
    running += weights[i]!;
    if (running > mark) return i;
  }
  return last;
}

function sum(values: Float64Array): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i]!;
  return total;
}
