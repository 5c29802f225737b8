/** From stored records to table rows and to the candidates a rule chooses among. Pure. */
import type { Metric, MetricColumn } from "../metrics/define.js";
import { fitColumns } from "../metrics/fit-columns.js";
import { shownParams } from "./config/grid.js";
import type { LabelFacts } from "./label-facts.js";
import { judgedIn, type Trial } from "./plan.js";
import type { Candidate } from "./select/define.js";
import type { FitRecord, ScoreRecord } from "./store/records.js";

/** `ok` fitted and sound; `gated` fitted, but the reasons say why it may not win; `incomplete` no answer yet. */
export type RowStatus = "ok" | "gated" | "incomplete";

/** One row of metrics.csv: a trial judged in a space. */
export interface Row {
  readonly algorithm: string;
  readonly prepare: string;
  readonly reduce: string;
  readonly params: string;
  /** Clusters found; null while incomplete. */
  readonly k: number | null;
  readonly seed: number | null;
  readonly status: RowStatus;
  readonly reason: readonly string[];
  readonly space: string;
  readonly coverage: number | null;
  readonly smallest: number | null;
  readonly scores: Readonly<Record<string, number | null>>;
  /** Hash of the canonical labels. */
  readonly labels: string | null;
}

/** What is known of one trial after the run. */
export interface TrialOutcome {
  readonly trial: Trial;
  readonly fit: FitRecord | null;
  readonly facts: LabelFacts | null;
  /** Why there is no fit. */
  readonly missing: string | null;
  /** Scores by space. */
  readonly scores: ReadonlyMap<string, ScoreRecord["scores"]>;
}

/**
 * The columns of metrics.csv after the fixed ones: those of the metrics asked for, then those that fits
 * bring along. The latter always stand, so that a wider sweep leaves older rows as they were.
 */
export function scoreColumns(metrics: readonly Metric[]): readonly MetricColumn[] {
  return [...metrics.flatMap((metric) => metric.columns), ...fitColumns];
}

/** Index values and the fit's own numbers under the names of the columns. */
function scoresIn(outcome: TrialOutcome, space: string): Record<string, number | null> {
  const scores: Record<string, number | null> = { ...outcome.scores.get(space) };
  for (const column of fitColumns) {
    const value = outcome.fit?.outputs[column.name];
    if (value !== undefined) scores[column.name] = value;
  }
  return scores;
}

/**
 * The candidates of a decision: trials without their seed, judged in the space of the decision. Those with a
 * seed still missing are judged by the seeds that are there; those with none are left out.
 */
export function buildCandidates(outcomes: readonly TrialOutcome[], space: string): Candidate[] {
  const groups = new Map<string, TrialOutcome[]>();
  for (const outcome of outcomes) {
    if (!outcome.fit) continue;
    const group = groups.get(outcome.trial.candidate);
    if (group) group.push(outcome);
    else groups.set(outcome.trial.candidate, [outcome]);
  }
  return [...groups.entries()].map(([id, seeds]) => {
    const best = representative(seeds);
    const { trial } = best;
    const facts = best.facts!;
    const all = seeds.map((outcome) => scoresIn(outcome, space));
    const scores = scoresIn(best, space);
    return {
      id,
      algorithm: trial.algorithm.name,
      prepare: trial.prepare,
      reduce: trial.reduce,
      params: trial.paramsText,
      complexity: shownParams(trial.algorithm, trial.params).length,
      order: trial.order,
      baseline: trial.algorithm.can.baseline,
      k: facts.k,
      seed: trial.seed,
      coverage: facts.coverage,
      smallest: facts.smallest,
      reasons: best.fit!.reasons,
      scores,
      spread: Object.fromEntries(Object.keys(scores).map((name) => [name, deviation(all.map((s) => s[name] ?? null))])),
    };
  });
}

/** The seed with the best own objective; the first one where there is none, and among equals. */
export function representative(seeds: readonly TrialOutcome[]): TrialOutcome {
  let best = seeds[0]!;
  for (const outcome of seeds.slice(1)) {
    const own = outcome.fit!.objective;
    const held = best.fit!.objective;
    if (own && held && (own.better === "higher" ? own.value > held.value : own.value < held.value)) best = outcome;
  }
  return best;
}

/** Standard deviation over seeds (n − 1); 0 for one seed, null when a value is missing. */
function deviation(values: readonly (number | null)[]): number | null {
  if (values.some((value) => value === null)) return null;
  const numbers = values as number[];
  if (numbers.length < 2) return 0;
  const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
  const squares = numbers.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
  return Math.sqrt(squares / (numbers.length - 1));
}

/**
 * The rows of metrics.csv, sorted: a row for each trial and each space it is judged in.
 *
 * @param gatesOf - the gate codes a candidate fails, by candidate id
 */
export function buildRows(
  outcomes: readonly TrialOutcome[],
  decisionSpace: string,
  gatesOf: (candidate: string, outcome: TrialOutcome) => readonly string[],
): Row[] {
  const rows: (Row & { order: number; spaceOrder: number })[] = [];
  for (const outcome of outcomes) {
    const { trial, facts } = outcome;
    const reason = outcome.fit ? gatesOf(trial.candidate, outcome) : [outcome.missing ?? "not-run"];
    judgedIn(trial, decisionSpace).forEach((space, spaceOrder) => {
      rows.push({
        algorithm: trial.algorithm.name,
        prepare: trial.prepare,
        reduce: trial.reduce,
        params: trial.paramsText,
        k: facts?.k ?? null,
        seed: trial.seed,
        status: !outcome.fit ? "incomplete" : reason.length > 0 ? "gated" : "ok",
        reason,
        space,
        coverage: facts?.coverage ?? null,
        smallest: facts?.smallest ?? null,
        scores: outcome.fit ? scoresIn(outcome, space) : {},
        labels: outcome.fit ? outcome.fit.labels.slice(0, 16) : null,
        order: trial.order,
        spaceOrder,
      });
    });
  }
  const text = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
  rows.sort(
    (a, b) =>
      text(a.algorithm, b.algorithm) ||
      text(a.prepare, b.prepare) ||
      text(a.reduce, b.reduce) ||
      compareNatural(a.params, b.params) ||
      (a.seed ?? 0) - (b.seed ?? 0) ||
      a.spaceOrder - b.spaceOrder,
  );
  return rows.map(({ order: _, spaceOrder: __, ...row }) => row);
}

/** Order that puts k=9 before k=10: runs of digits compare as numbers, the rest by code point. */
export function compareNatural(a: string, b: string): number {
  const split = (value: string) => value.match(/\d+(?:\.\d+)?|[^\d]+/g) ?? [];
  const left = split(a);
  const right = split(b);
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const x = left[i]!;
    const y = right[i]!;
    if (x === y) continue;
    const both = Number(x) - Number(y);
    if (Number.isFinite(both) && both !== 0) return both;
    return x < y ? -1 : 1;
  }
  return left.length - right.length;
}
