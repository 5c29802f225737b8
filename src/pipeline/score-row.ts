/** One record, as a request or a form brings it. */
import { type UserError, UserErrors } from "../core/errors.js";
import type { Note } from "../core/notes.js";
import type { Cell } from "../preprocessing/compile.js";
import { absentFeature, ignored, isBeyond, isCode, isFlag, missingFeature, wrongKind } from "./feature-faults.js";
import type { InputFeature } from "./schema.js";

/** The answer for one record; plain JSON. */
export interface Scored {
  readonly label: number;
  readonly name: string;
  /** Runner-up minus winner, in the rule's unit; null when there is no runner-up. */
  readonly margin: number | null;
  readonly runnerUp: string | null;
  /** Features that were missing and filled by the preparation. */
  readonly imputed: readonly string[];
  /** Features outside the training range. */
  readonly outOfRange: readonly string[];
  readonly notes: readonly Note[];
}

/** A flag may be true or false, and a code a number: 2 and 2.0 are the code "2". */
function plainValue(given: unknown, feature: InputFeature): unknown {
  if (typeof given === "boolean" && isFlag(feature)) return Number(given);
  return typeof given === "number" && isCode(feature) ? String(given) : given;
}

/**
 * The features of a record in order. Every feature must be named; null says that its value is not known.
 *
 * @throws UserErrors for all features at once
 */
export function readRecord(record: Readonly<Record<string, unknown>>, features: readonly InputFeature[]) {
  const wanted = new Set(features.map((feature) => feature.name));
  const extra = Object.keys(record).filter((key) => !wanted.has(key));
  const faults: UserError[] = [];
  const imputed: string[] = [];
  const outOfRange: string[] = [];
  const raw = features.map((feature): Cell => {
    const missing = feature.kind === "number" ? Number.NaN : null;
    if (!Object.hasOwn(record, feature.name)) {
      faults.push(absentFeature(feature, extra));
      return missing;
    }
    const given = record[feature.name];
    const value = plainValue(given, feature);
    if (value === null || value === undefined || Number.isNaN(value)) {
      if (feature.mayBeMissing) imputed.push(feature.name);
      else faults.push(missingFeature(feature, undefined, 0));
      return missing;
    }
    if (
      (feature.kind === "number" && typeof value !== "number") ||
      (feature.kind === "text" && typeof value !== "string")
    ) {
      faults.push(wrongKind(feature, value, undefined, 0));
      return missing;
    }
    if (isBeyond(feature, value as Cell)) outOfRange.push(feature.name);
    return value as Cell;
  });
  if (faults.length > 0) throw new UserErrors(faults);
  const notes: Note[] = extra.length === 0 ? [] : [ignored(extra)];
  return { raw, imputed, outOfRange, notes };
}
