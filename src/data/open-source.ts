/** What rows come from: a file, or one SELECT over some. */

import { createRequire } from "node:module";
import { UserError } from "../core/errors.js";
import { type DuckDBConnection, quoteName } from "./duckdb.js";
import { doubleSql, judgeColumns, openScan, type Scan, tableScan, textSql } from "./scan.js";
import { formatOf } from "./source.js";

export interface SourceOptions {
  /** A file; of a query, what messages call it. */
  readonly path: string;
  /** Of an .xlsx file: which sheet, by name or by number from 1. */
  readonly sheet?: string | number | undefined;
  /** One SELECT over `files`. */
  readonly sql?: string | undefined;
  /** The files that the query reads, by the names it calls them. */
  readonly files?: Readonly<Record<string, string>> | undefined;
}

/** @throws UserError for what cannot be opened; `BAD_QUERY` for a query that is no single SELECT or fails */
export async function openSource(connection: DuckDBConnection, options: SourceOptions): Promise<Scan> {
  const { path, sheet, sql, files } = options;
  if (sql !== undefined) return queryScan(connection, path, sql, files ?? {});
  return openScan(connection, path, formatOf(path), sheet);
}

/**
 * The answer of a query, as a table of the connection. The files are read first; then the connection loses the right to
 * touch any other, for good. One thread, so that sums do not depend on who was faster.
 */
async function queryScan(
  connection: DuckDBConnection,
  path: string,
  sql: string,
  files: Readonly<Record<string, string>>,
): Promise<Scan> {
  await connection.run("SET threads = 1");
  for (const [name, file] of Object.entries(files)) await readInto(connection, name, file);
  await connection.run("SET enable_external_access = false");
  await connection.run("SET lock_configuration = true");
  const bad = (what: string, cause?: unknown) =>
    new UserError("BAD_QUERY", { what, where: path, mend: `the tables are ${Object.keys(files).join(", ")}`, cause });
  try {
    const statements = await connection.extractStatements(sql);
    const { StatementType } = createRequire(import.meta.url)("@duckdb/node-api") as typeof import("@duckdb/node-api");
    const type = statements.count === 1 ? (await statements.prepare(0)).statementType : undefined;
    if (type !== StatementType.SELECT) {
      const got = statements.count === 1 ? "another statement" : `${statements.count} statements`;
      throw bad(`data.sql must be one SELECT, got ${got}`);
    }
    await connection.run(`CREATE TEMP TABLE answer AS ${sql.trim().replace(/;\s*$/, "")}`);
  } catch (error) {
    if (error instanceof UserError || !(error instanceof Error)) throw error;
    if (error.message.includes("Error in native callback")) throw bad("data.sql holds no statement", error);
    const [first] = error.message.replace(/^Failed to \w+ \w+: /, "").split("\n");
    throw bad(first!.replace(/^[A-Z][A-Za-z ]* Error: /, ""), error);
  }
  return tableScan(connection, path, "answer");
}

/** A file as a table, read by the rules of every file; what the format types itself (days, numbers) is kept. */
async function readInto(connection: DuckDBConnection, name: string, file: string): Promise<void> {
  const scan = await openScan(connection, file, formatOf(file));
  const judged = await judgeColumns(connection, scan, scan.columns);
  const selected = scan.columns.map((column, j) => {
    const { kind, boolean, format } = judged.columns[j]!;
    const field = quoteName(column.field);
    const typed = () => {
      if (column.type === "NUMBER") return `CASE WHEN isnan(CAST(${field} AS DOUBLE)) THEN NULL ELSE ${field} END`;
      if (column.type !== "VARCHAR") return field;
      return kind === "text" ? textSql(column) : `nullif(${doubleSql(column, boolean, format)}, 'nan'::DOUBLE)`;
    };
    return `${typed()} AS ${quoteName(column.name)}`;
  });
  const where = judged.somethingThere === null ? "" : ` WHERE ${judged.somethingThere}`;
  await connection.run(
    `CREATE TEMP TABLE ${quoteName(name)} AS SELECT ${selected.join(", ")} FROM ${scan.from()}${where}`,
  );
}
