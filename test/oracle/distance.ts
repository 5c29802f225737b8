/** The distance every algorithm here is built on. Differences first, so a large common offset costs no digits. */

/** Squared Euclidean distance between row i of x and row j of y, both with d columns. */
export function squaredDistance(x: Float64Array, i: number, y: Float64Array, j: number, d: number): number {
  let sum = 0;
  const a = i * d;
  const b = j * d;
  for (let c = 0; c < d; c++) {
    const difference = x[a + c]! - y[b + c]!;
    sum += difference * difference;
  }
  return sum;
}
