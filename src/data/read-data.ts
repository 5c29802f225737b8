/** One door to the rows of an experiment: a table as it stands, or customers made of a log. */
import type { Table } from "../core/table.js";
import { type LogOptions, skips } from "../sweep/config/purchases.js";
import { type Customers, readCustomers } from "./purchases/read-customers.js";
import { type ReadOptions, readTable as readPlain } from "./read-table.js";

export type DataOptions = ReadOptions & LogOptions;

/** Rows, and what should be said of how they were read. */
export interface Data {
  readonly table: Table;
  /** A sentence each. */
  readonly notes: readonly string[];
}

/** The table of a file; with `per`, of the customers in a log. */
export async function readData(options: DataOptions): Promise<Data> {
  const log = logOf(options);
  if (log === undefined) return { table: await readPlain(options), notes: [] };
  const { table, skipped } = await readCustomers(log);
  const why = { nameless: `no ${log.per}`, undated: `no ${log.date}`, later: `on or after ${log.at}` };
  const parts = skips.flatMap((reason) => (skipped[reason] ? [`${skipped[reason]} ${why[reason]}`] : []));
  return { table, notes: parts.length > 0 ? [`purchases left out of the log: ${parts.join(", ")}`] : [] };
}

/** `readData` without what is to be said. */
export const readTable = async (options: DataOptions): Promise<Table> => (await readData(options)).table;

/** The options of a log, all there; undefined for a plain table. */
export function logOf(options: DataOptions) {
  const {
    path,
    sheet,
    sql,
    files,
    signal,
    readings,
    missing,
    per,
    at,
    date,
    features,
    zone,
    dates,
    skip = [],
  } = options;
  if (per === undefined || at === undefined || date === undefined || features === undefined) return undefined;
  return { path, sheet, sql, files, signal, readings, missing, per, at, date, features, zone, dates, skip };
}

/** The SQL that makes customers of a log, and what it leaves out; undefined for a plain table. */
export async function explainCustomers(options: DataOptions): Promise<Omit<Customers, "table"> | undefined> {
  const log = logOf(options);
  return log && readCustomers(log);
}
