/** Sorting row numbers by value, without asking a comparison function a hundred thousand times. */

/**
 * The rows in ascending order of their values, ties in the order given.
 *
 * @param values - by row number; those of the rows must not be NaN
 * @param rows - row numbers; not changed
 * @remarks O(n·log n): values are sorted as numbers, then each row looks up its place
 */
export function orderByValue(values: ArrayLike<number>, rows: Int32Array): Int32Array {
  const sorted = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) sorted[i] = values[rows[i]!]!;
  sorted.sort();
  const taken = new Int32Array(rows.length);
  const order = new Int32Array(rows.length);
  for (const row of rows) {
    const first = lowerBound(sorted, values[row]!);
    order[first + taken[first]!++] = row;
  }
  return order;
}

/** The first place whose value is not below `value`. */
function lowerBound(sorted: Float64Array, value: number): number {
  let from = 0;
  let to = sorted.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (sorted[middle]! < value) from = middle + 1;
    else to = middle;
  }
  return from;
}
