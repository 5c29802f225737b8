/** A column of a matrix and its ranks. */
import type { Matrix } from "../core/matrix.js";

/** A copy of one column. */
export function columnOf(x: Matrix, column: number): Float64Array {
  return Float64Array.from({ length: x.rows }, (_, i) => x.data[i * x.cols + column]!);
}

/** Ranks 0 … n−1; of equal values the earlier row gets the lower rank. */
export function ranksOf(values: Float64Array): Int32Array {
  const sorted = Float64Array.from(values).sort();
  const taken = new Int32Array(values.length);
  return Int32Array.from(values, (value) => {
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[middle]! < value) low = middle + 1;
      else high = middle;
    }
    return low + taken[low]!++;
  });
}
