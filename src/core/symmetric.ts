/** Small symmetric matrices (d×d, d in the tens): eigenvectors and Cholesky factors, the same bits everywhere. */
import { allocateMatrix, type Matrix } from "./matrix.js";

export interface Eigen {
  /** Descending. */
  readonly values: Float64Array;
  /** d×d, row i is the unit eigenvector of value i; its entry of largest size is positive. */
  readonly vectors: Matrix;
}

/**
 * Eigenvalues and eigenvectors by cyclic Jacobi rotations. O(d³) per sweep, fewer than ten sweeps as a rule.
 *
 * @param a - d×d, symmetric; only read
 */
export function symmetricEigen(a: Matrix): Eigen {
  const d = a.rows;
  const m = Float64Array.from(a.data);
  const v = new Float64Array(d * d);
  for (let i = 0; i < d; i++) v[i * d + i] = 1;
  let scale = 0;
  for (const value of m) scale += value * value;

  for (let sweep = 0; sweep < 60; sweep++) {
    let off = 0;
    for (let p = 0; p < d; p++) for (let q = p + 1; q < d; q++) off += m[p * d + q]! * m[p * d + q]!;
    if (off <= scale * 1e-32) break;
    for (let p = 0; p < d; p++) for (let q = p + 1; q < d; q++) rotate(m, v, d, p, q);
  }

  const order = Array.from({ length: d }, (_, i) => i).sort((i, j) => m[j * d + j]! - m[i * d + i]! || i - j);
  const vectors = allocateMatrix(d, d);
  const values = new Float64Array(d);
  order.forEach((from, to) => {
    values[to] = m[from * d + from]!;
    let largest = 0;
    for (let j = 0; j < d; j++) if (Math.abs(v[j * d + from]!) > Math.abs(largest)) largest = v[j * d + from]!;
    const sign = largest < 0 ? -1 : 1;
    for (let j = 0; j < d; j++) vectors.data[to * d + j] = sign * v[j * d + from]!;
  });
  return { values, vectors };
}

/** One rotation in the (p, q) plane that makes m[p][q] zero. */
function rotate(m: Float64Array, v: Float64Array, d: number, p: number, q: number): void {
  const pq = m[p * d + q]!;
  if (pq === 0) return;
  const theta = (m[q * d + q]! - m[p * d + p]!) / (2 * pq);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (let i = 0; i < d; i++) {
    const ip = m[i * d + p]!;
    const iq = m[i * d + q]!;
    m[i * d + p] = c * ip - s * iq;
    m[i * d + q] = s * ip + c * iq;
  }
  for (let i = 0; i < d; i++) {
    const pi = m[p * d + i]!;
    const qi = m[q * d + i]!;
    m[p * d + i] = c * pi - s * qi;
    m[q * d + i] = s * pi + c * qi;
  }
  for (let i = 0; i < d; i++) {
    const ip = v[i * d + p]!;
    const iq = v[i * d + q]!;
    v[i * d + p] = c * ip - s * iq;
    v[i * d + q] = s * ip + c * iq;
  }
}

/**
 * The lower factor L with L·Lᵀ = a, or null if `a` is not positive definite.
 *
 * @param a - d×d, symmetric
 */
export function cholesky(a: Matrix): Matrix | null {
  const d = a.rows;
  const l = allocateMatrix(d, d);
  for (let i = 0; i < d; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a.data[i * d + j]!;
      for (let c = 0; c < j; c++) sum -= l.data[i * d + c]! * l.data[j * d + c]!;
      if (i > j) l.data[i * d + j] = sum / l.data[j * d + j]!;
      else if (sum > 0) l.data[i * d + i] = Math.sqrt(sum);
      else return null;
    }
  }
  return l;
}
