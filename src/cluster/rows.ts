/** Small moves between flat arrays and matrices. */
import { allocateMatrix, type Matrix } from "../core/matrix.js";

/** A matrix over a copy of flat row-major values. */
export function matrixOf(values: Float64Array, cols: number): Matrix {
  const out = allocateMatrix(values.length / cols, cols);
  out.data.set(values);
  return out;
}

/** The chosen rows of a flat row-major array, in the order given. */
export function pickRows(x: Float64Array, cols: number, rows: ArrayLike<number>): Float64Array {
  const out = new Float64Array(rows.length * cols);
  for (let i = 0; i < rows.length; i++) out.set(x.subarray(rows[i]! * cols, (rows[i]! + 1) * cols), i * cols);
  return out;
}

/** The mean row of each cluster, k×cols; labels are canonical, noise belongs to none. */
export function clusterMeans(x: Matrix, labels: Int32Array, k: number): Float64Array {
  const { rows, cols, data } = x;
  // Means are taken relative to the first row of each cluster, so that a common offset costs no digits.
  const first = new Int32Array(k).fill(-1);
  const counts = new Int32Array(k);
  const sums = new Float64Array(k * cols);
  for (let i = 0; i < rows; i++) {
    const c = labels[i]!;
    if (c < 0) continue;
    if (first[c]! < 0) first[c] = i;
    counts[c]! += 1;
    for (let j = 0; j < cols; j++) sums[c * cols + j]! += data[i * cols + j]! - data[first[c]! * cols + j]!;
  }
  return sums.map((sum, index) => {
    const c = Math.floor(index / cols);
    return data[first[c]! * cols + (index % cols)]! + sum / counts[c]!;
  });
}
