/**
 * Normal scores (van der Waerden's): a column's ranks as the normal distribution would have them. The r-th smallest
 * of n values stands for the r-th of n equally likely parts of the distribution and scores the mean of that part;
 * tied values share the mean of their parts.
 */
import { normalDensity, normalQuantile } from "./normal.js";

/** Terms of the Hermite series. */
const TERMS = 200;
/** No pair of columns is drawn closer than this to a copy of one another. */
const LARGEST = 0.9995;

/**
 * The score of each rank, 0 … n−1, with mean 0 and mean square 1; all 0 for a constant column.
 *
 * @param sorted - a column's values, ascending
 * @see vanderwaerden1952
 */
export function scoresOfRanks(sorted: Float64Array): Float64Array {
  const n = sorted.length;
  const scores = new Float64Array(n);
  if (sorted[0] === sorted[n - 1]) return scores;
  // The mean of a normal between two thresholds is the difference of its densities there, over its mass: (to − from) / n.
  let densityFrom = 0;
  let squares = 0;
  for (let from = 0; from < n; ) {
    let to = from + 1;
    while (to < n && sorted[to] === sorted[from]) to++;
    const densityTo = to === n ? 0 : normalDensity(normalQuantile(to / n));
    const score = ((densityFrom - densityTo) * n) / (to - from);
    scores.fill(score, from, to);
    squares += (to - from) * score * score;
    densityFrom = densityTo;
    from = to;
  }
  const deviation = Math.sqrt(squares / n);
  for (let r = 0; r < n; r++) scores[r]! /= deviation;
  return scores;
}

/**
 * The step function "normal draw ↦ score" in orthonormal Hermite polynomials h_1 … h_200: with steps of height v at
 * thresholds t, a_m = Σ v·h_(m−1)(t)·φ(t) / √m. All zeros for a constant column.
 */
export function hermiteOfScores(scores: Float64Array): Float64Array {
  const n = scores.length;
  const out = new Float64Array(TERMS);
  for (let i = 1; i < n; i++) {
    const height = scores[i]! - scores[i - 1]!;
    if (height === 0) continue;
    const t = normalQuantile(i / n);
    const weight = height * normalDensity(t);
    let before = 0;
    let here = 1;
    for (let m = 1; m <= TERMS; m++) {
      out[m - 1]! += (weight * here) / Math.sqrt(m);
      const next = (t * here - Math.sqrt(m - 1) * before) / Math.sqrt(m);
      before = here;
      here = next;
    }
  }
  return out;
}

/**
 * How scores correlate where the normals do by ρ: in Hermite polynomials the power series Σ a_m b_m ρ^m.
 *
 * @param a - of one column, from `hermiteOfScores`
 */
export function scoreCorrelation(rho: number, a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let m = TERMS - 1; m >= 0; m--) sum = (sum + a[m]! * b[m]!) * rho;
  return sum;
}

/**
 * The normal correlation whose scores, after the ties of both columns, correlate so. The series rises with ρ and is
 * solved by bisection.
 *
 * @param target - wanted correlation of the scores; the nearest that can be had, if it cannot
 */
export function solveNormalCorrelation(target: number, a: Float64Array, b: Float64Array): number {
  let low = -LARGEST;
  let high = LARGEST;
  if (target === 0 || scoreCorrelation(high, a, b) === 0) return 0;
  if (target >= scoreCorrelation(high, a, b)) return high;
  if (target <= scoreCorrelation(low, a, b)) return low;
  for (let step = 0; step < 50; step++) {
    const middle = (low + high) / 2;
    if (scoreCorrelation(middle, a, b) < target) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
