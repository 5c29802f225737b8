/**
 * Principal axes of many rows in few columns: centre, covariance, eigenvectors. The covariance is ours (one
 * pass over the rows, d²/2 sums, no copy of the data); its eigenvectors come from ml-pca.
 */
import { createRequire } from "node:module";
import type { Matrix } from "../core/matrix.js";

// Loaded when first wanted: as imports they would cost every start of a thread a tenth of a second.
const require = createRequire(import.meta.url);
const loadMlMatrix = () => require("ml-matrix") as typeof import("ml-matrix");
const loadMlPca = () => require("ml-pca") as typeof import("ml-pca");

export interface PrincipalAxes {
  /** d column means. */
  readonly mean: Float64Array;
  /** d eigenvalues of the covariance (divided by n − 1), descending, never below 0. */
  readonly variances: Float64Array;
  /** d unit rows of d values, sorted like the variances, their signs settled. */
  readonly axes: readonly Float64Array[];
}

/**
 * @param x - n×d, n ≥ 2, all finite
 * @remarks O(n·d²) time, O(d²) memory
 */
export function principalAxes(x: Matrix): PrincipalAxes {
  const mean = columnMeans(x);
  return axesOf(mean, covariance(x, mean));
}

/**
 * The same from means and covariance alone, wherever they were summed up.
 *
 * @param covariances - d×d row by row, divided by n − 1
 */
export function axesOf(mean: Float64Array, covariances: Float64Array): PrincipalAxes {
  const d = mean.length;
  const rows = Array.from({ length: d }, (_, a) => Array.from(covariances.subarray(a * d, (a + 1) * d)));
  const { PCA } = loadMlPca();
  const { Matrix: MlMatrix } = loadMlMatrix();
  const pca = new PCA(new MlMatrix(rows), { isCovarianceMatrix: true });
  const vectors = pca.getEigenvectors();
  const variances = Float64Array.from(pca.getEigenvalues(), (value) => Math.max(0, value));
  const axes = Array.from({ length: d }, (_, c) =>
    settleSign(Float64Array.from({ length: d }, (_, j) => vectors.get(j, c))),
  );
  return { mean, variances, axes };
}

/** Rows per partial sum: short sums added up lose fewer digits than one long one. */
const BLOCK = 1024;

function columnMeans(x: Matrix): Float64Array {
  const { rows: n, cols: d, data } = x;
  const sums = new Float64Array(d);
  const part = new Float64Array(d);
  for (let start = 0; start < n; start += BLOCK) {
    part.fill(0);
    const end = Math.min(n, start + BLOCK);
    for (let i = start, at = start * d; i < end; i++) {
      for (let j = 0; j < d; j++, at++) part[j] = part[j]! + data[at]!;
    }
    for (let j = 0; j < d; j++) sums[j] = sums[j]! + part[j]!;
  }
  return sums.map((sum) => sum / n);
}

function covariance(x: Matrix, mean: Float64Array): Float64Array {
  const { rows: n, cols: d, data } = x;
  const sums = new Float64Array(d * d);
  const part = new Float64Array(d * d);
  const centred = new Float64Array(d);
  for (let start = 0; start < n; start += BLOCK) {
    part.fill(0);
    const end = Math.min(n, start + BLOCK);
    for (let i = start; i < end; i++) {
      const at = i * d;
      for (let j = 0; j < d; j++) centred[j] = data[at + j]! - mean[j]!;
      for (let a = 0; a < d; a++) {
        const value = centred[a]!;
        const row = a * d;
        for (let b = a; b < d; b++) part[row + b] = part[row + b]! + value * centred[b]!;
      }
    }
    for (let c = 0; c < d * d; c++) sums[c] = sums[c]! + part[c]!;
  }
  const out = new Float64Array(d * d);
  for (let a = 0; a < d; a++) {
    for (let b = a; b < d; b++) {
      const value = sums[a * d + b]! / (n - 1);
      out[a * d + b] = value;
      out[b * d + a] = value;
    }
  }
  return out;
}

/**
 * An eigenvector and its negative are equally good. We take the one whose entry of largest absolute value is
 * positive; entries equal but for rounding count as a tie, and the first of them decides.
 */
function settleSign(axis: Float64Array): Float64Array {
  let largest = 0;
  for (const value of axis) largest = Math.max(largest, Math.abs(value));
  const deciding = axis.find((value) => Math.abs(value) >= largest * (1 - 1e-12)) ?? 1;
  // + 0 turns −0 into 0, which is what JSON would make of it.
  return axis.map((value) => (deciding < 0 ? -value : value) + 0);
}
