/** Where each candidate of a view stands, from the stored per-resample values; and who wins among them. Pure. */
import { aggregate, calibrate } from "../../stability/calibration.js";
import { maxNull } from "../../stability/max-null.js";
import { mean, type NullView, type StabilityEvidence, worstOf } from "../evidence/define.js";
import type { Candidate } from "./define.js";

/** The five parts of A. */
export const PARTS = ["silhouette", "calinskiHarabasz", "daviesBouldin", "jaccard", "strength"] as const;
export type Part = (typeof PARTS)[number];

export interface Standing {
  readonly candidate: Candidate;
  /** Hash of its labels. */
  readonly labels: string;
  /** Score in standard deviations of observed and null data together; null without a score. */
  readonly z: number | null;
  /** P(the largest null z over all candidates is at least this). */
  readonly p: number;
  /** null where the funnel ended before it. */
  readonly strength: number | null;
  readonly jaccard: number | null;
  readonly parts: Readonly<Record<Part, number | null>>;
}

/** Which stored draws to use: numbers of null sets, resamples and splits, repeats allowed; all of them if absent. */
export interface Redraw {
  readonly nulls: readonly number[];
  readonly resamples: readonly number[];
  readonly splits: readonly number[];
}

/** A candidate that was let go early has fewer values than draws: it keeps those it has. */
const picked = <T>(values: readonly T[], which: readonly number[] | undefined): readonly T[] =>
  which && values.length >= which.length ? which.map((i) => values[i]!) : values;

/**
 * @param candidates - those of the view that may be judged, by id; others of the view only make the null larger
 * @param labelsOf - hash of a candidate's labels
 */
export function standings(
  view: NullView,
  candidates: ReadonlyMap<string, Candidate>,
  labelsOf: (id: string) => string | undefined,
  evidence: StabilityEvidence,
  redraw?: Redraw,
): Standing[] {
  const { z, p } = maxNull(view.observed, picked(view.nulls, redraw?.nulls));
  return view.ids.flatMap((id, i) => {
    const candidate = candidates.get(id);
    const labels = labelsOf(id);
    if (!candidate || labels === undefined) return [];
    return [{ candidate, labels, z: z[i]!, p: p[i]!, ...stability(candidate, labels, view.space, evidence, redraw) }];
  });
}

/** What resampling says of a labeling, and its five calibrated parts in a space. */
export function stability(
  candidate: Candidate,
  labels: string,
  space: string,
  evidence: StabilityEvidence,
  redraw?: Redraw,
): Pick<Standing, "strength" | "jaccard" | "parts"> {
  const splits = evidence.strength[candidate.id];
  const resamples = evidence.jaccard[candidate.id]?.[labels];
  const strength = splits?.length ? mean(picked(splits, redraw?.splits)) : null;
  const jaccard = resamples?.length ? worstOf(picked(resamples, redraw?.resamples)) : null;
  const random = evidence.random[space]?.[candidate.k];
  const own = evidence.indices[space]?.[labels];
  const against = (part: Part, value: number | null | undefined) =>
    random ? calibrate(value ?? null, random[part], part === "daviesBouldin" ? "lower" : "higher") : null;
  return {
    strength,
    jaccard,
    parts: {
      silhouette: against("silhouette", own?.[0]),
      calinskiHarabasz: against("calinskiHarabasz", own?.[1]),
      daviesBouldin: against("daviesBouldin", own?.[2]),
      jaccard: against("jaccard", jaccard),
      strength: against("strength", strength),
    },
  };
}

/** The mean of the calibrated parts, or of some of them; null if one is missing. */
export function aggregateOf({ parts }: Pick<Standing, "parts">, among: readonly Part[] = PARTS): number | null {
  return aggregate(among.map((part) => parts[part]));
}

export interface Thresholds {
  readonly alpha: number;
  readonly strength: number;
  readonly jaccard: number;
}

/** The first stage of the funnel a candidate fails, as its reason code; null when it passes all. */
export function failedStage(standing: Standing, thresholds: Thresholds): string | null {
  if (standing.p > thresholds.alpha) return "null";
  if (standing.strength === null || standing.strength < thresholds.strength) return "prediction-strength";
  if (standing.jaccard === null || standing.jaccard < thresholds.jaccard) return "jaccard";
  return null;
}

const worth = (standing: Standing, among?: readonly Part[]) => aggregateOf(standing, among) ?? Number.NEGATIVE_INFINITY;

/** Difference that is 0 for two equal infinities. */
const descending = (a: number, b: number) => (a === b ? 0 : b > a ? 1 : -1);

/** Largest k first, then higher A, fewer parameters, registry order. */
export function finestFirst(a: Standing, b: Standing, among?: readonly Part[]): number {
  return b.candidate.k - a.candidate.k || bestFirst(a, b, among);
}

/** Higher A, fewer parameters, registry order. */
export function bestFirst(a: Standing, b: Standing, among?: readonly Part[]): number {
  return (
    descending(worth(a, among), worth(b, among)) ||
    a.candidate.complexity - b.candidate.complexity ||
    a.candidate.order - b.candidate.order
  );
}

export interface Choice {
  readonly outcome: "chosen" | "no-structure" | "nothing-passes";
  readonly winner: Standing | null;
}

export interface ChoiceOptions {
  readonly thresholds: Thresholds;
  readonly granularity: "finest-stable" | "parsimonious";
  /** Standard error over resamples of the best A; for `parsimonious`. */
  readonly standardError: number;
  readonly among?: readonly Part[] | undefined;
}

/** The winner among the standings of one view. */
export function choose(all: readonly Standing[], options: ChoiceOptions): Choice {
  const { thresholds, granularity, standardError, among } = options;
  const real = all.filter(({ p }) => p <= thresholds.alpha);
  if (real.length === 0) return { outcome: all.length === 0 ? "nothing-passes" : "no-structure", winner: null };
  const passing = real.filter((standing) => failedStage(standing, thresholds) === null);
  if (passing.length === 0) return { outcome: "nothing-passes", winner: null };
  if (granularity === "finest-stable") {
    return { outcome: "chosen", winner: [...passing].sort((a, b) => finestFirst(a, b, among))[0]! };
  }
  const best = [...passing].sort((a, b) => bestFirst(a, b, among))[0]!;
  const near = passing.filter((standing) => worth(standing, among) >= worth(best, among) - standardError);
  return {
    outcome: "chosen",
    winner: near.sort((a, b) => a.candidate.k - b.candidate.k || bestFirst(a, b, among))[0]!,
  };
}
