/** How alike rows are, as t-SNE sees it: a sparse symmetric table of probabilities over pairs. */
import { exp, log } from "../core/math.js";
import type { Neighbours } from "./knn.js";

/** Row i has the entries starts[i] … starts[i+1]−1. Symmetric, all values sum to 1. */
export interface Affinities {
  readonly n: number;
  readonly starts: Int32Array;
  readonly columns: Int32Array;
  readonly values: Float64Array;
}

/** Bisections and Newton steps for one row; 1e-10 is reached in about 6. */
const MOST_STEPS = 200;
const TOLERANCE = 1e-10;

/**
 * Symmetrised neighbour probabilities: p_{j|i} ∝ exp(−β_i |x_i − x_j|²) over the nearest rows, β_i such that their entropy
 * is ln(perplexity); then p_ij = (p_{j|i} + p_{i|j}) / 2n.
 *
 * @param near - all entries present, k ≥ 1
 * @param perplexity - the effective number of neighbours, in [1, k]; nearer to k than rounding allows means all alike
 * @remarks O(n·k)
 * @see vandermaaten2014
 */
export function affinitiesOf({ k, rows, squared }: Neighbours, n: number, perplexity: number): Affinities {
  const conditional = new Float64Array(n * k);
  for (let i = 0; i < n; i++) calibrate(squared.subarray(i * k, (i + 1) * k), perplexity, conditional, i * k);

  // who has i among its neighbours
  const incoming = new Int32Array(n + 1);
  for (const row of rows) incoming[row + 1]! += 1;
  for (let i = 0; i < n; i++) incoming[i + 1]! += incoming[i]!;
  const from = new Int32Array(n * k);
  const fill = incoming.slice(0, n);
  rows.forEach((row, at) => {
    from[fill[row]!++] = at;
  });

  const starts = new Int32Array(n + 1);
  const columns = new Int32Array(2 * n * k);
  const values = new Float64Array(2 * n * k);
  const place = new Int32Array(n).fill(-1); // where column j of the current row stands
  let length = 0;
  for (let i = 0; i < n; i++) {
    const start = length;
    for (let at = i * k; at < (i + 1) * k; at++) {
      place[rows[at]!] = length;
      columns[length] = rows[at]!;
      values[length++] = conditional[at]! / (2 * n);
    }
    for (let q = incoming[i]!; q < incoming[i + 1]!; q++) {
      const j = Math.floor(from[q]! / k);
      if (place[j]! < start) {
        columns[length] = j;
        values[length++] = conditional[from[q]!]! / (2 * n);
      } else values[place[j]!]! += conditional[from[q]!]! / (2 * n);
    }
    starts[i + 1] = length;
  }
  return { n, starts, columns: columns.slice(0, length), values: values.slice(0, length) };
}

/**
 * Fill `out` with the probabilities of one row's neighbours.
 *
 * With w_j = exp(−β (d_j − d_0)), the entropy is H = ln Σw + β·mean(d − d_0) and dH/dβ = −β·var(d): Newton's
 * step, kept between bounds that always enclose the answer.
 */
function calibrate(squared: Float64Array, perplexity: number, out: Float64Array, at: number): void {
  const k = squared.length;
  const least = squared[0]!;
  const wanted = log(perplexity);
  let mean = 0;
  for (let j = 0; j < k; j++) mean += squared[j]! - least;
  mean /= k;
  let beta = mean > 0 ? 1 / mean : 1;
  let low = 0;
  let high = Number.POSITIVE_INFINITY;
  let sum = k;
  for (let step = 0; step < MOST_STEPS; step++) {
    let first = 0;
    let second = 0;
    sum = 0;
    for (let j = 0; j < k; j++) {
      const distance = squared[j]! - least;
      const weight = exp(-beta * distance);
      out[at + j] = weight;
      sum += weight;
      first += weight * distance;
      second += weight * distance * distance;
    }
    first /= sum;
    const excess = log(sum) + beta * first - wanted;
    // equal distances have one entropy, whatever β
    if (Math.abs(excess) < TOLERANCE || mean === 0) break;
    if (excess > 0) low = beta;
    else high = beta;
    const slope = beta * (second / sum - first * first);
    const newton = slope > 0 ? beta + excess / slope : Number.NaN;
    if (newton > low && newton < high) beta = newton;
    else if (high === Number.POSITIVE_INFINITY) beta *= 2;
    else beta = (low + high) / 2;
    if (high < Number.POSITIVE_INFINITY && high - low <= Number.EPSILON * high) break;
  }
  for (let j = 0; j < k; j++) out[at + j] = out[at + j]! / sum;
}
