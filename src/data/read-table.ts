/** Reading tables: a whole one, or batch after batch in bounded memory. */
import { UserError } from "../core/errors.js";
import type { Note } from "../core/notes.js";
import { PLAIN, sameFormat } from "../core/readings.js";
import { didYouMean } from "../core/suggest.js";
import type { Column, Table } from "../core/table.js";
import { chunksOf, copyDoubles, type DuckDBConnection, openConnection, textsOf, withConnection } from "./duckdb.js";
import { openSource, type SourceOptions } from "./open-source.js";
import {
  doubleSql,
  explainScanError,
  type JudgedColumn,
  judgeColumns,
  type ScanColumn,
  textSql,
  type Wanted,
} from "./scan.js";

export interface ReadOptions extends SourceOptions {
  /** A .csv, .tsv, .txt, .parquet, .pq, .json, .jsonl, .ndjson or .xlsx file. */
  readonly path: string;
  /** The column that says who a row is; it is no feature. */
  readonly id?: string | undefined;
  /** The columns to read, in this order; all by default. */
  readonly columns?: readonly string[] | undefined;
  /** Columns to leave out. */
  readonly drop?: readonly string[] | undefined;
  /** Accept an id that appears twice; by default that is an error. */
  readonly allowDuplicateIds?: boolean | undefined;
  /** How columns are read where that is already known, as of a model; by default the content decides. */
  readonly readings?: Readonly<Record<string, Wanted>> | undefined;
  /** Texts that mean "missing" as well, in every column. */
  readonly missing?: readonly string[] | undefined;
  /** Keep rows that hold nothing at all; by default they are left out. */
  readonly keepEmpty?: boolean | undefined;
  /** Stops the reading. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Read a table.
 *
 * CSV needs a header; its delimiter is comma, semicolon, tab or bar. Every numeric type becomes float64, true and false
 * become 1 and 0, dates and everything else text. A column of texts that all read as numbers is a number column, whatever
 * marks they are written with (`1.234,56 €`; see `core/readings.ts`); digits with leading zeros, or too many for a
 * float64, stay texts. Missing are: empty fields, NULL, NaN, and the texts in `missingTexts`; among numbers those in
 * `missingNumbers` too (`NA`, `?`, `-` …). A column with nothing but missing values is read as numbers. Rows keep their
 * order; those that hold nothing at all are left out. `notes` say what was read in another way than it is written.
 *
 * @returns the table; `id` is null unless an id column was named
 * @throws UserError `NOT_FOUND`, `NOT_READABLE` or `EMPTY_TABLE` for the file, `UNKNOWN_COLUMN` for a name,
 *   `NOT_NUMBER` for a text among numbers, `NOT_FINITE` for an infinite value, `MISSING_VALUE` or
 *   `DUPLICATE_ID` for an id
 * @remarks Memory: the table itself and some 250 MB for DuckDB at a million rows × 17.
 * @example const customers = await readTable({ path: "customers.csv", id: "CUST_ID" });
 */
export async function readTable(options: ReadOptions): Promise<Table> {
  return withConnection(async (connection) => {
    try {
      const table = await fillTable(connection, await planRead(connection, options), options.signal);
      if (!options.allowDuplicateIds) requireDistinctIds(table, options.path);
      return table;
    } catch (error) {
      throw explainScanError(error, options.path);
    }
  });
}

/**
 * Read a table batch by batch, in memory that does not grow with it. Kinds are judged over the whole file
 * first, so every batch has the same columns. Ids are not checked for duplicates.
 *
 * @param batchRows - rows per batch; the last may be shorter
 * @throws UserError as `readTable`
 */
export async function* readChunks(options: ReadOptions, batchRows = 65536): AsyncGenerator<Table> {
  if (!(batchRows >= 1)) {
    throw new UserError("PARAM_RANGE", {
      what: `batchRows must be a whole number of at least 1, got ${batchRows}`,
      where: "readChunks",
      mend: "leave it out for 65,536",
    });
  }
  const { connection, close } = await openConnection();
  try {
    const plan = await planRead(connection, options);
    let filler = newFiller(plan, Math.min(batchRows, plan.rows));
    let done = 0;
    for await (const chunk of chunksOf(connection, plan.sql, options.signal)) {
      for (let start = 0; start < chunk.rowCount; ) {
        start += filler.add(chunk, start);
        if (!filler.isFull()) continue;
        yield filler.finish();
        done += filler.capacity;
        filler = newFiller(plan, Math.min(batchRows, plan.rows - done), done);
      }
    }
  } catch (error) {
    throw explainScanError(error, options.path);
  } finally {
    close();
  }
}

/** What a plan reads, as a table. */
export async function fillTable(connection: DuckDBConnection, plan: ReadPlan, signal?: AbortSignal): Promise<Table> {
  const filler = newFiller(plan, plan.rows);
  for await (const chunk of chunksOf(connection, plan.sql, signal)) filler.add(chunk);
  return filler.finish();
}

/** An SQL query and what its columns are: the features in order (numbers as DOUBLE without NULL), then the id. */
export interface ReadPlan {
  readonly path: string;
  readonly rows: number;
  readonly sql: string;
  readonly id: { readonly name: string } | undefined;
  readonly columns: readonly (JudgedColumn & { readonly name: string })[];
  readonly notes: readonly Note[];
  readonly missing: readonly string[];
}

export async function planRead(connection: DuckDBConnection, options: ReadOptions): Promise<ReadPlan> {
  const { path } = options;
  const scan = await openSource(connection, options);
  const known = scan.columns.map((column) => column.name);
  const find = (name: string, role: string): ScanColumn => {
    const column = scan.columns.find((candidate) => candidate.name === name);
    if (column) return column;
    throw new UserError("UNKNOWN_COLUMN", {
      what: `unknown ${role} "${name}"`,
      where: path,
      mend: didYouMean(name, known),
    });
  };
  const id = options.id === undefined ? undefined : find(options.id, "id column");
  const dropped = new Set((options.drop ?? []).map((name) => find(name, "column to drop")));
  const listed = options.columns?.map((name) => find(name, "column")) ?? scan.columns;
  const features = listed.filter((column) => column !== id && !dropped.has(column));

  const missing = options.missing ?? [];
  const judged = await judgeColumns(connection, scan, features, options.readings, missing);
  if (judged.rows === 0) {
    throw new UserError("EMPTY_TABLE", {
      what: `the table has ${known.length} column${known.length === 1 ? "" : "s"} and no rows`,
      where: path,
      mend: "give a file with at least one row",
    });
  }
  const doubles = new Set<string>();
  const selected = features.map((column, j) => {
    const { kind, boolean, format: written, plain } = judged.columns[j]!;
    if (kind === "text") return textSql(column, missing);
    if (!scan.parses || !plain) return doubleSql(column, boolean, written, missing);
    doubles.add(column.field);
    return doubleSql({ ...column, type: "NUMBER" }, false);
  });
  if (id) selected.push(textSql(id));
  const where = options.keepEmpty || judged.somethingThere === null ? "" : ` WHERE ${judged.somethingThere}`;
  const rows = where === "" && judged.somethingThere !== null ? judged.allRows : judged.rows;
  if (selected.length === 0) selected.push("1");
  return {
    path,
    rows,
    sql: `SELECT ${selected.join(", ")} FROM ${scan.from(doubles)}${where}`,
    id,
    columns: features.map((column, j) => ({ name: column.name, ...judged.columns[j]! })),
    notes: judged.notes,
    missing,
  };
}

type Chunk = Parameters<typeof textsOf>[0];

interface NumberStore {
  readonly values: Float64Array;
  /** As in `NumberColumn`: made when the first missing value comes. */
  valid: Uint8Array | null;
}

/**
 * Columns that are filled chunk by chunk, and become a table.
 *
 * @param capacity - rows of the table
 * @param rowsBefore - rows of the file that came before it, for the words of an error
 */
function newFiller(plan: ReadPlan, capacity: number, rowsBefore = 0) {
  const stores = plan.columns.map((column): NumberStore | (string | null)[] =>
    column.kind === "number" ? { values: new Float64Array(capacity), valid: null } : new Array(capacity),
  );
  const ids = new Array<string>(plan.id ? capacity : 0);
  let filled = 0;

  function addNumbers(store: NumberStore, name: string, chunk: Chunk, column: number, start: number, count: number) {
    if (start === 0 && count === chunk.rowCount) copyDoubles(chunk, column, store.values, filled);
    else {
      const part = new Float64Array(chunk.rowCount);
      copyDoubles(chunk, column, part, 0);
      store.values.set(part.subarray(start, start + count), filled);
    }
    // While the chunk is in the cache: one look finds what is missing and what is infinite.
    for (let i = filled; i < filled + count; i++) {
      const value = store.values[i]!;
      if (value - value === 0) continue;
      if (!Number.isNaN(value)) throw infinite(name, value, rowsBefore + i + 1, plan.path);
      store.valid ??= new Uint8Array(capacity).fill(1);
      store.valid[i] = 0;
    }
  }

  function addIds(name: string, texts: readonly (string | null)[], start: number, count: number) {
    for (let i = 0; i < count; i++) {
      const id = texts[start + i] ?? null;
      if (id === null) throw missingId(name, rowsBefore + filled + i + 1, plan.path);
      ids[filled + i] = id;
    }
  }

  return {
    capacity,
    isFull: () => filled === capacity,
    /** Take rows of a chunk from `start` on, as many as there is room for. Returns how many. */
    add(chunk: Chunk, start = 0): number {
      const count = Math.min(chunk.rowCount - start, capacity - filled);
      if (count <= 0) throw new Error(`more rows than the ${capacity} expected: did the file change?`);
      stores.forEach((store, j) => {
        if (!Array.isArray(store)) addNumbers(store, plan.columns[j]!.name, chunk, j, start, count);
        else {
          const texts = textsOf(chunk, j);
          for (let i = 0; i < count; i++) store[filled + i] = texts[start + i]!;
        }
      });
      if (plan.id) addIds(plan.id.name, textsOf(chunk, stores.length), start, count);
      filled += count;
      return count;
    },
    finish(): Table {
      if (filled !== capacity) throw new Error(`expected ${capacity} rows, got ${filled}: did the file change?`);
      const columns = plan.columns.map(({ name, format }, j): Column => {
        const store = stores[j]!;
        if (Array.isArray(store)) return { kind: "text", name, values: store };
        return { kind: "number", name, ...store, ...(sameFormat(format, PLAIN) ? {} : { format }) };
      });
      const id = plan.id ? { name: plan.id.name, values: ids } : null;
      return {
        rows: capacity,
        columns,
        id,
        ...(plan.missing.length > 0 ? { missing: plan.missing } : {}),
        ...(plan.notes.length > 0 ? { notes: plan.notes } : {}),
      };
    },
  };
}

function infinite(name: string, value: number, row: number, path: string): UserError {
  return new UserError("NOT_FINITE", {
    what: `column "${name}" is ${value} in row ${row}; every value must be finite`,
    where: path,
    mend: "mend the value, or leave the field empty if it is missing",
  });
}

function missingId(name: string, row: number, path: string): UserError {
  return new UserError("MISSING_VALUE", {
    what: `row ${row} has no ${name}`,
    where: path,
    mend: "give every row an id, or name no id column",
  });
}

function requireDistinctIds(table: Table, path: string): void {
  if (!table.id) return;
  const seen = new Map<string, number>();
  table.id.values.forEach((id, row) => {
    const first = seen.get(id);
    if (first !== undefined) {
      throw new UserError("DUPLICATE_ID", {
        what: `${table.id!.name} "${id}" appears twice: in row ${first + 1} and in row ${row + 1}`,
        where: path,
        mend: "keep one of the rows, name another id column, or allow duplicate ids",
      });
    }
    seen.set(id, row);
  });
}
