/** The normal distribution, as far as the rank copula needs it. */
import { exp, log } from "../core/math.js";

const ROOT_TWO_PI = 2.5066282746310002;

/** Density at t. */
export function normalDensity(t: number): number {
  return exp(-0.5 * t * t) / ROOT_TWO_PI;
}

/**
 * P(Z ≤ t), by Marsaglia's (2004) series ½ + φ(t)·(t + t³/3 + t⁵/15 + …). Absolute error below 1e-14.
 */
export function normalCdf(t: number): number {
  if (t < -8) return 0;
  if (t > 8) return 1;
  let term = t;
  let sum = t;
  for (let i = 3; ; i += 2) {
    term *= (t * t) / i;
    if (sum + term === sum) return 0.5 + sum * normalDensity(t);
    sum += term;
  }
}

/**
 * The t with P(Z ≤ t) = p, by Newton steps kept inside a bracket.
 *
 * @param p - in (1e-14, 1 − 1e-14): plenty for ranks of any table
 */
export function normalQuantile(p: number): number {
  let low = -8;
  let high = 8;
  // A good start in the tails, a fair one in the middle; Newton does the rest.
  const tail = Math.sqrt(-2 * log(Math.min(p, 1 - p)));
  let t = (p < 0.5 ? -1 : 1) * Math.max(0, tail - (2.515517 + 0.802853 * tail) / (1 + 1.432788 * tail));
  for (let step = 0; step < 60; step++) {
    const error = normalCdf(t) - p;
    if (error > 0) high = t;
    else low = t;
    let next = t - error / normalDensity(t);
    if (!(next > low && next < high)) next = low + (high - low) / 2;
    if (Math.abs(next - t) <= 1e-14 * Math.max(1, Math.abs(t))) return next;
    t = next;
  }
  return t;
}
