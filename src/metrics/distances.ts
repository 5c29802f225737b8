/** Euclidean distances from one row to all, from differences: |x|²−2xy+|y|² would lose half the digits. */
import type { Matrix } from "../core/matrix.js";

/**
 * Squared distances from row i to every row, columns added left to right.
 *
 * @param out - out, length x.rows
 */
export function squaredDistancesFrom(x: Matrix, i: number, out: Float64Array): void {
  const { rows, cols, data } = x;
  const start = i * cols;
  for (let j = 0, at = 0; j < rows; j++) {
    let sum = 0;
    for (let c = 0; c < cols; c++, at++) {
      const difference = data[start + c]! - data[at]!;
      sum += difference * difference;
    }
    out[j] = sum;
  }
}

/** Squared distance between row i of `a` and row j of `b`. */
export function squaredDistance(a: Matrix, i: number, b: Matrix, j: number): number {
  let sum = 0;
  for (let c = 0; c < a.cols; c++) {
    const difference = a.data[i * a.cols + c]! - b.data[j * b.cols + c]!;
    sum += difference * difference;
  }
  return sum;
}
