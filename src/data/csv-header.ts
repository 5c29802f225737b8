/**
 * The first record of a CSV file: which delimiter it uses and what its columns are called.
 *
 * We sniff only this, and tell DuckDB the rest. Its own sniffer may skip lines or read a whole line as one
 * column when a file is damaged, which turns a fault into a quietly different table.
 */
import { closeSync, openSync, readSync } from "node:fs";
import { basename } from "node:path";
import { csvFields, csvRecords, sniffDelimiter } from "../core/csv.js";
import { UserError } from "../core/errors.js";
import { notReadable } from "./source.js";

export interface CsvHeader {
  readonly delimiter: string;
  readonly names: readonly string[];
}

/** A header longer than this is no header. */
const headerBytes = 1 << 20;

/**
 * Read the header of a CSV file.
 *
 * The delimiter is whichever of comma, semicolon, tab and bar the header holds most of, outside quotes
 * (none: one column, comma). A column without a name, as R and pandas write for row names, is `column_1`.
 *
 * @param path - the file that errors speak of, if `file` is a copy of it
 * @throws UserError `NOT_READABLE` for a name that appears twice, or a first line that is plainly data or Excel's `sep=;`
 * @throws UserError `EMPTY_TABLE` if the file holds blanks alone
 */
export function readCsvHeader(file: string, path = file): CsvHeader {
  const text = firstText(file);
  if (text.trim() === "") {
    throw new UserError("EMPTY_TABLE", {
      what: `"${basename(path)}" holds no text`,
      where: path,
      mend: "give a file with a header and at least one row",
    });
  }
  if (text.includes("\0")) throw notReadable(path, "it is not UTF-8 text (it holds zero bytes)");
  const hint = /^"?sep=.?"?(?=\r|\n|$)/i.exec(text);
  if (hint) {
    throw new UserError("NOT_READABLE", {
      what: `the first line of "${basename(path)}" is a hint for Excel (${hint[0]}), not column names`,
      where: `${path}, line 1`,
      mend: "remove that line; the delimiter is found without it",
    });
  }
  // Old Macs ended lines with a return alone.
  const [record] = csvRecords(text.replace(/\r\n?/g, "\n"));
  const delimiter = sniffDelimiter(record!.text);
  const fields = fieldsOf(record!.text, delimiter);
  if (fields.every(isDecimal) && fields.some((field) => /[.eE]/.test(field))) {
    throw new UserError("NOT_READABLE", {
      what: `the first line of "${basename(path)}" is data (${fields.slice(0, 3).join(", ")}), not column names`,
      where: `${path}, line 1`,
      mend: "add a header line that names the columns",
    });
  }
  const names = fields.map((field, j) => (field.trim() === "" ? `column_${j + 1}` : field.trim()));
  const seen = new Map<string, number>();
  names.forEach((name, j) => {
    const first = seen.get(name);
    if (first !== undefined) {
      throw new UserError("NOT_READABLE", {
        what: `two columns are called "${name}": number ${first + 1} and number ${j + 1}`,
        where: `${path}, line 1`,
        mend: "rename one of them",
      });
    }
    seen.set(name, j);
  });
  return { delimiter, names };
}

/** The beginning of a file as text, without a byte order mark. */
function firstText(path: string): string {
  const buffer = Buffer.alloc(headerBytes);
  let file: number;
  try {
    file = openSync(path, "r");
  } catch (cause) {
    throw notReadable(path, String((cause as NodeJS.ErrnoException).code), cause);
  }
  try {
    const length = readSync(file, buffer, 0, headerBytes, 0);
    const text = buffer.toString("utf8", 0, length);
    return text.startsWith("\uFEFF") ? text.slice(1) : text;
  } finally {
    closeSync(file);
  }
}

/** The fields of the first record; one that is damaged is taken as it stands, for DuckDB to find the fault. */
function fieldsOf(record: string, delimiter: string): string[] {
  try {
    return csvFields(record, delimiter);
  } catch {
    return record.split(delimiter);
  }
}

const isDecimal = (text: string) => /^\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*$/.test(text);
