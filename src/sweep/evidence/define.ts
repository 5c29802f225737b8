/** What the funnel gathers, as plain data, and how much of it. */
import type { Along } from "./one-column.js";
import type { SeedView } from "./subjects.js";

/** Raised when the same inputs may give other numbers. */
export const EVIDENCE_VERSION = 3;

/**
 * How far below a threshold a candidate still gets its evidence, since the decision is tried with thresholds so
 * shifted.
 */
export const SHIFT = 0.05;

export interface FunnelParams {
  readonly minCoverage: number;
  readonly minClusterShare: number;
  readonly alpha: number;
  readonly nulls: number;
  readonly permutations: number;
  readonly nullRows: number;
  readonly gap: number;
  readonly borderRows: number;
  readonly resampleRows: number;
  readonly bootstraps: number;
  readonly jaccard: number;
  readonly splits: number;
  readonly strength: number;
  readonly calibrationRows: number;
  readonly calibrationRuns: number;
  readonly seed: number;
}

/** Candidates judged in one space, against null data judged in the same. */
export interface NullView {
  readonly space: string;
  /** The preparation whose own candidates these are; null for the decision itself. */
  readonly prepare: string | null;
  readonly ids: readonly string[];
  readonly observed: readonly (number | null)[];
  /** Per null data set, per candidate. */
  readonly nulls: readonly (readonly (number | null)[])[];
}

/** The candidate that stands out most, against shuffled columns. */
export interface Permuted {
  readonly id: string;
  readonly observed: number;
  readonly values: readonly (number | null)[];
}

/** Five numbers of each random clustering of one k, in one space. */
export interface RandomValues {
  readonly silhouette: readonly (number | null)[];
  readonly calinskiHarabasz: readonly (number | null)[];
  readonly daviesBouldin: readonly (number | null)[];
  readonly jaccard: readonly (number | null)[];
  readonly strength: readonly (number | null)[];
}

export interface StabilityEvidence {
  /** Rows that null data sets, resamples and random clusterings are made on. */
  readonly rows: { readonly null: number; readonly resample: number; readonly calibration: number };
  /** The decision first, then each preparation by itself (none when there is only one). */
  readonly views: readonly NullView[];
  readonly permuted: Permuted | null;
  /** By space and labels, for each pair of segments (0, 1), (0, 2) …: p of "no gap along a line", density ratio. */
  readonly borders: Readonly<Record<string, Readonly<Record<string, readonly (number | null)[]>>>>;
  /** By how many rows labels mix what others, which lie apart, keep apart: shares by hashes, `a b`. */
  readonly mixed: Readonly<Record<string, number>>;
  /** By labels: the one column whose cuts they are. */
  readonly along: Readonly<Record<string, Along>>;
  /** Number columns with more than one mode. */
  readonly severalModes: readonly string[];
  /** Prediction strength of each split, by candidate; fewer splits where it cannot be reached any more. */
  readonly strength: Readonly<Record<string, readonly number[]>>;
  /** By candidate and labels: per resample, the Jaccard of each cluster. */
  readonly jaccard: Readonly<Record<string, Readonly<Record<string, readonly (readonly number[])[]>>>>;
  /** By space and k. */
  readonly random: Readonly<Record<string, Readonly<Record<number, RandomValues>>>>;
  /** By space and labels: silhouette, Calinski–Harabasz, Davies–Bouldin on the rows of the random clusterings. */
  readonly indices: Readonly<Record<string, Readonly<Record<string, readonly (number | null)[]>>>>;
  /** Hash of the representative's labels, by candidate. */
  readonly labels: Readonly<Record<string, string>>;
  readonly seeds: readonly SeedView[];
  /** Adjusted Rand index between two labelings of as many clusters, by their hashes, `a b`. */
  readonly alike: Readonly<Record<string, number>>;
}

/** Differences are taken to the first value, so the mean of equal values is that value. */
export function mean(values: readonly number[]): number {
  const first = values[0]!;
  return first + values.reduce((sum, value) => sum + (value - first), 0) / values.length;
}

/** The smallest cluster mean over resamples; 0 without clusters. */
export function worstOf(perResample: readonly (readonly number[])[]): number {
  const k = perResample[0]?.length ?? 0;
  if (k === 0) return 0;
  const means = Array.from({ length: k }, (_, c) => mean(perResample.map((values) => values[c]!)));
  return Math.min(...means);
}
