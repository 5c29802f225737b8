/** The work of `segmenta merge`: join what shards have fitted, then choose as a single run would. */
import { planSweep } from "../sweep/plan.js";
import { joinShards, missingShards, shardCount } from "../sweep/shard-merge.js";
import { openStore } from "../sweep/store/file-store.js";
import type { MergeArguments } from "./commands/merge.js";
import { type Io, pathFrom } from "./io.js";
import { openRun } from "./open-run.js";
import { runOpened } from "./run-experiment.js";

/** Returns the exit code: 4 names the shards that are missing. */
export async function mergeExperiment(options: MergeArguments, io: Io): Promise<number> {
  const opened = await openRun(options.experiment, options.set, options.out, io);
  const { experiment, checksum, folder, path } = opened;
  const folders = options.folders.map((each) => pathFrom(io, each));
  await joinShards(folders, path, experiment, checksum);

  const count = await shardCount(path, experiment.name);
  if (count !== undefined) {
    const store = await openStore(path, experiment.name, { readOnly: true });
    for (const { shard, trials, of } of missingShards(planSweep(experiment, checksum), store, count)) {
      io.err(`shard ${shard.index}/${shard.count} is missing: ${trials} of its ${of} trials have no answer\n`);
    }
    await store.close();
  }
  return runOpened(opened, { ...options, overrides: options.set, out: folder, fit: "none" }, io);
}
