/** `segmenta run` of an experiment whose rows stay in an SQL engine. */
import { formatUserError, UserError } from "../core/errors.js";
import { openEngineTable } from "../data/engine/open.js";
import { serializeModel } from "../pipeline/index.js";
import { decisionFiles } from "../results/output.js";
import { headline, selectionRecord } from "../results/selection.js";
import { jsonText } from "../results/tables.js";
import { ruleOfResults, writeResults } from "../results/write.js";
import type { Experiment } from "../sweep/config/experiment.js";
import { explainPlan } from "../sweep/explain.js";
import { planSweep } from "../sweep/plan.js";
import { provenance } from "../sweep/provenance.js";
import { EngineLost, type EngineTable } from "../sweep/pushdown/engine.js";
import { pushdownModel } from "../sweep/pushdown/model.js";
import { type PushdownResult, runPushdown, storedTrials } from "../sweep/pushdown/run.js";
import { fingerprint } from "../sweep/pushdown/sample.js";
import { labelsSql } from "../sweep/pushdown/statements.js";
import { requireSupported } from "../sweep/pushdown/supported.js";
import { openStore } from "../sweep/store/file-store.js";
import type { RunArguments } from "./commands/run.js";
import { EXIT, type Io, pathFrom } from "./io.js";
import { resultsFolder } from "./open-run.js";
import { jsonProgress, textProgress } from "./progress.js";
import { readDomain } from "./read-domain.js";
import { decisionText } from "./render/decision.js";
import { leaderboard } from "./render/leaderboard.js";
import { nextSteps } from "./render/next-steps.js";

/** Run it from end to end; returns the exit code. */
export async function runPushedDown(experiment: Experiment, options: RunArguments, io: Io): Promise<number> {
  requireSupported(experiment);
  requireWhole(experiment, options);
  const domain = await readDomain(experiment, io.cwd);
  const progress = options.json ? jsonProgress(io) : await textProgress(io);
  let table: EngineTable | undefined;
  try {
    table = await openEngineTable(experiment.data, { env: io.env, pathOf: (path) => pathFrom(io, path) });
    const facts = await fingerprint(table, io.signal);
    const folder = await resultsFolder(experiment, facts.checksum, options.out, io);
    const store = await openStore(pathFrom(io, folder), experiment.name);
    try {
      if (options.dryRun || options.explain) {
        const plan = planSweep(experiment, facts.checksum);
        io.out(explainPlan(plan, storedTrials(experiment, plan, store), { each: options.explain }));
        if (options.dryRun) return EXIT.good;
      }
      const result = await runPushdown({
        experiment,
        table,
        facts,
        store,
        signal: io.signal,
        onEvent: (event) => progress.show(event),
        budgetMs: options.budget,
        earlierRule: await ruleOfResults(pathFrom(io, folder), facts.checksum),
        provenance: async () => provenance(io.cwd, process.argv.slice(2)),
      });
      const { sweep } = result;
      const made = await pushdownModel(result, table, domain);
      const segments = made?.segments ?? [];
      // assignments.csv is of the sample, in its order, for the gate to compare; `data.labels` has those of all rows.
      const files = decisionFiles(sweep, segments, made && result.winner!.labels);
      if (made) files.set("model.json", serializeModel(made.model));
      await writeLabels(result, table, io.signal);
      await writeResults(pathFrom(io, folder), files);
      progress.stop();
      if (options.json) io.out(jsonText(selectionRecord(sweep)));
      else {
        io.out(`\n${headline(sweep)}\n\n${leaderboard(sweep, io.columns)}\n\n`);
        io.out(`${decisionText(sweep, segments, io.columns)}\n\n`);
        io.out(`${nextSteps({ folder, hasModel: files.has("model.json"), labels: experiment.data.labels })}\n`);
      }
      return sweep.counts.incomplete > 0 ? EXIT.incomplete : EXIT.good;
    } finally {
      await store.close();
    }
  } catch (error) {
    if (!(error instanceof EngineLost) || io.signal.aborted) throw error;
    io.err(`${formatUserError(error)}\n`);
    return EXIT.incomplete;
  } finally {
    progress.stop();
    await table?.engine.close();
  }
}

/** Trials of an engine are run one after another, by one process. */
function requireWhole(experiment: Experiment, { shard, queue }: RunArguments): void {
  if (shard === undefined && queue === undefined) return;
  throw new UserError("BAD_USAGE", {
    what: `--${shard === undefined ? "queue" : "shard"} cannot be used with data.engine ${experiment.data.engine!.kind}`,
    where: "command line",
    mend: "leave it out: the engine itself spreads the work",
  });
}

/** The segment of every row, to where the experiment wants it. */
async function writeLabels({ winner, sweep, spaces }: PushdownResult, table: EngineTable, signal: AbortSignal) {
  if (!winner || !sweep.winner || !table.writeLabels) return;
  const { rows, vector } = spaces.get(sweep.winner.trial.space)!.labelled;
  await table.writeLabels(labelsSql(table.engine.dialect, rows, "s_id", vector, winner.trial.centres), signal);
}
