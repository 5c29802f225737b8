/**
 * EM for a latent-class model of numbers and texts: within a class all columns are independent, each number Gaussian,
 * each text with its own shares of values.
 *
 * ```
 * repeat
 *   E   r[i, c] ∝ w[c] · Π_j N(x[i, j]; m[c, j], v[c, j]) · Π_t share[c, t, value of t in row i]
 *   M   w[c] = mean of r[·, c];  m, v = weighted mean and variance + regCovar
 *       share[c, t, value] = (Σ r[i, c] over rows with the value + share of the value in all rows) / (Σ r[i, c] + 1)
 * until the mean log-likelihood changes by less than tol
 * ```
 *
 * One imaginary row, divided as all rows are, joins every class (a Dirichlet prior), so no share is ever 0 and no class
 * rules a value out because a small sample did not show it. A text that is missing in a row says nothing there.
 */
import { exp, log } from "../core/math.js";

/** Rows as the model reads them. */
export interface MixedRows {
  readonly n: number;
  /** n × numbers, row-major. */
  readonly numbers: Float64Array;
  readonly numberCount: number;
  /** n × texts, row-major: the number of the value, −1 where there is none. */
  readonly values: Int32Array;
  /** How many values each text has. */
  readonly valueCounts: Int32Array;
}

export interface LatentClasses {
  /** k. */
  readonly weights: Float64Array;
  /** k × numbers. */
  readonly means: Float64Array;
  readonly variances: Float64Array;
  /** Per class the logarithms of the shares, text after text: k × Σ valueCounts. */
  readonly logShares: Float64Array;
}

export interface LatentClassResult {
  readonly classes: LatentClasses;
  /** n × k. */
  readonly responsibilities: Float64Array;
  /** Mean over rows, without the prior. */
  readonly logLikelihood: number;
  readonly iterations: number;
  readonly converged: boolean;
}

const LOG_TWO_PI = log(2 * Math.PI);

/**
 * @param labels - n, below k: where the first M step starts; a row of −1 has no part in it
 * @remarks O(n·k·(numbers + texts)) a round
 * @see goodman1974, vermunt2002
 */
export function latentClassesFrom(
  rows: MixedRows,
  labels: ArrayLike<number>,
  k: number,
  { tol, maxIter, regCovar }: { readonly tol: number; readonly maxIter: number; readonly regCovar: number },
): LatentClassResult {
  const { n } = rows;
  const responsibilities = new Float64Array(n * k);
  for (let i = 0; i < n; i++) if (labels[i]! >= 0) responsibilities[i * k + labels[i]!] = 1;
  const offsets = startsOf(rows.valueCounts);
  const overall = overallShares(rows, offsets);
  let classes = maximise(rows, responsibilities, k, overall, offsets, regCovar);
  let logLikelihood = expect(rows, classes, k, offsets, responsibilities);
  let iterations = 0;
  let converged = false;
  while (iterations < maxIter && !converged) {
    iterations++;
    classes = maximise(rows, responsibilities, k, overall, offsets, regCovar);
    const next = expect(rows, classes, k, offsets, responsibilities);
    converged = Math.abs(next - logLikelihood) < tol;
    logLikelihood = next;
  }
  return { classes, responsibilities, logLikelihood, iterations, converged };
}

/** Where the values of each text begin, and how many there are in all. */
export function startsOf(valueCounts: Int32Array): Int32Array {
  const starts = new Int32Array(valueCounts.length + 1);
  for (let t = 0; t < valueCounts.length; t++) starts[t + 1] = starts[t]! + valueCounts[t]!;
  return starts;
}

function overallShares({ n, values, valueCounts }: MixedRows, starts: Int32Array): Float64Array {
  const texts = valueCounts.length;
  const shares = new Float64Array(starts[texts]!);
  for (let t = 0; t < texts; t++) {
    let present = 0;
    for (let i = 0; i < n; i++) {
      const value = values[i * texts + t]!;
      if (value < 0) continue;
      shares[starts[t]! + value]!++;
      present++;
    }
    for (let at = starts[t]!; at < starts[t + 1]!; at++) shares[at]! /= Math.max(1, present);
  }
  return shares;
}

function maximise(
  { n, numbers, numberCount: d, values, valueCounts }: MixedRows,
  responsibilities: Float64Array,
  k: number,
  overall: Float64Array,
  starts: Int32Array,
  regCovar: number,
): LatentClasses {
  const texts = valueCounts.length;
  const all = overall.length;
  const weights = new Float64Array(k);
  const means = new Float64Array(k * d);
  const variances = new Float64Array(k * d);
  const counts = new Float64Array(k * all);
  const present = new Float64Array(k * texts);
  for (let i = 0; i < n; i++) {
    for (let c = 0; c < k; c++) {
      const r = responsibilities[i * k + c]!;
      if (r === 0) continue;
      weights[c]! += r;
      // Relative to the first row, so that a common offset costs no digits.
      for (let j = 0; j < d; j++) means[c * d + j]! += r * (numbers[i * d + j]! - numbers[j]!);
      for (let t = 0; t < texts; t++) {
        const value = values[i * texts + t]!;
        if (value < 0) continue;
        counts[c * all + starts[t]! + value]! += r;
        present[c * texts + t]! += r;
      }
    }
  }
  for (let c = 0; c < k; c++) {
    const total = Math.max(weights[c]!, Number.MIN_VALUE);
    for (let j = 0; j < d; j++) means[c * d + j] = numbers[j]! + means[c * d + j]! / total;
  }
  for (let i = 0; i < n; i++) {
    for (let c = 0; c < k; c++) {
      const r = responsibilities[i * k + c]!;
      if (r === 0) continue;
      for (let j = 0; j < d; j++) {
        const gap = numbers[i * d + j]! - means[c * d + j]!;
        variances[c * d + j]! += r * gap * gap;
      }
    }
  }
  const logShares = new Float64Array(k * all);
  for (let c = 0; c < k; c++) {
    const total = Math.max(weights[c]!, Number.MIN_VALUE);
    for (let j = 0; j < d; j++) variances[c * d + j] = variances[c * d + j]! / total + regCovar;
    for (let t = 0; t < texts; t++) {
      for (let at = starts[t]!; at < starts[t + 1]!; at++) {
        logShares[c * all + at] = log((counts[c * all + at]! + overall[at]!) / (present[c * texts + t]! + 1));
      }
    }
    weights[c] = weights[c]! / n;
  }
  return { weights, means, variances, logShares };
}

/** Fills the responsibilities; returns the mean log-likelihood. */
function expect(
  { n, numbers, numberCount: d, values, valueCounts }: MixedRows,
  { weights, means, variances, logShares }: LatentClasses,
  k: number,
  starts: Int32Array,
  responsibilities: Float64Array,
): number {
  const texts = valueCounts.length;
  const all = starts[texts]!;
  const halfPrecisions = variances.map((variance) => 0.5 / variance);
  const constants = Float64Array.from(weights, (weight, c) => {
    let sum = log(weight);
    for (let j = 0; j < d; j++) sum -= (LOG_TWO_PI + log(variances[c * d + j]!)) / 2;
    return sum;
  });
  const scores = new Float64Array(k);
  let total = 0;
  for (let i = 0; i < n; i++) {
    let highest = Number.NEGATIVE_INFINITY;
    for (let c = 0; c < k; c++) {
      let score = constants[c]!;
      for (let j = 0; j < d; j++) {
        const gap = numbers[i * d + j]! - means[c * d + j]!;
        score -= gap * gap * halfPrecisions[c * d + j]!;
      }
      for (let t = 0; t < texts; t++) {
        const value = values[i * texts + t]!;
        if (value >= 0) score += logShares[c * all + starts[t]! + value]!;
      }
      scores[c] = score;
      if (score > highest) highest = score;
    }
    let sum = 0;
    for (let c = 0; c < k; c++) {
      const likelihood = exp(scores[c]! - highest);
      responsibilities[i * k + c] = likelihood;
      sum += likelihood;
    }
    for (let c = 0; c < k; c++) responsibilities[i * k + c]! /= sum;
    total += highest + log(sum);
  }
  return total / n;
}
