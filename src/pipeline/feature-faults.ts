/** What can be wrong with a feature of a row to be judged, in the same words for tables and for requests. */
import { UserError } from "../core/errors.js";
import type { Note } from "../core/notes.js";
import { nearestName } from "../core/suggest.js";
import type { Table } from "../core/table.js";
import { shorten } from "../core/words.js";
import { rowName } from "../preprocessing/columnwise.js";
import type { Cell } from "../preprocessing/compile.js";
import type { InputFeature } from "./schema.js";

/** Names looked at for a suggestion, and names listed: a request may bring a hundred thousand. */
const MOST_NAMES = 50;

/** The feature is not there at all. A name near it among the ignored ones is likely what was meant. */
export function absentFeature(feature: InputFeature, extra: readonly string[]): UserError {
  // A name twice as long is no slip of the pen, and may be megabytes long.
  const near = extra.slice(0, MOST_NAMES).filter((name) => name.length <= 2 * feature.name.length);
  const meant = nearestName(feature.name, near);
  const null_ = feature.mayBeMissing ? "; a value that is not known may be empty" : "";
  return new UserError("UNKNOWN_COLUMN", {
    what: `the feature "${feature.name}" is absent`,
    where: "predict",
    mend:
      meant === undefined
        ? `give "${feature.name}"${null_}`
        : `is "${meant}" meant? the model calls it "${feature.name}"`,
  });
}

export function missingFeature(feature: InputFeature, table: Table | undefined, row: number): UserError {
  return new UserError("MISSING_VALUE", {
    what: `the feature "${feature.name}" has no value${placed(table, row)}, and the model cannot fill it`,
    where: "predict",
    mend: `give a ${feature.kind === "number" ? "number" : "text"}`,
  });
}

export function wrongKind(feature: InputFeature, value: unknown, table: Table | undefined, row: number): UserError {
  const wanted = feature.kind === "number" ? "a number" : "a text";
  return new UserError("NOT_NUMBER", {
    what: `the feature "${feature.name}" must be ${wanted}, got ${shown(value)}${placed(table, row)}`,
    where: "predict",
    mend: `give ${wanted}${feature.mayBeMissing ? ", or leave it empty" : ""}`,
  });
}

/** A value as a message quotes it: short, whatever was sent. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "an object";
  return typeof value === "string" ? JSON.stringify(shorten(value, 60)) : String(value);
}

function placed(table: Table | undefined, row: number): string {
  return table === undefined ? "" : ` in ${rowName(table, row)}`;
}

/** Columns the model does not know. */
export function ignored(extra: readonly string[]): Note {
  return {
    code: "ignored-column",
    message: `the model does not use ${extra
      .slice(0, MOST_NAMES)
      .map((name) => `"${shorten(name, 60)}"`)
      .join(", ")}${extra.length > MOST_NAMES ? ` and ${extra.length - MOST_NAMES} more` : ""}`,
  };
}

/** A text feature with values that are whole numbers: a request may send them as numbers. */
export const isCode = (feature: InputFeature) =>
  feature.kind === "text" && feature.categories.some((category) => /^-?\d+$/.test(category));

/** 0 and 1 alone in training, as a column of TRUE and FALSE is read: it takes true and false as well. */
export function isFlag(feature: InputFeature): boolean {
  return feature.kind === "number" && feature.whole && feature.min >= 0 && feature.max <= 1;
}

/** Outside the range of the training rows, or a text never seen. A missing value is not. */
export function isBeyond(feature: InputFeature, value: Cell): boolean {
  if (feature.kind === "text") return value !== null && !feature.categories.includes(value as string);
  return (value as number) < feature.min || (value as number) > feature.max;
}
