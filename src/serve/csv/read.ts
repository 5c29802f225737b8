/**
 * CSV as it arrives: bytes in, records out, one record held at a time. The `data` folder reads files through DuckDB;
 * a request has no file, and must not fill the memory before it is refused.
 */
import { CsvFault, csvFields, leavesQuoteOpen, sniffDelimiter } from "../../core/csv.js";
import { UserError } from "../../core/errors.js";
import type { Limits } from "../limits.js";

export interface CsvRecord {
  readonly fields: readonly string[];
  /** Line on which it begins, from 1. */
  readonly line: number;
}

/**
 * Records of a CSV body; the first is the header. Line ends are LF or CRLF; a quoted field may hold delimiters,
 * doubled quotes and line ends; empty lines are passed over. The delimiter is whichever of comma, semicolon, tab and
 * bar the header holds most of.
 *
 * @throws UserError `BODY_TOO_LARGE` beyond `csvBytes`, `NOT_READABLE` for text that is not UTF-8 or holds a zero byte,
 *   a record without an end, or a quote without its other
 * @remarks memory: one chunk and one record
 */
export async function* readRecords(
  body: ReadableStream<Uint8Array>,
  limits: Pick<Limits, "csvBytes" | "recordChars">,
): AsyncGenerator<CsvRecord> {
  let delimiter: string | undefined;
  for await (const { text, line } of recordTexts(body, limits)) {
    if (text === "") continue;
    if (delimiter === undefined && /^"?sep=.?"?$/i.test(text))
      throw unreadable(line, `is a hint for Excel (${text})`, "remove that line; the delimiter is found without it");
    delimiter ??= sniffDelimiter(text);
    yield { fields: fieldsOf(text, delimiter, line), line };
  }
}

/** Text between line ends that stand outside quotes. */
async function* recordTexts(
  body: ReadableStream<Uint8Array>,
  { csvBytes, recordChars }: Pick<Limits, "csvBytes" | "recordChars">,
): AsyncGenerator<{ text: string; line: number }> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let bytes = 0;
  let line = 1;
  let begins = 1;
  let record = "";
  let rest = "";
  let open = false;
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read().catch(endedEarly);
      bytes += value?.length ?? 0;
      if (bytes > csvBytes) throw tooLarge(csvBytes);
      const text = decode(decoder, value, line);
      rest += text;
      let from = 0;
      // A line that comes in very many pieces is looked through when it has ended, not once for each piece.
      const ended = done || text.includes("\n");
      while (ended) {
        const end = rest.indexOf("\n", from);
        if (end < 0 && !(done && from < rest.length)) break;
        const piece = rest.slice(from, end < 0 ? rest.length : end);
        from = end < 0 ? rest.length : end + 1;
        line++;
        open = leavesQuoteOpen(piece, open);
        record = record === "" ? piece : `${record}\n${piece}`;
        if (record.length > recordChars) throw tooLong(begins, recordChars);
        if (open) continue;
        yield { text: record.endsWith("\r") ? record.slice(0, -1) : record, line: begins };
        record = "";
        begins = line;
      }
      rest = rest.slice(from);
      if (rest.length > recordChars) throw tooLong(line, recordChars);
      if (done) break;
    }
    if (open) throw unreadable(begins, "opens a quote that is never closed", DOUBLED);
  } finally {
    // Whatever ends the reading, the sender is told to stop.
    await reader.cancel().catch(() => undefined);
  }
}

function endedEarly(cause: unknown): never {
  throw new UserError("NOT_READABLE", { what: "the body ended before it was whole", where: "body", cause });
}

function decode(decoder: TextDecoder, value: Uint8Array | undefined, line: number): string {
  const mend = "save the file as UTF-8";
  let text: string;
  try {
    text = decoder.decode(value, { stream: value !== undefined });
  } catch {
    throw unreadable(line, "or one after it is not UTF-8 text", mend);
  }
  if (text.includes("\0")) throw unreadable(line, "or one after it holds a zero byte", mend);
  return text;
}

function fieldsOf(text: string, delimiter: string, line: number): string[] {
  try {
    return csvFields(text, delimiter);
  } catch (fault) {
    if (fault instanceof CsvFault) throw unreadable(line, fault.message, DOUBLED);
    throw fault;
  }
}

const DOUBLED = 'a quote inside a quoted field is written twice: ""';

function unreadable(line: number, what: string, mend: string): UserError {
  return new UserError("NOT_READABLE", { what: `line ${line} ${what}`, where: `body, line ${line}`, mend });
}

function tooLong(line: number, chars: number): UserError {
  return new UserError("BODY_TOO_LARGE", {
    what: `the record on line ${line} is longer than ${chars} characters`,
    where: `body, line ${line}`,
    mend: "check the line ends and quotes",
  });
}

function tooLarge(bytes: number): UserError {
  return new UserError("BODY_TOO_LARGE", {
    what: `the body is larger than ${bytes} bytes`,
    where: "body",
    mend: "score the file where it lies: segmenta predict model.json customers.csv --out segments.csv",
  });
}
