/**
 * A table from a file that a page holds, read as the command line reads it (`data/scan.ts`): a column whose cells are all
 * plain numbers is a number column, the same texts are missing, the same faults have the same words. What takes more
 * (decimal commas, currencies, other encodings) is refused rather than read in another way.
 */
import { CsvFault, csvFields, csvRecords, sniffDelimiter } from "../core/csv.js";
import { UserError } from "../core/errors.js";
import type { Note } from "../core/notes.js";
import { bareNumber, COMMA, missingNumbers, numberShape, POINT, readText } from "../core/readings.js";
import { didYouMean } from "../core/suggest.js";
import type { Column, Table } from "../core/table.js";

/** What may be asked of a file: as `data` of an experiment. */
export interface Wanted {
  readonly path: string;
  readonly id?: string | undefined;
  readonly columns?: readonly string[] | undefined;
  readonly drop?: readonly string[] | undefined;
  /** Kinds that are already known, such as those of a model; by default the content decides. */
  readonly kinds?: Readonly<Record<string, Column["kind"]>> | undefined;
  readonly allowDuplicateIds?: boolean | undefined;
}

/** A column as it stands in the file: its cells, null where there is none. */
interface Raw {
  readonly name: string;
  readonly cells: (string | number | boolean | null)[];
}

const missing: ReadonlySet<string> = new Set(missingNumbers);
const NUMBER = /^\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*$/;
const INFINITE = /^\s*[-+]?inf(inity)?\s*$/i;
/** From this share of numbers on, a text among them is a mistake; as in `data/scan.ts`. */
const NUMBER_SHARE = 0.9;
/** From this share on, cells that only look like numbers are not passed over as texts. */
const MOSTLY = 0.5;
const marked = [POINT, COMMA].map((format) => new RegExp(`^(?:${numberShape(format)})$`));

/**
 * @param bytes - the whole file
 * @param wanted - its name, whose ending says the format, and which columns are asked for
 * @throws UserError `NOT_READABLE`, `EMPTY_TABLE`, `UNKNOWN_COLUMN`, `NOT_NUMBER`, `NOT_FINITE`, `MISSING_VALUE`, `DUPLICATE_ID`
 */
export function tableOf(bytes: Uint8Array, wanted: Wanted): Table {
  const { path } = wanted;
  const ending = /\.[^.]*$/.exec(path)?.[0].toLowerCase() ?? "";
  if (![".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson"].includes(ending)) {
    throw new UserError("NOT_READABLE", {
      what: `cannot tell the format of "${nameOf(path)}" from its extension "${ending}"`,
      where: path,
      mend: "the lab reads .csv, .tsv, .txt, .json, .jsonl, .ndjson; the command line reads .parquet as well",
    });
  }
  if (bytes.length === 0) {
    throw new UserError("EMPTY_TABLE", {
      what: `"${nameOf(path)}" is empty: 0 bytes`,
      where: path,
      mend: "give a file with a header and at least one row",
    });
  }
  const text = decoded(bytes, path);
  return build(/json/.test(ending) ? jsonColumns(text, path) : csvColumns(text, path), wanted);
}

function decoded(bytes: Uint8Array, path: string): string {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new UserError("NOT_READABLE", {
      what: `"${nameOf(path)}" is not UTF-8 text`,
      where: path,
      mend: "save the file as UTF-8, or read it with the command line, which knows other encodings",
      cause,
    });
  }
  if (text.includes("\0")) throw notReadable(path, "it is not UTF-8 text (it holds zero bytes)");
  return text;
}

function csvColumns(source: string, path: string): Raw[] {
  // Old Macs ended lines with a return alone.
  const text = source.includes("\n") ? source : source.replaceAll("\r", "\n");
  const name = nameOf(path);
  if (text.trim() === "") {
    throw new UserError("EMPTY_TABLE", {
      what: `"${name}" holds no text`,
      where: path,
      mend: "give a file with a header and at least one row",
    });
  }
  let delimiter = ",";
  let columns: Raw[] | undefined;
  for (const record of csvRecords(text)) {
    const where = `${path}, line ${record.line}`;
    const bad = (what: string, mend: string) => new UserError("NOT_READABLE", { what, where, mend });
    const doubled = 'close it; a quote inside a quoted field is written twice: ""';
    if (record.open) throw bad(`line ${record.line} of "${name}" opens a quote that is never closed`, doubled);
    if (!columns) {
      const hint = /^"?sep=.?"?$/i.exec(record.text);
      if (hint)
        throw bad(
          `the first line of "${name}" is a hint for Excel (${hint[0]}), not column names`,
          "remove that line; the delimiter is found without it",
        );
      delimiter = sniffDelimiter(record.text);
    }
    let fields: string[];
    try {
      fields = csvFields(record.text, delimiter);
    } catch (fault) {
      if (!(fault instanceof CsvFault)) throw fault;
      throw bad(
        `line ${record.line} of "${name}" ${fault.message}`,
        'a quote inside a quoted field is written twice: ""',
      );
    }
    if (!columns) {
      if (fields.every((field) => NUMBER.test(field)) && fields.some((field) => /[.eE]/.test(field)))
        throw bad(
          `the first line of "${name}" is data (${fields.slice(0, 3).join(", ")}), not column names`,
          "add a header line that names the columns",
        );
      columns = fields.map((field, j) => ({ name: field.trim() || `column_${j + 1}`, cells: [] }));
      requireDistinct(columns, where);
      continue;
    }
    if (fields.length !== columns.length)
      throw bad(
        `line ${record.line} of "${name}" has ${fields.length} field${fields.length === 1 ? "" : "s"}, but the header has ${columns.length}`,
        "mend that line; a field that holds the delimiter must stand in double quotes",
      );
    for (const [j, field] of fields.entries()) columns[j]!.cells.push(field === "" ? null : field);
  }
  return columns ?? [];
}

function requireDistinct(columns: readonly Raw[], where: string): void {
  const seen = new Map<string, number>();
  columns.forEach(({ name }, j) => {
    const first = seen.get(name);
    if (first !== undefined) {
      throw new UserError("NOT_READABLE", {
        what: `two columns are called "${name}": number ${first + 1} and number ${j + 1}`,
        where,
        mend: "rename one of them",
      });
    }
    seen.set(name, j);
  });
}

function jsonColumns(text: string, path: string): Raw[] {
  let rows: unknown[];
  try {
    const whole: unknown = text.trimStart().startsWith("[")
      ? JSON.parse(text)
      : text
          .split(/\r?\n/)
          .filter((line) => line.trim() !== "")
          .map((line): unknown => JSON.parse(line));
    rows = Array.isArray(whole) ? whole : [whole];
  } catch (cause) {
    throw notReadable(path, (cause as Error).message, cause);
  }
  const columns = new Map<string, Raw>();
  rows.forEach((row, i) => {
    if (row === null || typeof row !== "object" || Array.isArray(row))
      throw notReadable(path, `row ${i + 1} is no object with a value for each column`);
    for (const [name, value] of Object.entries(row as Record<string, unknown>)) {
      let column = columns.get(name);
      if (!column) {
        column = { name, cells: new Array<null>(i).fill(null) };
        columns.set(name, column);
      }
      const plain = typeof value === "number" || typeof value === "boolean" || typeof value === "string";
      column.cells[i] = plain ? value : value === null ? null : JSON.stringify(value);
    }
    for (const column of columns.values()) column.cells[i] ??= null;
  });
  return [...columns.values()];
}

function build(whole: readonly Raw[], wanted: Wanted): Table {
  const { path, id: idName, columns: listed, drop = [], kinds = {} } = wanted;
  const { raw, notes } = withoutEmptyRows(whole);
  const known = raw.map(({ name }) => name);
  const find = (name: string, role: string): Raw => {
    const column = raw.find((candidate) => candidate.name === name);
    if (column) return column;
    throw new UserError("UNKNOWN_COLUMN", {
      what: `unknown ${role} "${name}"`,
      where: path,
      mend: didYouMean(name, known),
    });
  };
  const id = idName === undefined ? undefined : find(idName, "id column");
  const dropped = new Set(drop.map((name) => find(name, "column to drop")));
  const features = (listed?.map((name) => find(name, "column")) ?? raw).filter(
    (column) => column !== id && !dropped.has(column),
  );
  const rows = raw[0]?.cells.length ?? 0;
  if (rows === 0) {
    throw new UserError("EMPTY_TABLE", {
      what: `the table has ${raw.length} column${raw.length === 1 ? "" : "s"} and no rows`,
      where: path,
      mend: "give a file with at least one row",
    });
  }
  const columns = features.map((column) => typed(column, path, kinds[column.name], notes));
  return {
    rows,
    columns,
    id: id ? { name: id.name, values: idsOf(id, path, wanted.allowDuplicateIds) } : null,
    ...(notes.length > 0 ? { notes } : {}),
  };
}

function withoutEmptyRows(raw: readonly Raw[]): { raw: readonly Raw[]; notes: Note[] } {
  const all = raw[0]?.cells.length ?? 0;
  const holds = Array.from({ length: all }, (_, i) => raw.some(({ cells }) => cells[i] !== null));
  const rows = holds.filter(Boolean).length;
  if (rows === all) return { raw, notes: [] };
  const notes = [{ code: "empty-rows", message: `${all - rows} of ${all} rows hold nothing at all and are left out` }];
  return { raw: raw.map(({ name, cells }) => ({ name, cells: cells.filter((_, i) => holds[i]) })), notes };
}

/** A column of numbers or of texts, whichever its content says. */
function typed({ name, cells }: Raw, path: string, known: Column["kind"] | undefined, notes: Note[]): Column {
  const text = (): Column => ({
    kind: "text",
    name,
    values: cells.map((cell) => (cell === null ? null : readText(String(cell)))),
  });
  if (known === "text") return text();
  const filled = cells.filter((cell) => cell !== null);
  const boolean = filled.length > 0 && filled.every((cell) => /^\s*(true|false)\s*$/i.test(String(cell)));
  const present = filled.filter((cell) => !isMarker(cell));
  if (!boolean) {
    if (known === undefined && present.some(isCode) && present.every((cell) => /^[0-9]+$/.test(String(cell)))) {
      const message = `${name} is read as text: its digits have leading zeros, or are more than a number can hold`;
      notes.push({ code: "code", message });
      return text();
    }
    const numbers = present.filter(isNumber).length;
    const like = present.filter(isMarked).length;
    if (like > 0 && numbers + like >= MOSTLY * present.length) throw anotherWay(name, cells, path);
    if (numbers < present.length) {
      if (known === "number" || numbers >= NUMBER_SHARE * present.length)
        throw textAmongNumbers(name, cells, present.length - numbers, path);
      return text();
    }
    const words = filled.length - present.length;
    if (words > 0) {
      const message = `${name}: ${words} cells that say NA, None, ? or the like are read as missing`;
      notes.push({ code: "missing-words", message });
    }
  }
  const values = new Float64Array(cells.length);
  let valid: Uint8Array | null = null;
  cells.forEach((cell, i) => {
    if (cell === null || (!boolean && isMarker(cell))) {
      valid ??= new Uint8Array(cells.length).fill(1);
      valid[i] = 0;
      values[i] = Number.NaN;
      return;
    }
    const value = boolean ? Number(/true/i.test(String(cell))) : toNumber(cell);
    if (!Number.isFinite(value)) {
      throw new UserError("NOT_FINITE", {
        what: `column "${name}" is ${value} in row ${i + 1}; every value must be finite`,
        where: path,
        mend: "mend the value, or leave the field empty if it is missing",
      });
    }
    values[i] = value;
  });
  return { kind: "number", name, values, valid };
}

type Cell = string | number | boolean;

const isMarker = (cell: Cell) => typeof cell === "string" && missing.has(cell.trim());

/** Leading zeros, or more digits than a double holds. */
const isCode = (cell: Cell) =>
  typeof cell === "string" && (/^0[0-9]/.test(cell) || (cell.length > 15 && Math.abs(Number(cell)) > 9007199254740992));

const isNumber = (cell: Cell) =>
  typeof cell === "number" || (typeof cell === "string" && (NUMBER.test(cell) || INFINITE.test(cell)));

/** Not a plain number, and one all the same: with grouping marks, a decimal comma, a currency. */
const isMarked = (cell: Cell) =>
  typeof cell === "string" && !isNumber(cell) && marked.some((shape) => shape.test(bareNumber(cell.trim())));

function toNumber(cell: Cell): number {
  if (typeof cell === "string" && INFINITE.test(cell)) return cell.includes("-") ? -Infinity : Infinity;
  return Number(cell);
}

function anotherWay(name: string, cells: Raw["cells"], path: string): UserError {
  const row = cells.findIndex((cell) => cell !== null && isMarked(cell));
  return new UserError("NOT_NUMBER", {
    what: `column "${name}" holds numbers that are not written plainly, such as "${cells[row]}" in row ${row + 1}`,
    where: path,
    mend: "write them as 1234.56, or use the command line, which reads other spellings: npx segmenta init",
  });
}

function textAmongNumbers(name: string, cells: Raw["cells"], texts: number, path: string): UserError {
  const row = cells.findIndex((cell) => cell !== null && !isMarker(cell) && !isNumber(cell));
  const others = texts > 1 ? ` (and ${texts - 1} more like it)` : "";
  return new UserError("NOT_NUMBER", {
    what: `column "${name}" holds numbers, but row ${row + 1} is "${cells[row]}"${others}`,
    where: path,
    mend: "mend the value, leave the field empty, or list it under data.missing if it is missing (NA, nan, null, None, ? and - are read as missing among numbers)",
  });
}

function idsOf({ name, cells }: Raw, path: string, twice = false): string[] {
  const seen = new Map<string, number>();
  return cells.map((cell, row) => {
    const id = cell === null ? null : readText(String(cell));
    if (id === null) {
      throw new UserError("MISSING_VALUE", {
        what: `row ${row + 1} has no ${name}`,
        where: path,
        mend: "give every row an id, or name no id column",
      });
    }
    const first = seen.get(id);
    if (first !== undefined && !twice) {
      throw new UserError("DUPLICATE_ID", {
        what: `${name} "${id}" appears twice: in row ${first + 1} and in row ${row + 1}`,
        where: path,
        mend: "keep one of the rows, name another id column, or allow duplicate ids",
      });
    }
    seen.set(id, row);
    return id;
  });
}

const nameOf = (path: string) => path.split(/[\\/]/).at(-1)!;

function notReadable(path: string, reason: string, cause?: unknown): UserError {
  return new UserError("NOT_READABLE", {
    what: `cannot read "${nameOf(path)}": ${reason}`,
    where: path,
    mend: "check that the file is whole, may be read, and is what its extension says",
    cause,
  });
}

/** The names of the columns, in order. @throws as `tableOf` */
export function columnsOf(bytes: Uint8Array, path: string): string[] {
  return tableOf(bytes, { path }).columns.map(({ name }) => name);
}
