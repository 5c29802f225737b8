/**
 * Would the decision come out the same? It is taken again on other draws of the stored evidence, by each seed, without
 * each index and with shifted thresholds. The share that comes to the same answer is reported per axis; the repeatability
 * is the smallest of them. It is no probability of being right: what all draws share, all of them get wrong together.
 */
import { stream } from "../../core/rng.js";
import { SHIFT, type StabilityEvidence } from "../evidence/define.js";
import type { Candidate } from "./define.js";
import { failedGates, type Gates } from "./gates.js";
import { aggregateOf, type Choice, type ChoiceOptions, choose, PARTS, type Redraw, standings } from "./standing.js";

/** Bootstrap draws of the stored per-resample values. */
export const REDRAWS = 200;

/** Two labelings with an adjusted Rand index of at least this are the same answer ("good recovery", Steinley 2004). */
export const SAME_ANSWER = 0.8;

/** Share of re-decisions that agree; null for an axis with nothing to vary. */
export interface Repeatability {
  readonly resamples: number | null;
  readonly seeds: number | null;
  readonly indices: number | null;
  readonly thresholds: number | null;
  /** The smallest of them. */
  readonly overall: number;
}

/** Redraw i of the stored values, the same for every candidate. */
export function redrawOf(evidence: StabilityEvidence, seed: number, i: number): Redraw {
  const rng = stream(seed, "select/redraw", i);
  const draw = (count: number) => Array.from({ length: count }, () => rng.int(count));
  const most = (lists: readonly { readonly length: number }[]) =>
    lists.reduce((longest, { length }) => Math.max(longest, length), 0);
  return {
    nulls: draw(evidence.views[0]!.nulls.length),
    resamples: draw(most(Object.values(evidence.jaccard).flatMap((byLabels) => Object.values(byLabels)))),
    splits: draw(most(Object.values(evidence.strength))),
  };
}

/** Same number of segments and much the same customers in each; or no winner for the same reason. */
export function sameAnswer(a: Choice, b: Choice, alike: Readonly<Record<string, number>>): boolean {
  if (!a.winner || !b.winner) return a.outcome === b.outcome;
  if (a.winner.candidate.k !== b.winner.candidate.k) return false;
  if (a.winner.labels === b.winner.labels) return true;
  return (alike[`${a.winner.labels} ${b.winner.labels}`] ?? 0) >= SAME_ANSWER;
}

/** Standard deviation over redraws of one candidate's A: the standard error that `parsimonious` allows. */
export function standardErrorOf(values: readonly (number | null)[]): number {
  const known = values.filter((value) => value !== null);
  if (known.length < 2) return 0;
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  return Math.sqrt(known.reduce((sum, value) => sum + (value - mean) * (value - mean), 0) / (known.length - 1));
}

export interface RepeatabilityOptions {
  readonly candidates: ReadonlyMap<string, Candidate>;
  readonly evidence: StabilityEvidence;
  readonly choice: Choice;
  readonly options: ChoiceOptions;
  readonly gates: Gates;
  /** Level of the borders' tests. */
  readonly gap: number;
  readonly redraws: readonly Redraw[];
}

export function repeatabilityOf(from: RepeatabilityOptions): Repeatability {
  const { candidates, evidence, choice, options, gates, gap, redraws } = from;
  const view = evidence.views[0]!;
  const labelsOf = (id: string) => evidence.labels[id];
  const share = (choices: readonly Choice[]) =>
    choices.length === 0
      ? null
      : choices.filter((other) => sameAnswer(choice, other, evidence.alike)).length / choices.length;

  const standing = standings(view, candidates, labelsOf, evidence, gap);
  const resamples = share(
    redraws.map((redraw) => choose(standings(view, candidates, labelsOf, evidence, gap, redraw), options)),
  );
  const seeds = share(
    evidence.seeds.length < 2
      ? []
      : evidence.seeds.map((own) => {
          const sound = own.candidates.filter((candidate) => failedGates(candidate, gates).length === 0);
          const byId = new Map(sound.map((candidate) => [candidate.id, candidate]));
          return choose(
            standings(view, byId, (id) => own.labels[id], evidence, gap),
            options,
          );
        }),
  );
  const calibrated = standing.some((each) => aggregateOf(each) !== null);
  const indices = share(
    calibrated
      ? PARTS.map((left) => choose(standing, { ...options, among: PARTS.filter((part) => part !== left) }))
      : [],
  );
  const { thresholds } = options;
  const resampled = standing.some(({ strength }) => strength !== null);
  const thresholdShare = share(
    resampled
      ? [SHIFT, -SHIFT].flatMap((shift) => [
          choose(standing, { ...options, thresholds: { ...thresholds, jaccard: thresholds.jaccard + shift } }),
          choose(standing, { ...options, thresholds: { ...thresholds, strength: thresholds.strength + shift } }),
        ])
      : [],
  );
  const axes = { resamples, seeds, indices, thresholds: thresholdShare };
  const known = Object.values(axes).filter((value) => value !== null);
  return { ...axes, overall: known.length === 0 ? 1 : Math.min(...known) };
}
