/**
 * What DuckDB reads: the FROM clause of a table file, the columns in it, and which of them are numbers.
 *
 * One rule for every format: a text column whose values all read as numbers *is* a number column. So a table
 * trained on from Parquet and predicted from CSV has the same kinds, and the same rows have the same checksum.
 */
import { basename } from "node:path";
import { UserError } from "../core/errors.js";
import { readCsvHeader } from "./csv-header.js";
import { type DuckDBConnection, quoteName, quoteText, smallAnswer } from "./duckdb.js";
import { type Format, notReadable } from "./source.js";

/**
 * Texts that mean "missing", besides the empty field: in every column of every format, ids included.
 * The spellings are those that pandas, R, SQL tools and spreadsheets write.
 */
// biome-ignore format: one list, read at a glance
export const missingMarkers = [
  "", "nan", "NaN", "NAN", "na", "NA", "n/a", "N/A", "#N/A", "null", "Null", "NULL", "None", "?", "-",
] as const;

const markerList = `[${missingMarkers.map(quoteText).join(", ")}]`;

/** From this share of numbers on, a column is meant to be numbers, and a text in it is a mistake. */
const numberShare = 0.9;

export type Kind = "number" | "text";

/** A column of a file: its name, and the SQL that gives its text or its raw value. */
export interface ScanColumn {
  readonly name: string;
  /** SQL name in the scan. */
  readonly field: string;
  /** The type DuckDB reads: `VARCHAR` is still to be judged by its content. */
  readonly type: "VARCHAR" | "BOOLEAN" | "NUMBER" | "OTHER";
  /** The reader itself turns the missing markers into NULL. */
  readonly clean?: boolean;
}

export interface Scan {
  readonly path: string;
  readonly columns: readonly ScanColumn[];
  /** The FROM clause. A CSV field listed in `doubles` is parsed as DOUBLE at once; the rest come as text. */
  from(doubles?: ReadonlySet<string>): string;
}

/** Look at a file's columns without reading its rows (JSON is read once, to learn its types). */
export async function openScan(connection: DuckDBConnection, path: string, format: Format): Promise<Scan> {
  const scan = await formatScan(connection, path, format);
  // In a model's JSON this key would be the object's prototype, and lost.
  if (scan.columns.some(({ name }) => name === "__proto__")) {
    throw new UserError("NOT_READABLE", {
      what: 'no column may be called "__proto__": JSON readers take it for something else',
      where: path,
      mend: "rename the column",
    });
  }
  return scan;
}

async function formatScan(connection: DuckDBConnection, path: string, format: Format): Promise<Scan> {
  if (format === "csv") return csvScan(path);
  const file = quoteText(escapeGlob(path));
  if (format === "parquet") {
    const from = `read_parquet(${file}, hive_partitioning=false)`;
    return { path, from: () => from, columns: await describeScan(connection, from) };
  }
  const typed = await describeScan(connection, `read_json(${file}, sample_size=-1, maximum_depth=1)`);
  await refuseTwinKeys(connection, path, file, typed);
  // What is neither number nor boolean is read again as it is written: a text that looks like a date stays that text.
  const types = typed.map(({ field, type }) => {
    const sql = type === "NUMBER" ? "DOUBLE" : type === "BOOLEAN" ? "BOOLEAN" : "VARCHAR";
    return `${quoteText(field)}: '${sql}'`;
  });
  const columns = typed.map((column) => (column.type === "OTHER" ? { ...column, type: "VARCHAR" as const } : column));
  return { path, from: () => `read_json(${file}, columns={${types.join(", ")}})`, columns };
}

/** DuckDB renames the second of two keys that differ in case alone ("A" beside "a" is "A_1"), and then finds no value. */
async function refuseTwinKeys(
  connection: DuckDBConnection,
  path: string,
  file: string,
  columns: readonly ScanColumn[],
) {
  const lower = new Set(columns.map(({ name }) => name.toLowerCase()));
  if (!columns.some(({ name }) => lower.has(name.toLowerCase().replace(/_\d+$/, "")) && /_\d+$/.test(name))) return;
  const found = await smallAnswer(
    connection,
    `SELECT DISTINCT unnest(json_keys(json)) AS key FROM read_json_objects(${file}) ORDER BY key`,
  );
  const seen = new Map<string, string>();
  for (const key of found.map(([name]) => String(name))) {
    const twin = seen.get(key.toLowerCase());
    if (twin !== undefined) {
      throw new UserError("NOT_READABLE", {
        what: `the keys "${twin}" and "${key}" differ in case alone, and only one of them can be read from JSON`,
        where: path,
        mend: "rename one of them, or save the table as CSV",
      });
    }
    seen.set(key.toLowerCase(), key);
  }
}

function csvScan(path: string): Scan {
  const { delimiter, names } = readCsvHeader(path);
  // Our own field names: SQL takes "a" and "A" for the same.
  const fields = names.map((_, j) => `c${j}`);
  const dialect = `auto_detect=false, header=true, delim=${quoteText(delimiter)}, quote='"', escape='"'`;
  return {
    path,
    columns: names.map((name, j) => ({ name, field: fields[j]!, type: "VARCHAR", clean: true })),
    from(doubles = new Set()) {
      const types = fields.map((field) => `'${field}': '${doubles.has(field) ? "DOUBLE" : "VARCHAR"}'`).join(", ");
      return `read_csv(${quoteText(escapeGlob(path))}, ${dialect}, nullstr=${markerList}, columns={${types}})`;
    },
  };
}

async function describeScan(connection: DuckDBConnection, from: string): Promise<ScanColumn[]> {
  const rows = await smallAnswer(connection, `DESCRIBE SELECT * FROM ${from}`);
  return rows.map(([name, type]) => ({ name: String(name), field: String(name), type: typeOf(String(type)) }));
}

function typeOf(type: string): ScanColumn["type"] {
  if (type === "VARCHAR") return "VARCHAR";
  if (type === "BOOLEAN") return "BOOLEAN";
  const number = /^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL\(.*\))$/;
  return number.test(type) ? "NUMBER" : "OTHER";
}

/** DuckDB takes `*`, `?` and `[` in a path for a pattern; a bracketed one stands for itself. */
function escapeGlob(path: string): string {
  return path.replace(/[*?[]/g, (char) => `[${char}]`);
}

/**
 * SQL: the column's text, NULL where it is missing.
 *
 * `list_contains`, never `IN`: DuckDB makes a join of a long IN list, and a join loses the order of the rows.
 */
export function textSql(column: ScanColumn): string {
  const field = quoteName(column.field);
  if (column.clean) return field;
  const text = column.type === "VARCHAR" ? field : `CAST(${field} AS VARCHAR)`;
  return `CASE WHEN list_contains(${markerList}, ${text}) THEN NULL ELSE ${text} END`;
}

/** SQL: the column as DOUBLE, NULL where it is missing or no number. */
function numberSql(column: ScanColumn): string {
  const field = quoteName(column.field);
  if (column.type !== "VARCHAR") return `CAST(${field} AS DOUBLE)`;
  // DuckDB reads 1_000 as a number; in a table it is a code.
  return `CASE WHEN contains(${field}, '_') THEN NULL ELSE TRY_CAST(${textSql(column)} AS DOUBLE) END`;
}

/** SQL: as `numberSql`, and true/false as 1/0; NaN where it is missing, so that no NULL is left. */
export function doubleSql(column: ScanColumn, boolean: boolean): string {
  const field = quoteName(column.field);
  if (!boolean || column.type === "BOOLEAN") return `coalesce(${numberSql(column)}, 'nan'::DOUBLE)`;
  return `CASE lower(${field}) WHEN 'true' THEN 1::DOUBLE WHEN 'false' THEN 0::DOUBLE ELSE 'nan'::DOUBLE END`;
}

export interface Judged {
  readonly rows: number;
  /** For each column asked about: what it is, and whether its texts are true and false. */
  readonly kinds: readonly { readonly kind: Kind; readonly boolean: boolean }[];
}

/**
 * Count the rows and say what each column is, by its content where its type does not say it.
 *
 * @param wanted - kinds that are already known, by column name; a text in a column wanted as numbers is an error
 * @throws UserError `NOT_NUMBER` naming row, column and value, for a text among at least 90 % numbers
 */
export async function judgeColumns(
  connection: DuckDBConnection,
  scan: Scan,
  columns: readonly ScanColumn[],
  wanted: Readonly<Record<string, Kind>> = {},
): Promise<Judged> {
  const texts = columns.filter((column) => column.type === "VARCHAR" && wanted[column.name] !== "text");
  const counts = texts.flatMap((column) => {
    const field = quoteName(column.field);
    return [
      `count(${textSql(column)})`,
      `count(${numberSql(column)})`,
      `count(CASE WHEN lower(${field}) IN ('true', 'false') THEN 1 END)`,
    ];
  });
  const [answer] = await smallAnswer(connection, `SELECT ${["count(*)", ...counts].join(", ")} FROM ${scan.from()}`);
  const numbers = answer!.map(Number);
  const kinds: { kind: Kind; boolean: boolean }[] = [];
  for (const column of columns) {
    const at = 1 + 3 * texts.indexOf(column);
    if (column.type === "NUMBER") kinds.push({ kind: "number", boolean: false });
    else if (column.type === "BOOLEAN") kinds.push({ kind: "number", boolean: true });
    else if (at < 1) kinds.push({ kind: "text", boolean: false });
    else {
      const [present, parsed, booleans] = [numbers[at]!, numbers[at + 1]!, numbers[at + 2]!];
      const boolean = present > 0 && booleans === present;
      const numeric = boolean || parsed === present;
      const meant = wanted[column.name] === "number" || parsed >= numberShare * present;
      if (!numeric && meant) throw await textAmongNumbers(connection, scan, column, present - parsed);
      kinds.push({ kind: numeric ? "number" : "text", boolean });
    }
  }
  return { rows: numbers[0]!, kinds };
}

/** The error that names the first text of a number column. */
async function textAmongNumbers(
  connection: DuckDBConnection,
  scan: Scan,
  column: ScanColumn,
  texts: number,
): Promise<UserError> {
  const text = textSql(column);
  const [first] = await smallAnswer(
    connection,
    `SELECT row_number() OVER () AS row, ${text} AS value FROM ${scan.from()}
     QUALIFY ${text} IS NOT NULL AND ${numberSql(column)} IS NULL ORDER BY row LIMIT 1`,
  );
  const [row, value] = first!;
  const others = texts > 1 ? ` (and ${texts - 1} more like it)` : "";
  const comma = /^\s*[-+]?\d+,\d+\s*$/.test(String(value)) ? "write decimals with a point; " : "";
  return new UserError("NOT_NUMBER", {
    what: `column "${column.name}" holds numbers, but row ${row} is "${value}"${others}`,
    where: scan.path,
    mend: `${comma}mend the value, or leave the field empty if it is missing (NA, nan, null, ? and - are read as missing too)`,
  });
}

/** Turn what DuckDB says about a damaged file into words with a line number. Other errors pass unchanged. */
export function explainScanError(error: unknown, path: string): unknown {
  if (error instanceof UserError || !(error instanceof Error) || error.name === "AbortError") return error;
  const line = /CSV Error on Line: (\d+)/.exec(error.message)?.[1];
  const where = line === undefined ? path : `${path}, line ${line}`;
  const name = basename(path);
  const fields = /Expected Number of Columns: (\d+) Found: (\d+)/.exec(error.message);
  if (fields) {
    return new UserError("NOT_READABLE", {
      what: `line ${line} of "${name}" has ${fields[2]} field${fields[2] === "1" ? "" : "s"}, but the header has ${fields[1]}`,
      where,
      mend: "mend that line; a field that holds the delimiter must stand in double quotes",
      cause: error,
    });
  }
  if (/unterminated quote/.test(error.message)) {
    return new UserError("NOT_READABLE", {
      what: `line ${line} of "${name}" opens a quote that is never closed`,
      where,
      mend: 'close it; a quote inside a quoted field is written twice: ""',
      cause: error,
    });
  }
  if (/unicode|utf-8/i.test(error.message)) {
    return new UserError("NOT_READABLE", {
      what: `line ${line ?? "?"} of "${name}" is not UTF-8 text`,
      where,
      mend: "save the file as UTF-8",
      cause: error,
    });
  }
  if (/state machine reached an invalid state/.test(error.message)) {
    return new UserError("NOT_READABLE", {
      what: `"${name}" is no well-formed CSV: its line ends are of two kinds, or text follows a closing quote`,
      where,
      mend: 'use one kind of line end; a quote inside a quoted field is written twice: ""',
      cause: error,
    });
  }
  const reason = error.message.split("\n")[0]!.replace(/^[A-Z][A-Za-z ]* Error: /, "");
  return notReadable(path, reason.trim(), error);
}
