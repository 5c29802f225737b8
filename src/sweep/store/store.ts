/** Where finished stages are kept and found again; in memory here, on disk in `file-store.ts`. */
import type { Fit } from "../../cluster/define.js";
import { hashLabels, sha256 } from "../../core/hash.js";
import type { Labels } from "../../core/labels.js";
import type { KeyParts } from "../plan.js";
import {
  decodeFound,
  encodeFound,
  type FitRecord,
  type IncompleteRecord,
  type JournalRecord,
  type RunRecord,
  type ScoreRecord,
  scoreKey,
} from "./records.js";

export interface Store {
  /** The stored answer of a fit key. */
  fit(key: string): FitRecord | undefined;
  /** Every stored fit, for `--explain`. */
  fits(): Iterable<FitRecord>;
  /** Why a key had no answer the last time it was tried. */
  incomplete(key: string): IncompleteRecord | undefined;
  score(key: string): ScoreRecord | undefined;
  labels(hash: string): Promise<Labels>;
  found(hash: string): Promise<Fit["found"]>;
  begin(run: RunRecord): Promise<void>;
  addFit(key: string, parts: KeyParts, fit: Fit): Promise<FitRecord>;
  add(record: IncompleteRecord | ScoreRecord): Promise<void>;
  /** Wait until everything added is safe. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** The replay of journal records: what is known after them. */
export class Replay {
  readonly fits = new Map<string, FitRecord>();
  readonly incompletes = new Map<string, IncompleteRecord>();
  readonly scores = new Map<string, ScoreRecord>();

  apply(record: JournalRecord): void {
    if (record.type === "fit") {
      this.fits.set(record.key, record);
      this.incompletes.delete(record.key);
    } else if (record.type === "incomplete") {
      if (!this.fits.has(record.key)) this.incompletes.set(record.key, record);
    } else if (record.type === "score") this.scores.set(scoreKey(record), record);
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
    score: (key) => replay.scores.get(key),
    labels: async (hash) => labels.get(hash)!,
    found: async (hash) => decodeFound(found.get(hash)!),
    begin: async () => {},
    async addFit(key, parts, fit) {
      const { record, foundText } = fitRecord(key, parts, fit);
      labels.set(record.labels, fit.labels);
      found.set(record.found, foundText);
      replay.apply(record);
      return record;
    },
    add: async (record) => replay.apply(record),
    flush: async () => {},
    close: async () => {},
  };
}
