/** Mean and standard deviation of a few scores. */

/**
 * Differences are taken to the first value, so equal values have a deviation of exactly 0.
 *
 * @param values - at least one
 * @returns deviation with divisor n − 1; 0 for a single value
 */
export function meanAndDeviation(values: readonly number[]): { mean: number; deviation: number } {
  const first = values[0]!;
  const mean = first + values.reduce((sum, value) => sum + (value - first), 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
  return { mean, deviation: Math.sqrt(squares / Math.max(1, values.length - 1)) };
}
