/**
 * A fit on its way to a worker elsewhere and back: plain JSON. It names the data by their checksum and never carries
 * them; a worker reads its own copy of the file and prepares the same space from the same experiment.
 */
import type { Fit, Params } from "../../cluster/define.js";
import { hashOf } from "../../core/hash.js";
import { decodeFound, encodeFound } from "../store/records.js";

/** The queue in Redis. Jobs of several experiments may lie in it. */
export const QUEUE = "segmenta";

/** What every job of a run shares: enough to prepare its spaces from the file. */
export interface RunWords {
  /** The experiment as JSON, overrides applied, and the name of its file for messages. */
  readonly experiment: { readonly text: string; readonly file: string };
  /** Checksum of the parsed table. */
  readonly data: string;
  /** Of the package: another one may fit otherwise. */
  readonly version: string;
}

export interface FitJob extends RunWords {
  readonly space: { readonly name: string; readonly key: string };
  readonly algorithm: { readonly name: string; readonly version: number };
  readonly grid: readonly Params[];
  readonly seed: number;
  /** Which workers could not take it, and why. */
  readonly refused?: readonly { readonly worker: string; readonly why: string }[];
}

/** The same work has the same id, whoever asks for it: it is queued once. */
export function jobId({ space, algorithm, grid, seed, version }: FitJob): string {
  return hashOf({ space: space.key, algorithm, grid: grid as never, seed, version });
}

interface SentFit extends Pick<Fit, "reasons" | "objective" | "outputs" | "notes"> {
  /** Int32 little-endian, base64. */
  readonly labels: string;
  readonly found: string;
}

/** Little-endian, as the blobs of the store are. */
export function encodeFits(fits: readonly Fit[]): string {
  return JSON.stringify(
    fits.map(({ labels, found, reasons, objective, outputs, notes }): SentFit => {
      const bytes = Buffer.from(labels.buffer, labels.byteOffset, labels.byteLength);
      return { labels: bytes.toString("base64"), found: encodeFound(found), reasons, objective, outputs, notes };
    }),
  );
}

export function decodeFits(text: string): Fit[] {
  return (JSON.parse(text) as SentFit[]).map(({ labels, found, ...facts }) => {
    const bytes = Buffer.from(labels, "base64");
    // Its own memory: a buffer from the pool may start at an odd place.
    return { ...facts, labels: new Int32Array(Uint8Array.from(bytes).buffer), found: decodeFound(found) };
  });
}
