/** Rows about the middle of the data, so that a large common offset costs no digits in means of rows. */
import type { Matrix } from "../core/matrix.js";

/** The mean of each column, to rounding. */
export function columnMeans({ rows: n, cols: d, data }: Matrix): Float64Array {
  return Float64Array.from({ length: d }, (_, k) => {
    const origin = n > 0 ? data[k]! : 0;
    let sum = 0;
    for (let i = k; i < n * d; i += d) sum += data[i]! - origin;
    return origin + sum / n;
  });
}

/** A row-major copy with each column's mean taken off. */
export function centredRows(x: Matrix): Float64Array {
  const { rows: n, cols: d, data } = x;
  const means = columnMeans(x);
  const out = new Float64Array(n * d);
  for (let k = 0; k < d; k++) for (let i = k; i < n * d; i += d) out[i] = data[i]! - means[k]!;
  return out;
}

/** A factor that is exact and brings `largest` to at most 1. */
export function powerOfTwoBelow(largest: number): number {
  let scale = 1;
  while (largest * scale > 1) scale /= 2;
  while (largest > 0 && largest * scale < 0.25 && scale < 1e300) scale *= 2;
  return scale;
}
