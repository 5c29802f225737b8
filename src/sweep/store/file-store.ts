/**
 * The store on disk: `<results>/.runs/` with one append-only journal per writer process and blobs by content
 * hash. State is the replay of all journals, so a killed run continues where it stopped, and several processes
 * may work on one folder: each takes over what the others have finished, and what two of them fit at the same
 * moment is the same answer under the same key.
 *
 * A blob is written beside and renamed, before the line that names it. Lines that come within
 * `GROUP_MS` go out in one write and one fdatasync.
 */
import { randomUUID } from "node:crypto";
import { type FileHandle, mkdir, open } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../../core/errors.js";
import type { Labels } from "../../core/labels.js";
import { Blobs } from "./blobs.js";
import { JournalReader } from "./journal.js";
import { decodeFound, type FitRecord, type JournalRecord, type RunRecord } from "./records.js";
import { fitRecord, type MoreProvenance, Replay, type Store } from "./store.js";
import { host, removeLeftovers } from "./temporary.js";

/** How long a finished record may wait for company before it is written and synced. */
const GROUP_MS = 100;

export interface OpenOptions {
  /** Nothing reaches the disk; what is added is known until the store is closed. */
  readonly readOnly?: boolean;
}

/**
 * Open the store of a results folder; the folder is made when the first record is written.
 *
 * @throws UserError `NOT_WRITABLE` for a folder that cannot be written, `BAD_RESULTS` for a damaged journal
 */
export async function openStore(folder: string, experiment: string, options: OpenOptions = {}): Promise<Store> {
  const runs = join(folder, ".runs");
  const blobs = new Blobs(join(runs, "blobs"));
  const isThere = ({ labels, found }: FitRecord) => blobs.has(`${labels}.labels`) && blobs.has(`${found}.json`);
  const replay = new Replay();
  // A fit whose labeling did not reach the disk (a power cut) is fitted again.
  const reader = new JournalReader(runs, experiment, (record) => {
    if (record.type !== "fit" || isThere(record)) replay.apply(record);
  });
  await blobs.list();
  try {
    await reader.read();
  } catch (error) {
    throw notWritable(folder, error);
  }

  const labelCache = new Map<string, Labels>();
  const foundCache = new Map<string, string>();
  const name = `${host}-${process.pid}-${randomUUID().slice(0, 8)}.jsonl`;
  let journal: Promise<FileHandle> | undefined;
  let header: { run: RunRecord; more: MoreProvenance | undefined } | undefined;
  let waiting: string[] = [];
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();
  let failure: unknown;

  const openJournal = async (): Promise<FileHandle> => {
    try {
      await mkdir(blobs.folder, { recursive: true });
      await Promise.all([removeLeftovers(runs), removeLeftovers(blobs.folder)]);
      const handle = await open(join(runs, name), "a");
      if (header) waiting.unshift(lineOf({ ...header.run, ...(await header.more?.()) }));
      return handle;
    } catch (error) {
      throw notWritable(folder, error);
    }
  };

  const start = async (): Promise<void> => {
    journal ??= openJournal();
    await journal;
  };

  const commit = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    const lines = waiting;
    waiting = [];
    if (lines.length === 0) return writing;
    writing = writing.then(async () => {
      try {
        const handle = (await journal)!;
        await handle.appendFile(lines.join(""));
        await handle.datasync();
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
    if (options.readOnly) return;
    if (failure) throw failure;
    await start();
    waiting.push(lineOf(record));
    timer ??= setTimeout(() => void commit().catch(() => {}), GROUP_MS);
  };

  const writeBlob = async (file: string, content: Uint8Array | string): Promise<void> => {
    if (options.readOnly) return;
    try {
      await blobs.write(file, content);
    } catch (error) {
      throw notWritable(folder, error);
    }
  };

  return {
    fit: (key) => replay.fits.get(key),
    fits: () => replay.fits.values(),
    incomplete: (key) => replay.incompletes.get(key),
    isRemoved: (key) => replay.removed.has(key),
    score: (key) => replay.scores.get(key),
    evidence: (key) => replay.evidence.get(key),
    rules: (data) => replay.rules(data),
    async labels(hash) {
      let labels = labelCache.get(hash);
      if (!labels) {
        const bytes = new Uint8Array(await blobs.read(hash, "labels"));
        labels = new Int32Array(bytes.buffer, 0, bytes.byteLength / 4);
        labelCache.set(hash, labels);
      }
      return labels;
    },
    found: async (hash) => decodeFound(foundCache.get(hash) ?? (await blobs.read(hash, "json")).toString("utf8")),
    async begin(run, more) {
      header = { run, more };
      // A rule is on record before the first fit it will judge; otherwise the first record brings its header.
      const isNewRule = run.data && run.rule && !replay.rules(run.data).includes(run.rule);
      replay.apply(run);
      if (!isNewRule || options.readOnly) return;
      await start();
      await commit();
    },
    async addFit(key, parts, fit) {
      if (!options.readOnly) await start();
      const { record, foundText } = fitRecord(key, parts, fit);
      const { buffer, byteOffset, byteLength } = fit.labels;
      await writeBlob(`${record.labels}.labels`, new Uint8Array(buffer.slice(byteOffset, byteOffset + byteLength)));
      await writeBlob(`${record.found}.json`, foundText);
      labelCache.set(record.labels, fit.labels);
      if (options.readOnly) foundCache.set(record.found, foundText);
      await append(record);
      replay.apply(record);
      return record;
    },
    async add(record) {
      await append(record);
      replay.apply(record);
    },
    async refresh() {
      await reader.read(name);
    },
    flush: () => commit(),
    async close() {
      try {
        await commit();
      } finally {
        const handle = await journal?.catch(() => undefined);
        await handle?.close();
        journal = undefined;
      }
    },
  };
}

const lineOf = (record: JournalRecord) => `${JSON.stringify(record)}\n`;

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
