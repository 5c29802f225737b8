/**
 * Sums that do not depend on the order of their terms.
 *
 * Numbers that are all multiples of one power of two add without rounding, as long as the total stays below
 * 2^53 of them. So values are first rounded to such a grid; the sum of the rounded values is then exact, and
 * blocks, threads and the company a labeling is scored in cannot change a bit of it.
 */

/**
 * The constant c for which `(v + c) - c` rounds v to a multiple of u, u being the finest power of two that
 * keeps every sum of `terms` such values exact.
 *
 * Adding c lifts v to where neighbouring numbers are u apart; subtracting it is exact. The error per value is
 * at most u/2, about `terms · largest · 2^-54`.
 *
 * @param terms - how many values a sum may have, ≥ 1
 * @param largest - no |v| is larger; finite, ≥ 0
 * @returns 1.5 · 2^52 · u; 0 (no rounding) when `largest` is 0
 */
export function gridConstant(terms: number, largest: number): number {
  if (largest === 0) return 0;
  const room = 9007199254740992; // 2^53
  const count = Math.max(4, terms); // with fewer, v could reach half of c
  let unit = 1;
  while (count * (largest / unit + 0.5) > room) unit *= 2;
  while (count * (largest / (unit / 2) + 0.5) <= room) unit /= 2;
  return 6755399441055744 * unit;
}

/** 1.5 · 2^52 · 2^-30 and 1.5 · 2^52 · 2^-61: the two grids of `unitSum`. */
export const HIGH_GRID = 6755399441055744 / 1073741824;
export const LOW_GRID = 6755399441055744 / 2305843009213693952;

/**
 * The sum of values in [−1, 1], the same bits in any order, for up to 2^23 of them.
 *
 * Each value is split into a multiple of 2^-30 and a rest below it, rounded to a multiple of 2^-61; the two
 * sums are exact. More accurate than a plain sum.
 */
export function unitSum(values: ArrayLike<number>): number {
  let high = 0;
  let low = 0;
  for (let i = 0; i < values.length; i++) {
    const v = values[i]!;
    const top = v + HIGH_GRID - HIGH_GRID;
    high += top;
    low += v - top + LOW_GRID - LOW_GRID;
  }
  return high + low;
}

/**
 * The diagonal of the box around all rows: no distance between two rows exceeds it, also not in the last bit,
 * because it is computed in the same order (columns ascending) from larger differences.
 *
 * @param x - row-major n×d
 */
export function boxDiagonal(x: Float64Array, n: number, d: number): number {
  let squared = 0;
  for (let k = 0; k < d; k++) {
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < n; i++) {
      const v = x[i * d + k]!;
      if (v < low) low = v;
      if (v > high) high = v;
    }
    if (n > 0) squared += (high - low) * (high - low);
  }
  return Math.sqrt(squared);
}
