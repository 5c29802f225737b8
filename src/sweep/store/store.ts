/** Where finished stages are kept and found again; in memory here, on disk in `file-store.ts`. */
import type { Fit } from "../../cluster/define.js";
import { hashLabels, sha256 } from "../../core/hash.js";
import type { Labels } from "../../core/labels.js";
import type { EvidenceValues } from "../evidence/work.js";
import { labelFacts } from "../label-facts.js";
import type { KeyParts } from "../plan.js";
import {
  decodeFound,
  type EvidenceRecord,
  encodeFound,
  type FitRecord,
  type IncompleteRecord,
  type JournalRecord,
  type RemovedRecord,
  type RunRecord,
  type ScoreRecord,
  scoreKey,
} from "./records.js";

/** Facts of the machine and the code, gathered when there is something to write. */
export type MoreProvenance = () => Promise<Readonly<Record<string, unknown>>>;

/**
 * The contract of every store.
 *
 * **Who may call what, when.** One thread of one process holds a store object; workers send their answers to it.
 * Several processes may hold stores on the same folder at once: each writes a journal of its own and none waits for
 * another. `begin` comes before the first `add` or `addFit` and may come again for a further run. After `close` only
 * the synchronous readers may be called; a second `close` does nothing.
 *
 * **What a reader sees.** `fit`, `incomplete`, `score`, `evidence` and `rules` answer from memory: what was in the
 * folder when it was opened, what this store has added, and, after `refresh`, what others have added. They return
 * records that nobody may change. A key, once it has a fit, keeps it: the same key always has the same answer, so
 * writing it twice, from two processes or after a crash, is harmless. `incomplete` never hides a fit. `removed` wins
 * over a fit of the same key, whatever the order.
 *
 * **What is durable when.** A resolved `add` or `addFit` is known to this store, not yet safe: it is on the disk at most
 * 100 ms later, or when `flush` resolves. Blobs (labels, what was found) are on the disk before the line that names them,
 * so a killed process leaves either the whole record or none of it. A new selection rule is safe when `begin` resolves,
 * before any fit that it will judge.
 *
 * **Errors.** `NOT_WRITABLE` (full disk, read-only folder) from `begin`, `add`, `addFit`, `flush` or `close`; what
 * could not be written when a group went out is reported by the next of these calls, and by every one after it.
 * `BAD_RESULTS` from opening and `refresh` for a damaged journal, one of another experiment or of a newer format; from
 * `labels` and `found` for a blob that is missing or is not what its hash says. A line torn off at the end of a journal is
 * not an error: that record is as if it had never been added.
 */
export interface Store {
  /** The stored answer of a fit key. */
  fit(key: string): FitRecord | undefined;
  /** Every stored fit, for `--explain`. */
  fits(): Iterable<FitRecord>;
  /** Why a key had no answer the last time it was tried. */
  incomplete(key: string): IncompleteRecord | undefined;
  /** Imported labels under this key were removed. */
  isRemoved(key: string): boolean;
  score(key: string): ScoreRecord | undefined;
  /** The numbers of a draw or resample by item, as far as they are stored. */
  evidence(key: string): EvidenceValues | undefined;
  /** Hashes of the selection rules under which runs on this data began. */
  rules(data: string): readonly string[];
  labels(hash: string): Promise<Labels>;
  found(hash: string): Promise<Fit["found"]>;
  /** Say what the records to come belong to. It is written before the first of them; a run that adds none writes nothing. */
  begin(run: RunRecord, more?: MoreProvenance): Promise<void>;
  addFit(key: string, parts: KeyParts, fit: Fit): Promise<FitRecord>;
  add(record: IncompleteRecord | ScoreRecord | EvidenceRecord | RemovedRecord): Promise<void>;
  /** Take over what other processes have added to the same folder since. */
  refresh(): Promise<void>;
  /** Wait until everything added is safe. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** The replay of journal records: what is known after them. */
export class Replay {
  readonly fits = new Map<string, FitRecord>();
  readonly incompletes = new Map<string, IncompleteRecord>();
  readonly scores = new Map<string, ScoreRecord>();
  /** Keys of imported labels that were removed, whatever the order of the journals. */
  readonly removed = new Set<string>();
  readonly evidence = new Map<string, EvidenceValues>();
  readonly #rules = new Map<string, Set<string>>();

  apply(record: JournalRecord): void {
    if (record.type === "fit") {
      if (this.removed.has(record.key)) return;
      this.fits.set(record.key, record);
      this.incompletes.delete(record.key);
    } else if (record.type === "removed") {
      this.removed.add(record.key);
      this.fits.delete(record.key);
    } else if (record.type === "incomplete") {
      if (!this.fits.has(record.key)) this.incompletes.set(record.key, record);
    } else if (record.type === "score") this.scores.set(scoreKey(record), record);
    else if (record.type === "evidence") {
      this.evidence.set(record.key, { ...this.evidence.get(record.key), ...record.values });
    } else if (record.type === "run" && record.data && record.rule) {
      this.#rules.set(record.data, (this.#rules.get(record.data) ?? new Set()).add(record.rule));
    }
  }

  rules(data: string): readonly string[] {
    return [...(this.#rules.get(data) ?? [])];
  }
}

/** A fit as the journal keeps it, and the two blobs it points to. */
export function fitRecord(key: string, parts: KeyParts, fit: Fit): { record: FitRecord; foundText: string } {
  const foundText = encodeFound(fit.found);
  const record: FitRecord = {
    type: "fit",
    key,
    parts,
    labels: hashLabels(fit.labels),
    found: sha256(foundText),
    reasons: fit.reasons,
    objective: fit.objective,
    outputs: fit.outputs,
    notes: fit.notes,
    facts: labelFacts(fit.labels),
  };
  return { record, foundText };
}

/** A store that forgets when the process ends: for tests, notebooks and library use. */
export function memoryStore(): Store {
  const replay = new Replay();
  const labels = new Map<string, Labels>();
  const found = new Map<string, string>();
  return {
    fit: (key) => replay.fits.get(key),
    fits: () => replay.fits.values(),
    incomplete: (key) => replay.incompletes.get(key),
    isRemoved: (key) => replay.removed.has(key),
    score: (key) => replay.scores.get(key),
    evidence: (key) => replay.evidence.get(key),
    rules: (data) => replay.rules(data),
    labels: async (hash) => labels.get(hash)!,
    found: async (hash) => decodeFound(found.get(hash)!),
    begin: async (run) => replay.apply(run),
    async addFit(key, parts, fit) {
      const { record, foundText } = fitRecord(key, parts, fit);
      labels.set(record.labels, fit.labels);
      found.set(record.found, foundText);
      replay.apply(record);
      return record;
    },
    add: async (record) => replay.apply(record),
    refresh: async () => {},
    flush: async () => {},
    close: async () => {},
  };
}
