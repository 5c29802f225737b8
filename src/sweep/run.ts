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
import { fitPreparation, type PreparedStep } from "../preprocessing/preparation.js";
import type { Experiment } from "./config/experiment.js";
import type { OnEvent } from "./events.js";
import type { Executor } from "./execute.js";
import { type FitTask, fitTasks, judgedIn, type Plan, planSweep, type SpacePlan, type Trial } from "./plan.js";
import { buildCandidates, buildRows, type LabelFacts, labelFacts, type Row, type TrialOutcome } from "./rows.js";
import type { Candidate, Verdict } from "./select/define.js";
import { failedGates } from "./select/gates.js";
import { type IncompleteRecord, scoreKey } from "./store/records.js";
import type { Store } from "./store/store.js";

export interface RunOptions {
  readonly experiment: Experiment;
  readonly table: Table;
  readonly store: Store;
  readonly executor: Executor;
  /** Stops the run; what is finished is kept. */
  readonly signal?: AbortSignal;
  readonly onEvent?: OnEvent;
  /** Stop at the first trial that fails. */
  readonly failFast?: boolean;
  /** Fit no more after so many milliseconds; what is there is scored and selected from, and called partial. */
  readonly budgetMs?: number | undefined;
  /** Fit only these of the missing trials: a shard, or those that failed before. */
  readonly only?: ((trial: Trial) => boolean) | undefined;
  /** Git commit, versions, command line: kept with the journal, never in a compared file. */
  readonly provenance?: Readonly<Record<string, unknown>>;
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
  readonly tableFacts: { readonly rows: number; readonly columns: readonly string[] };
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
  /** How many trials were fitted now, taken from the store, and have no answer. */
  readonly counts: { readonly fitted: number; readonly cached: number; readonly incomplete: number };
}

/**
 * Run an experiment on a table.
 *
 * @throws UserError for data or parameters that cannot be used (too few rows, a missing value that no step imputes …)
 * @throws the signal's reason when it stops the run
 */
export async function runSweep(options: RunOptions): Promise<SweepResult> {
  const { experiment, table, store } = options;
  const tell = options.onEvent ?? (() => {});
  checkTable(experiment, table);
  const dataChecksum = tableChecksum(table);
  const plan = planSweep(experiment, dataChecksum);
  const spaces = prepareSpaces(plan, table, tell);

  const lacking = plan.trials.filter((trial) => !store.fit(trial.key));
  const cached = plan.trials.length - lacking.length;
  const missing = options.only ? lacking.filter(options.only) : lacking;
  tell({ type: "plan", trials: plan.trials.length, cached, spaces: [...spaces.keys()] });
  if (missing.length > 0) {
    await store.begin({
      type: "run",
      format: 1,
      experiment: experiment.name,
      data: dataChecksum,
      rule: experiment.select.hash,
      ...options.provenance,
    });
    await fitMissing(fitTasks(missing), spaces, options);
  }
  await scoreMissing(plan, spaces, options);
  await store.flush();

  const outcomes = await gatherOutcomes(plan, spaces, experiment, store);
  const candidates = buildCandidates(outcomes, experiment.score.space);
  tell({ type: "select", rule: experiment.select.rule.name });
  const verdict = experiment.select.rule.select(candidates, experiment.select.params);
  const chosen = candidates.find((candidate) => candidate.id === verdict.winner);
  const winner =
    outcomes.find((o) => chosen && o.trial.candidate === chosen.id && o.trial.seed === chosen.seed) ?? null;
  const rows = buildRows(outcomes, experiment.score.space, (_, outcome) => gateCodes(outcome, experiment));
  const incomplete = outcomes.filter((outcome) => !outcome.fit).length;
  const fitted = plan.trials.length - cached - incomplete;
  tell({ type: "done", outcome: verdict.outcome, incomplete });
  return {
    experiment,
    dataChecksum,
    tableFacts: { rows: table.rows, columns: table.columns.map((column) => column.name) },
    plan,
    spaces,
    outcomes,
    rows,
    candidates,
    verdict,
    winner,
    labels: winner ? await store.labels(winner.fit!.labels) : null,
    counts: { fitted, cached, incomplete },
  };
}

/** The gates a single trial fails, as reason codes of its row. */
function gateCodes(outcome: TrialOutcome, experiment: Experiment): string[] {
  const [candidate] = buildCandidates([outcome], experiment.score.space);
  const { minCoverage, minClusterShare } = experiment.select.params as {
    minCoverage?: number;
    minClusterShare?: number;
  };
  return failedGates(candidate!, { minCoverage: minCoverage ?? 0.9, minClusterShare: minClusterShare ?? 0.05 });
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
function prepareSpaces(plan: Plan, table: Table, tell: OnEvent): Map<string, Space> {
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
  const budget = options.budgetMs === undefined ? undefined : AbortSignal.timeout(options.budgetMs);
  const signals = [options.signal, budget].filter((each) => each !== undefined);
  const signal = signals.length > 0 ? AbortSignal.any(signals) : undefined;
  let done = 0;
  await inParallel(tasks, executor.jobs, async (task) => {
    options.signal?.throwIfAborted();
    if (budget?.aborted) return;
    const space = spaces.get(task.space)!;
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
      if (options.failFast) throw error;
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
  for (const trial of task.trials) {
    await store.add({ type: "incomplete", key: trial.key, parts: trial.parts, reason, message });
    tell({ type: "failed", algorithm: trial.algorithm.name, params: trial.paramsText, reason, message });
  }
}

/** Score each distinct labeling once in each space it is judged in, all labelings of a space in one pass. */
async function scoreMissing(plan: Plan, spaces: ReadonlyMap<string, Space>, options: RunOptions): Promise<void> {
  const { store, executor, signal, experiment } = options;
  const tell = options.onEvent ?? (() => {});
  const labelings = new Map<string, Set<string>>();
  for (const trial of plan.trials) {
    const fit = store.fit(trial.key);
    if (!fit) continue;
    for (const space of judgedIn(trial, experiment.score.space)) {
      const hashes = labelings.get(space) ?? new Set();
      labelings.set(space, hashes.add(fit.labels));
    }
  }
  const tasks = [...labelings].flatMap(([name, hashes]) => {
    const space = spaces.get(name)!;
    return experiment.score.metrics.flatMap((metric) => {
      const missing = [...hashes].filter(
        (labels) =>
          !store.score(scoreKey({ space: space.plan.key, labels, metric: metric.name, version: metric.version })),
      );
      return missing.length > 0 ? [{ space, metric, hashes: missing }] : [];
    });
  });
  let done = 0;
  await inParallel(tasks, executor.jobs, async ({ space, metric, hashes }) => {
    signal?.throwIfAborted();
    const batch: Labels[] = [];
    for (const hash of hashes) batch.push(await store.labels(hash));
    const answers = await executor.run(
      { kind: "score", space: { key: space.plan.key, x: space.x }, metric: metric.name, labelings: batch },
      signal,
    );
    for (const [i, labels] of hashes.entries()) {
      await store.add({
        type: "score",
        space: space.plan.key,
        labels,
        metric: metric.name,
        version: metric.version,
        scores: answers[i]!,
      });
    }
    done++;
    const { name } = space.plan;
    tell({ type: "score", metric: metric.name, space: name, labelings: hashes.length, done, total: tasks.length });
  });
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
    if (fit && !facts.has(fit.labels)) facts.set(fit.labels, labelFacts(await store.labels(fit.labels)));
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

/** Run an async job for each item, at most `width` at once; the first error stops the taking of new items. */
async function inParallel<T>(items: readonly T[], width: number, job: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  let failed = false;
  const worker = async (): Promise<void> => {
    while (!failed && next < items.length) {
      const item = items[next++]!;
      try {
        await job(item);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const results = await Promise.allSettled(Array.from({ length: Math.min(width, items.length) }, worker));
  const rejected = results.find((result) => result.status === "rejected");
  if (rejected) throw rejected.reason;
}
