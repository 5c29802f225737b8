/** Ranks of a column and the rank correlation made of mid-ranks. */
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

/** Spearman's correlation from mid-ranks: Pearson's of the ranks. 0 if either column is constant. */
export function spearman(a: Float64Array, b: Float64Array): number {
  const mean = (a.length + 1) / 2;
  let ab = 0;
  let aa = 0;
  let bb = 0;
  for (let i = 0; i < a.length; i++) {
    const u = a[i]! - mean;
    const v = b[i]! - mean;
    ab += u * v;
    aa += u * u;
    bb += v * v;
  }
  return aa === 0 || bb === 0 ? 0 : ab / Math.sqrt(aa * bb);
}
