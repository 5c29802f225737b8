/** The work of `segmenta merge`: join what shards have fitted, then choose as a single run would. */
import { tableChecksum } from "../core/table.js";
import { readTable } from "../data/index.js";
import { planSweep } from "../sweep/plan.js";
import { joinShards, missingShards, shardCount } from "../sweep/shard-merge.js";
import { openStore } from "../sweep/store/file-store.js";
import { loadExperiment } from "./experiment-file.js";
import { type Io, pathFrom } from "./io.js";
import { resultsFolder, runExperiment } from "./run-experiment.js";

export interface MergeArguments {
  readonly experiment: string;
  readonly folders: readonly string[];
  readonly overrides: readonly string[];
  readonly out: string | undefined;
  readonly jobs: number | undefined;
  readonly json: boolean;
}

/** Answers the exit code: 4 names the shards that are missing. */
export async function mergeExperiment(options: MergeArguments, io: Io): Promise<number> {
  const experiment = await loadExperiment(options.experiment, options.overrides, io.cwd);
  const table = await readTable({ ...experiment.data, path: pathFrom(io, experiment.data.path) });
  const checksum = tableChecksum(table);
  const folder = await resultsFolder(experiment, checksum, options.out, io);
  const target = pathFrom(io, folder);
  await joinShards(
    options.folders.map((each) => pathFrom(io, each)),
    target,
    experiment,
    checksum,
  );

  const count = await shardCount(target, experiment.name);
  if (count !== undefined) {
    const store = await openStore(target, experiment.name, { readOnly: true });
    for (const { shard, trials, of } of missingShards(planSweep(experiment, checksum), store, count)) {
      io.err(`shard ${shard.index}/${shard.count} is missing: ${trials} of its ${of} trials have no answer\n`);
    }
    await store.close();
  }
  return runExperiment(
    {
      experiment: options.experiment,
      overrides: options.overrides,
      dryRun: false,
      explain: false,
      jobs: options.jobs,
      out: folder,
      failFast: false,
      json: options.json,
      fit: "none",
      budgetMs: undefined,
      maxBytes: undefined,
      maxMs: undefined,
      shard: undefined,
      queue: undefined,
    },
    io,
  );
}
