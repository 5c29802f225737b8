/**
 * The store on disk: `<results>/.runs/` with one append-only journal per writer process and blobs by content
 * hash. State is the replay of all journals, so a killed run continues where it stopped.
 *
 * A blob is written beside and renamed, before the line that names it. Lines that come within
 * `GROUP_MS` go out in one write and one fdatasync.
 */
import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { access, type FileHandle, mkdir, open, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { UserError } from "../../core/errors.js";
import type { Labels } from "../../core/labels.js";
import { decodeFound, type JournalRecord } from "./records.js";
import { fitRecord, Replay, type Store } from "./store.js";

/** How long a finished record may wait for company before it is written and synced. */
const GROUP_MS = 100;

/** Formats of journals this version reads. */
const FORMAT = 1;

/**
 * Open the store of a results folder; the folder is made when the first record is written.
 *
 * @throws UserError `NOT_WRITABLE` for a folder that cannot be written, `BAD_RESULTS` for a damaged journal
 */
export async function openStore(folder: string, experiment: string): Promise<Store> {
  const runs = join(folder, ".runs");
  const blobs = join(runs, "blobs");
  const replay = new Replay();
  for (const file of await journalFiles(runs)) replayJournal(await readFile(file, "utf8"), file, experiment, replay);

  const labelCache = new Map<string, Labels>();
  let journal: FileHandle | undefined;
  let waiting: string[] = [];
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();
  let failure: unknown;

  const start = async (): Promise<void> => {
    if (journal) return;
    try {
      await mkdir(blobs, { recursive: true });
      journal = await open(join(runs, `${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}.jsonl`), "a");
    } catch (error) {
      throw notWritable(folder, error);
    }
  };

  const commit = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    const lines = waiting;
    waiting = [];
    if (lines.length === 0) return writing;
    writing = writing.then(async () => {
      try {
        await journal!.appendFile(lines.join(""));
        await journal!.datasync();
      } catch (error) {
        throw notWritable(folder, error);
      }
    });
    writing.catch((error) => {
      failure ??= error;
    });
    return writing;
  };

  const append = async (record: JournalRecord): Promise<void> => {
    if (failure) throw failure;
    await start();
    waiting.push(`${JSON.stringify(record)}\n`);
    timer ??= setTimeout(() => void commit().catch(() => {}), GROUP_MS);
  };

  const writeBlob = async (name: string, content: Uint8Array | string): Promise<void> => {
    const path = join(blobs, name);
    if (await exists(path)) return;
    const temporary = `${path}.${process.pid}.${randomUUID().slice(0, 8)}.tmp`;
    try {
      await writeFile(temporary, content, { flush: true });
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => {});
      throw notWritable(folder, error);
    }
  };

  return {
    fit: (key) => replay.fits.get(key),
    fits: () => replay.fits.values(),
    incomplete: (key) => replay.incompletes.get(key),
    score: (key) => replay.scores.get(key),
    async labels(hash) {
      let labels = labelCache.get(hash);
      if (!labels) {
        const bytes = new Uint8Array(await readBlob(join(blobs, `${hash}.labels`)));
        labels = new Int32Array(bytes.buffer, 0, bytes.byteLength / 4);
        labelCache.set(hash, labels);
      }
      return labels;
    },
    found: async (hash) => decodeFound((await readBlob(join(blobs, `${hash}.json`))).toString("utf8")),
    begin: async (run) => append(run),
    async addFit(key, parts, fit) {
      await start();
      const { record, foundText } = fitRecord(key, parts, fit);
      await writeBlob(
        `${record.labels}.labels`,
        new Uint8Array(fit.labels.buffer.slice(fit.labels.byteOffset, fit.labels.byteOffset + fit.labels.byteLength)),
      );
      await writeBlob(`${record.found}.json`, foundText);
      labelCache.set(record.labels, fit.labels);
      await append(record);
      replay.apply(record);
      return record;
    },
    async add(record) {
      await append(record);
      replay.apply(record);
    },
    flush: () => commit(),
    async close() {
      await commit();
      await journal?.close();
      journal = undefined;
    },
  };
}

async function journalFiles(runs: string): Promise<string[]> {
  try {
    return (await readdir(runs))
      .filter((name) => name.endsWith(".jsonl"))
      .sort()
      .map((name) => join(runs, name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw notWritable(join(runs, ".."), error);
  }
}

/**
 * Apply one journal's lines. A torn last line is what a kill leaves and is forgiven; a torn middle line is
 * damage and is an error, because what followed it cannot be trusted to be all there was.
 */
export function replayJournal(text: string, file: string, experiment: string, replay: Replay): void {
  const lines = text.split("\n");
  lines.forEach((line, i) => {
    if (line === "") return;
    let record: JournalRecord;
    try {
      record = JSON.parse(line) as JournalRecord;
    } catch (cause) {
      if (i === lines.length - 1) return;
      throw new UserError("BAD_RESULTS", {
        what: `line ${i + 1} of a journal is torn, and lines follow it`,
        where: `${file}:${i + 1}`,
        mend: "something other than segmenta wrote to it; remove this journal (its trials will be fitted again)",
        cause,
      });
    }
    if (record.type === "run") {
      if (record.format > FORMAT) {
        throw new UserError("BAD_RESULTS", {
          what: `a journal of format ${record.format}; this version reads up to ${FORMAT}`,
          where: file,
          mend: "update segmenta, or write to another folder with --out",
        });
      }
      if (record.experiment !== experiment) {
        throw new UserError("BAD_RESULTS", {
          what: `this results folder belongs to experiment "${record.experiment}", not "${experiment}"`,
          where: file,
          mend: "choose another folder with --out, or mend the experiment's name",
        });
      }
      return;
    }
    replay.apply(record);
  });
}

async function readBlob(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new UserError("BAD_RESULTS", {
      what: "a stored labeling named by the journal is missing",
      where: path,
      mend: "remove the .runs folder beside it; the sweep will be fitted again",
      cause,
    });
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path, constants.F_OK);
    return true;
  } catch {
    return false;
  }
}

/** A full disk, a read-only folder: nothing is lost but what was just asked to be written. */
export function notWritable(folder: string, cause: unknown): unknown {
  if (cause instanceof UserError) return cause;
  const { code, message } = cause as NodeJS.ErrnoException;
  const said: Record<string, string> = {
    ENOSPC: "no space left on the disk",
    EACCES: "permission denied",
    EPERM: "permission denied",
    EROFS: "the file system is read-only",
    ENOTDIR: "a part of the path is a file",
    EEXIST: "a file of that name is in the way",
    EDQUOT: "the disk quota is used up",
  };
  const why = (code && said[code]) ?? message;
  return new UserError("NOT_WRITABLE", {
    what: `cannot write results: ${why}`,
    where: folder,
    mend: "free space or choose another folder with --out; what was finished before is kept",
    cause,
  });
}
