/** Σ = L·Lᵀ for the small covariance matrices of mixtures. */
import { log } from "../../src/core/math.js";

export interface Cholesky {
  /** d×d, lower triangle; the rest is 0. */
  readonly factor: Float64Array;
  /** ln det Σ. */
  readonly logDeterminant: number;
  /** False when a pivot had to be lifted to `floor`: Σ is not positive definite in float64. */
  readonly definite: boolean;
}

/**
 * The Cholesky factor. A pivot that is not positive becomes `floor`, so that a fit can go on to its end and
 * say that it is singular.
 *
 * @param matrix - d×d symmetric, starting at `offset`
 */
export function cholesky(matrix: Float64Array, offset: number, d: number, floor: number): Cholesky {
  const factor = new Float64Array(d * d);
  let logDeterminant = 0;
  let definite = true;
  for (let i = 0; i < d; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[offset + i * d + j]!;
      for (let c = 0; c < j; c++) sum -= factor[i * d + c]! * factor[j * d + c]!;
      if (j < i) {
        factor[i * d + j] = sum / factor[j * d + j]!;
        continue;
      }
      if (!(sum > 0)) {
        definite = false;
        sum = floor;
      }
      factor[i * d + i] = Math.sqrt(sum);
      logDeterminant += log(sum);
    }
  }
  return { factor, logDeterminant, definite };
}

/** zᵀΣ⁻¹z by forward substitution: the squared length of the solution of L·y = z. `z` is overwritten by y. */
export function squaredLengthUnder(factor: Float64Array, z: Float64Array, d: number): number {
  let total = 0;
  for (let i = 0; i < d; i++) {
    let value = z[i]!;
    for (let c = 0; c < i; c++) value -= factor[i * d + c]! * z[c]!;
    value /= factor[i * d + i]!;
    z[i] = value;
    total += value * value;
  }
  return total;
}
