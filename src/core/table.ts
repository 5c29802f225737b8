/**
 * A table as read from a file: named typed columns, missing values explicit, an optional id column.
 *
 * A missing number is NaN in `values` and 0 in `valid`; `valid` alone says what is missing. A table is never
 * changed: preparation steps answer with a new one that shares the untouched columns.
 */
import { UserError } from "./errors.js";
import { allocateMatrix, type Matrix } from "./matrix.js";
import type { Note } from "./notes.js";
import type { NumberFormat } from "./readings.js";
import { newSha256 } from "./sha256.js";
import { didYouMean } from "./suggest.js";

export interface NumberColumn {
  readonly kind: "number";
  readonly name: string;
  readonly values: Float64Array;
  /** 1 where a value is present; null when none is missing. */
  readonly valid: Uint8Array | null;
  /** How its cells were written, where that is not plain. */
  readonly format?: NumberFormat;
  /** The column of which this one stands for a value: `region` of `region=north`. */
  readonly categoryOf?: string;
}

export interface TextColumn {
  readonly kind: "text";
  readonly name: string;
  readonly values: readonly (string | null)[];
}

export type Column = NumberColumn | TextColumn;

export interface Table {
  readonly rows: number;
  /** Features, in order; the id column is not among them. */
  readonly columns: readonly Column[];
  /** Who each row is; null when the table names no id column. */
  readonly id: { readonly name: string; readonly values: readonly string[] } | null;
  /** Texts that were read as missing besides the usual ones. */
  readonly missing?: readonly string[];
  /** What was read in another way than it is written. */
  readonly notes?: readonly Note[];
}

/** A number column; NaN counts as missing. */
export function numberColumn(name: string, values: Float64Array): NumberColumn {
  let valid: Uint8Array | null = null;
  for (let i = 0; i < values.length; i++) {
    if (!Number.isNaN(values[i])) continue;
    valid ??= new Uint8Array(values.length).fill(1);
    valid[i] = 0;
  }
  return { kind: "number", name, values, valid };
}

/** How many values are missing. */
export function countMissing(column: Column): number {
  if (column.kind === "text") return column.values.reduce((count, value) => count + (value === null ? 1 : 0), 0);
  if (column.valid === null) return 0;
  let present = 0;
  for (const flag of column.valid) present += flag;
  return column.values.length - present;
}

/** The values that are present, in row order. */
export function presentValues(column: NumberColumn): Float64Array {
  if (column.valid === null) return column.values;
  return column.values.filter((_, i) => column.valid![i] === 1);
}

/**
 * The column of that name.
 *
 * @throws UserError `UNKNOWN_COLUMN` with a suggestion
 */
export function columnNamed(table: Table, name: string, where?: string): Column {
  const column = table.columns.find((candidate) => candidate.name === name);
  if (column) return column;
  const known = table.columns.map((candidate) => candidate.name);
  throw new UserError("UNKNOWN_COLUMN", { what: `unknown column "${name}"`, where, mend: didYouMean(name, known) });
}

/** The same table with other feature columns. */
export function withColumns(table: Table, columns: readonly Column[]): Table {
  return { ...table, columns };
}

/** The chosen rows, in the order given. */
export function takeTableRows(table: Table, rows: readonly number[]): Table {
  const columns = table.columns.map((column): Column => {
    if (column.kind === "text") return { ...column, values: rows.map((row) => column.values[row] ?? null) };
    const values = Float64Array.from(rows, (row) => column.values[row]!);
    return { ...column, ...numberColumn(column.name, values) };
  });
  const id = table.id && { name: table.id.name, values: rows.map((row) => table.id!.values[row]!) };
  return { rows: rows.length, columns, id };
}

/** Beyond this, squared distances would overflow. */
export const LARGEST = 1e100;

/**
 * The numeric matrix of a prepared table, columns in order.
 *
 * @throws UserError `NOT_NUMBER` if a text column is left; `MISSING_VALUE`, `NOT_FINITE` or, beyond 1e100,
 * `OUT_OF_DOMAIN`, naming row and column
 */
export function toMatrix(table: Table): Matrix {
  const texts = textGroups(table);
  const out = { ...allocateMatrix(table.rows, table.columns.length), ...(texts.length > 0 ? { texts } : {}) };
  table.columns.forEach((column, j) => {
    if (column.kind === "text") {
      throw new UserError("NOT_NUMBER", {
        what: `column "${column.name}" holds text`,
        where: "prepare",
        mend: `drop it (drop: [${column.name}]) or encode it (one-hot: [${column.name}])`,
      });
    }
    for (let i = 0; i < table.rows; i++) {
      const value = column.values[i]!;
      if (!Number.isFinite(value)) throw notFinite(column, i);
      if (Math.abs(value) > LARGEST) throw tooLarge(column, i);
      out.data[i * out.cols + j] = value;
    }
  });
  return out;
}

/** The places of the columns that stand for the values of one column, for each such column. */
function textGroups({ columns }: Table): number[][] {
  const groups = new Map<string, number[]>();
  columns.forEach((column, j) => {
    if (column.kind === "text" || column.categoryOf === undefined) return;
    groups.set(column.categoryOf, [...(groups.get(column.categoryOf) ?? []), j]);
  });
  return [...groups.values()];
}

function tooLarge(column: NumberColumn, row: number): UserError {
  return new UserError("OUT_OF_DOMAIN", {
    what: `column "${column.name}" is ${column.values[row]} in row ${row + 1}; distances of such values are no numbers any more`,
    where: "prepare",
    mend: "check the value, or bring the column to a usual size (scale: standard, log1p)",
  });
}

function notFinite(column: NumberColumn, row: number): UserError {
  const missing = column.valid !== null && column.valid[row] === 0;
  if (missing) {
    return new UserError("MISSING_VALUE", {
      what: `column "${column.name}" has a missing value in row ${row + 1}`,
      where: "prepare",
      mend: "add an impute step, such as `impute: median`",
    });
  }
  return new UserError("NOT_FINITE", {
    what: `column "${column.name}" is ${column.values[row]} in row ${row + 1}; every value must be finite`,
    where: "prepare",
    mend: "mend the value in the data, or drop the column",
  });
}

/**
 * SHA-256 of the parsed content: column names, kinds, values and which are missing, and the ids. The same
 * rows read from CSV and from Parquet have the same checksum.
 */
export function tableChecksum(table: Table): string {
  const hash = newSha256();
  const texts = (values: readonly (string | null)[]) => {
    // In slices, so that a million ids do not become one string of many megabytes.
    for (let start = 0; start < values.length; start += 8192) {
      hash.update(`${JSON.stringify(values.slice(start, start + 8192)).slice(1, -1)},`);
    }
  };
  hash.update(JSON.stringify({ rows: table.rows, id: table.id?.name ?? null }));
  if (table.id) texts(table.id.values);
  for (const column of table.columns) {
    hash.update(JSON.stringify([column.kind, column.name]));
    if (column.kind === "text") {
      texts(column.values);
      continue;
    }
    // NaN has many bit patterns and −0 equals 0: write one form of each.
    const block = new Float64Array(8192);
    for (let start = 0; start < table.rows; start += block.length) {
      const count = Math.min(block.length, table.rows - start);
      for (let i = 0; i < count; i++) {
        const value = column.values[start + i]!;
        block[i] = Number.isNaN(value) ? Number.NaN : value + 0;
      }
      hash.update(new Uint8Array(block.buffer, 0, count * 8));
    }
  }
  return hash.digest();
}
