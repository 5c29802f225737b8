/**
 * Sums that do not depend on the order of their terms.
 *
 * Numbers that are all multiples of one power of two add without rounding, as long as the total stays below
 * 2^53 of them. So values are first rounded to such a grid; their sum is then exact: terms may be added in any
 * order, and taken away again, and equal sets have equal sums to the bit.
 */

/** 1.5 · 2^52: adding and subtracting it rounds to whole numbers. */
const ROUND_TO_WHOLE = 6755399441055744;

/**
 * The constant c for which `(v + c) - c` rounds v to a multiple of u, u being the finest power of two that
 * keeps every sum of `terms` such values exact. The error per value is at most u/2, about
 * `terms · largest · 2^-54`.
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
  return ROUND_TO_WHOLE * unit;
}

/** The grid for what `gridConstant(terms, largest)` rounds off: at most half of its unit. */
export function restConstant(terms: number, grid: number): number {
  return gridConstant(terms, grid / ROUND_TO_WHOLE / 2);
}
