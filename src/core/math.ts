/**
 * The transcendental functions of the numerics, in one place.
 *
 * `Math.pow` and `**` give other last bits on Node 20 and 24, so numerics never use them (a test reads the
 * sources). `exp`, `log` and `log1p` agree between the tested versions; a golden test of their bits would
 * notice the day they do not, and this file is where to mend it.
 */

export const exp = Math.exp;
export const log = Math.log;
export const log1p = Math.log1p;
export const expm1 = Math.expm1;

/** x to a whole power, by repeated squaring; the same bits everywhere. */
export function wholePower(x: number, power: number): number {
  let result = 1;
  let base = x;
  for (let p = Math.abs(power); p > 0; p = Math.floor(p / 2)) {
    if (p % 2 === 1) result *= base;
    base *= base;
  }
  return power < 0 ? 1 / result : result;
}

/** Sum with Neumaier's compensation: the error does not grow with the number of terms. */
export function compensatedSum(values: ArrayLike<number>): number {
  let sum = 0;
  let lost = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    const next = sum + value;
    lost += Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum;
    sum = next;
  }
  return sum + lost;
}

/**
 * Quantile of sorted values by linear interpolation at position (n−1)p: NumPy's default, R's type 7.
 *
 * @param sorted - ascending, no missing values, length ≥ 1
 * @param p - in [0, 1]
 */
export function quantileSorted(sorted: ArrayLike<number>, p: number): number {
  const position = (sorted.length - 1) * p;
  const low = Math.floor(position);
  const high = Math.min(low + 1, sorted.length - 1);
  const a = sorted[low]!;
  const b = sorted[high]!;
  return a + (b - a) * (position - low);
}
