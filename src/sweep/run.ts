/**
 * Run an experiment: prepare the spaces, fit what is missing, score what is missing, select.
 *
 * Every stage is a pure function with a content key; this file only asks for those the store does not hold.
 * It touches no file but through the store, and no clock.
 */
import { UserError } from "../core/errors.js";
import type { Labels } from "../core/labels.js";
import type { Matrix } from "../core/matrix.js";
import { type Table, tableChecksum, toMatrix } from "../core/table.js";
import type { FittedReducer } from "../decomposition/define.js";
import { neededColumns } from "../pipeline/index.js";
import { fitPreparation, type PreparedStep } from "../preprocessing/preparation.js";
import { type Limits, refusal } from "./admit.js";
import { describeExperiment } from "./config/describe.js";
import type { Experiment } from "./config/experiment.js";
import { deadlineAfter } from "./deadline.js";
import type { OnEvent } from "./events.js";
import type { Executor } from "./execute.js";
import { IMPORTED, withImported } from "./imported.js";
import { type LabelFacts, labelFacts } from "./label-facts.js";
import { inParallel } from "./parallel.js";
import { type FitTask, fitTasks, judgedIn, type Plan, planSweep, type SpacePlan, type Trial } from "./plan.js";
import { buildCandidates, buildRows, type Row, type TrialOutcome } from "./rows.js";
import { forRows, scoreMissing } from "./score.js";
import type { Candidate, Flag, Verdict } from "./select/define.js";
import { failedGates } from "./select/gates.js";
import { oneText } from "./select/one-text.js";
import { type IncompleteRecord, scoreKey } from "./store/records.js";
import type { MoreProvenance, Store } from "./store/store.js";

export interface RunOptions {
  readonly experiment: Experiment;
  readonly table: Table;
  readonly store: Store;
  readonly executor: Executor;
  /** Stops the run; what is finished is kept. */
  readonly signal?: AbortSignal;
  readonly onEvent?: OnEvent;
  /** Fit no more once a trial has failed; what is there is scored and selected from, and called partial. */
  readonly failFast?: boolean;
  /** What one stage may need; trials beyond it are refused and incomplete. Default: no limit but the machine's. */
  readonly limits?: Limits | undefined;
  /** Fit no more after so many milliseconds; what is there is scored and selected from, and called partial. */
  readonly budgetMs?: number | undefined;
  /** Fit only these of the missing trials: a shard, or those that failed before. */
  readonly only?: ((trial: Trial) => boolean) | undefined;
  /** Git commit, versions, command line: kept with the journal, never in a compared file; asked for when something runs. */
  readonly provenance?: MoreProvenance | undefined;
  /** Hash of the rule that earlier results on this data were chosen by, as far as they say; see `ruleOfResults`. */
  readonly earlierRule?: string | undefined;
}

/** What is stored after fits and scores, before a rule looks at it. */
export interface Fitted {
  readonly dataChecksum: string;
  readonly plan: Plan;
  readonly spaces: ReadonlyMap<string, Space>;
  /** How many trials were stored before this run. */
  readonly cached: number;
  /** How many of those this run was to fit have no answer. */
  readonly unanswered: number;
}

/** A matrix ready to be fitted or judged in, and how it came about. */
export interface Space {
  readonly plan: SpacePlan;
  readonly x: Matrix;
  readonly columns: readonly string[];
  readonly preparation: readonly PreparedStep[];
  readonly reduction: { readonly name: string; readonly version: number; readonly fitted: FittedReducer };
}

export interface SweepResult {
  readonly experiment: Experiment;
  readonly dataChecksum: string;
  readonly tableFacts: { readonly rows: number; readonly columns: readonly string[]; readonly id: Table["id"] };
  readonly plan: Plan;
  readonly spaces: ReadonlyMap<string, Space>;
  readonly outcomes: readonly TrialOutcome[];
  readonly rows: readonly Row[];
  readonly candidates: readonly Candidate[];
  readonly verdict: Verdict;
  /** Outcome of the winner's representative trial; null when there is no winner. */
  readonly winner: TrialOutcome | null;
  /** Labels of the winner; null when there is no winner. */
  readonly labels: Labels | null;
  /** Hash of the rule by which earlier results were chosen, where it is another. */
  readonly ruleBefore?: string | undefined;
  /** How many trials were fitted now, taken from the store, and have no answer. */
  readonly counts: { readonly fitted: number; readonly cached: number; readonly incomplete: number };
}

/**
 * Run an experiment on a table.
 *
 * @throws UserError for data or parameters that cannot be used (too few rows, a missing value that no step imputes …)
 * @throws the signal's reason when it stops the run
 */
export async function runSweep(given: RunOptions): Promise<SweepResult> {
  const options = { ...given, experiment: forRows(given.experiment, given.table.rows) };
  const { experiment, table, store } = options;
  const tell = options.onEvent ?? (() => {});
  const { dataChecksum, plan, spaces, cached } = await fitAndScore(options);
  const { hash } = experiment.select;
  const ruleBefore = [options.earlierRule, ...store.rules(dataChecksum)].find((other) => other && other !== hash);

  const outcomes = await gatherOutcomes(plan, spaces, experiment, store);
  const candidates = buildCandidates(outcomes, experiment.score.space);
  tell({ type: "select", rule: experiment.select.rule.name });
  const { rule, params } = experiment.select;
  const { signal } = options;
  // A rule that refits (on null data, on resamples) cannot judge labels that were brought in.
  const able = outcomes.filter(({ trial }) => !rule.gather || trial.algorithm.name !== IMPORTED);
  const judged = candidates.filter(({ algorithm }) => !rule.gather || algorithm !== IMPORTED);
  const unable = candidates.filter((candidate) => !judged.includes(candidate)).map(({ id }) => [id, ["no-refit"]]);
  const evidence = await rule.gather?.(
    {
      experiment,
      table,
      dataChecksum,
      plan,
      spaces,
      outcomes: able,
      candidates: judged,
      store,
      executor: options.executor,
      signal,
      tell,
    },
    params,
  );
  await store.flush();
  const decided = rule.select(judged, params, evidence);
  const chosen = candidates.find((candidate) => candidate.id === decided.winner);
  const winner =
    outcomes.find((o) => chosen && o.trial.candidate === chosen.id && o.trial.seed === chosen.seed) ?? null;
  const labels = winner ? await store.labels(winner.fit!.labels) : null;
  const columns = winner ? neededColumns(table, spaces.get(winner.trial.space)!.preparation) : [];
  const verdict = {
    ...decided,
    flags: [...decided.flags, ...(labels ? oneText(table, columns, labels) : []), ...ruleChanged(ruleBefore, hash)],
    failed: { ...decided.failed, ...Object.fromEntries(unable) },
  };
  const rows = buildRows(outcomes, experiment.score.space, (candidate, outcome) => {
    const gates = gateCodes(outcome, experiment);
    return gates.length > 0 ? gates : (verdict.failed?.[candidate] ?? []);
  });
  const incomplete = outcomes.filter((outcome) => !outcome.fit).length;
  const fitted = plan.trials.length - cached - incomplete;
  tell({ type: "done", outcome: verdict.outcome, incomplete });
  return {
    experiment,
    dataChecksum,
    tableFacts: { rows: table.rows, columns: table.columns.map((column) => column.name), id: table.id },
    plan,
    spaces,
    outcomes,
    rows,
    candidates,
    verdict,
    winner,
    labels,
    ruleBefore,
    counts: { fitted, cached, incomplete },
  };
}

/**
 * Fit what is missing and score it, and choose nothing: what a shard does.
 *
 * @throws as `runSweep`
 */
export async function fitAndScore(given: RunOptions): Promise<Fitted> {
  const options = { ...given, experiment: forRows(given.experiment, given.table.rows) };
  const { experiment, table, store } = options;
  const tell = options.onEvent ?? (() => {});
  checkTable(experiment, table);
  for (const note of table.notes ?? []) tell({ type: "note", space: "data", note });
  const dataChecksum = tableChecksum(table);
  const plan = withImported(planSweep(experiment, dataChecksum), experiment, store.fits(), dataChecksum);
  requireOneFitSpace(experiment, plan);
  const spaces = prepareSpaces(plan, table, tell);

  const lacking = plan.trials.filter((trial) => !store.fit(trial.key));
  const cached = plan.trials.length - lacking.length;
  const missing = options.only ? lacking.filter(options.only) : lacking;
  tell({ type: "plan", trials: plan.trials.length, cached, spaces: [...spaces.keys()] });
  // The rule is on record before the first fit it will judge.
  await store.begin(
    {
      type: "run",
      format: 1,
      experiment: experiment.name,
      data: dataChecksum,
      rule: experiment.select.hash,
      config: describeExperiment(experiment),
    },
    options.provenance,
  );
  await fitMissing(fitTasks(missing), spaces, options);
  await scoreMissing(plan, spaces, options);
  await store.flush();
  return { dataChecksum, plan, spaces, cached, unanswered: missing.filter((trial) => !store.fit(trial.key)).length };
}

/** The gates a single trial fails, as reason codes of its row. */
export function gateCodes(outcome: TrialOutcome, experiment: Experiment): string[] {
  const [candidate] = buildCandidates([outcome], experiment.score.space);
  const { minCoverage, minClusterShare } = experiment.select.params as {
    minCoverage?: number;
    minClusterShare?: number;
  };
  return failedGates(candidate!, { minCoverage: minCoverage ?? 0.9, minClusterShare: minClusterShare ?? 0.05 });
}

/** A rule that was changed after its fits were seen is flagged for good: only a fresh folder starts anew. */
export function ruleChanged(before: string | undefined, now: string): Flag[] {
  if (before === undefined) return [];
  const message = `the rule or its thresholds changed after the fact: ${before.slice(0, 8)} before, ${now.slice(0, 8)} now; remove the results folder to start anew`;
  return [{ code: "RULE_CHANGED", message }];
}

/**
 * Numbers of two spaces are not to be ranked against each other.
 *
 * @throws UserError `SPACE_MISMATCH` naming two of the spaces, for a rule whose numbers live in the space of the fit
 */
function requireOneFitSpace(experiment: Experiment, plan: Plan): void {
  const { rule } = experiment.select;
  if (!rule.oneFitSpace) return;
  const [first, second, ...more] = [...new Set(plan.trials.map((trial) => trial.space))];
  if (second === undefined) return;
  throw new UserError("SPACE_MISMATCH", {
    what: `the rule ${rule.name} compares numbers of the space a model was fitted in, but this sweep fits in ${first} and ${second}${more.length > 0 ? ` and ${more.length} more` : ""}`,
    where: experiment.source.where(["select", "rule"]),
    mend: "keep one preparation and one reduction, or choose a rule that judges all in score.space, such as gated-stability",
  });
}

/** What can be refused before any work: too few rows, k above the number of rows, unknown columns. */
function checkTable(experiment: Experiment, table: Table): void {
  if (table.rows < 2) {
    throw new UserError("TOO_FEW_ROWS", {
      what: `the table has ${table.rows} row${table.rows === 1 ? "" : "s"}; clustering needs at least 2`,
      where: experiment.data.path,
      mend: "check that this is the file you meant",
    });
  }
  if (table.columns.length === 0) {
    throw new UserError("EMPTY_TABLE", {
      what: "the table has no feature columns",
      where: experiment.data.path,
      mend: "check data.columns, data.drop and data.id in the experiment",
    });
  }
  for (const { algorithm, grid } of experiment.sweep) {
    for (const params of grid) {
      const k = params["k"];
      if (typeof k !== "number" || k <= table.rows) continue;
      throw new UserError("PARAM_RANGE", {
        what: `k is ${k}, but the table has only ${table.rows} rows`,
        where: experiment.source.where(["sweep", algorithm.name, "k"]),
        mend: `choose k of at most ${table.rows}, or bring more rows`,
      });
    }
  }
}

/** The prepared and reduced matrices, each made once. */
export function prepareSpaces(plan: Plan, table: Table, tell: OnEvent): Map<string, Space> {
  const spaces = new Map<string, Space>();
  const prepared = new Map<string, { preparation: PreparedStep[]; x: Matrix; columns: string[] }>();
  for (const [name, spacePlan] of plan.spaces) {
    const { prepare, reduce } = spacePlan;
    let base = prepared.get(prepare.name);
    if (!base) {
      const {
        table: treated,
        fitted,
        notes,
      } = fitPreparation(
        table,
        prepare.steps.map(({ step, params }) => ({ name: step.name, params })),
      );
      for (const note of notes) tell({ type: "note", space: prepare.name, note });
      base = { preparation: fitted, x: toMatrix(treated), columns: treated.columns.map((column) => column.name) };
      prepared.set(prepare.name, base);
    }
    if (!reduce) {
      const reduction = { name: "none", version: 1, fitted: {} };
      spaces.set(name, { plan: spacePlan, ...base, reduction });
      continue;
    }
    const { reducer, params } = reduce;
    const { fitted, notes } = reducer.fit(base.x, params);
    for (const note of notes) tell({ type: "note", space: name, note });
    spaces.set(name, {
      plan: spacePlan,
      x: reducer.transform(base.x, fitted),
      columns: [...reducer.columnNames(fitted, base.columns)],
      preparation: base.preparation,
      reduction: { name: reducer.name, version: reducer.version, fitted },
    });
  }
  return spaces;
}

/** Fit every task, as many at once as the executor takes; the ones that fail are recorded and the rest go on. */
async function fitMissing(
  tasks: readonly FitTask[],
  spaces: ReadonlyMap<string, Space>,
  options: RunOptions,
): Promise<void> {
  const { store, executor } = options;
  const tell = options.onEvent ?? (() => {});
  const total = tasks.reduce((sum, task) => sum + task.trials.length, 0);
  const budget = deadlineAfter(options.budgetMs);
  const signals = [options.signal, budget].filter((each) => each !== undefined);
  const signal = signals.length > 0 ? AbortSignal.any(signals) : undefined;
  let done = 0;
  let failed = false;
  await inParallel(tasks, executor.fitsAtOnce, async (planned) => {
    options.signal?.throwIfAborted();
    if (budget?.aborted || (failed && options.failFast)) return;
    // What another process on the same folder has finished meanwhile is taken from it.
    await store.refresh();
    const task = { ...planned, trials: planned.trials.filter((trial) => !store.fit(trial.key)) };
    done += planned.trials.length - task.trials.length;
    if (task.trials.length === 0) return;
    const space = spaces.get(task.space)!;
    const refused = refusal(task, space.x, options.limits);
    if (refused) {
      await recordIncomplete(task, refused.reason, refused.message, store, tell);
      done += task.trials.length;
      failed = true;
      return;
    }
    try {
      const fits = await executor.run(
        {
          kind: "fit",
          space: { key: space.plan.key, x: space.x },
          algorithm: task.algorithm.name,
          grid: task.trials.map((trial) => trial.params),
          seed: task.seed ?? 0,
        },
        signal,
      );
      for (const [i, trial] of task.trials.entries()) await store.addFit(trial.key, trial.parts, fits[i]!);
    } catch (error) {
      options.signal?.throwIfAborted();
      if (budget?.aborted) return;
      if (error instanceof UserError && error.code !== "OUT_OF_MEMORY") throw error;
      await recordFailure(task, error, store, tell);
      failed = true;
    }
    done += task.trials.length;
    tell({ type: "fit", algorithm: task.algorithm.name, space: task.space, trials: task.trials.length, done, total });
  });
}

async function recordFailure(task: FitTask, error: unknown, store: Store, tell: OnEvent): Promise<void> {
  const isStoreFailure = error instanceof UserError && error.code === "NOT_WRITABLE";
  if (isStoreFailure) throw error;
  const message = error instanceof Error ? error.message : String(error);
  const outOfMemory =
    (error instanceof UserError && error.code === "OUT_OF_MEMORY") ||
    (error as { code?: string }).code === "ERR_WORKER_OUT_OF_MEMORY";
  const reason: IncompleteRecord["reason"] = outOfMemory ? "memory" : "error";
  await recordIncomplete(task, reason, message, store, tell);
}

async function recordIncomplete(
  task: FitTask,
  reason: IncompleteRecord["reason"],
  message: string,
  store: Store,
  tell: OnEvent,
): Promise<void> {
  for (const trial of task.trials) {
    await store.add({ type: "incomplete", key: trial.key, parts: trial.parts, reason, message });
    tell({ type: "failed", algorithm: trial.algorithm.name, params: trial.paramsText, reason, message });
  }
}

/** What the store knows of every trial of the plan. */
async function gatherOutcomes(
  plan: Plan,
  spaces: ReadonlyMap<string, Space>,
  experiment: Experiment,
  store: Store,
): Promise<TrialOutcome[]> {
  const facts = new Map<string, LabelFacts>();
  const outcomes: TrialOutcome[] = [];
  for (const trial of plan.trials) {
    const fit = store.fit(trial.key) ?? null;
    if (fit && !facts.has(fit.labels)) facts.set(fit.labels, fit.facts ?? labelFacts(await store.labels(fit.labels)));
    const scores = new Map<string, Record<string, number | null>>();
    for (const space of fit ? judgedIn(trial, experiment.score.space) : []) {
      const { key } = spaces.get(space)!.plan;
      const all: Record<string, number | null> = {};
      for (const metric of experiment.score.metrics) {
        const stored = store.score(
          scoreKey({ space: key, labels: fit!.labels, metric: metric.name, version: metric.version }),
        );
        Object.assign(all, stored?.scores);
      }
      scores.set(space, all);
    }
    outcomes.push({
      trial,
      fit,
      facts: fit ? facts.get(fit.labels)! : null,
      missing: fit ? null : (store.incomplete(trial.key)?.reason ?? "not-run"),
      scores,
    });
  }
  return outcomes;
}
