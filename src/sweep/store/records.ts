/** What the journal holds: one JSON line per finished stage. */
import type { Fit, FitReason } from "../../cluster/define.js";
import { fromBase64, toBase64 } from "../../core/base64.js";
import type { Note } from "../../core/notes.js";
import type { Scores } from "../../metrics/define.js";
import type { EvidenceValues } from "../evidence/work.js";
import type { LabelFacts } from "../label-facts.js";
import type { KeyParts } from "../plan.js";

/** First line of a journal: who wrote it, from what, where. Never part of a compared file. */
export interface RunRecord {
  readonly type: "run";
  readonly format: 1;
  readonly experiment: string;
  /** Checksum of the data and hash of the selection rule, stated before the first fit. */
  readonly data?: string;
  readonly rule?: string;
  readonly [provenance: string]: unknown;
}

export interface FitRecord {
  readonly type: "fit";
  readonly key: string;
  readonly parts: KeyParts;
  /** Hash of the canonical labels; the labels are a blob of that name. */
  readonly labels: string;
  /** Hash of the blob that holds what the algorithm found. */
  readonly found: string;
  readonly reasons: readonly FitReason[];
  readonly objective: Fit["objective"];
  readonly outputs: Readonly<Record<string, number>>;
  readonly notes: readonly Note[];
  /** Sizes of the labeling, so that a rerun need not read it; absent in older journals. */
  readonly facts?: LabelFacts;
}

/** An imported labeling that is to be forgotten. */
export interface RemovedRecord {
  readonly type: "removed";
  readonly key: string;
}

/** A trial that has no answer yet: memory, time-out, error. Tried again by the next run. */
export interface IncompleteRecord {
  readonly type: "incomplete";
  readonly key: string;
  readonly parts: KeyParts;
  readonly reason: "memory" | "time" | "error";
  readonly message: string;
}

export interface ScoreRecord {
  readonly type: "score";
  readonly space: string;
  readonly labels: string;
  readonly metric: string;
  readonly version: number;
  readonly scores: Scores;
}

/**
 * Numbers of one draw or resample, a list per item. Lines of one key add up: a later line brings the items that
 * the earlier ones lack.
 */
export interface EvidenceRecord {
  readonly type: "evidence";
  readonly key: string;
  readonly stage: string;
  readonly values: EvidenceValues;
}

export type JournalRecord = RunRecord | FitRecord | IncompleteRecord | ScoreRecord | EvidenceRecord | RemovedRecord;

/** The key of a score: identical labelings are scored once per space. */
export function scoreKey(score: Pick<ScoreRecord, "space" | "labels" | "metric" | "version">): string {
  return `${score.space}/${score.labels}/${score.metric}/${score.version}`;
}

/** What an algorithm found, as JSON that keeps every bit: typed arrays as base64 of their bytes. */
export function encodeFound(found: Fit["found"]): string {
  const plain: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(found).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (value instanceof Float64Array || value instanceof Int32Array) {
      const bytes = new Uint8Array(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
      const type = value instanceof Float64Array ? "float64" : "int32";
      plain[name] = { [type]: toBase64(bytes) };
    } else plain[name] = value;
  }
  return JSON.stringify(plain);
}

export function decodeFound(text: string): Fit["found"] {
  const found: Record<string, number | string | Float64Array | Int32Array> = {};
  for (const [name, value] of Object.entries(JSON.parse(text) as Record<string, unknown>)) {
    if (typeof value === "number" || typeof value === "string") {
      found[name] = value;
      continue;
    }
    const { float64, int32 } = value as { float64?: string; int32?: string };
    const bytes = fromBase64(float64 ?? int32 ?? "");
    found[name] = float64 === undefined ? new Int32Array(bytes.buffer) : new Float64Array(bytes.buffer);
  }
  return found;
}
