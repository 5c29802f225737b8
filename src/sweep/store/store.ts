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
