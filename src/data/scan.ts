/**
 * What DuckDB reads: the FROM clause of a table file, the columns in it, and which of them are numbers.
 *
 * One rule for every format: a text column whose values all read as numbers *is* a number column. So a table
 * trained on from Parquet and predicted from CSV has the same kinds, and the same rows have the same checksum.
 */
import { basename } from "node:path";
import { UserError } from "../core/errors.js";
import type { Note } from "../core/notes.js";
import {
  BLANKS,
  COMMA,
  CURRENCY,
  formatInWords,
  MINUSES,
  missingNumbers,
  missingTexts,
  type NumberFormat,
  numberShape,
  PLAIN,
  POINT,
  sameFormat,
} from "../core/readings.js";
import { readCsvHeader } from "./csv-header.js";
import { type DuckDBConnection, onClose, quoteName, quoteText, smallAnswer } from "./duckdb.js";
import { copyAsUtf8, encodingOf } from "./encoding.js";
import { sheetScan } from "./sheet.js";
import { type Format, notReadable } from "./source.js";

/** From this share of numbers on, a column is meant to be numbers, and a text in it is a mistake. */
const NUMBER_SHARE = 0.9;
/** From this share on it is a column of texts, but one should know. */
const MOSTLY = 0.5;

export type Kind = "number" | "text";

/** A column of a file: its name, and the SQL that gives its text or its raw value. */
export interface ScanColumn {
  readonly name: string;
  /** SQL name in the scan. */
  readonly field: string;
  /** The type DuckDB reads: `VARCHAR` is still to be judged by its content. */
  readonly type: "VARCHAR" | "BOOLEAN" | "NUMBER" | "OTHER";
  /** Whole numbers that may be beyond 2^53, where a double loses digits. */
  readonly wide?: boolean;
}

export interface Scan {
  readonly path: string;
  /** Of a CSV file. */
  readonly delimiter?: string;
  readonly notes?: readonly Note[];
  readonly columns: readonly ScanColumn[];
  /** Fields can be parsed as DOUBLE while they are read, which saves a pass. */
  readonly parses?: boolean;
  /** The FROM clause. A CSV field listed in `doubles` is parsed as DOUBLE at once; the rest come as text. */
  from(doubles?: ReadonlySet<string>): string;
}

/** Look at a file's columns without reading its rows (JSON is read once, to learn its types). */
export async function openScan(
  connection: DuckDBConnection,
  path: string,
  format: Format,
  sheet?: string | number,
): Promise<Scan> {
  const scan = await formatScan(connection, path, format, sheet);
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

async function formatScan(
  connection: DuckDBConnection,
  path: string,
  format: Format,
  sheet?: string | number,
): Promise<Scan> {
  if (format === "xlsx") {
    const { from, columns } = await sheetScan(connection, path, sheet);
    return { path, from: () => from, columns: columns.map((column, j) => ({ ...column, field: `c${j}` })) };
  }
  if (format === "csv") {
    const encoding = encodingOf(path);
    if (encoding === "UTF-8") return csvScan(path);
    const copy = copyAsUtf8(path, encoding);
    onClose(connection, copy.remove);
    const note = { code: "encoding", message: `the file is ${encoding}, not UTF-8, and is read as such` };
    return { ...csvScan(copy.path, path), notes: [note] };
  }
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

/** @param named - the file that errors speak of, if this is a copy */
function csvScan(path: string, named = path): Scan {
  const { delimiter, names } = readCsvHeader(path, named);
  // Our own field names: SQL takes "a" and "A" for the same.
  const fields = names.map((_, j) => `c${j}`);
  const dialect = `auto_detect=false, header=true, delim=${quoteText(delimiter)}, quote='"', escape='"'`;
  return {
    path: named,
    delimiter,
    columns: names.map((name, j) => ({ name, field: fields[j]!, type: "VARCHAR" })),
    parses: true,
    from(doubles = new Set()) {
      const types = fields.map((field) => `'${field}': '${doubles.has(field) ? "DOUBLE" : "VARCHAR"}'`).join(", ");
      return `read_csv(${quoteText(escapeGlob(path))}, ${dialect}, nullstr=[''], columns={${types}})`;
    },
  };
}

/** A table of the connection, by its name in SQL. */
export async function tableScan(connection: DuckDBConnection, path: string, table: string): Promise<Scan> {
  return { path, from: () => table, columns: await describeScan(connection, table) };
}

async function describeScan(connection: DuckDBConnection, from: string): Promise<ScanColumn[]> {
  const rows = await smallAnswer(connection, `DESCRIBE SELECT * FROM ${from}`);
  return rows.map(([name, type]) => ({
    name: String(name),
    field: String(name),
    type: typeOf(String(type)),
    ...(/^(U?BIGINT|U?HUGEINT)$/.test(String(type)) ? { wide: true } : {}),
  }));
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
 * SQL: the column's text as `readText` reads it, NULL where it is missing.
 *
 * `list_contains`, never `IN`: DuckDB makes a join of a long IN list, and a join loses the order of the rows.
 */
export function textSql(column: ScanColumn, alsoMissing: readonly string[] = []): string {
  const field = quoteName(column.field);
  const text = column.type === "VARCHAR" ? field : `CAST(${field} AS VARCHAR)`;
  const code = `CASE WHEN ends_with(${text}, '.0') AND regexp_full_match(${text}, '-?[0-9]+\\.0') THEN ${text}[:-3] ELSE ${text} END`;
  return `CASE WHEN ${isMarker(text, [...missingTexts, ...alsoMissing])} THEN NULL ELSE ${code} END`;
}

const listOf = (texts: readonly string[]) => `[${texts.map(quoteText).join(", ")}]`;
/** What `String.trim` takes off; DuckDB's `trim` alone takes off spaces. */
const PADDING = `concat(' ', ${["\t", "\r", "\n", ...BLANKS].map((char) => `chr(${char.charCodeAt(0)})`).join(", ")})`;
const isMarker = (text: string, markers: readonly string[]) =>
  `list_contains(${listOf(markers)}, trim(${text}, ${PADDING}))`;

/** SQL: the column as DOUBLE, NULL where it is missing or not a number, as `readNumber` reads it. */
function numberSql(column: ScanColumn, format: NumberFormat, alsoMissing: readonly string[] = []): string {
  const field = quoteName(column.field);
  if (column.type !== "VARCHAR") {
    const numbers = alsoMissing.filter((word) => word.trim() !== "" && Number.isFinite(Number(word)));
    const value = `CAST(${field} AS DOUBLE)`;
    return numbers.length === 0
      ? value
      : `CASE WHEN list_contains([${numbers.join(", ")}]::DOUBLE[], ${value}) THEN NULL ELSE ${value} END`;
  }
  // -999 is a number and may be listed as missing all the same.
  if (alsoMissing.length > 0) {
    return `CASE WHEN ${isMarker(field, alsoMissing)} THEN NULL ELSE ${numberSql(column, format)} END`;
  }
  // DuckDB reads 1_000 as a number; in a table it is a code.
  if (sameFormat(format, PLAIN))
    return `CASE WHEN contains(${field}, '_') THEN NULL ELSE TRY_CAST(${field} AS DOUBLE) END`;
  const bare = bareSql(field);
  const digits = `translate(translate(${bare}, ${quoteText(` '’${format.group}`)}, ''), ',', '.')`;
  return `CASE WHEN ${isShape(bare, format)} THEN TRY_CAST(${digits} AS DOUBLE) END`;
}

const isShape = (text: string, format: NumberFormat) => `regexp_full_match(${text}, ${quoteText(numberShape(format))})`;

/** SQL: `bareNumber` of a text. */
function bareSql(field: string): string {
  const even = `trim(translate(${field}, ${quoteText(BLANKS + MINUSES)}, '${" ".repeat(BLANKS.length)}${"-".repeat(MINUSES.length)}'), ${PADDING})`;
  const replace = (text: string, pattern: string, by: string) =>
    `regexp_replace(${text}, ${quoteText(pattern)}, ${quoteText(by)})`;
  const unsigned = (text: string) =>
    replace(replace(text, `\\s*(?:${CURRENCY}|%)$`, ""), `^([-+]?)\\s*(?:${CURRENCY})\\s*`, "\\1");
  const bracketed = replace(unsigned(even), "^\\(\\s*(.*?)\\s*\\)$", "-\\1");
  const trailing = replace(bracketed, "^([^-].*?)\\s*-$", "-\\1");
  return replace(unsigned(trailing), "^([-+])\\s+", "\\1");
}

/** SQL: as `numberSql`, and true/false as 1/0; NaN where it is missing, so that no NULL is left. */
export function doubleSql(
  column: ScanColumn,
  boolean: boolean,
  format: NumberFormat = PLAIN,
  alsoMissing: readonly string[] = [],
): string {
  const field = quoteName(column.field);
  if (!boolean || column.type === "BOOLEAN")
    return `coalesce(${numberSql(column, format, alsoMissing)}, 'nan'::DOUBLE)`;
  return `CASE lower(trim(${field})) WHEN 'true' THEN 1::DOUBLE WHEN 'false' THEN 0::DOUBLE ELSE 'nan'::DOUBLE END`;
}

/** What is already known of a column: of a model's feature, or said by the user. */
export type Wanted = Kind | NumberFormat;

export interface JudgedColumn {
  readonly kind: Kind;
  /** Its texts are true and false. */
  readonly boolean: boolean;
  readonly format: NumberFormat;
  /** Every cell is a plain number: DuckDB may parse the column as it reads. */
  readonly plain: boolean;
}

export interface Judged {
  /** Without those that hold nothing. */
  readonly rows: number;
  readonly allRows: number;
  /** SQL that is true for a row that holds anything; null where all do. */
  readonly somethingThere: string | null;
  /** For each column asked about. */
  readonly columns: readonly JudgedColumn[];
  readonly notes: readonly Note[];
}

/**
 * Count the rows and say what each column is, by its content where its type does not say it.
 *
 * A first look counts plain numbers, which is enough for most files. Where a column has other cells, a second look counts
 * the ways in which they can be read; what one column leaves open, the others of the file decide.
 *
 * @param wanted - what is already known, by column name; a text in a column wanted as numbers is an error
 * @throws UserError `NOT_NUMBER` naming row, column and value for a text among at least 90 % numbers, and for numbers
 *   that may mean two things (`12.500`), with what to write for either
 */
export async function judgeColumns(
  connection: DuckDBConnection,
  scan: Scan,
  columns: readonly ScanColumn[],
  wanted: Readonly<Record<string, Wanted>> = {},
  alsoMissing: readonly string[] = [],
): Promise<Judged> {
  const texts = columns.filter((column) => column.type === "VARCHAR" && wanted[column.name] !== "text");
  const something = scan.columns.map(({ field }) => `${quoteName(field)} IS NOT NULL`).join(" OR ");
  const first = texts.flatMap((column) => {
    const field = quoteName(column.field);
    return [
      `count(${field})`,
      `count(${numberSql(column, PLAIN)})`,
      `count(CASE WHEN lower(trim(${field})) IN ('true', 'false') THEN 1 END)`,
      // Leading zeros, and more digits than a double holds: codes.
      `count(CASE WHEN (${field} >= '00' AND ${field} < '0:') OR (length(${field}) > 15 AND abs(TRY_CAST(${field} AS HUGEINT)) > 9007199254740992) THEN 1 END)`,
    ];
  });
  const wide = columns.filter((column) => column.wide && wanted[column.name] === undefined);
  const beyond = wide.map(({ field }) => {
    const name = quoteName(field);
    return `count(CASE WHEN ${name} > 9007199254740992 OR ${name} < -9007199254740992 THEN 1 END)`;
  });
  const select = ["count(*)", `count(CASE WHEN ${something} THEN 1 END)`, ...first, ...beyond];
  const [answer] = await smallAnswer(connection, `SELECT ${select.join(", ")} FROM ${scan.from()}`);
  const [all, rows, ...counts] = answer!.map(Number) as [number, number, ...number[]];
  const looks = new Map<ScanColumn, Look>();
  texts.forEach((column, t) => {
    const [cells, parsed, booleans, codes] = counts.slice(4 * t, 4 * t + 4) as [number, number, number, number];
    looks.set(column, { cells, parsed, booleans, codes });
  });
  const odd = [...looks.values()].some(
    ({ cells, parsed, booleans, codes }) => (parsed < cells && booleans < cells) || codes > 0,
  );
  const open =
    odd ||
    alsoMissing.length > 0 ||
    scan.delimiter === ";" ||
    Object.values(wanted).some((each) => typeof each === "object");
  const ways = open ? await waysToRead(connection, scan, texts, alsoMissing) : new Map<ScanColumn, Ways>();
  const notes: Note[] = [...(scan.notes ?? [])];
  if (rows < all)
    notes.push({ code: "empty-rows", message: `${all - rows} of ${all} rows hold nothing at all and are left out` });

  const tooLong = new Set(wide.filter((_, w) => counts[4 * texts.length + w]! > 0));
  const judged: JudgedColumn[] = [];
  for (const column of columns) {
    const look = looks.get(column);
    const known = wanted[column.name];
    const text: JudgedColumn = { kind: "text", boolean: false, format: PLAIN, plain: false };
    const number: JudgedColumn = { kind: "number", boolean: false, format: PLAIN, plain: true };
    if (known === "text" || (column.type === "OTHER" && !look)) judged.push(text);
    else if (tooLong.has(column)) {
      notes.push(codeNote(column.name));
      judged.push(text);
    } else if (column.type === "NUMBER") judged.push(number);
    else if (column.type === "BOOLEAN") judged.push({ ...number, boolean: true });
    else if (look!.booleans > 0 && look!.booleans === look!.cells)
      judged.push({ ...number, boolean: true, plain: false });
    else if (ways.size === 0) judged.push(number);
    else judged.push(await judge(connection, scan, column, look!, ways, known, alsoMissing, notes));
  }
  return { rows, allRows: all, somethingThere: rows < all ? `(${something})` : null, columns: judged, notes };
}

/** What a first look counts in a column of texts: cells that are not empty, plain numbers, true and false, codes. */
interface Look {
  readonly cells: number;
  readonly parsed: number;
  readonly booleans: number;
  readonly codes: number;
}

/** What a second look counts. */
interface Ways {
  /** Cells that are no number's word for missing. */
  readonly present: number;
  readonly markers: number;
  /** Cells that fit 1,234.56 and 1.234,56. */
  readonly point: number;
  readonly comma: number;
  /** Cells that fit one of them alone, as a decimal or by two groups: evidence. */
  readonly surePoint: number;
  readonly sureComma: number;
  /** Cells such as 12.500 and 12,500, which fit both with different values. */
  readonly eitherPoint: number;
  readonly eitherComma: number;
  /** Only digits. */
  readonly digits: number;
  /** Only digits and marks between them, dates apart. */
  readonly like: number;
}

/** Digits with marks between them; and a date, which looks so too. */
const LIKE = "[-+]?[0-9][0-9.,'’ ]*";
const DATE = "[0-9]{1,4}\\.[0-9]{1,2}\\.[0-9]{1,4}\\.?";

async function waysToRead(
  connection: DuckDBConnection,
  scan: Scan,
  columns: readonly ScanColumn[],
  alsoMissing: readonly string[],
): Promise<Map<ScanColumn, Ways>> {
  const sure = (decimal: string, group: string) =>
    `[-+]?(?:(?:[0-9]*${decimal}(?:[0-9]{0,2}|[0-9]{4,})|0?${decimal}[0-9]{3}|[0-9]{4,}${decimal}[0-9]{3})(?:[eE][-+]?[0-9]+)?|[0-9]{1,3}(?:${group}[0-9]{3})+${decimal}[0-9]*|[0-9]{1,3}(?:${group}[0-9]{3}){2,}${group === "," ? "|[0-9]{1,2}(?:,[0-9]{2})+,[0-9]{3}(?:\\.[0-9]*)?" : ""})`;
  const either = (mark: string) => `[-+]?[1-9][0-9]{0,2}${mark}[0-9]{3}`;
  const inner = columns.map(({ field }, j) => {
    const name = quoteName(field);
    const marker = isMarker(name, [...missingNumbers, ...alsoMissing]);
    return `CASE WHEN ${name} IS NULL OR ${marker} THEN NULL ELSE ${bareSql(name)} END AS b${j}, CASE WHEN ${marker} THEN 1 END AS m${j}`;
  });
  const counted = columns.flatMap((_, j) => {
    const match = (pattern: string) => `count(CASE WHEN regexp_full_match(b${j}, ${quoteText(pattern)}) THEN 1 END)`;
    return [
      `count(b${j})`,
      `count(m${j})`,
      match(numberShape(POINT)),
      match(numberShape(COMMA)),
      match(sure("\\.", ",")),
      match(sure(",", "\\.")),
      match(either("\\.")),
      match(either(",")),
      match("[0-9]+"),
      `count(CASE WHEN regexp_full_match(b${j}, ${quoteText(LIKE)}) AND NOT regexp_full_match(b${j}, ${quoteText(DATE)}) THEN 1 END)`,
    ];
  });
  if (columns.length === 0) return new Map();
  const sql = `SELECT ${counted.join(", ")} FROM (SELECT ${inner.join(", ")} FROM ${scan.from()})`;
  const [answer] = await smallAnswer(connection, sql);
  const numbers = answer!.map(Number);
  return new Map(
    columns.map((column, j) => {
      const [present, markers, point, comma, surePoint, sureComma, eitherPoint, eitherComma, digits, like] =
        numbers.slice(10 * j);
      return [
        column,
        { present, markers, point, comma, surePoint, sureComma, eitherPoint, eitherComma, digits, like } as Ways,
      ];
    }),
  );
}

async function judge(
  connection: DuckDBConnection,
  scan: Scan,
  column: ScanColumn,
  look: Look,
  ways: ReadonlyMap<ScanColumn, Ways>,
  known: Wanted | undefined,
  alsoMissing: readonly string[],
  notes: Note[],
): Promise<JudgedColumn> {
  const way = ways.get(column)!;
  const { name } = column;
  const text: JudgedColumn = { kind: "text", boolean: false, format: PLAIN, plain: false };
  const isCode = look.codes > 0 && way.digits === way.present;
  if (known === undefined && isCode) {
    notes.push(codeNote(name));
    return text;
  }
  const format = typeof known === "object" ? known : formatOfColumn(scan, column, look, ways, known !== undefined);
  const plain = sameFormat(format, PLAIN);
  const fits = plain ? look.parsed : format.decimal === "." ? way.point : way.comma;
  if (way.present === 0 || fits >= way.present) {
    if (!plain) {
      const [example] = await cellsThat(
        connection,
        scan,
        column,
        `TRY_CAST(${quoteName(column.field)} AS DOUBLE) IS NULL AND NOT ${isMarker(quoteName(column.field), [...missingNumbers, ...alsoMissing])}`,
        1,
      );
      const such = example ? `, such as "${example.value}"` : "";
      notes.push({
        code: "number-format",
        message: `${name} is read as numbers written ${formatInWords(format)}: ${way.present} of ${look.cells} cells${such}`,
      });
      notes.push(...(await mixedSigns(connection, scan, column)));
    }
    if (way.markers > 0) {
      notes.push({
        code: "missing-words",
        message: `${name}: ${way.markers} cells that say NA, None, ? or the like are read as missing`,
      });
    }
    return { kind: "number", boolean: false, format, plain: plain && way.markers === 0 };
  }
  const best = Math.max(look.parsed, way.point, way.comma);
  const like = Math.max(best, way.like);
  const wrong = `${quoteName(column.field)} IS NOT NULL AND NOT ${isMarker(quoteName(column.field), [...missingNumbers, ...alsoMissing])} AND ${numberSql(column, plain && way.point > look.parsed ? POINT : format)} IS NULL`;
  if (known !== undefined || best >= NUMBER_SHARE * way.present) {
    const cells = await cellsThat(connection, scan, column, wrong, 1);
    throw textAmongNumbers(scan, column, cells[0], way.present - fits);
  }
  if (like >= MOSTLY * way.present) {
    const cells = await cellsThat(connection, scan, column, wrong, 3);
    const seen = cells.map(({ row, value }) => `"${value}" in row ${row}`).join(", ");
    notes.push({
      code: "mostly-numbers",
      message: `${name} is read as text, but ${best} of its ${way.present} cells are numbers; in the way: ${seen}`,
      hint: `mend these cells, list them under data.missing, or write data.readings: { ${name}: text } if it is meant so`,
    });
  }
  return text;
}

/**
 * The format in which most of a column's cells are numbers. `12.500` may be twelve or twelve thousand: the column's other
 * cells decide, then the file's other columns, then the delimiter (a file with semicolons may have decimal commas).
 *
 * @throws UserError `NOT_NUMBER` where nothing decides
 */
function formatOfColumn(
  scan: Scan,
  column: ScanColumn,
  look: Look,
  ways: ReadonlyMap<ScanColumn, Ways>,
  isKnown: boolean,
): NumberFormat {
  const way = ways.get(column)!;
  const { surePoint, sureComma, eitherPoint, eitherComma } = way;
  const lean = way.point >= way.comma ? POINT : COMMA;
  const simplest = (format: NumberFormat) => (format === POINT && look.parsed >= way.present ? PLAIN : format);
  if (surePoint > 0 || sureComma > 0) return simplest(surePoint >= sureComma ? POINT : COMMA);
  if (eitherPoint === 0 && eitherComma === 0) return look.parsed >= way.present ? PLAIN : lean;
  let [points, commas] = [0, 0];
  for (const [other, theirs] of ways) {
    if (other === column || 2 * Math.max(theirs.point, theirs.comma) < theirs.present) continue;
    points += theirs.surePoint;
    commas += theirs.sureComma;
  }
  if (points !== commas) return simplest(points > commas ? POINT : COMMA);
  // Nothing decides. A plain file has its thousands without marks, and cells with commas are quoted for a reason.
  if (isKnown) return simplest(POINT);
  if (eitherComma === 0 && scan.delimiter !== ";") return PLAIN;
  if (eitherPoint === 0 && scan.delimiter === ",") return POINT;
  const mark = eitherComma > 0 ? "," : ".";
  throw new UserError("NOT_NUMBER", {
    what: `column "${column.name}" has cells such as 12${mark}500, which may be twelve and a half or twelve thousand five hundred, and nothing in the file tells which`,
    where: scan.path,
    mend: `write data.readings: { ${column.name}: { decimal: "${mark}" } } for twelve and a half, or { ${column.name}: { decimal: "${mark === "." ? "," : "."}", group: "${mark}" } } for thousands`,
  });
}

const codeNote = (name: string): Note => ({
  code: "code",
  message: `${name} is read as text: its digits have leading zeros, or are more than a number can hold`,
});

/** A note where amounts of one column have different signs: $ and €, or % and none. They are read as one unit. */
async function mixedSigns(connection: DuckDBConnection, scan: Scan, column: ScanColumn): Promise<Note[]> {
  const field = quoteName(column.field);
  const sign = `regexp_extract(${field}, ${quoteText(`${CURRENCY}|%`)})`;
  const found = await smallAnswer(
    connection,
    `SELECT ${sign} AS sign, count(*) FROM ${scan.from()} WHERE regexp_matches(${field}, '[0-9]') GROUP BY sign ORDER BY 2 DESC, 1`,
  );
  const signs = found.map(
    ([sign, count]) => `${sign === "" ? "no sign" : sign} in ${count} cell${Number(count) === 1 ? "" : "s"}`,
  );
  const isMixed = found.length > 1 && (found.length > 2 || found.every(([each]) => each !== "" && each !== null));
  const percentAndNone = found.length === 2 && found.some(([each]) => each === "%");
  if (!isMixed && !percentAndNone) return [];
  return [
    {
      code: "mixed-units",
      message: `${column.name} mixes units (${signs.join(", ")}), and its numbers are read as if they were of one`,
      hint: `convert them to one unit, or leave ${column.name} out`,
    },
  ];
}

interface Cell {
  readonly row: number;
  readonly value: string;
}

async function cellsThat(
  connection: DuckDBConnection,
  scan: Scan,
  column: ScanColumn,
  condition: string,
  most: number,
): Promise<Cell[]> {
  const found = await smallAnswer(
    connection,
    `SELECT row_number() OVER () AS row, CAST(${quoteName(column.field)} AS VARCHAR) AS value FROM ${scan.from()}
     QUALIFY ${condition} ORDER BY row LIMIT ${most}`,
  );
  return found.map(([row, value]) => ({ row: Number(row), value: String(value) }));
}

/** The error that names the first text of a number column. */
function textAmongNumbers(scan: Scan, column: ScanColumn, first: Cell | undefined, texts: number): UserError {
  const others = texts > 1 ? ` (and ${texts - 1} more like it)` : "";
  return new UserError("NOT_NUMBER", {
    what: `column "${column.name}" holds numbers, but row ${first?.row} is "${first?.value}"${others}`,
    where: scan.path,
    mend: `mend the value, leave the field empty, or list it under data.missing if it is missing (NA, nan, null, None, ? and - are read as missing among numbers)`,
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
