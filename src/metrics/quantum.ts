/**
 * Distances as whole numbers of one small unit, so that their sums are exact.
 *
 * Floating-point sums depend on their order. Here each distance is rounded to a multiple of a power of two so
 * small that rounding hardly shows and so large that n of the longest distances still add up without loss
 * (below 2^53 units). Sums are then the same bits in any order, block, thread or batch of labelings. The unit
 * is taken from the space alone, from the diagonal of its bounding box, never from the labelings.
 */
import type { Matrix } from "../core/matrix.js";

const TWO_52 = 4503599627370496;

/** Adding and taking away this rounds a number up to 2^51 in size to a whole one, halves to even. */
export const ROUND_TO_WHOLE = 6755399441055744;

/** Mean distances below this many units are summed again with the rounded-off parts. */
export const COARSE = 1073741824;

export interface Quantum {
  /** Units per distance: a distance d is `Math.round(d × scale)` units. A power of two. */
  readonly scale: number;
  /** Parts of a unit for `d × scale` minus its rounding: sums of n such parts are exact too. A power of two. */
  readonly fineScale: number;
}

/**
 * The unit of a space: the largest power-of-two scale with rows × diagonal × scale ≤ 2^52.
 *
 * @returns null if the diagonal is not a finite number (missing, infinite or astronomically large values)
 */
export function quantumOf(x: Matrix): Quantum | null {
  const diagonal = boundingDiagonal(x);
  if (!Number.isFinite(diagonal)) return null;
  const rows = Math.max(2, x.rows);
  let scale = 1;
  if (diagonal > 0) {
    while (rows * diagonal * scale > TWO_52) scale /= 2;
    while (rows * diagonal * scale * 2 <= TWO_52) scale *= 2;
  }
  // A rounded-off part is at most half a unit.
  let fineScale = 1;
  while ((rows / 2) * fineScale * 2 <= TWO_52) fineScale *= 2;
  return { scale, fineScale };
}

/** The diagonal of the box around all rows: no distance between two rows is longer (but for rounding). */
export function boundingDiagonal(x: Matrix): number {
  let squares = 0;
  for (let j = 0; j < x.cols; j++) {
    let low = x.data[j] ?? 0;
    let high = low;
    for (let at = j; at < x.data.length; at += x.cols) {
      low = Math.min(low, x.data[at]!);
      high = Math.max(high, x.data[at]!);
    }
    squares += (high - low) * (high - low);
  }
  return Math.sqrt(squares);
}
