/** The results folder: small sorted files, written whole or not at all. */
import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { scoreColumns } from "./rows.js";
import type { SweepResult } from "./run.js";
import { selectionRecord, summaryMarkdown } from "./selection.js";
import { notWritable } from "./store/file-store.js";
import { assignmentsCsv, jsonText, metricsCsv } from "./tables.js";

/** A segment as tables name it. */
export interface NamedSegment {
  readonly name: string;
  readonly size: number;
  readonly share: number;
}

/** The files of a result, by name: same result, same bytes. */
export function resultFiles(result: SweepResult, segments: readonly NamedSegment[]): Map<string, string> {
  const files = new Map<string, string>();
  files.set("metrics.csv", metricsCsv(result.rows, scoreColumns(result.experiment.score.metrics)));
  if (result.labels) files.set("assignments.csv", assignmentsCsv(result.labels));
  files.set("selection.json", jsonText(selectionRecord(result)));
  files.set("summary.md", summaryMarkdown(result, segments));
  return files;
}

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
 * written: a full disk leaves the older files whole.
 *
 * @throws UserError `NOT_WRITABLE`
 */
export async function writeResults(folder: string, files: ReadonlyMap<string, string>): Promise<void> {
  const tag = `${process.pid}.${randomUUID().slice(0, 8)}.tmp`;
  const written: string[] = [];
  try {
    await mkdir(folder, { recursive: true });
    for (const [name, text] of files) {
      written.push(name);
      await writeFile(join(folder, `${name}.${tag}`), text, { flush: true });
    }
    // A report of other results would tell of what no longer stands here.
    const before = await readFile(join(folder, "selection.json"), "utf8").catch(() => "");
    if (before !== files.get("selection.json")) await rm(join(folder, "report.html"), { force: true });
    for (const name of written) await rename(join(folder, `${name}.${tag}`), join(folder, name));
    for (const name of KNOWN) if (!files.has(name)) await rm(join(folder, name), { force: true });
  } catch (error) {
    for (const name of written) await rm(join(folder, `${name}.${tag}`), { force: true }).catch(() => {});
    throw notWritable(folder, error);
  }
}

/**
 * The rule hash by which the results in a folder were chosen, if they are of this data. Where it was changed after
 * the fact once, the hash before the change: that is not forgotten by running again.
 */
export async function ruleOfResults(folder: string, checksum: string): Promise<string | undefined> {
  try {
    const record = JSON.parse(await readFile(join(folder, "selection.json"), "utf8")) as {
      data?: { checksum?: string };
      rule?: { hash?: string; before?: string };
    };
    return record.data?.checksum === checksum ? (record.rule?.before ?? record.rule?.hash) : undefined;
  } catch {
    return undefined;
  }
}

/** The data checksum of the results in a folder; undefined when there are none. */
export async function resultsChecksum(folder: string): Promise<string | undefined> {
  try {
    const record = JSON.parse(await readFile(join(folder, "selection.json"), "utf8")) as {
      data?: { checksum?: string };
    };
    return record.data?.checksum;
  } catch {
    return undefined;
  }
}
