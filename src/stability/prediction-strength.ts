/**
 * Prediction strength (Tibshirani & Walther 2005): cluster two halves apart, give each half's rows the other
 * half's clusters by its assignment rule, and ask of the worst cluster how many of its pairs stay together.
 */
import { UserError } from "../core/errors.js";
import { countClusters, type Labels } from "../core/labels.js";
import { stream } from "../core/rng.js";

export interface Halves {
  /** ⌊n/2⌋ rows, ascending. */
  readonly first: Int32Array;
  /** The rest, ascending. */
  readonly second: Int32Array;
}

/** Split i of n rows into halves at random; the same for every candidate of a decision. */
export function splitHalves(n: number, seed: number, i: number): Halves {
  const order = stream(seed, "stability/split", i).permutation(n);
  const half = Math.floor(n / 2);
  return { first: order.slice(0, half).sort(), second: order.slice(half).sort() };
}

/**
 * For each cluster of a half, the share of its pairs of rows that the other half's rule also puts together.
 * 1 for a cluster of one row. A row the rule calls noise is together with nobody.
 *
 * @param own - the half's own labels, canonical; −1 is noise and makes no pairs
 * @param predicted - what the other half's rule says of the same rows; any numbers, negative is noise
 * @throws UserError `SHAPE_MISMATCH` if the lengths differ
 */
export function pairsKept(own: Labels, predicted: ArrayLike<number>): Float64Array {
  if (own.length !== predicted.length) {
    throw new UserError("SHAPE_MISMATCH", {
      what: `${own.length} own labels, but ${predicted.length} predicted ones`,
      mend: "predict exactly the rows of the half, in their order",
    });
  }
  const k = countClusters(own);
  const sizes = new Float64Array(k);
  const together: Map<number, number>[] = Array.from({ length: k }, () => new Map());
  for (let i = 0; i < own.length; i++) {
    const cluster = own[i]!;
    if (cluster < 0) continue;
    sizes[cluster]!++;
    const label = predicted[i]!;
    if (label >= 0) together[cluster]!.set(label, (together[cluster]!.get(label) ?? 0) + 1);
  }
  return sizes.map((size, cluster) => {
    if (size < 2) return 1;
    let kept = 0;
    for (const count of together[cluster]!.values()) kept += count * (count - 1);
    return kept / (size * (size - 1));
  });
}

/** Own labels of a half, and what the other half's rule says of its rows. */
export interface HalfLabels {
  readonly own: Labels;
  readonly predicted: ArrayLike<number>;
}

/**
 * Prediction strength of one split: the worst cluster of each half, averaged over the two, as fpc's
 * `prediction.strength` computes it. 0 for a half without clusters. Average over splits; .8 or more counts as
 * strong.
 */
export function predictionStrength(first: HalfLabels, second: HalfLabels): number {
  const worst = ({ own, predicted }: HalfLabels) => {
    const kept = pairsKept(own, predicted);
    return kept.length === 0 ? 0 : Math.min(...kept);
  };
  return (worst(first) + worst(second)) / 2;
}
