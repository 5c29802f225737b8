/**
 * A sweep whose rows stay in an SQL engine. The plan, the keys, the journal, the gates, the rule and the tables are
 * those of any sweep; only the passes over rows are elsewhere.
 */
import type { FitReason } from "../../cluster/define.js";
import { UserError } from "../../core/errors.js";
import { hashLabels } from "../../core/hash.js";
import type { Labels } from "../../core/labels.js";
import type { Table } from "../../core/table.js";
import type { Scores } from "../../metrics/define.js";
import { describeExperiment } from "../config/describe.js";
import type { Experiment } from "../config/experiment.js";
import { deadlineAfter } from "../deadline.js";
import type { OnEvent } from "../events.js";
import type { LabelFacts } from "../label-facts.js";
import { judgedIn, type Plan, planSweep, type Trial } from "../plan.js";
import { buildCandidates, buildRows, type TrialOutcome } from "../rows.js";
import { gateCodes, ruleChanged, type SweepResult } from "../run.js";
import type { FitRecord } from "../store/records.js";
import type { MoreProvenance, Store } from "../store/store.js";
import type { EngineTable } from "./engine.js";
import { pushedMetrics } from "./indices.js";
import { sampleTable } from "./sample.js";
import { type PushedSpace, pushSpaces } from "./spaces.js";
import { requireSupported } from "./supported.js";
import { decodeTrial, encodeTrial, nearestOf, type PushedTrial, runTrial, trialKey } from "./trial.js";

export interface PushdownOptions {
  readonly experiment: Experiment;
  readonly table: EngineTable;
  /** From `fingerprint`. */
  readonly facts: { readonly rows: number; readonly checksum: string };
  readonly store: Store;
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: OnEvent | undefined;
  /** Fit no more after so many milliseconds; what is there is judged, and called partial. */
  readonly budgetMs?: number | undefined;
  readonly provenance?: MoreProvenance | undefined;
  readonly earlierRule?: string | undefined;
}

export interface PushdownResult {
  /** As of a sweep in memory, but for what no machine could hold: spaces and labels of all rows. */
  readonly sweep: SweepResult;
  readonly spaces: ReadonlyMap<string, PushedSpace>;
  /** Raw rows of the sample. */
  readonly sample: Table;
  /** The winner's answer, and its labels of the sample; null when there is no winner. */
  readonly winner: { readonly trial: PushedTrial; readonly labels: Labels } | null;
}

/** Numbers of a table are written with this many digits: the engine's threads change those beyond. */
const DIGITS = 10;

/**
 * @throws UserError for what cannot be pushed down or clustered; `EngineLost` when the engine goes away: finished
 *   trials are in the journal, and the next call goes on from there
 */
export async function runPushdown(options: PushdownOptions): Promise<PushdownResult> {
  const { experiment, table, facts, store, signal } = options;
  const tell = options.onEvent ?? (() => {});
  requireSupported(experiment);
  requireRows(experiment, table, facts.rows);
  const plan = planSweep(experiment, facts.checksum);
  const { hash } = experiment.select;
  const ruleBefore = [options.earlierRule, ...store.rules(facts.checksum)].find((other) => other && other !== hash);
  const answerOf = (trial: Trial) =>
    decodeTrial(store.evidence(trialKey(trial)), judgedIn(trial, experiment.score.space));
  const lacking = plan.trials.filter((trial) => !answerOf(trial));
  tell({
    type: "plan",
    trials: plan.trials.length,
    cached: plan.trials.length - lacking.length,
    spaces: [...plan.spaces.keys()],
  });

  const sample = await sampleTable(table, facts.rows, signal);
  const spaces = await pushSpaces(table, plan, sample, tell, signal);
  await store.begin(
    {
      type: "run",
      format: 1,
      experiment: experiment.name,
      data: facts.checksum,
      rule: hash,
      config: describeExperiment(experiment),
    },
    options.provenance,
  );
  const deadline = deadlineAfter(options.budgetMs);
  for (const [done, trial] of lacking.entries()) {
    if (deadline?.aborted) break;
    const answer = await runTrial(table.engine, trial, spaces, experiment.score.space, signal);
    await store.add({ type: "evidence", key: trialKey(trial), stage: "pushdown", values: encodeTrial(answer) });
    await store.flush();
    tell({
      type: "fit",
      algorithm: trial.algorithm.name,
      space: trial.space,
      trials: 1,
      done: done + 1,
      total: lacking.length,
    });
  }

  const answers = new Map(plan.trials.map((trial) => [trial.key, answerOf(trial)]));
  const outcomes = plan.trials.map((trial) => outcomeOf(trial, answers.get(trial.key), spaces, facts.rows, experiment));
  const sweep = decide(options, plan, outcomes, lacking.length, ruleBefore);
  tell({ type: "done", outcome: sweep.verdict.outcome, incomplete: sweep.counts.incomplete });
  if (!sweep.winner) return { sweep, spaces, sample, winner: null };
  const { trial } = sweep.winner;
  const won = answers.get(trial.key)!;
  return {
    sweep,
    spaces,
    sample,
    winner: { trial: won, labels: nearestOf(won.centres, spaces.get(trial.space)!.sample) },
  };
}

/** The finished trials of a plan as `explainPlan` asks for them. */
export function storedTrials(experiment: Experiment, plan: Plan, store: Store): Pick<Store, "fit" | "fits"> {
  const known = new Map<string, FitRecord>();
  for (const trial of plan.trials) {
    const { key, parts } = trial;
    if (!decodeTrial(store.evidence(trialKey(trial)), judgedIn(trial, experiment.score.space))) continue;
    const nothing = { labels: "", found: "", reasons: [], objective: null, outputs: {}, notes: [] };
    known.set(key, { type: "fit", key, parts, ...nothing });
  }
  return { fit: (key) => known.get(key), fits: () => known.values() };
}

/** Gates, rule and rows, as after any sweep. */
function decide(
  { experiment, table, facts, onEvent }: PushdownOptions,
  plan: Plan,
  outcomes: readonly TrialOutcome[],
  lacking: number,
  ruleBefore: string | undefined,
): SweepResult {
  const { rule, params, hash } = experiment.select;
  onEvent?.({ type: "select", rule: rule.name });
  const candidates = buildCandidates(outcomes, experiment.score.space);
  const decided = rule.select(candidates, params);
  const verdict = { ...decided, flags: [...decided.flags, ...ruleChanged(ruleBefore, hash)] };
  const chosen = candidates.find(({ id }) => id === verdict.winner);
  const winner =
    outcomes.find((o) => chosen && o.trial.candidate === chosen.id && o.trial.seed === chosen.seed) ?? null;
  const rows = buildRows(outcomes, experiment.score.space, (candidate, outcome) => {
    const gates = gateCodes(outcome, experiment);
    return gates.length > 0 ? gates : (verdict.failed?.[candidate] ?? []);
  });
  const incomplete = outcomes.filter(({ fit }) => !fit).length;
  return {
    experiment,
    dataChecksum: facts.checksum,
    tableFacts: { rows: facts.rows, columns: table.columns.map(({ name }) => name), id: null },
    plan,
    spaces: new Map(),
    outcomes,
    rows,
    candidates,
    verdict,
    winner,
    labels: null,
    ruleBefore,
    counts: { fitted: lacking - incomplete, cached: plan.trials.length - lacking, incomplete },
  };
}

function outcomeOf(
  trial: Trial,
  answer: PushedTrial | undefined,
  spaces: ReadonlyMap<string, PushedSpace>,
  rows: number,
  { score }: Experiment,
): TrialOutcome {
  if (!answer) return { trial, fit: null, facts: null, missing: "not-run", scores: new Map() };
  const { centres, sizes, inertia, iterations, converged } = answer;
  const labels = hashLabels(nearestOf(centres, spaces.get(trial.space)!.sample));
  const reasons: FitReason[] = [];
  if (centres.k < (trial.params["k"] as number)) reasons.push("collapsed");
  if (centres.k === 1) reasons.push("one-cluster");
  if (!converged) reasons.push("not-converged");
  const facts: LabelFacts = { k: centres.k, coverage: 1, smallest: Math.min(...sizes) / rows, sizes: [...sizes], rows };
  const fit: FitRecord = {
    type: "fit",
    key: trial.key,
    parts: trial.parts,
    labels,
    found: labels,
    reasons,
    objective: { value: inertia, better: "lower" },
    outputs: { inertia, iterations },
    notes: [],
    facts,
  };
  const wanted = new Set(score.metrics.flatMap(({ columns }) => columns.map(({ name }) => name)));
  const scores = new Map<string, Scores>();
  for (const [space, values] of Object.entries(answer.scores)) {
    const columns = Object.values(pushedMetrics).map((column, i) => [column, rounded(values[i]!)] as const);
    scores.set(space, Object.fromEntries(columns.filter(([column]) => wanted.has(column))));
  }
  return { trial, fit, facts, missing: null, scores };
}

const rounded = (value: number | null) => (value === null ? null : Number(value.toPrecision(DIGITS)));

function requireRows(experiment: Experiment, table: EngineTable, rows: number): void {
  if (rows < 2) {
    throw new UserError("TOO_FEW_ROWS", {
      what: `the table has ${rows} row${rows === 1 ? "" : "s"}; clustering needs at least 2`,
      where: table.name,
      mend: "check that this is the table you meant",
    });
  }
  for (const { algorithm, grid } of experiment.sweep) {
    for (const { k } of grid) {
      if (typeof k !== "number" || k <= rows) continue;
      throw new UserError("PARAM_RANGE", {
        what: `k is ${k}, but the table has only ${rows} rows`,
        where: experiment.source.where(["sweep", algorithm.name, "k"]),
        mend: `choose k of at most ${rows}, or bring more rows`,
      });
    }
  }
}
