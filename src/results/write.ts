/** The results folder: small sorted files, written whole or not at all. */
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { configChanges } from "../sweep/config/describe.js";
import { inBrief } from "../sweep/config/differences.js";
import type { Experiment } from "../sweep/config/experiment.js";
import { notWritable } from "../sweep/store/file-store.js";
import { withLock } from "../sweep/store/lock.js";
import { besideOf, removeLeftovers } from "../sweep/store/temporary.js";
import { selectionIn } from "./read.js";

/** Files a result may have; those a new result does not have are removed, so that none tells of an older one. */
const KNOWN = [
  "metrics.csv",
  "assignments.csv",
  "curves.csv",
  "selection.json",
  "summary.md",
  "model.json",
  "view.json",
];

/**
 * Write the files of a result. Each is written beside and renamed, all of them only after all could be
 * written: a full disk leaves the older files whole. Files that would not change are left alone, and of several
 * processes that write at once the last one's files all stand, never some of one and some of another.
 *
 * @throws UserError `NOT_WRITABLE`
 */
export async function writeResults(folder: string, files: ReadonlyMap<string, string>): Promise<void> {
  try {
    const current = await Promise.all([...files.keys()].map((name) => textOf(join(folder, name))));
    const isCurrent = [...files.values()].every((text, i) => text === current[i]);
    const spare = KNOWN.filter((name) => !files.has(name) && existsSync(join(folder, name)));
    if (isCurrent && spare.length === 0) return;
    await mkdir(join(folder, ".runs"), { recursive: true });
    await removeLeftovers(folder);
    await withLock(join(folder, ".runs", "writing.lock"), () => replaceFiles(folder, files));
  } catch (error) {
    throw notWritable(folder, error);
  }
}

async function replaceFiles(folder: string, files: ReadonlyMap<string, string>): Promise<void> {
  const beside = new Map([...files.keys()].map((name) => [name, besideOf(join(folder, name))]));
  try {
    for (const [name, text] of files) await writeFile(beside.get(name)!, text, { flush: true });
    // A report of other results would tell of what no longer stands here.
    const before = await textOf(join(folder, "selection.json"));
    if (before !== files.get("selection.json")) await rm(join(folder, "report.html"), { force: true });
    for (const [name, path] of beside) await rename(path, join(folder, name));
    for (const name of KNOWN) if (!files.has(name)) await rm(join(folder, name), { force: true });
  } catch (error) {
    for (const path of beside.values()) await rm(path, { force: true }).catch(() => {});
    throw error;
  }
}

const textOf = (path: string) => readFile(path, "utf8").catch(() => undefined);

/**
 * The rule hash by which the results in a folder were chosen, if they are of this data. Where it was changed after
 * the fact once, the hash before the change: that is not forgotten by running again.
 */
export async function ruleOfResults(folder: string, checksum: string): Promise<string | undefined> {
  const selection = await selectionIn(folder);
  return selection?.data.checksum === checksum ? (selection.rule.before ?? selection.rule.hash) : undefined;
}

/** The data checksum of the results in a folder; undefined when there are none. */
export async function resultsChecksum(folder: string): Promise<string | undefined> {
  return (await selectionIn(folder))?.data.checksum;
}

/**
 * How the config of the results in a folder differs from an experiment, in words: `sweep.kmeans (9 entries) → (3
 * entries)`; undefined where it does not, and where there are no results.
 */
export async function howConfigDiffers(folder: string, experiment: Experiment): Promise<string | undefined> {
  const selection = await selectionIn(folder);
  return selection && inBrief(configChanges(selection.config, experiment));
}
