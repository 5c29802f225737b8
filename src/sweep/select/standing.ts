/** Where each candidate of a view stands, from the stored per-resample values; and who wins among them. Pure. */
import { aggregate, calibrate } from "../../stability/calibration.js";
import { maxNull } from "../../stability/max-null.js";
import { mean, type NullView, type StabilityEvidence, worstOf } from "../evidence/define.js";
import { type Border, bordersIn, isApart, isNatural, isPlainlyNatural, winds } from "./borders.js";
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
  /** null where they were not looked at. */
  readonly borders: readonly Border[] | null;
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
 * @param gap - level of the borders' tests
 */
export function standings(
  view: NullView,
  candidates: ReadonlyMap<string, Candidate>,
  labelsOf: (id: string) => string | undefined,
  evidence: StabilityEvidence,
  gap: number,
  redraw?: Redraw,
): Standing[] {
  const { z, p } = maxNull(view.observed, picked(view.nulls, redraw?.nulls));
  return view.ids.flatMap((id, i) => {
    const candidate = candidates.get(id);
    const labels = labelsOf(id);
    if (!candidate || labels === undefined) return [];
    const borders = bordersIn(evidence.borders[view.space]?.[labels], candidate.k, gap);
    const { strength, jaccard, parts } = stability(candidate, labels, view.space, evidence, redraw);
    return [{ candidate, labels, z: z[i]!, p: p[i]!, borders, strength, jaccard, parts }];
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

/** More than data without groups would show? Gaps so plain that no null is asked count as well. */
export const isReal = ({ p, borders }: Standing, { alpha }: Pick<Thresholds, "alpha">) =>
  p <= alpha || isPlainlyNatural(borders);

/**
 * The first stage of the funnel a candidate fails, as its reason code; null when it passes all. Where every border has
 * a gap, the halves need not agree on it: a small segment may be missing from one of them.
 */
export function failedStage(standing: Standing, thresholds: Thresholds): string | null {
  const { borders, strength, jaccard } = standing;
  if (!isReal(standing, thresholds)) return "null";
  const natural = isNatural(borders);
  if (!natural && (strength === null || strength < thresholds.strength)) return "prediction-strength";
  if (jaccard === null || jaccard < thresholds.jaccard) return "jaccard";
  return null;
}

/** What kind of segments these are (Dolnicar & Leisch 2010). */
export type Nature = "natural" | "reproducible" | "convenient";

export function natureOf(standing: Standing, thresholds: Thresholds): Nature {
  if (failedStage(standing, thresholds) !== null) return "convenient";
  return isNatural(standing.borders) ? "natural" : "reproducible";
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
  /** The least that may be answered. */
  readonly accept: "natural" | "reproducible" | "constructive";
  /** `mixed` of the evidence. */
  readonly mixed: StabilityEvidence["mixed"];
  readonly granularity: "finest-stable" | "parsimonious";
  /** Standard error over resamples of the best A; for `parsimonious`. */
  readonly standardError: number;
  readonly among?: readonly Part[] | undefined;
}

/** Mixing more rows than this of what lies apart is a contradiction. */
const MIXED = 0.05;

/**
 * Those of the passing ones that may win: the natural ones that nothing contradicts; without any, the reproducible ones that
 * no coarser one beats on all evidence.
 */
export function eligible(all: readonly Standing[], options: ChoiceOptions): Standing[] {
  const passing = all.filter((standing) => failedStage(standing, options.thresholds) === null);
  const apart = passing.filter(({ borders }) => isApart(borders));
  const natural = passing.filter(
    (standing) => isNatural(standing.borders) && !apart.some((other) => contradicts(other, standing, options.mixed)),
  );
  if (natural.length > 0 || options.accept === "natural") return natural;
  return passing.filter((standing) => !passing.some((other) => dominates(other, standing, options.among)));
}

/**
 * Does a partition whose segments lie apart by density speak against one that is no coarser? If that one mixes rows of
 * different segments; or, where segments wind around each other, if it cuts them along straight lines, since along a line a
 * bent segment looks like two.
 */
function contradicts(apart: Standing, other: Standing, mixed: StabilityEvidence["mixed"]): boolean {
  const more = other.candidate.k - apart.candidate.k;
  if (more < 0 || other.labels === apart.labels) return false;
  if ((mixed[`${other.labels} ${apart.labels}`] ?? 0) > MIXED) return true;
  return more > 0 && winds(apart.borders) && !isApart(other.borders);
}

/** Coarser, and better by every figure: silhouette, prediction strength, Jaccard and A. */
function dominates(other: Standing, standing: Standing, among: readonly Part[] | undefined): boolean {
  if (other.candidate.k >= standing.candidate.k) return false;
  const figures = (each: Standing) => [
    each.candidate.scores["silhouette"] ?? null,
    each.strength,
    each.jaccard,
    aggregateOf(each, among),
  ];
  const [theirs, own] = [figures(other), figures(standing)];
  return own.every((value, i) => value !== null && theirs[i] !== null && theirs[i]! > value);
}

/** The winner among the standings of one view. */
export function choose(all: readonly Standing[], options: ChoiceOptions): Choice {
  const { thresholds, granularity, standardError, accept, among } = options;
  const wins = (winner: Standing): Choice => ({ outcome: "chosen", winner });
  const may = eligible(all, options);
  if (may.length === 0) {
    if (accept === "constructive" && all.length > 0) return wins([...all].sort(mostConvenient)[0]!);
    const real = all.some((standing) => isReal(standing, thresholds));
    return { outcome: real || all.length === 0 ? "nothing-passes" : "no-structure", winner: null };
  }
  if (granularity === "finest-stable") return wins([...may].sort((a, b) => finestFirst(a, b, among))[0]!);
  const best = [...may].sort((a, b) => bestFirst(a, b, among))[0]!;
  const near = may.filter((standing) => worth(standing, among) >= worth(best, among) - standardError);
  return wins(near.sort((a, b) => a.candidate.k - b.candidate.k || bestFirst(a, b, among))[0]!);
}

/** Largest silhouette, fewer segments, fewer parameters, registry order. */
function mostConvenient(a: Standing, b: Standing): number {
  const silhouette = ({ candidate }: Standing) => candidate.scores["silhouette"] ?? Number.NEGATIVE_INFINITY;
  return (
    descending(silhouette(a), silhouette(b)) ||
    a.candidate.k - b.candidate.k ||
    a.candidate.complexity - b.candidate.complexity ||
    a.candidate.order - b.candidate.order
  );
}
