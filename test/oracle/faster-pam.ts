/** One search of K-Medoids by eager swaps, straight from its definition (Schubert & Rousseeuw 2021). */
import { squaredDistance } from "./distance.js";

export interface Search {
  /** k row numbers. */
  readonly medoids: Int32Array;
  readonly maxIter: number;
}

/** @remarks O(n·k) for each candidate */
export function fasterPam(
  x: Float64Array,
  n: number,
  d: number,
  candidates: Int32Array,
  { medoids, maxIter }: Search,
  between = (i: number, j: number) => Math.sqrt(squaredDistance(x, i, x, j, d)),
) {
  const chosen = medoids.slice();
  let [iterations, swaps, failures] = [0, 0, 0];
  let state = nearestOf(n, chosen, between);
  while (iterations < maxIter && failures < n) {
    iterations++;
    for (const candidate of candidates) {
      const reach = Float64Array.from({ length: n }, (_, i) => between(i, candidate));
      // Rows nearer to the candidate go to it; those of a medoid that goes, to their second or to the candidate.
      let gain = 0;
      const loss = new Float64Array(chosen.length);
      reach.forEach((u, i) => {
        if (u < state.first[i]!) gain += state.first[i]! - u;
        else loss[state.labels[i]!]! += Math.min(u, state.second[i]!) - state.first[i]!;
      });
      const best = loss.indexOf(Math.min(...loss));
      // A gain within rounding is none; else two equally good sets could be exchanged for ever.
      if (chosen.includes(candidate) || !(loss[best]! - gain < -1e-12 * state.deviation)) failures++;
      else {
        chosen[best] = candidate;
        state = nearestOf(n, chosen, between);
        swaps++;
        failures = 0;
      }
      if (failures === n) break;
    }
  }
  const { labels, deviation } = state;
  return { medoids: chosen, labels, deviation, iterations, swaps, converged: failures === n };
}

/** The two nearest medoids of every row, ties to the lower one. */
function nearestOf(n: number, medoids: Int32Array, between: (i: number, j: number) => number) {
  const labels = new Int32Array(n);
  const [first, second] = [new Float64Array(n), new Float64Array(n)];
  for (let i = 0; i < n; i++) {
    const distances = Array.from(medoids, (medoid) => between(i, medoid));
    labels[i] = distances.indexOf(Math.min(...distances));
    first[i] = distances[labels[i]!]!;
    second[i] = Math.min(...distances.filter((_, m) => m !== labels[i]));
  }
  return { labels, first, second, deviation: first.reduce((sum, u) => sum + u, 0) };
}
