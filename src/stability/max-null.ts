/**
 * One test for a whole sweep: does any candidate beat what data without clusters gives? Every candidate is
 * refitted on each null data set; the best of a null data set stands for "the best a search would have found".
 */
import { meanAndDeviation } from "./moments.js";

export interface NullVerdict {
  /** Each candidate's score in standard deviations from the mean over observed and null data together. */
  readonly z: readonly (number | null)[];
  /** Per candidate: P(the largest null z is at least this). Holds for the whole family of candidates. */
  readonly p: readonly number[];
  /** The smallest of `p`: the p-value of the decision "there is structure". */
  readonly decision: number;
}

/**
 * Standardise each candidate over observed and nulls together (so candidates of different k are comparable, and
 * observed and null are treated alike), then compare each with the distribution of the maximum over candidates:
 * p = (1 + number of null sets whose largest z ≥ z) / (B + 1). With B null sets p is at least 1 / (B + 1): use
 * B ≥ 99 for a decision at .05.
 *
 * Where a candidate has no score (one cluster, all noise) it has found no structure: it is left out of the mean
 * and ranks below every score. A candidate whose scores are all equal has z = 0.
 *
 * @param observed - per candidate, higher is better; null where not defined
 * @param nulls - per null data set, per candidate
 * @remarks O(B × candidates)
 */
export function maxNull(
  observed: readonly (number | null)[],
  nulls: readonly (readonly (number | null)[])[],
): NullVerdict {
  const z = observed.map((): number | null => null);
  const largest = new Float64Array(nulls.length).fill(Number.NEGATIVE_INFINITY);
  observed.forEach((score, c) => {
    const defined = score === null ? [] : [score];
    for (const values of nulls) {
      const value = values[c] ?? null;
      if (value !== null) defined.push(value);
    }
    if (defined.length === 0) return;
    const { mean, deviation } = meanAndDeviation(defined);
    const standard = (value: number) => (deviation > 0 ? (value - mean) / deviation : 0);
    if (score !== null) z[c] = standard(score);
    nulls.forEach((values, b) => {
      const value = values[c] ?? null;
      if (value !== null) largest[b] = Math.max(largest[b]!, standard(value));
    });
  });
  const p = z.map((value) => {
    if (value === null) return 1;
    let asLarge = 0;
    for (const other of largest) if (other >= value) asLarge++;
    return (1 + asLarge) / (nulls.length + 1);
  });
  return { z, p, decision: p.reduce((a, b) => Math.min(a, b), 1) };
}
