/** The files of a results folder, read back: what the gate, notebooks, comparisons and pages start from. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { csvFields, csvRecords } from "../core/csv.js";
import { UserError } from "../core/errors.js";
import { type Labels, NOISE } from "../core/labels.js";
import type { SweepRow } from "../figures/index.js";
import { damaged, parseSelection, type Selection } from "./schema.js";

/** A row of metrics.csv. */
export interface StoredRow extends SweepRow {
  readonly status: string;
  /** Start of the hash of its labels; equal hashes are equal partitions. Null while incomplete. */
  readonly labels: string | null;
}

/** A row of curves.csv: what needs neighbouring k. */
export interface StoredCurvePoint {
  readonly algorithm: string;
  readonly prepare: string;
  readonly reduce: string;
  readonly params: string;
  readonly space: string;
  readonly k: number;
  /** `within`, `hartigan`, `krzanowski_lai`, `gap` … */
  readonly values: Readonly<Record<string, number | null>>;
}

export interface StoredResults {
  /** What it is called in messages: a folder, or `results/x at main`. */
  readonly name: string;
  readonly rows: readonly StoredRow[];
  /** Names of the columns of metrics.csv that hold values, in order; `coverage` and `smallest` come first. */
  readonly columns: readonly string[];
  /** Empty where the sweep has no series over k. */
  readonly curves: readonly StoredCurvePoint[];
  readonly selection: Selection;
  /** Of the chosen model, in row order; null when nothing was chosen. */
  readonly labels: Labels | null;
}

/** The files that are read. */
export const READ_FILES = ["metrics.csv", "selection.json", "assignments.csv", "curves.csv"] as const;

/**
 * Read a results folder.
 *
 * @param folder - such as `results/credit-cards`
 * @throws UserError `NOT_FOUND` when there are no results, `BAD_RESULTS` with file and line when they cannot be read
 */
export async function readResults(folder: string): Promise<StoredResults> {
  const results = parseResults(folder, await textsIn(folder));
  if (results === null) throw noResults(folder);
  const { labels, selection } = results;
  if (selection.winner !== null && labels?.length !== selection.data.rows) {
    const how = labels === null ? "is missing" : `has ${labels.length} segments for ${selection.data.rows} rows`;
    throw damaged(folder, "assignments.csv", null, how);
  }
  return results;
}

/** The decision alone. */
export async function readSelection(folder: string): Promise<Selection> {
  const text = (await textsIn(folder, ["selection.json"])).get("selection.json");
  if (text === undefined) throw noResults(folder);
  return parseSelection(text, folder);
}

/** The decision of the results in a folder; undefined where there are none that can be read. */
export const selectionIn = (folder: string): Promise<Selection | undefined> =>
  readSelection(folder).catch(() => undefined);

const noResults = (folder: string) =>
  new UserError("NOT_FOUND", {
    what: `there are no results in ${folder}`,
    where: folder,
    mend: "segmenta run <experiment> writes them",
  });

/** The texts of the files that are there, by name. */
export async function textsIn(folder: string, names: readonly string[] = READ_FILES, shown = folder) {
  const files = new Map<string, string>();
  for (const name of names) {
    const text = await readFile(join(folder, name), "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
      throw new UserError("NOT_READABLE", {
        what: `cannot read ${name}: ${error.message}`,
        where: shown,
        cause: error,
      });
    });
    if (text !== undefined) files.set(name, text);
  }
  return files;
}

/**
 * The files of a results folder as values.
 *
 * @returns null when there is no metrics.csv or no selection.json
 * @throws UserError `BAD_RESULTS` for a file that is not what it should be
 */
export function parseResults(name: string, files: ReadonlyMap<string, string>): StoredResults | null {
  const metrics = files.get("metrics.csv");
  const selection = files.get("selection.json");
  if (metrics === undefined || selection === undefined) return null;
  const assignments = files.get("assignments.csv");
  const curves = files.get("curves.csv");
  return {
    name,
    ...parseMetrics(metrics, name),
    curves: curves === undefined ? [] : parseCurves(curves, name),
    selection: parseSelection(selection, name),
    labels: assignments === undefined ? null : parseAssignments(assignments, name),
  };
}

const TEXTS = ["algorithm", "prepare", "reduce", "params", "status", "reason", "space", "labels"] as const;
const VALUES = ["coverage", "smallest"] as const;

function parseMetrics(text: string, where: string): Pick<StoredResults, "rows" | "columns"> {
  const table = tableOf(text, "metrics.csv", where, [...TEXTS, "k", "seed", ...VALUES]);
  const own: readonly string[] = [...TEXTS, "k", "seed", ...VALUES];
  const metrics = table.header.filter((column) => !own.includes(column));
  const rows = table.rows.map(
    ({ text, number }): StoredRow => ({
      algorithm: text("algorithm"),
      prepare: text("prepare"),
      reduce: text("reduce"),
      params: text("params"),
      k: number("k"),
      seed: number("seed"),
      status: text("status"),
      reason: text("reason").split(";").filter(Boolean),
      space: text("space"),
      coverage: number("coverage"),
      smallest: number("smallest"),
      scores: Object.fromEntries(metrics.map((column) => [column, number(column)])),
      labels: text("labels") || null,
    }),
  );
  return { rows, columns: [...VALUES, ...metrics] };
}

const CURVE_TEXTS = ["algorithm", "prepare", "reduce", "params", "space"] as const;

function parseCurves(text: string, where: string): StoredCurvePoint[] {
  const { header, rows } = tableOf(text, "curves.csv", where, [...CURVE_TEXTS, "k"]);
  const values = header.filter((column) => column !== "k" && !(CURVE_TEXTS as readonly string[]).includes(column));
  return rows.map(({ text, number, fault }) => ({
    algorithm: text("algorithm"),
    prepare: text("prepare"),
    reduce: text("reduce"),
    params: text("params"),
    space: text("space"),
    k: number("k") ?? fault("has no k"),
    values: Object.fromEntries(values.map((column) => [column, number(column)])),
  }));
}

/** Segments in row order. */
function parseAssignments(text: string, where: string): Labels {
  const { rows } = tableOf(text, "assignments.csv", where, ["row", "segment"]);
  return Int32Array.from(rows, ({ number, fault }, i) => {
    const label = number("segment");
    if (number("row") === i + 1 && label !== null && Number.isInteger(label) && label >= NOISE) return label;
    return fault("is not row number and segment");
  });
}

interface Line {
  text(column: string): string;
  /** Null where the field is empty. */
  number(column: string): number | null;
  fault(how: string): never;
}

/** A table that a run wrote, by the names of its columns. */
function tableOf(text: string, file: string, where: string, wanted: readonly string[]) {
  const [head, ...records] = csvRecords(text);
  const header = csvFields(head?.text ?? "");
  const missing = wanted.find((column) => !header.includes(column));
  if (missing !== undefined) throw damaged(where, file, 1, `has no column "${missing}"`);
  const at = new Map(header.map((column, i) => [column, i]));
  const rows = records.map(({ text, line }): Line => {
    const fault = (how: string): never => {
      throw damaged(where, file, line, `${how} in line ${line}`);
    };
    const fields = fieldsOf(text) ?? fault("has a stray quote");
    if (fields.length !== header.length) fault(`has ${fields.length} fields for ${header.length} columns`);
    const field = (column: string) => fields[at.get(column)!]!;
    return {
      text: field,
      number(column) {
        const found = field(column);
        if (found === "") return null;
        const number = Number(found);
        return Number.isFinite(number) ? number : fault(`has ${JSON.stringify(found)} for ${column}`);
      },
      fault,
    };
  });
  return { header, rows };
}

function fieldsOf(record: string): string[] | undefined {
  try {
    return csvFields(record);
  } catch {
    return undefined;
  }
}
