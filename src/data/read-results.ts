/** The tables of a results folder, read back: what notebooks, comparisons and reports start from. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../core/errors.js";
import type { Labels } from "../core/labels.js";
import type { Table } from "../core/table.js";
import type { SweepRow } from "../figures/index.js";
import { type ReadOptions, readTable } from "./read-table.js";

/** A row of metrics.csv. */
export interface StoredRow extends SweepRow {
  readonly status: string;
  /** Start of the hash of its labels; equal hashes are equal partitions. Null while incomplete. */
  readonly labels: string | null;
}

/** Which candidate. */
export interface StoredIdentity {
  readonly algorithm: string;
  readonly prepare: string;
  readonly reduce: string;
  readonly params: string;
}

/** selection.json, as far as it is the same for every rule. */
export interface StoredSelection {
  readonly experiment: string;
  readonly data: { readonly checksum: string; readonly rows: number; readonly columns: readonly string[] };
  readonly rule: { readonly name: string; readonly version: number; readonly hash: string };
  /** `chosen`, `no-structure` … */
  readonly outcome: string;
  readonly winner:
    | (StoredIdentity & {
        readonly seed: number | null;
        readonly k: number;
        /** The space it was judged in. */
        readonly space: string;
        readonly coverage: number;
        /** Of all rows, in label order. */
        readonly shares: readonly number[];
        readonly scores: Readonly<Record<string, number | null>>;
        readonly labels: string;
      })
    | null;
  readonly reasons: readonly string[];
  readonly flags: readonly { readonly code: string; readonly message: string }[];
  /** Best first; the rule's own figures beside the score. */
  readonly ranking: readonly (StoredIdentity & {
    readonly k: number;
    readonly score: number;
    readonly [figure: string]: unknown;
  })[];
  /** What the rule went by beyond the table, if it did. */
  readonly evidence?: Readonly<Record<string, unknown>>;
  /** The whole experiment, resolved. */
  readonly config: Readonly<Record<string, unknown>>;
}

/** A row of curves.csv: what needs neighbouring k. */
export interface StoredCurvePoint extends StoredIdentity {
  readonly space: string;
  readonly k: number;
  /** `within`, `hartigan`, `krzanowski_lai`, `gap` … */
  readonly values: Readonly<Record<string, number | null>>;
}

export interface StoredResults {
  readonly rows: readonly StoredRow[];
  /** Empty where the sweep has no series over k. */
  readonly curves: readonly StoredCurvePoint[];
  readonly selection: StoredSelection;
  /** Of the chosen model, in row order; null when nothing was chosen. */
  readonly labels: Labels | null;
}

const fixed = ["algorithm", "prepare", "reduce", "params", "status", "reason", "space", "labels"] as const;
const own: readonly string[] = [...fixed, "k", "seed", "coverage", "smallest"];
const asText = (names: readonly string[]): NonNullable<ReadOptions["kinds"]> =>
  Object.fromEntries(names.map((name) => [name, "text"]));
const kinds = asText(fixed);
const curveFixed = ["algorithm", "prepare", "reduce", "params", "space"];
const curveKinds = asText(curveFixed);

/**
 * Read `metrics.csv`, `curves.csv`, `selection.json` and `assignments.csv` of a results folder.
 *
 * @param folder - such as `results/credit-cards`
 * @throws UserError `NOT_FOUND` when there are no results, `BAD_RESULTS` when they cannot be read
 */
export async function readResults(folder: string): Promise<StoredResults> {
  const selection = await readSelection(folder);
  const metrics = await readTable({ path: join(folder, "metrics.csv"), kinds });
  const labels =
    selection.winner === null ? null : await readLabels(join(folder, "assignments.csv"), selection.data.rows);
  const file = join(folder, "curves.csv");
  const curves = existsSync(file) ? storedCurves(await readTable({ path: file, kinds: curveKinds })) : [];
  return { rows: storedRows(metrics), curves, selection, labels };
}

async function readSelection(folder: string): Promise<StoredSelection> {
  const file = join(folder, "selection.json");
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (cause) {
    throw new UserError("NOT_FOUND", {
      what: `there are no results in ${folder}`,
      where: file,
      mend: "segmenta run writes them: segmenta run credit-cards",
      cause,
    });
  }
  try {
    return JSON.parse(text) as StoredSelection;
  } catch (cause) {
    throw new UserError("BAD_RESULTS", {
      what: `it is not JSON: ${(cause as Error).message}`,
      where: file,
      mend: "run the experiment again; results are never written by hand",
      cause,
    });
  }
}

/** Readers of a table's cells by column name: "" and null where there is no value. */
function cellsOf(table: Table) {
  const text = (name: string) => {
    const column = table.columns.find((candidate) => candidate.name === name);
    return (row: number) => (column?.kind === "text" ? (column.values[row] ?? "") : "");
  };
  const number = (name: string) => {
    const column = table.columns.find((candidate) => candidate.name === name);
    return (row: number) => {
      const value = column?.kind === "number" ? column.values[row]! : Number.NaN;
      return Number.isNaN(value) ? null : value;
    };
  };
  return { text, number };
}

function storedCurves(table: Table): StoredCurvePoint[] {
  const { text, number } = cellsOf(table);
  const [algorithm, prepare, reduce, params, space] = curveFixed.map(text);
  const k = number("k");
  const indices = table.columns.map(({ name }) => name).filter((name) => !["k", ...curveFixed].includes(name));
  const values = indices.map((name) => [name, number(name)] as const);
  return Array.from({ length: table.rows }, (_, row) => ({
    algorithm: algorithm!(row),
    prepare: prepare!(row),
    reduce: reduce!(row),
    params: params!(row),
    space: space!(row),
    k: k(row)!,
    values: Object.fromEntries(values.map(([name, of]) => [name, of(row)])),
  }));
}

function storedRows(table: Table): StoredRow[] {
  const { text, number } = cellsOf(table);
  const [algorithm, prepare, reduce, params, status, reason, space, labels] = fixed.map(text);
  const [k, seed, coverage, smallest] = ["k", "seed", "coverage", "smallest"].map(number);
  const indices = table.columns.map(({ name }) => name).filter((name) => !own.includes(name));
  const scores = indices.map((name) => [name, number(name)] as const);
  return Array.from({ length: table.rows }, (_, row) => ({
    algorithm: algorithm!(row),
    prepare: prepare!(row),
    reduce: reduce!(row),
    params: params!(row),
    k: k!(row),
    seed: seed!(row),
    status: status!(row),
    reason: reason!(row) === "" ? [] : reason!(row).split(";"),
    space: space!(row),
    coverage: coverage!(row),
    smallest: smallest!(row),
    scores: Object.fromEntries(scores.map(([name, of]) => [name, of(row)])),
    labels: labels!(row) === "" ? null : labels!(row),
  }));
}

async function readLabels(file: string, rows: number): Promise<Labels> {
  const table = await readTable({ path: file, columns: ["segment"] });
  const column = table.columns[0]!;
  if (column.kind === "number" && table.rows === rows) return Int32Array.from(column.values);
  throw new UserError("BAD_RESULTS", {
    what: `it should name a segment for each of ${rows} rows`,
    where: file,
    mend: "run the experiment again; results are never written by hand",
  });
}
