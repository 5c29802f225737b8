/**
 * Data that look like the customers column by column and pair by pair, but hold no further structure: the null
 * against which "is there anything to find?" is asked.
 *
 * A Gaussian rank copula: correlated normal draws are ranked within each column, and the r-th smallest draw gets
 * the r-th smallest observed value. So marginals are those of the data to the bit, zeros and ties included.
 *
 * **Ties.** A column that is zero for most customers keeps only part of a normal correlation, since all draws
 * below a threshold become the same zero. The normal correlation of each pair is therefore solved for, so that
 * the Spearman correlation (mid-ranks) after the ties equals the observed one. The mid-rank of a normal draw is a
 * step function; in Hermite polynomials its correlation with another is a power series in the normal
 * correlation, Σ a_m b_m ρ^m, which rises with ρ and is solved by bisection. If the solved matrix is not positive
 * definite (possible, as pairs are solved apart), its eigenvalues are lifted and the diagonal brought back to 1.
 *
 * **Every draw has the same correlations:** the normal draws are first made exactly uncorrelated among
 * themselves (as Iman & Conover 1982 do).
 *
 * Measured on the 17 raw columns of the credit-card customers (up to 65 % zeros), 2,000 rows, 136 pairs, mean
 * Spearman over draws: within .005 of the observed one for two columns alone; within .019 for all 17 together, whose
 * matrix had to be lifted. A single draw of all 17 is off by .010 on average and by .05 at worst.
 */
import { allocateMatrix, type Matrix } from "../core/matrix.js";
import { type Rng, stream } from "../core/rng.js";
import { midRanks } from "../core/statistics.js";
import { cholesky, symmetricEigen } from "../core/symmetric.js";
import { normalDensity, normalQuantile } from "./normal.js";
import { columnOf, ranksOf, spearman } from "./ranks.js";

/** Terms of the Hermite series. */
const TERMS = 200;
/** No pair of columns is drawn closer than this to a copy of one another. */
const LARGEST = 0.9995;
/** The smallest eigenvalue a repaired correlation matrix may have. */
const SMALLEST_EIGENVALUE = 1e-6;

export interface RankCopula {
  readonly rows: number;
  readonly cols: number;
  /** Each column's values, ascending. */
  readonly sorted: readonly Float64Array[];
  /** d×d correlations of the normal draws. */
  readonly correlation: Matrix;
  /** Its lower Cholesky factor. */
  readonly factor: Matrix;
  /** True if the pairwise correlations had to be lifted to be possible together. */
  readonly repaired: boolean;
}

/**
 * Learn marginals and rank correlations.
 *
 * @param x - n×d, finite, n ≥ 2
 * @remarks O(d·n·(log n + 200) + d²·n)
 */
export function fitRankCopula(x: Matrix): RankCopula {
  const { rows, cols } = x;
  const columns = Array.from({ length: cols }, (_, j) => columnOf(x, j));
  const ranks = columns.map(midRanks);
  const steps = ranks.map((values) => hermiteOfRanks(values));
  const correlation = allocateMatrix(cols, cols);
  for (let a = 0; a < cols; a++) {
    correlation.data[a * cols + a] = 1;
    for (let b = 0; b < a; b++) {
      const rho = solveNormalCorrelation(spearman(ranks[a]!, ranks[b]!), steps[a]!, steps[b]!);
      correlation.data[a * cols + b] = rho;
      correlation.data[b * cols + a] = rho;
    }
  }
  const sorted = columns.map((values) => values.sort());
  const factor = cholesky(correlation);
  if (factor !== null) return { rows, cols, sorted, correlation, factor, repaired: false };
  const lifted = nearestCorrelation(correlation);
  return { rows, cols, sorted, correlation: lifted, factor: cholesky(lifted)!, repaired: true };
}

/** The random stream of null data set b. */
export function nullStream(seed: number, b: number): Rng {
  return stream(seed, "stability/null", b);
}

/**
 * One null data set of as many rows: the same marginals to the bit, the same rank correlations nearly (see the
 * top of the file), no other structure.
 */
export function drawRankCopula(copula: RankCopula, rng: Rng): Matrix {
  const { rows, cols, sorted, factor } = copula;
  const z = uncorrelatedNormals(rows, cols, rng);
  const out = allocateMatrix(rows, cols);
  const column = new Float64Array(rows);
  for (let j = 0; j < cols; j++) {
    for (let i = 0; i < rows; i++) {
      let sum = 0;
      for (let c = 0; c <= j; c++) sum += factor.data[j * cols + c]! * z.data[i * cols + c]!;
      column[i] = sum;
    }
    const ranks = ranksOf(column);
    for (let i = 0; i < rows; i++) out.data[i * cols + j] = sorted[j]![ranks[i]!]!;
  }
  return out;
}

/**
 * Each column shuffled by itself: same marginals, no relation between columns at all. Printed beside the copula
 * null and never decides: any correlated cloud beats it.
 */
export function permuteColumns(x: Matrix, rng: Rng): Matrix {
  const out = allocateMatrix(x.rows, x.cols);
  for (let j = 0; j < x.cols; j++) {
    const shuffled = rng.shuffle(columnOf(x, j));
    for (let i = 0; i < x.rows; i++) out.data[i * x.cols + j] = shuffled[i]!;
  }
  return out;
}

/** Normal draws whose sample covariance is the identity; plain draws if there are too few rows for that. */
function uncorrelatedNormals(rows: number, cols: number, rng: Rng): Matrix {
  const z = allocateMatrix(rows, cols);
  for (let at = 0; at < z.data.length; at++) z.data[at] = rng.normal();
  for (let j = 0; j < cols; j++) {
    let sum = 0;
    for (let i = 0; i < rows; i++) sum += z.data[i * cols + j]!;
    for (let i = 0; i < rows; i++) z.data[i * cols + j]! -= sum / rows;
  }
  const covariance = allocateMatrix(cols, cols);
  for (let i = 0; i < rows; i++) {
    for (let a = 0; a < cols; a++) {
      for (let b = 0; b <= a; b++) {
        covariance.data[a * cols + b]! += (z.data[i * cols + a]! * z.data[i * cols + b]!) / rows;
      }
    }
  }
  const factor = rows > 2 * cols ? cholesky(covariance) : null;
  if (factor === null) return z;
  // Solve L·w = z for each row, in place.
  for (let i = 0; i < rows; i++) {
    for (let a = 0; a < cols; a++) {
      let value = z.data[i * cols + a]!;
      for (let b = 0; b < a; b++) value -= factor.data[a * cols + b]! * z.data[i * cols + b]!;
      z.data[i * cols + a] = value / factor.data[a * cols + a]!;
    }
  }
  return z;
}

/**
 * The step function "normal draw ↦ standardised mid-rank" in orthonormal Hermite polynomials h_1 … h_200: with
 * steps of height v at thresholds t, a_m = Σ v·h_(m−1)(t)·φ(t) / √m. All zeros for a constant column.
 */
function hermiteOfRanks(ranks: Float64Array): Float64Array {
  const n = ranks.length;
  const sorted = Float64Array.from(ranks).sort();
  const mean = (n + 1) / 2;
  let squares = 0;
  for (const rank of sorted) squares += (rank - mean) * (rank - mean);
  const out = new Float64Array(TERMS);
  if (squares === 0) return out;
  const deviation = Math.sqrt(squares / n);
  for (let i = 1; i < n; i++) {
    const height = (sorted[i]! - sorted[i - 1]!) / deviation;
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

/** The normal correlation whose ranks, after the ties of both columns, correlate as observed. */
function solveNormalCorrelation(target: number, a: Float64Array, b: Float64Array): number {
  const reached = (rho: number) => {
    let sum = 0;
    for (let m = TERMS - 1; m >= 0; m--) sum = (sum + a[m]! * b[m]!) * rho;
    return sum;
  };
  let low = -LARGEST;
  let high = LARGEST;
  if (target === 0 || reached(high) === 0) return 0;
  if (target >= reached(high)) return high;
  if (target <= reached(low)) return low;
  for (let step = 0; step < 50; step++) {
    const middle = (low + high) / 2;
    if (reached(middle) < target) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Eigenvalues lifted to a floor, diagonal brought back to 1. */
function nearestCorrelation(correlation: Matrix): Matrix {
  const d = correlation.rows;
  const { values, vectors } = symmetricEigen(correlation);
  const out = allocateMatrix(d, d);
  for (let v = 0; v < d; v++) {
    const value = Math.max(values[v]!, SMALLEST_EIGENVALUE);
    for (let a = 0; a < d; a++) {
      for (let b = 0; b < d; b++) {
        out.data[a * d + b]! += value * vectors.data[v * d + a]! * vectors.data[v * d + b]!;
      }
    }
  }
  const roots = Array.from({ length: d }, (_, a) => Math.sqrt(out.data[a * d + a]!));
  for (let a = 0; a < d; a++) {
    for (let b = 0; b < d; b++) out.data[a * d + b] = a === b ? 1 : out.data[a * d + b]! / (roots[a]! * roots[b]!);
  }
  return out;
}
