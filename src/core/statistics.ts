/** What describes one column of numbers, and two together. Two passes and compensated sums: a large offset costs no digits. */
import { compensatedSum, quantileSorted } from "./math.js";

/** Ascending copy; the input stays as it is. */
export function sorted(values: Float64Array): Float64Array {
  return values.slice().sort();
}

/** Smallest and largest value. Needs at least one. */
export function range(values: Float64Array): { min: number; max: number } {
  let min = values[0]!;
  let max = min;
  for (let i = 1; i < values.length; i++) {
    const value = values[i]!;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return { min, max };
}

/**
 * Quantiles by linear interpolation at position (n−1)p (NumPy's default, R's type 7), without a full sort.
 *
 * @param values - at least one, all finite; only read
 * @param shares - each p in [0, 1], in any order
 * @remarks O(n) per share as a rule, never more than O(n log n); the same bits as `quantileSorted`
 */
export function quantiles(values: Float64Array, shares: readonly number[]): number[] {
  const order = values.slice();
  return shares.map((share) => {
    const position = (order.length - 1) * share;
    const low = Math.floor(position);
    const a = select(order, low);
    if (position === low) return a;
    // After the selection everything beyond `low` is no smaller than it: the next value is their minimum.
    const b = range(order.subarray(low + 1)).min;
    return a + (b - a) * (position - low);
  });
}

/** The value that would stand at `rank` (from 0) were the values sorted; brings them into that partial order. */
function select(values: Float64Array, rank: number): number {
  let left = 0;
  let right = values.length - 1;
  for (let round = 0; left < right; round++) {
    // Few values left, or unlucky with the pivots: sort what remains.
    if (right - left < 64 || round > 60) {
      values.subarray(left, right + 1).sort();
      break;
    }
    const middle = (left + right) >>> 1;
    const pivot = medianOfThree(values[left]!, values[middle]!, values[right]!);
    let i = left;
    let j = right;
    while (i <= j) {
      while (values[i]! < pivot) i++;
      while (values[j]! > pivot) j--;
      if (i > j) break;
      const held = values[i]!;
      values[i++] = values[j]!;
      values[j--] = held;
    }
    if (rank <= j) right = j;
    else if (rank >= i) left = i;
    else break;
  }
  return values[rank]!;
}

function medianOfThree(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}

/** Arithmetic mean. Needs at least one value, all finite. */
export function mean(values: Float64Array): number {
  const n = values.length;
  const sum = compensatedSum(values);
  // A sum beyond float64 need not be a mean beyond float64.
  return Number.isFinite(sum) ? sum / n : compensatedSum(values.map((value) => value / n));
}

/** Σ (x − centre)², as exact as one can have it in float64. */
export function squaredDeviations(values: Float64Array, centre: number): number {
  const squares = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const deviation = values[i]! - centre;
    squares[i] = deviation * deviation;
  }
  return compensatedSum(squares);
}

/** Standard deviation that divides by n (`ddof` 0, as scalers do) or n − 1 (`ddof` 1, as reports do). */
export function standardDeviation(values: Float64Array, ddof: 0 | 1 = 0): number {
  return Math.sqrt(squaredDeviations(values, mean(values)) / (values.length - ddof));
}

export interface Description {
  readonly count: number;
  readonly min: number;
  readonly q25: number;
  readonly median: number;
  readonly q75: number;
  readonly max: number;
  readonly mean: number;
  /** Divides by n. */
  readonly sd: number;
  /** Divides by n − 1; null for one value. */
  readonly sampleSd: number | null;
  /** m₃ / m₂^1.5, biased; null for a constant column. */
  readonly skewness: number | null;
  /** m₄ / m₂² − 3, biased; null for a constant column. */
  readonly excessKurtosis: number | null;
}

/**
 * Count, range, quartiles (linear interpolation, R type 7), moments.
 *
 * @param values - at least one, all finite; leave missing ones out before (`presentValues`)
 * @remarks O(n log n) for the sort
 */
export function describeNumbers(values: Float64Array): Description {
  const n = values.length;
  const order = sorted(values);
  const min = order[0]!;
  const max = order[n - 1]!;
  const constant = min === max;
  const centre = constant ? min : mean(values);
  const second = new Float64Array(n);
  const third = new Float64Array(n);
  const fourth = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const deviation = values[i]! - centre;
    const square = deviation * deviation;
    second[i] = square;
    third[i] = square * deviation;
    fourth[i] = square * square;
  }
  const squares = compensatedSum(second);
  const m2 = squares / n;
  return {
    count: n,
    min,
    q25: quantileSorted(order, 0.25),
    median: quantileSorted(order, 0.5),
    q75: quantileSorted(order, 0.75),
    max,
    mean: centre,
    sd: Math.sqrt(m2),
    sampleSd: n > 1 ? Math.sqrt(squares / (n - 1)) : null,
    skewness: m2 > 0 ? compensatedSum(third) / n / (m2 * Math.sqrt(m2)) : null,
    excessKurtosis: m2 > 0 ? compensatedSum(fourth) / n / (m2 * m2) - 3 : null,
  };
}

/**
 * Pearson correlation of two columns of like length without missing values, in [−1, 1]; null where one is
 * constant.
 */
export function pearson(a: Float64Array, b: Float64Array): number | null {
  const n = a.length;
  const meanA = mean(a);
  const meanB = mean(b);
  const products = new Float64Array(n);
  for (let i = 0; i < n; i++) products[i] = (a[i]! - meanA) * (b[i]! - meanB);
  const spread = Math.sqrt(squaredDeviations(a, meanA)) * Math.sqrt(squaredDeviations(b, meanB));
  if (!(spread > 0)) return null;
  return Math.max(-1, Math.min(1, compensatedSum(products) / spread));
}

/** Ranks 1 … n; equal values share the mean of theirs. */
export function midRanks(values: Float64Array): Float64Array {
  const order = Array.from(values.keys()).sort((a, b) => values[a]! - values[b]!);
  const ranks = new Float64Array(values.length);
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    while (end < order.length && values[order[end]!] === values[order[start]!]) end++;
    for (let at = start; at < end; at++) ranks[order[at]!] = (start + 1 + end) / 2;
    start = end;
  }
  return ranks;
}
