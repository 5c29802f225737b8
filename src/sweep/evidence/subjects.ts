/** The candidates of a decision as evidence tasks know them: their trial, labels and fit parameters. */
import type { Params } from "../../cluster/define.js";
import { hashOf } from "../../core/hash.js";
import { stream } from "../../core/rng.js";
import type { Trial } from "../plan.js";
import { buildCandidates, type TrialOutcome } from "../rows.js";
import type { Candidate } from "../select/define.js";
import type { GatherContext } from "./obtain.js";
import type { Refit } from "./work.js";

export interface Subject {
  readonly candidate: Candidate;
  /** Its representative's. */
  readonly trial: Trial;
  /** Hash of the representative's labels. */
  readonly labels: string;
  readonly refit: Refit;
}

/** One seed's own view of the candidates; algorithms without a seed are the same in all. */
export interface SeedView {
  readonly seed: number;
  readonly candidates: readonly Candidate[];
  /** Hash of the labels, by candidate. */
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * @param seed - of all refits. Not the representative's: that is the best of several, while null data and resamples
 * would get one try, and the data would win by its tries. One seed for all also lets an algorithm's candidates be
 * refitted together.
 */
export function subjectsOf(context: GatherContext, candidates: readonly Candidate[], seed: number): Subject[] {
  const outcomes = new Map(
    context.outcomes.map((outcome) => [idOf(outcome.trial.candidate, outcome.trial.seed), outcome]),
  );
  return candidates.map((candidate) => {
    const { trial, fit } = outcomes.get(idOf(candidate.id, candidate.seed))!;
    return {
      candidate,
      trial,
      labels: fit!.labels,
      refit: {
        item: hashOf({ ...trial.parts, seed: null }).slice(0, 16),
        algorithm: trial.algorithm.name,
        params: resolved(trial.params, fit!.outputs),
        seed,
      },
    };
  });
}

const idOf = (candidate: string, seed: number | null) => `${candidate}\n${seed}`;

/**
 * Parameters for other rows: a word that stood for a number read off all rows (`eps: auto 3 of 6`) is that number,
 * which the fit reports under the same name.
 */
export function resolved(params: Params, outputs: Readonly<Record<string, number>>): Params {
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => [
      name,
      typeof value === "string" && outputs[name] !== undefined ? outputs[name] : value,
    ]),
  );
}

export function seedViews(context: GatherContext): SeedView[] {
  const { outcomes, experiment } = context;
  const seeds = [...new Set(outcomes.map(({ trial }) => trial.seed).filter((seed) => seed !== null))];
  return seeds.map((seed) => {
    const own = outcomes.filter(({ trial, fit }) => fit && (trial.seed === null || trial.seed === seed));
    return {
      seed,
      candidates: buildCandidates(own, experiment.score.space),
      labels: Object.fromEntries(own.map(({ trial, fit }: TrialOutcome) => [trial.candidate, fit!.labels])),
    };
  });
}

/** The hashes of a subject's labels: the representative's first, then what other seeds found instead. */
export function labelsOf({ candidate, labels }: Subject, seeds: readonly SeedView[]): string[] {
  const others = seeds.flatMap((view) => view.labels[candidate.id] ?? []);
  return [...new Set([labels, ...others])];
}

/** So many different rows, ascending; all of them where there are no more. The same for every candidate. */
export function someRows(rows: number, most: number, seed: number, purpose: string): Int32Array {
  if (rows <= most) return Int32Array.from({ length: rows }, (_, i) => i);
  return stream(seed, purpose).permutation(rows).slice(0, most).sort();
}
