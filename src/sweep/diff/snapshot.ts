/** What a results folder says, as the gate reads it. Pure: texts in, values out. */
import { UserError } from "../../core/errors.js";
import { type Labels, NOISE } from "../../core/labels.js";

/** Names of the files the gate reads. */
export const COMPARED = ["metrics.csv", "selection.json", "assignments.csv"] as const;

/** One row of metrics.csv. */
export interface StoredRow {
  readonly algorithm: string;
  readonly prepare: string;
  readonly reduce: string;
  readonly params: string;
  readonly seed: string;
  readonly space: string;
  readonly status: string;
  readonly reason: readonly string[];
  /** Index and fit columns; null where the field is empty. */
  readonly values: ReadonlyMap<string, number | null>;
  /** First digits of the labels' hash; empty while incomplete. */
  readonly labels: string;
}

export interface WinnerRecord {
  readonly algorithm: string;
  readonly prepare: string;
  readonly reduce: string;
  readonly params: string;
  readonly k: number;
  readonly seed: number | null;
  readonly labels: string;
  readonly scores: Readonly<Record<string, number | null>>;
}

/** What the gate and `verify` read of selection.json. */
export interface SelectionRecord {
  readonly experiment: string;
  readonly data: { readonly checksum: string; readonly rows: number };
  readonly rule: { readonly name: string; readonly hash: string };
  readonly outcome: string;
  readonly partial: false | { readonly incomplete: number };
  readonly winner: WinnerRecord | null;
  readonly flags: readonly { readonly code: string; readonly message: string }[];
  readonly config: unknown;
}

export interface Snapshot {
  /** What it is called in messages: a folder, or `results/x at main`. */
  readonly name: string;
  readonly rows: readonly StoredRow[];
  /** Names of the value columns, in order. */
  readonly columns: readonly string[];
  readonly selection: SelectionRecord;
  /** Segment of each row by the chosen model; null when nothing was chosen. */
  readonly labels: Labels | null;
}

/** Columns of metrics.csv that are no values. */
const FIXED = ["algorithm", "prepare", "reduce", "params", "k", "seed", "status", "reason", "space", "labels"];

/**
 * Read the files of a results folder.
 *
 * @returns null when there is no metrics.csv or no selection.json
 * @throws UserError `BAD_RESULTS` for a file that is not what it should be
 */
export function readSnapshot(name: string, files: ReadonlyMap<string, string>): Snapshot | null {
  const metrics = files.get("metrics.csv");
  const selection = files.get("selection.json");
  if (metrics === undefined || selection === undefined) return null;
  const { rows, columns } = readMetrics(metrics, name);
  const assignments = files.get("assignments.csv");
  return {
    name,
    rows,
    columns,
    selection: readSelection(selection, name),
    labels: assignments === undefined ? null : readAssignments(assignments, name),
  };
}

function readMetrics(text: string, name: string): Pick<Snapshot, "rows" | "columns"> {
  const [header = [], ...lines] = parseCsv(text);
  const missing = FIXED.find((column) => !header.includes(column));
  if (missing !== undefined) throw damaged("metrics.csv", name, `has no column "${missing}"`);
  const columns = header.filter((column) => !FIXED.includes(column));
  const at = new Map(header.map((column, i) => [column, i]));
  const rows = lines.map((fields, i): StoredRow => {
    if (fields.length !== header.length) {
      throw damaged("metrics.csv", name, `has ${fields.length} fields in line ${i + 2}, but ${header.length} columns`);
    }
    const field = (column: string) => fields[at.get(column)!]!;
    const value = (column: string): number | null => {
      const text = field(column);
      if (text === "") return null;
      const number = Number(text);
      if (Number.isFinite(number)) return number;
      throw damaged("metrics.csv", name, `has ${JSON.stringify(text)} for ${column} in line ${i + 2}`);
    };
    return {
      algorithm: field("algorithm"),
      prepare: field("prepare"),
      reduce: field("reduce"),
      params: field("params"),
      seed: field("seed"),
      space: field("space"),
      status: field("status"),
      reason: field("reason").split(";").filter(Boolean),
      values: new Map(columns.map((column) => [column, value(column)])),
      labels: field("labels"),
    };
  });
  return { rows, columns };
}

function readSelection(text: string, name: string): SelectionRecord {
  let record: Partial<SelectionRecord>;
  try {
    record = JSON.parse(text) as Partial<SelectionRecord>;
  } catch (cause) {
    throw damaged("selection.json", name, "is no JSON", cause);
  }
  for (const field of ["experiment", "data", "rule", "outcome", "flags", "config"] as const) {
    if (record?.[field] === undefined || record[field] === null) {
      throw damaged("selection.json", name, `has no "${field}"`);
    }
  }
  return { partial: false, winner: null, ...record } as SelectionRecord;
}

/** Segments in row order. */
export function readAssignments(text: string, name: string): Labels {
  const [, ...lines] = parseCsv(text);
  return Int32Array.from(lines, ([row, segment], i) => {
    const label = Number(segment);
    if (Number(row) === i + 1 && segment !== "" && Number.isInteger(label) && label >= NOISE) return label;
    throw damaged("assignments.csv", name, `is not row number and segment in line ${i + 2}`);
  });
}

function damaged(file: string, name: string, how: string, cause?: unknown): UserError {
  return new UserError("BAD_RESULTS", {
    what: `${file} ${how}`,
    where: name,
    mend: "results are written by runs, never by hand; run the experiment again",
    cause,
  });
}

/** Lines and fields of a CSV text; quotes as in RFC 4180. */
export function parseCsv(text: string): string[][] {
  const lines: string[][] = [];
  let fields: string[] = [];
  const pattern = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/gy;
  while (pattern.lastIndex < text.length) {
    const match = pattern.exec(text);
    if (!match) return [...lines, [...fields, text.slice(pattern.lastIndex)]];
    fields.push(match[1] === undefined ? match[2]! : match[1].replaceAll('""', '"'));
    if (match[3] === ",") {
      if (pattern.lastIndex === text.length) lines.push([...fields, ""]);
      continue;
    }
    lines.push(fields);
    fields = [];
  }
  return lines;
}
