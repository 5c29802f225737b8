/**
 * SQL over all results: DuckDB looks at the tables that runs wrote; nothing is copied into a database of its own.
 *
 * Views: `trials` (the rows of every metrics.csv), `decisions` (every selection.json), `runs` (who ran what, from
 * the journals that are here).
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { csvFields, csvRecords } from "../core/csv.js";
import { UserError } from "../core/errors.js";
import { type DuckDBConnection, quoteName, quoteText, withConnection } from "../data/duckdb.js";
import { notWritable } from "../sweep/store/file-store.js";
import { besideOf, placeOf } from "../sweep/store/temporary.js";
import { readSelection } from "./read.js";
import { damaged } from "./schema.js";

export interface QueryAnswer {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number | boolean | null)[])[];
  /** Columns that hold numbers. */
  readonly numeric: readonly boolean[];
}

export interface QueryOptions {
  /** The folder that holds a results folder per experiment. */
  readonly folder: string;
  readonly sql: string;
  /** Write the answer to this Parquet file as well. */
  readonly parquet?: string | undefined;
  /** Stops the query. */
  readonly signal?: AbortSignal | undefined;
}

/** Columns of metrics.csv that hold text, and those that hold whole numbers; the others are real numbers. */
const TEXTS = ["algorithm", "prepare", "reduce", "params", "status", "reason", "space", "labels"];
const WHOLE = ["k", "seed"];

/**
 * Answer a query.
 *
 * @throws UserError `NOT_FOUND` when there are no results, `BAD_RESULTS` for results that cannot be read, `BAD_QUERY`
 *   with DuckDB's own words
 */
export async function queryResults({ folder, sql, parquet, signal }: QueryOptions): Promise<QueryAnswer> {
  const experiments = experimentFolders(folder);
  const { target, beside } = parquet === undefined ? {} : placeOfParquet(parquet);
  return withConnection(async (connection) => {
    for (const view of await views(folder, experiments)) await connection.run(view);
    await lock(connection, folder, beside);
    signal?.throwIfAborted();
    const stop = () => connection.interrupt();
    signal?.addEventListener("abort", stop);
    try {
      await requireReading(connection, sql);
      if (beside !== undefined) {
        await writeParquet(connection, sql, beside, parquet!);
        if (beside !== target) await rename(beside, target!);
      }
      signal?.throwIfAborted();
      return await answer(connection, sql);
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof UserError) throw error;
      throw brokenTable(error) ?? badQuery(error);
    } finally {
      signal?.removeEventListener("abort", stop);
      if (beside !== undefined && beside !== target) await rm(beside, { force: true }).catch(() => {});
    }
  });
}

/** Statement types of DuckDB that only read: SELECT (and DESCRIBE, SHOW, SUMMARIZE), EXPLAIN. */
const READING: ReadonlySet<number> = new Set([1, 4]);

/** Where a Parquet file is written, and what it becomes: itself for a device. */
function placeOfParquet(path: string): { target: string; beside: string } {
  try {
    const { target } = placeOf(path);
    return target === undefined ? { target: path, beside: path } : { target, beside: besideOf(target) };
  } catch (error) {
    throw notWritable(path, error);
  }
}

/** From here on the connection reads the results folder and nothing else, and no statement can undo that. */
async function lock(connection: DuckDBConnection, folder: string, parquet: string | undefined): Promise<void> {
  if (parquet !== undefined) await connection.run(`SET allowed_paths = [${quoteText(parquet)}]`);
  await connection.run(`SET allowed_directories = [${quoteText(resolve(folder))}, ${quoteText(folder)}]`);
  await connection.run("SET enable_external_access = false");
  await connection.run("SET lock_configuration = true");
}

/**
 * The one statement of a query, which only reads.
 *
 * @throws UserError `BAD_QUERY` for several, and for one that would write
 */
async function requireReading(connection: DuckDBConnection, sql: string): Promise<void> {
  const statements = await connection.extractStatements(sql);
  if (statements.count !== 1) {
    throw new UserError("BAD_QUERY", {
      what: statements.count === 0 ? "there is no statement" : `there are ${statements.count} statements`,
      where: "command line",
      mend: "ask one at a time: only one answer can be shown",
    });
  }
  const prepared = await statements.prepare(0);
  const { statementType } = prepared;
  prepared.destroySync();
  if (READING.has(statementType)) return;
  throw new UserError("BAD_QUERY", {
    what: "this statement would change something; results are only read",
    where: "command line",
    mend: "ask by SELECT, DESCRIBE or EXPLAIN; --out keeps the answer in a file",
  });
}

function experimentFolders(folder: string): string[] {
  const names = existsSync(folder) ? readdirSync(folder).sort() : [];
  const found = names.filter((name) => existsSync(join(folder, name, "metrics.csv")));
  if (found.length > 0) return found;
  throw new UserError("NOT_FOUND", {
    what: `there are no results in ${folder}`,
    where: folder,
    mend: "segmenta run <experiment> writes them",
  });
}

/** The views as SQL. Every table is read with the types it was written with; no type is guessed. */
async function views(folder: string, experiments: readonly string[]): Promise<string[]> {
  const trials = experiments.map((name) => {
    const path = join(folder, name, "metrics.csv");
    const [head] = csvRecords(readFileSync(path, "utf8"));
    const header = csvFields(head?.text ?? "");
    if (!header.includes("algorithm")) throw damaged(join(folder, name), "metrics.csv", 1, 'has no column "algorithm"');
    const columns = header.map((column) => `${quoteText(column)}: ${quoteText(typeOf(column))}`).join(", ");
    const read = `read_csv(${quoteText(path)}, header = true, delim = ',', quote = '"', escape = '"', auto_detect = false, columns = {${columns}})`;
    return `SELECT ${quoteText(name)} AS experiment, * FROM ${read}`;
  });
  const decisions = (await Promise.all(experiments.map((name) => decisionSql(folder, name)))).flat();
  const journals = experiments.flatMap((name) => {
    const runs = join(folder, name, ".runs");
    const files = existsSync(runs) ? readdirSync(runs).filter((file) => file.endsWith(".jsonl")) : [];
    return files.map((file) => quoteText(join(runs, file)));
  });
  const fields =
    "'type': 'VARCHAR', 'experiment': 'VARCHAR', 'at': 'TIMESTAMP', 'node': 'VARCHAR', 'os': 'VARCHAR', 'cpu': 'VARCHAR', 'argv': 'VARCHAR[]', 'git': 'STRUCT(\"commit\" VARCHAR, dirty VARCHAR)', 'lockfile': 'VARCHAR', 'data': 'VARCHAR', 'rule': 'VARCHAR'";
  const shown =
    'experiment, "at", node, os, cpu, array_to_string(argv, \' \') AS argv, git."commit" AS "commit", git.dirty AS dirty, lockfile, data, rule';
  const runs =
    journals.length > 0
      ? `SELECT ${shown} FROM read_json([${journals.join(", ")}], format = 'newline_delimited', ignore_errors = true, columns = {${fields}}) WHERE type = 'run'`
      : `SELECT ${NO_RUNS} WHERE false`;
  return [
    `CREATE VIEW trials AS ${trials.join(" UNION ALL BY NAME ")}`,
    `CREATE VIEW decisions AS ${decisions.join(" UNION ALL ") || `SELECT ${NO_DECISIONS} WHERE false`}`,
    `CREATE VIEW runs AS ${runs}`,
  ];
}

const NO_RUNS = ["experiment", "at", "node", "os", "cpu", "argv", "commit", "dirty", "lockfile", "data", "rule"]
  .map((name) => `NULL::VARCHAR AS ${quoteName(name)}`)
  .join(", ");

const NO_DECISIONS = ["experiment", "outcome", "rule", "algorithm", "params", "k"]
  .map((name) => `NULL AS ${name}`)
  .join(", ");

const typeOf = (column: string) => (TEXTS.includes(column) ? "VARCHAR" : WHOLE.includes(column) ? "BIGINT" : "DOUBLE");

async function decisionSql(folder: string, name: string): Promise<string[]> {
  const path = join(folder, name);
  if (!existsSync(join(path, "selection.json"))) return [];
  const { outcome, rule, winner } = await readSelection(path);
  const text = (value: string | undefined) => (value === undefined ? "NULL" : quoteText(value));
  return [
    `SELECT ${quoteText(name)} AS experiment, ${text(outcome)} AS outcome, ${text(rule.name)} AS rule, ${text(winner?.algorithm)} AS algorithm, ${text(winner?.params)} AS params, ${winner?.k ?? "NULL"}::BIGINT AS k`,
  ];
}

async function answer(connection: DuckDBConnection, sql: string): Promise<QueryAnswer> {
  const reader = await connection.runAndReadAll(sql);
  const columns = reader.deduplicatedColumnNames();
  const rows = reader.getRowsJson().map((row) => row.map(plain));
  const numeric = columns.map((_, c) => NUMERIC.test(String(reader.columnType(c))));
  return {
    columns,
    rows: rows.map((row) => row.map((value, c) => (numeric[c] && value !== null ? asNumber(value) : value))),
    numeric,
  };
}

const NUMERIC = /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DOUBLE|FLOAT|DECIMAL)/;

/** Texts stand for whole numbers beyond 2^53, and stay texts. */
const asNumber = (value: string | number | boolean) =>
  Number.isFinite(Number(value)) && String(Number(value)) === String(value) ? Number(value) : value;

const plain = (value: unknown): string | number | boolean | null =>
  value === null || ["string", "number", "boolean"].includes(typeof value)
    ? (value as string | number | boolean | null)
    : JSON.stringify(value);

async function writeParquet(connection: DuckDBConnection, sql: string, path: string, shown: string): Promise<void> {
  const query = sql.trim().replace(/;+\s*$/, "");
  try {
    await connection.run(`COPY (${query}) TO ${quoteText(path)} (FORMAT parquet)`);
  } catch (error) {
    if (!/IO Error|Permission/i.test(String(error))) throw error;
    throw new UserError("NOT_WRITABLE", {
      what: `cannot write ${shown}: ${(error as Error).message.split("\n")[0]}`,
      where: "command line, --out",
      mend: "choose a folder that is there and may be written",
      cause: error,
    });
  }
}

/** A table that a run wrote has types of its own; what does not fit them was changed by hand. */
function brokenTable(cause: unknown): UserError | undefined {
  const { message } = cause as Error;
  const [, line] = /CSV Error on Line: (\d+)/.exec(message) ?? [];
  const [, folder] = /file\s*=\s*(.*)[\\/]metrics\.csv/.exec(message) ?? [];
  if (line === undefined || folder === undefined) return undefined;
  return damaged(folder, "metrics.csv", Number(line), `cannot be read: ${message.split("\n")[0]}`, cause);
}

function badQuery(cause: unknown): UserError {
  return new UserError("BAD_QUERY", {
    what: (cause as Error).message.trimEnd(),
    where: "command line",
    mend: 'views: trials, decisions, runs; "describe trials" lists the columns',
    cause,
  });
}
