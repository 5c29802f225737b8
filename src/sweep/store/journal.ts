/**
 * Reading journals: all of them when a folder is opened, and what others have added since.
 *
 * A torn last line is what a kill leaves, and is forgiven: every process writes a file of its own, so nothing
 * ever follows it. A torn middle line is damage and is an error, because what followed it cannot be trusted to be
 * all there was.
 */
import { open, readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { UserError } from "../../core/errors.js";
import type { JournalRecord } from "./records.js";

/** The newest format of journals this version reads. */
export const FORMAT = 1;

/** Names of the journals of a `.runs` folder, sorted; none where there is no such folder. */
export async function journalNames(runs: string): Promise<string[]> {
  try {
    return (await readdir(runs)).filter((name) => name.endsWith(".jsonl")).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

export type OnRecord = (record: JournalRecord, file: string) => void;

/** A reader that remembers how far it has read each journal of a folder. */
export class JournalReader {
  readonly #done = new Map<string, { bytes: number; lines: number }>();
  #last: Promise<void> = Promise.resolve();

  constructor(
    readonly runs: string,
    readonly experiment: string,
    readonly onRecord: OnRecord,
  ) {}

  /**
   * Read what has been added since the last call.
   *
   * @param own - the journal this process writes, which it need not read
   * @throws UserError `BAD_RESULTS` for damage, another experiment, or a format newer than ours
   */
  read(own?: string): Promise<void> {
    // One after another: two at once would start from the same place and count what they read twice.
    const reading = this.#last.then(() => this.#readAdded(own));
    this.#last = reading.catch(() => {});
    return reading;
  }

  async #readAdded(own: string | undefined): Promise<void> {
    for (const name of await journalNames(this.runs)) {
      if (name === own) continue;
      const state = this.#done.get(name) ?? { bytes: 0, lines: 0 };
      this.#done.set(name, state);
      const added = await readFrom(join(this.runs, name), state.bytes);
      if (added.length === 0) continue;
      const whole = added.lastIndexOf(0x0a) + 1;
      const lines = added.subarray(0, whole).toString("utf8").split("\n").slice(0, -1);
      for (const [i, line] of lines.entries()) this.#take(line, name, state.lines + i + 1, true);
      // A last line without its end: torn, or still being written. If all of it is there it counts.
      if (whole < added.length) this.#take(added.subarray(whole).toString("utf8"), name, 0, false);
      state.bytes += whole;
      state.lines += lines.length;
    }
  }

  #take(line: string, name: string, number: number, isWhole: boolean): void {
    if (line === "") return;
    const file = join(this.runs, name);
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch (cause) {
      if (!isWhole) return;
      throw new UserError("BAD_RESULTS", {
        what: `line ${number} of a journal is torn, and lines follow it`,
        where: `${file}:${number}`,
        mend: "something other than segmenta wrote to it; remove this journal (its trials will be fitted again)",
        cause,
      });
    }
    const record = asRecord(value, file, number);
    if (!record) return;
    if (record.type === "run") requireOurs(record, file, this.experiment);
    this.onRecord(record, basename(file));
  }
}

async function readFrom(path: string, start: number): Promise<Buffer> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    if (size <= start) return Buffer.alloc(0);
    const bytes = Buffer.alloc(size - start);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, start);
    return bytes.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** Fields without which a record of its type is of no use. */
const NEEDS: Readonly<Record<JournalRecord["type"], readonly string[]>> = {
  run: ["format", "experiment"],
  fit: ["key", "parts", "labels", "found", "reasons", "outputs", "notes"],
  incomplete: ["key", "parts", "reason"],
  score: ["space", "labels", "metric", "version", "scores"],
  evidence: ["key", "stage", "values"],
  removed: ["key"],
};

/** The record of a line; undefined for a type that a later version added. */
function asRecord(value: unknown, file: string, line: number): JournalRecord | undefined {
  const record = value as { type?: unknown } & Record<string, unknown>;
  const isObject = typeof value === "object" && value !== null && typeof record.type === "string";
  const needs = isObject ? NEEDS[record.type as JournalRecord["type"]] : undefined;
  if (isObject && needs === undefined) return undefined;
  const lacks = needs?.find((field) => record[field] === undefined || record[field] === null);
  if (isObject && lacks === undefined) return value as JournalRecord;
  throw new UserError("BAD_RESULTS", {
    what: isObject
      ? `line ${line} of a journal is a ${String(record.type)} without its ${lacks}`
      : `line ${line} of a journal is no record`,
    where: `${file}:${line}`,
    mend: "something other than segmenta wrote to it; remove this journal (its trials will be fitted again)",
  });
}

function requireOurs(run: JournalRecord & { type: "run" }, file: string, experiment: string): void {
  if (run.format > FORMAT) {
    throw new UserError("BAD_RESULTS", {
      what: `a journal of format ${run.format}; this version reads up to ${FORMAT}`,
      where: file,
      mend: "update segmenta, or write to another folder with --out",
    });
  }
  if (run.experiment !== experiment) {
    throw new UserError("BAD_RESULTS", {
      what: `this results folder belongs to experiment "${run.experiment}", not "${experiment}"`,
      where: file,
      mend: "choose another folder with --out, or mend the experiment's name",
    });
  }
}
