/**
 * Sheets of Excel files (.xlsx). The package is loaded when the first is read; cells are taken as stored: numbers with all
 * their digits, texts with their leading zeros, dates as days.
 */
import { basename } from "node:path";
import { UserError } from "../core/errors.js";
import { didYouMean } from "../core/suggest.js";
import { counted, listed } from "../core/words.js";
import { type DuckDBConnection, quoteName } from "./duckdb.js";
import { notReadable } from "./source.js";

type Cell = string | number | boolean | Date | null;

export interface SheetScan {
  /** The table in DuckDB that holds the rows. */
  readonly from: string;
  readonly columns: readonly { readonly name: string; readonly type: "VARCHAR" | "BOOLEAN" | "NUMBER" }[];
}

/** A table of the connection that was filled from a sheet, by the sheet's number in the file. */
let tables = 0;

/**
 * Read a sheet into a table of the connection.
 *
 * @param sheet - its name, or its number from 1; a file with one sheet that holds anything needs none
 * @throws UserError `NOT_READABLE` for a file that is no .xlsx or a header that names no columns, `NOT_FOUND` for a
 *   sheet that is not there, `BAD_USAGE` where several could be meant, `EMPTY_TABLE` without rows
 */
export async function sheetScan(
  connection: DuckDBConnection,
  path: string,
  sheet?: string | number,
): Promise<SheetScan> {
  const { name, rows } = await chooseSheet(path, sheet);
  const where = `${path}, sheet ${name}`;
  const [header, ...body] = rows.filter((row) => row.some((cell) => !isEmpty(cell)));
  if (header === undefined) {
    throw new UserError("EMPTY_TABLE", {
      what: `sheet "${name}" of "${basename(path)}" is empty`,
      where,
      mend: "give a sheet with a header and at least one row",
    });
  }
  const names = namesOf(header, body, where);
  const types = names.map((_, j) => typeOf(body, j));
  const timed = names.map((_, j) => isTimed(body, j));
  const table = `sheet_${++tables}`;
  const columns = names.map((column, j) => ({ name: column, type: types[j]! }));
  // Whole numbers stay whole: an id is 12, not 12.0.
  const whole = names.map((_, j) => types[j] === "NUMBER" && body.every((row) => isWhole(row[j] ?? null)));
  const sqlType = (j: number) => (whole[j] ? "BIGINT" : types[j] === "NUMBER" ? "DOUBLE" : types[j]);
  const declared = columns.map((_, j) => `${quoteName(`c${j}`)} ${sqlType(j)}`).join(", ");
  await connection.run(`CREATE TEMP TABLE ${table} (${declared})`);
  const appender = await connection.createAppender(table, undefined, "temp");
  for (const row of body) {
    types.forEach((type, j) => {
      const cell = row[j] ?? null;
      if (isEmpty(cell)) appender.appendNull();
      else if (whole[j]) appender.appendBigInt(BigInt(cell as number));
      else if (type === "NUMBER") appender.appendDouble(cell as number);
      else if (type === "BOOLEAN") appender.appendBoolean(cell as boolean);
      else appender.appendVarchar(textOf(cell!, timed[j]));
    });
    appender.endRow();
  }
  appender.closeSync();
  return { from: table, columns };
}

async function chooseSheet(path: string, wanted?: string | number): Promise<{ name: string; rows: Cell[][] }> {
  const { default: readSheets } = await import("read-excel-file/node");
  const sheets = await readSheets(path, { trim: false }).catch((cause: unknown) => {
    throw notReadable(path, "it is not an Excel file (.xlsx)", cause);
  });
  const found = sheets.map(({ sheet, data }) => ({ name: sheet, rows: data as unknown as Cell[][] }));
  const known = found.map(({ name }) => name);
  if (wanted !== undefined) {
    const chosen = typeof wanted === "number" ? found[wanted - 1] : found.find(({ name }) => name === wanted);
    // `--sheet 2` is a text on the command line.
    const numbered = typeof wanted === "string" && /^\d+$/.test(wanted) ? found[Number(wanted) - 1] : undefined;
    if (chosen ?? numbered) return (chosen ?? numbered)!;
    throw new UserError("NOT_FOUND", {
      what: typeof wanted === "number" ? `no sheet ${wanted}; there are ${known.length}` : `no sheet "${wanted}"`,
      where: path,
      mend: didYouMean(String(wanted), known),
    });
  }
  const filled = found.filter(({ rows }) => rows.some((row) => row.some((cell) => !isEmpty(cell))));
  if (filled.length <= 1) return (filled[0] ?? found[0])!;
  const names = filled.map(({ name }) => name);
  throw new UserError("BAD_USAGE", {
    what: `"${basename(path)}" has ${counted(filled.length, "sheet")}: ${listed(names)}`,
    where: path,
    mend: `name one: sheet: ${JSON.stringify(names[0])} in data, or --sheet ${JSON.stringify(names[0])}`,
  });
}

/** The names of the columns: those of the first row that is not empty, as CSV headers are read. */
function namesOf(header: readonly Cell[], body: readonly (readonly Cell[])[], where: string): string[] {
  let width = header.length;
  const isUsed = (j: number) => !isEmpty(header[j] ?? null) || body.some((row) => !isEmpty(row[j] ?? null));
  while (width > 0 && !isUsed(width - 1)) width--;
  const names = Array.from({ length: width }, (_, j) => {
    const cell = header[j] ?? null;
    return isEmpty(cell) ? `column_${j + 1}` : textOf(cell!, false).trim();
  });
  if (header.every((cell) => isEmpty(cell) || typeof cell === "number")) {
    throw new UserError("NOT_READABLE", {
      what: `the first row is data (${header.slice(0, 3).map(String).join(", ")}), not column names`,
      where,
      mend: "add a header row that names the columns",
    });
  }
  names.forEach((name, j) => {
    const first = names.indexOf(name);
    if (first === j) return;
    throw new UserError("NOT_READABLE", {
      what: `two columns are called "${name}": number ${first + 1} and number ${j + 1}`,
      where,
      mend: "rename one of them",
    });
  });
  return names;
}

/** Numbers or true and false throughout; anything else is text, to be judged as that of CSV. */
function typeOf(body: readonly (readonly Cell[])[], j: number): SheetScan["columns"][number]["type"] {
  const kinds = new Set(
    body
      .map((row) => row[j] ?? null)
      .filter((cell) => !isEmpty(cell))
      .map((cell) => typeof cell),
  );
  if (kinds.size !== 1) return "VARCHAR";
  return kinds.has("number") ? "NUMBER" : kinds.has("boolean") ? "BOOLEAN" : "VARCHAR";
}

const isWhole = (cell: Cell) => isEmpty(cell) || Number.isSafeInteger(cell);
const isEmpty = (cell: Cell) => cell === null || cell === undefined || (typeof cell === "string" && cell.trim() === "");

/** A cell as CSV would have it. */
function textOf(cell: NonNullable<Cell>, timed = true): string {
  if (!(cell instanceof Date)) return String(cell);
  // Excel counts in days: a time of day comes back a rounding error away.
  const text = new Date(Math.round(cell.getTime() / 1000) * 1000).toISOString();
  return timed ? text.slice(0, 19).replace("T", " ") : text.slice(0, 10);
}

/** Some date of the column has a time of day. */
const isTimed = (body: readonly (readonly Cell[])[], j: number) =>
  body.some((row) => row[j] instanceof Date && !textOf(row[j]).endsWith("00:00:00"));
