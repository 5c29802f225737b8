/** A log of purchases, read as a table of customers. DuckDB computes it, and the SQL can be shown. */
import { dayNumber, dayText } from "../../core/days.js";
import { UserError } from "../../core/errors.js";
import { PLAIN } from "../../core/readings.js";
import type { Table } from "../../core/table.js";
import { counted } from "../../core/words.js";
import type { LogConfig, Skip } from "../../sweep/config/purchases.js";
import { daySql } from "../dates.js";
import { type DuckDBConnection, quoteName, quoteText, smallAnswer, withConnection } from "../duckdb.js";
import type { SourceOptions } from "../open-source.js";
import { fillTable, planRead, type ReadOptions } from "../read-table.js";
import { explainScanError, type Kind } from "../scan.js";
import { columnsRead, featuresSql, type Log, MOST_VALUES } from "./features-sql.js";

/** A log and what to measure: the words of the config, besides those of a file. */
export type CustomersOptions = LogConfig & SourceOptions & Pick<ReadOptions, "readings" | "missing" | "signal">;

export interface Customers {
  readonly table: Table;
  /** Rows of the log that were left out as asked, by reason. */
  readonly skipped: Readonly<Partial<Record<Skip, number>>>;
  /** The SQL as it ran, with the path as given. */
  readonly sql: string;
}

/**
 * Measure each customer's purchases. Customers are sorted by name, byte by byte, and named by it.
 *
 * @throws UserError `UNKNOWN_COLUMN`, `NOT_NUMBER` or `NOT_DATE` for a column, `MISSING_VALUE` for rows without customer
 *   or date, `OUT_OF_DOMAIN` for purchases on or after `at`, `EMPTY_TABLE` for an `at` before the first
 */
export async function readCustomers(options: CustomersOptions): Promise<Customers> {
  const { path } = options;
  return withConnection(async (connection) => {
    try {
      const { kinds, notes, create } = await purchasesSql(connection, options);
      await connection.run(create);
      const { skipped, rows } = await checkLog(connection, options);
      const log: Log = { ...options, kinds, values: await sharedValues(connection, options, kinds) };
      const { sql, columns } = featuresSql(log);
      const per = quoteName(options.per);
      const selected = columns.map(({ name }) => `coalesce(${quoteName(name)}, 'nan'::DOUBLE)`);
      const table = await fillTable(
        connection,
        {
          path,
          rows,
          sql: `SELECT ${[...selected, per].join(", ")} FROM (${sql})`,
          id: { name: options.per },
          columns: columns.map(({ name }) => ({ name, kind: "number", boolean: false, format: PLAIN, plain: true })),
          notes,
          missing: options.missing ?? [],
        },
        options.signal,
      );
      return { table, skipped, sql: `${queryOf(options)}${create};\n\n${sql};\n` };
    } catch (error) {
      throw explainScanError(error, path);
    }
  });
}

const sourceOf = ({ path, sheet, sql, files }: SourceOptions) => ({ path, sheet, sql, files });

/** The statement that makes `purchases`: the columns that are used, typed; numbers and texts NULL where missing. */
async function purchasesSql(connection: DuckDBConnection, options: CustomersOptions) {
  const { path, per, date, features } = options;
  const measured = columnsRead(features, date);
  const columns = [date, ...measured];
  const lower = new Set([...columns, per].map((name) => name.toLowerCase()));
  if (lower.size <= columns.length) {
    throw new UserError("BAD_CONFIG", {
      what: `two of the columns ${[...columns, per].join(", ")} differ in case alone`,
      where: path,
      mend: "rename one of them",
    });
  }
  const readings = { ...options.readings, [date]: "text" as const };
  const { missing } = options;
  const plan = await planRead(connection, { ...sourceOf(options), columns, id: per, readings, missing });
  const kinds = new Map(plan.columns.map(({ name, kind }): [string, Kind] => [name, kind]));
  const names = [...columns, per].map(quoteName).join(", ");
  const log = `WITH log(${names}) AS (\n  ${plan.sql}\n)`;
  const field = quoteName(date);
  // A column of whole numbers such as 20260131.
  const text =
    kinds.get(date) === "number" ? `CAST(CAST(nullif(${field}, 'nan'::DOUBLE) AS BIGINT) AS VARCHAR)` : field;
  const day = await daySql(connection, `(${log} SELECT * FROM log)`, text, date, path, options);
  const selected = measured.map((name) =>
    kinds.get(name) === "number" ? `nullif(${quoteName(name)}, 'nan'::DOUBLE) AS ${quoteName(name)}` : quoteName(name),
  );
  const list = [quoteName(per), `${day} AS ${field}`, ...selected].map((each) => `  ${each}`).join(",\n");
  kinds.delete(date);
  return { kinds, notes: plan.notes, create: `CREATE TEMP TABLE purchases AS\n${log}\nSELECT\n${list}\nFROM log` };
}

/** The statement that makes the log, where it comes from a query. */
const queryOf = ({ sql }: SourceOptions) =>
  sql === undefined ? "" : `CREATE TEMP TABLE answer AS\n${sql.trim().replace(/;$/, "")};\n\n`;

/** Refuse what would be left out in silence; count what may be. */
async function checkLog(connection: DuckDBConnection, { path, per, at, date, skip }: CustomersOptions) {
  const [name, day] = [quoteName(per), quoteName(date)];
  const limit = `DATE ${quoteText(at)}`;
  const [answer] = await smallAnswer(
    connection,
    `SELECT count(*), count(*) FILTER (WHERE ${name} IS NULL), count(*) FILTER (WHERE ${day} IS NULL),
       count(*) FILTER (WHERE ${day} >= ${limit}), CAST(min(${day}) AS VARCHAR), CAST(max(${day}) AS VARCHAR),
       count(DISTINCT ${name}) FILTER (WHERE ${day} < ${limit}) FROM purchases`,
  );
  const [rows, nameless, undated, later] = answer!.slice(0, 4).map(Number) as [number, number, number, number];
  const [first, last] = [String(answer![4]), String(answer![5])];
  const customers = Number(answer![6]);
  const refuse = (reason: Skip, count: number, code: "MISSING_VALUE" | "OUT_OF_DOMAIN", what: string, mend: string) => {
    if (count === 0 || skip.includes(reason)) return;
    throw new UserError(code, { what, where: path, mend: `${mend}, or leave them out: skip: [${reason}]` });
  };
  const of = (count: number) => `${count} of ${counted(rows, "purchase")}`;
  refuse("nameless", nameless, "MISSING_VALUE", `${of(nameless)} have no ${per}`, "give each its customer");
  refuse("undated", undated, "MISSING_VALUE", `${of(undated)} have no ${date}`, "give each its date");
  if (undated < rows && first >= at) {
    throw new UserError("EMPTY_TABLE", {
      what: `at is ${at}, but the first purchase is on ${first}: there is nothing to look back on`,
      where: path,
      mend: `the last purchase is on ${last}; at: ${dayAfter(last)} looks back on all`,
    });
  }
  refuse(
    "later",
    later,
    "OUT_OF_DOMAIN",
    `${of(later)} lie on or after ${at}, the day to look back from; the last is on ${last}`,
    `look back from a later day (at: ${dayAfter(last)})`,
  );
  if (customers === 0) {
    throw new UserError("EMPTY_TABLE", {
      what: `no purchase before ${at} has both a ${per} and a ${date}`,
      where: path,
      mend: "check data.per and data.at",
    });
  }
  const counts = { nameless, undated, later };
  const skipped = Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
  return { skipped, rows: customers };
}

/** For shares that list no values: those of the purchases before `at`, sorted. */
async function sharedValues(connection: DuckDBConnection, options: CustomersOptions, kinds: ReadonlyMap<string, Kind>) {
  const found = new Map<string, string[]>();
  for (const { measure, column, values } of options.features) {
    if (measure !== "share" || values !== null || found.has(column!)) continue;
    const field = quoteName(column!);
    const rows = await smallAnswer(
      connection,
      `SELECT DISTINCT ${field} AS value FROM purchases WHERE ${field} IS NOT NULL
       AND ${quoteName(options.date)} < DATE ${quoteText(options.at)} ORDER BY value`,
    );
    const all = rows.map(([value]) => String(value));
    if (all.length > MOST_VALUES && kinds.get(column!) === "number") {
      throw new UserError("BAD_CONFIG", {
        what: `column "${column}" has ${all.length} different numbers; a share is of kinds`,
        where: options.path,
        mend: "name a column of texts, or list values",
      });
    }
    found.set(column!, all);
  }
  return found;
}

const dayAfter = (day: string) => dayText(dayNumber(day)! + 1);
