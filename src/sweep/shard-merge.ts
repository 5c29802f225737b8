/** Joining what shards have fitted: their journals and blobs come into one results folder. */
import { copyFile, mkdir, readdir, rename, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { UserError } from "../core/errors.js";
import { configChanges } from "./config/describe.js";
import { inBrief } from "./config/differences.js";
import type { Experiment } from "./config/experiment.js";
import type { Plan } from "./plan.js";
import { type Shard, shardsOf } from "./shard.js";
import { notWritable } from "./store/file-store.js";
import { JournalReader, journalNames } from "./store/journal.js";
import type { RunRecord } from "./store/records.js";
import type { Store } from "./store/store.js";
import { besideOf } from "./store/temporary.js";

/**
 * Copy the journals and blobs of results folders into one. What is there already is left as it is, so a merge may
 * be repeated.
 *
 * @param folders - results folders, or the `.runs` folders in them
 * @throws UserError `NOT_FOUND` for a folder without a journal, `BAD_RESULTS` for one of another experiment, other
 *   data or another config; then nothing is copied
 */
export async function joinShards(
  folders: readonly string[],
  target: string,
  experiment: Experiment,
  dataChecksum: string,
): Promise<void> {
  const sources: string[] = [];
  for (const folder of folders) {
    const runs = await runsFolder(folder);
    requireSame(await lastRun(runs, experiment.name), folder, experiment, dataChecksum);
    sources.push(runs);
  }
  const runs = join(target, ".runs");
  try {
    await mkdir(join(runs, "blobs"), { recursive: true });
    // Blobs first: a line must never name one that is not there.
    for (const source of sources) await copyAll(join(source, "blobs"), join(runs, "blobs"), /\.(labels|json)$/);
    for (const source of sources) await copyAll(source, runs, /\.jsonl$/);
  } catch (error) {
    throw notWritable(target, error);
  }
}

async function runsFolder(folder: string): Promise<string> {
  const runs = basename(folder) === ".runs" ? folder : join(folder, ".runs");
  if ((await journalNames(runs).catch(() => [])).length > 0) return runs;
  throw new UserError("NOT_FOUND", {
    what: `there is no journal of a run in ${folder}`,
    where: folder,
    mend: "name the results folder that a shard wrote (its .runs folder must have come along)",
  });
}

/** What the latest run in a folder was of. */
async function lastRun(runs: string, experiment: string): Promise<RunRecord | undefined> {
  let last: RunRecord | undefined;
  const reader = new JournalReader(runs, experiment, (record) => {
    // Labels that were brought in are no run of a config.
    if (
      record.type === "run" &&
      record["config"] !== undefined &&
      String(record["at"] ?? "") >= String(last?.["at"] ?? "")
    )
      last = record;
  });
  await reader.read();
  return last;
}

function requireSame(run: RunRecord | undefined, folder: string, experiment: Experiment, dataChecksum: string): void {
  const refuse = (what: string, mend: string) => new UserError("BAD_RESULTS", { what, where: folder, mend });
  if (run?.data !== undefined && run.data !== dataChecksum) {
    throw refuse(
      `this shard is of other data: checksum ${run.data.slice(0, 8)}…, here ${dataChecksum.slice(0, 8)}…`,
      "run every shard on the same table",
    );
  }
  const changes = run?.["config"] === undefined ? [] : configChanges(run["config"], experiment);
  if (changes.length > 0) {
    throw refuse(
      `this shard is of another config: ${inBrief(changes)}`,
      "run every shard, and the merge, with the same file and the same overrides",
    );
  }
}

async function copyAll(from: string, to: string, names: RegExp): Promise<void> {
  if (from === to) return;
  const there = new Map<string, number>();
  for (const name of await readdir(to)) there.set(name, (await stat(join(to, name))).size);
  for (const name of (await readdir(from)).filter((each) => names.test(each)).sort()) {
    // A journal that has grown since an earlier merge is longer.
    if (there.get(name) === (await stat(join(from, name))).size) continue;
    const beside = besideOf(join(to, name));
    await copyFile(join(from, name), beside);
    await rename(beside, join(to, name));
  }
}

/** Which shards have no answer for some of their trials: their number and how many trials lack. */
export function missingShards(plan: Plan, store: Store, count: number): { shard: Shard; trials: number; of: number }[] {
  const shards = shardsOf(plan, count);
  return Array.from({ length: count }, (_, i) => {
    const own = plan.trials.filter((trial) => shards.get(trial.key) === i + 1);
    const lacking = own.filter((trial) => !store.fit(trial.key) && !store.incomplete(trial.key));
    return { shard: { index: i + 1, count }, trials: lacking.length, of: own.length };
  }).filter(({ trials }) => trials > 0);
}

/** How many shards the journals of a folder speak of: the largest count; undefined when none does. */
export async function shardCount(folder: string, experiment: string): Promise<number | undefined> {
  let count: number | undefined;
  const reader = new JournalReader(join(folder, ".runs"), experiment, (record) => {
    if (record.type !== "run") return;
    const of = (record["shard"] as Partial<Shard> | undefined)?.count;
    if (of !== undefined) count = Math.max(count ?? 0, of);
  });
  await reader.read();
  return count;
}
