/** The work of `segmenta run`. */
import { existsSync } from "node:fs";
import { totalmem } from "node:os";
import { join } from "node:path";
import { explainCustomers } from "../data/index.js";
import { earlierView, type Output, outputOf } from "../results/output.js";
import { headline, selectionRecord } from "../results/selection.js";
import { jsonText } from "../results/tables.js";
import { howConfigDiffers, ruleOfResults, writeResults } from "../results/write.js";
import type { Experiment } from "../sweep/config/experiment.js";
import { type Executor, workerPool } from "../sweep/execute.js";
import { explainPlan } from "../sweep/explain.js";
import { planSweep, type Trial } from "../sweep/plan.js";
import { provenance } from "../sweep/provenance.js";
import { type Fitted, fitAndScore, type RunOptions, runSweep, type SweepResult } from "../sweep/run.js";
import { parseShard, type Shard, shardsOf } from "../sweep/shard.js";
import { openStore } from "../sweep/store/file-store.js";
import type { Store } from "../sweep/store/store.js";
import type { RunArguments } from "./commands/run.js";
import { loadExperiment } from "./experiment-file.js";
import { EXIT, type Io, pathFrom } from "./io.js";
import { dataFrom, type OpenRun, openRows } from "./open-run.js";
import { jsonProgress, textProgress } from "./progress.js";
import { readDomain } from "./read-domain.js";
import { decisionText } from "./render/decision.js";
import { leaderboard } from "./render/leaderboard.js";
import { nextSteps } from "./render/next-steps.js";
import { wrapNote } from "./render/wrap.js";
import { packageVersion } from "./version.js";

/** Run an experiment file from end to end; returns the exit code. */
export async function runExperiment(options: RunArguments, io: Io): Promise<number> {
  const experiment = await loadExperiment(options.experiment, options.overrides, io.cwd, "in-engine");
  if (experiment.data.engine) return (await import("./run-pushdown.js")).runPushedDown(experiment, options, io);
  const fit = options.retryFailed ? "failed" : "missing";
  return runOpened(await openRows(experiment, options.out, io), { ...options, fit }, io);
}

/** How customers are made of a log: the SQL, and what it leaves out. */
async function dataInWords(experiment: Experiment, io: Io): Promise<string> {
  const made = await explainCustomers(dataFrom(io, experiment));
  if (made === undefined) return "";
  const { path, per } = experiment.data;
  const sql = made.sql.replaceAll(pathFrom(io, path), path);
  return `-- ${path}: a row for each ${per}\n${sql}\n`;
}

export interface Running extends Partial<RunArguments> {
  readonly experiment: string;
  readonly overrides: readonly string[];
  /** Which of the trials without an answer to fit. */
  readonly fit: "missing" | "failed" | "none";
}

/** The same, of an experiment that has been opened. */
export async function runOpened(
  { experiment, table, notes, checksum, folder, path }: OpenRun,
  options: Running,
  io: Io,
): Promise<number> {
  const note = (text: string) => io.err(`${wrapNote(`note: ${text}`, io.columns)}\n`);
  for (const text of notes) note(text);
  const domain = await readDomain(experiment, io.cwd);
  const shard = options.shard === undefined ? undefined : parseShard(options.shard, io.env);
  const store = await openStore(path, experiment.name);

  const wholePlan = planSweep(experiment, checksum);
  const shards = shard && shardsOf(wholePlan, shard.count);
  const isOurs = (trial: Trial) => shards === undefined || shards.get(trial.key) === shard!.index;
  if (options.dryRun || options.explain) {
    const plan = { ...wholePlan, trials: wholePlan.trials.filter(isOurs) };
    if (options.explain) io.out(await dataInWords(experiment, io));
    io.out(explainPlan(plan, store, { each: options.explain === true }));
    if (options.dryRun) return EXIT.good;
  }

  const progress = options.json ? jsonProgress(io) : await textProgress(io);
  const pool = workerPool(options.jobs);
  const executor =
    options.queue === undefined ? pool : await askingQueue(options.queue, experiment, checksum, pool, io);
  const { fit } = options;
  const only = (trial: Trial) =>
    isOurs(trial) && (fit === "missing" || (fit === "failed" && store.incomplete(trial.key) !== undefined));
  let result: SweepResult;
  let output: Output;
  try {
    const running: RunOptions = {
      experiment,
      table,
      store,
      executor,
      signal: io.signal,
      failFast: options.failFast === true,
      budgetMs: options.budget,
      limits: {
        bytes: options.maxMemory ?? (0.8 * totalmem()) / pool.jobs,
        seconds: (options.maxTime ?? 3_600_000) / 1000,
      },
      only,
      earlierRule: await ruleOfResults(path, checksum),
      provenance: async () => ({
        ...(await provenance(io.cwd, process.argv.slice(2))),
        ...(shard ? { shard: { ...shard } } : {}),
      }),
      onEvent: (event) => progress.show(event),
    };
    if (shard) return reportShard(shard, await fitAndScore(running), isOurs, folder, store, io);
    result = await runSweep(running);
    output = await outputOf(result, table, store, domain, await earlierView(path));
  } finally {
    progress.stop();
    await executor.close();
    await store.close();
  }

  const report = join(folder, "report.html");
  const hadReport = existsSync(pathFrom(io, report));
  const other = options.overrides.length > 0 ? await howConfigDiffers(path, experiment) : undefined;
  await writeResults(path, output.files);
  if (other !== undefined) {
    note(`${folder} held the results of another config (${other}); they were replaced. --out keeps runs apart`);
  }
  if (hadReport && !existsSync(pathFrom(io, report)))
    note(`${report} was about the earlier results and has been removed`);

  if (options.json) io.out(jsonText(selectionRecord(result)));
  else {
    io.out(`\n${headline(result)}\n\n`);
    io.out(`${leaderboard(result, io.columns)}\n\n`);
    io.out(`${decisionText(result, output.segments, io.columns)}\n`);
    const again = [options.experiment, ...options.overrides, ...(options.out ? ["--results", options.out] : [])];
    io.out(`\n${nextSteps({ folder, hasModel: output.files.has("model.json"), report: again })}\n`);
  }
  return result.counts.incomplete > 0 ? EXIT.incomplete : EXIT.good;
}

/** Fits go to the workers of a queue, everything else to the pool. */
async function askingQueue(
  url: string,
  experiment: Experiment,
  data: string,
  local: Executor,
  io: Io,
): Promise<Executor> {
  const { queueExecutor } = await import("../sweep/queue/executor.js");
  const spaces = new Map([...planSweep(experiment, data).spaces.values()].map(({ key, name }) => [key, name]));
  return queueExecutor({
    url,
    local,
    words: {
      experiment: { text: JSON.stringify(experiment.source.value), file: experiment.source.file },
      data,
      version: await packageVersion(),
    },
    nameOf: (key) => spaces.get(key) ?? key,
    patience: Number(io.env["SEGMENTA_QUEUE_PATIENCE"] ?? 60) * 1000,
    say: (text) => io.err(`${text}\n`),
  });
}

/** A shard chooses nothing: it says what it has, and how to go on. */
function reportShard(
  { index, count }: Shard,
  { plan }: Fitted,
  isOurs: (trial: Trial) => boolean,
  folder: string,
  store: Store,
  io: Io,
): number {
  const own = plan.trials.filter(isOurs);
  const lacking = own.filter((trial) => !store.fit(trial.key)).length;
  io.out(`shard ${index}/${count}: ${own.length - lacking} of ${own.length} trials have their answer in ${folder}\n`);
  if (lacking > 0) {
    io.out(`${lacking} failed or were not run; the same command tries them again\n`);
    return EXIT.incomplete;
  }
  io.out(`when all are done: segmenta merge <experiment> <the ${count} results folders>\n`);
  return EXIT.good;
}
