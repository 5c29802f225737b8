/**
 * DuckDB out of core: a database in a temporary folder that holds the prepared rows while the run lasts, within a limit
 * of memory. It is removed when the engine is closed.
 */

import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { extname, join, resolve } from "node:path";
import { UserError } from "../../core/errors.js";
import { didYouMean } from "../../core/suggest.js";
import type { EngineConfig } from "../../sweep/config/engine.js";
import { type Dialect, duckdbArray } from "../../sweep/pushdown/dialect.js";
import type { EngineColumn, EngineTable, SqlCell, SqlEngine } from "../../sweep/pushdown/engine.js";
import { quoteName, quoteText } from "../duckdb.js";
import { doubleSql, explainScanError, judgeColumns, openScan, type Scan, textSql } from "../scan.js";
import { formatOf } from "../source.js";
import { badQuery } from "./failures.js";

const require = createRequire(import.meta.url);

export interface DuckDbOptions extends Omit<Extract<EngineConfig, { kind: "duckdb" }>, "kind"> {
  /** For tests: speak the portable dialect instead. */
  readonly dialect?: Dialect | undefined;
}

/** What is asked of a table in an engine; the words of the config. */
export interface TableChoice {
  readonly path?: string | undefined;
  readonly table?: string | undefined;
  readonly id?: string | undefined;
  readonly columns?: readonly string[] | undefined;
  readonly drop?: readonly string[] | undefined;
  readonly labels?: string | undefined;
}

/**
 * A file, or a table of a DuckDB database, that stays on the disk.
 *
 * @throws UserError as `readTable` for the file; `NOT_FOUND` for a table that is not there
 */
export async function openDuckDbTable(choice: TableChoice, options: DuckDbOptions = {}): Promise<EngineTable> {
  const path = choice.path!;
  if (choice.table === undefined) formatOf(path);
  const { engine, connection } = await openDuckDb(options);
  try {
    const found =
      choice.table === undefined ? await ofFile(connection, path, choice) : await ofDatabase(connection, choice);
    const { labels } = choice;
    if (labels === undefined) return { engine, name: path, ...found };
    const target = labelsFile(labels);
    return {
      engine,
      name: path,
      ...found,
      async writeLabels(select, signal) {
        const name = found.id.name ?? "row";
        const named = `SELECT s_row AS ${quoteName(name)}, s_segment AS segment FROM (${select})`;
        await engine.query(`COPY (${named}) TO ${quoteText(target)}`, signal);
      },
    };
  } catch (error) {
    await engine.close();
    const message = error instanceof Error ? error.message : String(error);
    if (!(error instanceof UserError) && LACKS_MEMORY.test(message)) throw duckDbFailure(engine.name, error);
    throw explainScanError(error, path);
  }
}

const LACKS_MEMORY = /^Out of Memory Error|could not allocate|failed to pin block/i;

type Connection = import("@duckdb/node-api").DuckDBConnection;

async function openDuckDb({ memory, temp, threads, dialect = duckdbArray }: DuckDbOptions) {
  const { DuckDBInstance, version } = require("@duckdb/node-api") as typeof import("@duckdb/node-api");
  const folder = mkdtempSync(join(temp === undefined ? tmpdir() : resolve(temp), "segmenta-duckdb-"));
  const settings: Record<string, string> = {
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
    temp_directory: join(folder, "spill"),
  };
  if (memory !== undefined) settings["memory_limit"] = memory.replace(/\s/g, "");
  if (threads !== undefined) settings["threads"] = String(threads);
  const instance = await DuckDBInstance.create(join(folder, "rows.duckdb"), settings);
  const connection = await instance.connect();
  const name = `DuckDB ${version().replace(/^v/, "")}`;
  const engine: SqlEngine = {
    name,
    dialect,
    async query(sql, signal) {
      signal?.throwIfAborted();
      const stop = () => connection.interrupt();
      signal?.addEventListener("abort", stop);
      try {
        const reader = await connection.runAndReadAll(sql);
        return reader.getRows().map((cells) => cells.map(plainCell));
      } catch (error) {
        signal?.throwIfAborted();
        throw duckDbFailure(name, error);
      } finally {
        signal?.removeEventListener("abort", stop);
      }
    },
    async close() {
      connection.closeSync();
      instance.closeSync();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return { engine, connection };
}

function plainCell(value: unknown): SqlCell {
  if (value === null || typeof value === "number" || typeof value === "string") return value;
  return typeof value === "bigint" ? Number(value) : String(value);
}

function duckDbFailure(name: string, error: unknown): UserError {
  const message = error instanceof Error ? error.message : String(error);
  if (LACKS_MEMORY.test(message)) {
    return new UserError("OUT_OF_MEMORY", {
      what: `${name} ran out of memory: ${message.split("\n")[0]}`,
      where: "data.engine.duckdb.memory",
      mend: "give it more (memory: 4GB), or a temp folder with more room; what was finished is kept",
      cause: error,
    });
  }
  return badQuery(name, message, error);
}

/** A file: Parquet is read where it lies, texts are parsed once into the temporary database. */
async function ofFile(connection: Connection, path: string, choice: TableChoice) {
  const format = formatOf(path);
  const scan = await openScan(connection, path, format);
  const { listed, id } = chooseColumns(scan.columns, choice, path);
  const { allRows: rows, columns: judged } = await judgeColumns(connection, scan, listed);
  if (rows === 0) {
    throw new UserError("EMPTY_TABLE", {
      what: `the table has ${scan.columns.length} column${scan.columns.length === 1 ? "" : "s"} and no rows`,
      where: path,
      mend: "give a file with at least one row",
    });
  }
  const select = listed.map((column, j) => {
    const { kind, boolean, format: written } = judged[j]!;
    return {
      name: column.name,
      kind,
      sql: kind === "text" ? textSql(column) : `nullif(${doubleSql(column, boolean, written)}, 'nan'::DOUBLE)`,
    };
  });
  if (format === "parquet") return ofParquet(scan, select, id);
  const fields = select.map(({ sql }, j) => `${sql} AS f${j}`);
  if (id) fields.push(`${textSql(id)} AS id`);
  await connection.run(`CREATE TABLE s_rows AS SELECT ${fields.join(", ")} FROM ${scan.from()}`);
  const columns = select.map(({ name, kind }, j): EngineColumn => ({ name, kind, sql: `f${j}` }));
  const key = id ? { name: id.name, sql: "id" } : { name: null, sql: "CAST(rowid + 1 AS VARCHAR)" };
  return { from: "s_rows", columns, id: key };
}

function ofParquet(scan: Scan, columns: readonly EngineColumn[], id: Scan["columns"][number] | undefined) {
  const from = scan.from().replace(/\)$/, ", file_row_number=true)");
  const key = id ? { name: id.name, sql: textSql(id) } : { name: null, sql: "CAST(file_row_number + 1 AS VARCHAR)" };
  return { from, columns, id: key };
}

/** A table of a database file, opened for reading only. */
async function ofDatabase(connection: Connection, choice: TableChoice) {
  const path = choice.path!;
  if (!existsSync(path)) {
    throw new UserError("NOT_FOUND", {
      what: `no file "${path}"`,
      mend: "check the path; it is taken from the current folder",
    });
  }
  await connection.run(`ATTACH ${quoteText(path)} AS source (READ_ONLY)`);
  const table = choice.table!;
  const known = await connection.runAndReadAll(
    "SELECT table_name FROM information_schema.tables WHERE table_catalog = 'source' ORDER BY table_name",
  );
  const names = known.getRows().map(([name]) => String(name));
  if (!names.includes(table)) {
    throw new UserError("NOT_FOUND", {
      what: `no table "${table}" in ${path}`,
      where: "data.table",
      mend: didYouMean(table, names),
    });
  }
  const from = `source.${quoteName(table)}`;
  const described = (await connection.runAndReadAll(`DESCRIBE ${from}`)).getRows();
  const all = described.map(([name, type]) => ({ name: String(name), type: String(type) }));
  const { listed, id } = chooseColumns(all, choice, path);
  const columns = listed.map(({ name, type }): EngineColumn => {
    const numeric = /^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL\(.*\)|BOOLEAN)$/.test(type);
    const sql = quoteName(name);
    return numeric
      ? { name, kind: "number", sql: `nullif(CAST(${sql} AS DOUBLE), 'nan'::DOUBLE)` }
      : { name, kind: "text", sql: `CAST(${sql} AS VARCHAR)` };
  });
  const key = id
    ? { name: id.name, sql: `CAST(${quoteName(id.name)} AS VARCHAR)` }
    : { name: null, sql: "CAST(rowid + 1 AS VARCHAR)" };
  return { from, columns, id: key };
}

/**
 * The columns to read, and the id among them, by the words of the config.
 *
 * @throws UserError `UNKNOWN_COLUMN` with a suggestion
 */
export function chooseColumns<C extends { readonly name: string }>(
  all: readonly C[],
  { id: idName, columns, drop }: TableChoice,
  where: string,
): { listed: readonly C[]; id: C | undefined } {
  const find = (name: string, role: string): C => {
    const column = all.find((candidate) => candidate.name === name);
    if (column) return column;
    throw new UserError("UNKNOWN_COLUMN", {
      what: `unknown ${role} "${name}"`,
      where,
      mend: didYouMean(
        name,
        all.map((known) => known.name),
      ),
    });
  };
  const id = idName === undefined ? undefined : find(idName, "id column");
  const dropped = new Set((drop ?? []).map((name) => find(name, "column to drop")));
  const chosen = columns?.map((name) => find(name, "column")) ?? all;
  const listed = chosen.filter((column) => column !== id && !dropped.has(column));
  if (listed.length > 0) return { listed, id };
  throw new UserError("EMPTY_TABLE", {
    what: "the table has no feature columns",
    where,
    mend: "check data.columns, data.drop and data.id in the experiment",
  });
}

/** Segments go to a new file: nothing is overwritten. */
function labelsFile(path: string): string {
  const known = [".parquet", ".csv"];
  if (!known.includes(extname(path).toLowerCase())) {
    throw new UserError("BAD_CONFIG", {
      what: `cannot tell the format of "${path}" from its extension "${extname(path)}"`,
      where: "data.labels",
      mend: `with duckdb, segments are written to ${known.join(" and ")} files`,
    });
  }
  if (existsSync(path)) {
    throw new UserError("NOT_WRITABLE", {
      what: `"${path}" is there already`,
      where: "data.labels",
      mend: "remove it, or name another file",
    });
  }
  return path;
}
