/**
 * Expectation–maximisation for mixtures of Gaussians.
 *
 * The maths is scikit-learn's (regularised covariances, stop on the change of the mean log-likelihood), the
 * arithmetic is not: scatter is summed around the new mean, in a second pass, instead of E[x²] − mean², which
 * loses all digits when a column lies far from 0.
 */
import { exp, log } from "../../src/core/math.js";
import { cholesky, squaredLengthUnder } from "./cholesky.js";

export type CovarianceType = "full" | "tied" | "diag" | "spherical";

export interface Mixture {
  readonly type: CovarianceType;
  readonly k: number;
  /** k, adding up to 1. */
  readonly weights: Float64Array;
  /** k×d. */
  readonly means: Float64Array;
  /** full: k·d×d, tied: d×d, diag: k×d, spherical: k. */
  readonly covariances: Float64Array;
}

export interface EmResult {
  readonly mixture: Mixture;
  /** n×k, responsibilities under `mixture`. */
  readonly responsibilities: Float64Array;
  /** n, log-likelihood of each row under `mixture`. */
  readonly logLikelihoods: Float64Array;
  /** Mean log-likelihood of E-step t, before the M-step that follows it. */
  readonly bounds: readonly number[];
  readonly converged: boolean;
  /** False when a covariance was not positive definite in float64, in spite of the floor. */
  readonly definite: boolean;
}

const LOG_TWO_PI = log(2 * Math.PI);

/**
 * EM from hard labels: an M-step on them, then E and M in turn until the mean log-likelihood changes by less
 * than `tol`, or `maxIter` rounds are over. A last E-step makes the responsibilities those of the mixture.
 *
 * @param x - n×d
 * @param labels - n, in 0 … k−1; the start
 * @param regCovar - added to every variance
 * @remarks O(n·k·d²) a round for full and tied, O(n·k·d) for diag and spherical
 * @see dempster1977
 */
export function emFromLabels(
  x: Float64Array,
  n: number,
  d: number,
  labels: Int32Array,
  k: number,
  type: CovarianceType,
  options: { readonly tol: number; readonly maxIter: number; readonly regCovar: number },
): EmResult {
  const { tol, maxIter, regCovar } = options;
  const responsibilities = new Float64Array(n * k);
  for (let i = 0; i < n; i++) responsibilities[i * k + labels[i]!] = 1;
  const logLikelihoods = new Float64Array(n);

  let mixture = maximise(x, n, d, responsibilities, k, type, regCovar);
  let definite = true;
  const bounds: number[] = [];
  let converged = false;
  while (!converged && bounds.length < maxIter) {
    const step = expect(x, n, d, mixture, regCovar, responsibilities, logLikelihoods);
    definite &&= step.definite;
    const before = bounds.at(-1);
    bounds.push(step.mean);
    mixture = maximise(x, n, d, responsibilities, k, type, regCovar);
    converged = before !== undefined && Math.abs(step.mean - before) < tol;
  }
  const last = expect(x, n, d, mixture, regCovar, responsibilities, logLikelihoods);
  return { mixture, responsibilities, logLikelihoods, bounds, converged, definite: definite && last.definite };
}

/** The mixture that fits given responsibilities best, every variance lifted by `regCovar`. */
export function maximise(
  x: Float64Array,
  n: number,
  d: number,
  responsibilities: Float64Array, // in   n×k
  k: number,
  type: CovarianceType,
  regCovar: number,
): Mixture {
  // A component without rows keeps a tiny mass, so that nothing is divided by 0.
  const mass = new Float64Array(k).fill(10 * Number.EPSILON);
  const means = new Float64Array(k * d);
  for (let i = 0; i < n; i++) {
    for (let c = 0; c < k; c++) {
      const r = responsibilities[i * k + c]!;
      mass[c]! += r;
      for (let j = 0; j < d; j++) means[c * d + j]! += r * x[i * d + j]!;
    }
  }
  for (let c = 0; c < k; c++) for (let j = 0; j < d; j++) means[c * d + j]! /= mass[c]!;

  const scatter =
    type === "full" || type === "tied"
      ? crossScatter(x, n, d, responsibilities, k, means)
      : ownScatter(x, n, d, responsibilities, k, means);
  const covariances = covariancesOf(scatter, d, mass, k, type, regCovar);
  return { type, k, weights: mass.map((m) => m / n), means, covariances };
}

/** Σᵢ r (x−μ)(x−μ)ᵀ for each component: k·d×d. */
function crossScatter(
  x: Float64Array,
  n: number,
  d: number,
  responsibilities: Float64Array,
  k: number,
  means: Float64Array,
): Float64Array {
  const scatter = new Float64Array(k * d * d);
  const z = new Float64Array(d);
  for (let i = 0; i < n; i++) {
    for (let c = 0; c < k; c++) {
      const r = responsibilities[i * k + c]!;
      if (r === 0) continue;
      for (let j = 0; j < d; j++) z[j] = x[i * d + j]! - means[c * d + j]!;
      for (let a = 0; a < d; a++) {
        const weighted = r * z[a]!;
        for (let b = 0; b <= a; b++) scatter[(c * d + a) * d + b]! += weighted * z[b]!;
      }
    }
  }
  for (let c = 0; c < k; c++) {
    for (let a = 0; a < d; a++) {
      for (let b = 0; b < a; b++) scatter[(c * d + b) * d + a] = scatter[(c * d + a) * d + b]!;
    }
  }
  return scatter;
}

/** The diagonals of the above alone: k×d. */
function ownScatter(
  x: Float64Array,
  n: number,
  d: number,
  responsibilities: Float64Array,
  k: number,
  means: Float64Array,
): Float64Array {
  const scatter = new Float64Array(k * d);
  for (let i = 0; i < n; i++) {
    for (let c = 0; c < k; c++) {
      const r = responsibilities[i * k + c]!;
      for (let j = 0; j < d; j++) {
        const z = x[i * d + j]! - means[c * d + j]!;
        scatter[c * d + j]! += r * z * z;
      }
    }
  }
  return scatter;
}

function covariancesOf(
  scatter: Float64Array,
  d: number,
  mass: Float64Array,
  k: number,
  type: CovarianceType,
  regCovar: number,
): Float64Array {
  const totalMass = mass.reduce((sum, m) => sum + m, 0);
  if (type === "tied") {
    const tied = new Float64Array(d * d);
    for (let c = 0; c < k; c++) for (let e = 0; e < d * d; e++) tied[e]! += scatter[c * d * d + e]!;
    for (let e = 0; e < d * d; e++) tied[e] = tied[e]! / totalMass + (e % (d + 1) === 0 ? regCovar : 0);
    return tied;
  }
  if (type === "full") {
    const onDiagonal = (e: number) => (e % (d * d)) % (d + 1) === 0;
    return scatter.map((s, e) => s / mass[Math.floor(e / (d * d))]! + (onDiagonal(e) ? regCovar : 0));
  }
  const variances = scatter.map((s, e) => s / mass[Math.floor(e / d)]! + regCovar);
  if (type === "diag") return variances;
  const spherical = new Float64Array(k);
  for (let c = 0; c < k; c++) {
    for (let j = 0; j < d; j++) spherical[c]! += variances[c * d + j]!;
    spherical[c]! /= d;
  }
  return spherical;
}

/** Responsibilities and log-likelihoods of the rows under a mixture, and the mean of the latter. */
export function expect(
  x: Float64Array,
  n: number,
  d: number,
  mixture: Mixture,
  regCovar: number,
  responsibilities: Float64Array, // out  n×k
  logLikelihoods: Float64Array, // out  n
): { readonly mean: number; readonly definite: boolean } {
  const { k, weights } = mixture;
  // First ln(weight) + ln density, then both turned into shares of the row's total.
  let definite = true;
  for (let c = 0; c < k; c++) {
    const logWeight = log(weights[c]!);
    definite = logDensities(x, n, d, mixture, c, regCovar, responsibilities) && definite;
    for (let i = 0; i < n; i++) responsibilities[i * k + c]! += logWeight;
  }
  let total = 0;
  for (let i = 0; i < n; i++) {
    let highest = Number.NEGATIVE_INFINITY;
    for (let c = 0; c < k; c++) highest = Math.max(highest, responsibilities[i * k + c]!);
    let sum = 0;
    for (let c = 0; c < k; c++) sum += exp(responsibilities[i * k + c]! - highest);
    const logLikelihood = highest + log(sum);
    for (let c = 0; c < k; c++) responsibilities[i * k + c] = exp(responsibilities[i * k + c]! - logLikelihood);
    logLikelihoods[i] = logLikelihood;
    total += logLikelihood;
  }
  return { mean: total / n, definite };
}

/** ln N(xᵢ; μ_c, Σ_c) into column c of an n×k array; false when Σ_c is not positive definite. */
function logDensities(
  x: Float64Array,
  n: number,
  d: number,
  mixture: Mixture,
  c: number,
  regCovar: number,
  out: Float64Array,
): boolean {
  const { type, k, means, covariances } = mixture;
  const z = new Float64Array(d);
  const centred = (i: number) => {
    for (let j = 0; j < d; j++) z[j] = x[i * d + j]! - means[c * d + j]!;
  };
  if (type === "full" || type === "tied") {
    const offset = type === "full" ? c * d * d : 0;
    const { factor, logDeterminant, definite } = cholesky(covariances, offset, d, regCovar);
    for (let i = 0; i < n; i++) {
      centred(i);
      out[i * k + c] = -0.5 * (d * LOG_TWO_PI + logDeterminant + squaredLengthUnder(factor, z, d));
    }
    return definite;
  }
  const variance = (j: number) => (type === "diag" ? covariances[c * d + j]! : covariances[c]!);
  let logDeterminant = 0;
  for (let j = 0; j < d; j++) logDeterminant += log(variance(j));
  for (let i = 0; i < n; i++) {
    centred(i);
    let squares = 0;
    for (let j = 0; j < d; j++) squares += (z[j]! * z[j]!) / variance(j);
    out[i * k + c] = -0.5 * (d * LOG_TWO_PI + logDeterminant + squares);
  }
  return true;
}
