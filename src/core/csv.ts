/**
 * CSV, in one place: how fields are quoted, where records end, which delimiter a header uses. For browser and server
 * alike. RFC 4180 with two allowances: line ends are LF or CRLF, and the delimiter may be a comma, semicolon, tab or
 * bar. A quote opens a quoted field only where a field begins; elsewhere it is a character (`5" pipe`).
 */

/** What a cell may hold; null, undefined and NaN are written as an empty field. */
export type CsvCell = string | number | boolean | null | undefined;

/**
 * One field. Numbers are the shortest decimals that read back to the same bits; a text that holds the delimiter, a
 * quote or a line end, or begins or ends with a blank, stands in quotes.
 */
export function csvField(cell: CsvCell, delimiter = ","): string {
  if (cell === null || cell === undefined) return "";
  if (typeof cell === "number") return Number.isNaN(cell) ? "" : String(cell);
  const text = String(cell);
  return text.includes(delimiter) || /["\n\r]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** One line, its line end included. */
export function csvLine(cells: readonly CsvCell[], delimiter = ","): string {
  return `${cells.map((cell) => csvField(cell, delimiter)).join(delimiter)}\n`;
}

/** A header and rows. */
export function csvText(header: readonly string[], rows: Iterable<readonly CsvCell[]>): string {
  let text = csvLine(header);
  for (const row of rows) text += csvLine(row);
  return text;
}

const DELIMITERS = [",", ";", "\t", "|"] as const;

/** Whichever of comma, semicolon, tab and bar a header holds most of, outside quotes; a comma where it holds none. */
export function sniffDelimiter(header: string): string {
  const bare = header.replace(/"(?:[^"]|"")*"/g, "");
  const counts = DELIMITERS.map((delimiter) => bare.split(delimiter).length);
  return DELIMITERS[counts.indexOf(Math.max(...counts))]!;
}

/** Whether a quoted field is still open at the end of a line, given whether one was at its beginning. */
export function leavesQuoteOpen(line: string, wasOpen: boolean): boolean {
  let open = wasOpen;
  for (let at = line.indexOf('"'); at >= 0; at = line.indexOf('"', at + 1)) {
    if (!open) open = at === 0 || (DELIMITERS as readonly string[]).includes(line[at - 1]!);
    else if (line[at + 1] === '"') at++;
    else open = false;
  }
  return open;
}

/** A record as it stands in the text, without its line end. */
export interface CsvRecord {
  readonly text: string;
  /** Line on which it begins, from 1. */
  readonly line: number;
  /** True for a last record whose quote is never closed. */
  readonly open: boolean;
}

/** The records of a whole text, one after another. Empty lines and a byte order mark are passed over. */
export function* csvRecords(source: string): Generator<CsvRecord> {
  let line = 1;
  let begins = 1;
  let open = false;
  let start = source.charCodeAt(0) === 0xfeff ? 1 : 0;
  for (let from = start; from < source.length; ) {
    const found = source.indexOf("\n", from);
    const end = found < 0 ? source.length : found;
    open = leavesQuoteOpen(source.slice(from, end), open);
    from = end + 1;
    line++;
    if (open && from < source.length) continue;
    const text = source.slice(start, source[end - 1] === "\r" && end > start ? end - 1 : end);
    if (text !== "") yield { text, line: begins, open };
    start = from;
    begins = line;
  }
}

/** What is wrong with a record: `has a stray quote`. */
export class CsvFault extends Error {}

/**
 * The fields of one record, quotes undone.
 *
 * @throws CsvFault for a quote without its other, or text after a closing quote
 */
export function csvFields(record: string, delimiter = ","): string[] {
  if (!record.includes('"')) return record.split(delimiter);
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    if (record[at] === '"') {
      let field = "";
      for (;;) {
        const end = record.indexOf('"', at + 1);
        if (end < 0) throw new CsvFault("opens a quote that is never closed");
        field += record.slice(at + 1, end);
        at = end + 1;
        if (record[at] !== '"') break;
        field += '"';
      }
      fields.push(field);
      if (at >= record.length) return fields;
      if (record[at] !== delimiter) throw new CsvFault("has text after a closing quote");
      at++;
    } else {
      const end = record.indexOf(delimiter, at);
      fields.push(end < 0 ? record.slice(at) : record.slice(at, end));
      if (end < 0) return fields;
      at = end + 1;
    }
  }
}
