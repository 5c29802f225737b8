/** The work of `segmenta query`. */
import { csvText } from "../core/csv.js";
import { UserError } from "../core/errors.js";
import { type QueryAnswer, queryResults } from "../results/query.js";
import { formatNumber, jsonText } from "../results/tables.js";
import { notWritable } from "../sweep/store/file-store.js";
import { writeWhole } from "../sweep/store/temporary.js";
import type { QueryArguments } from "./commands/query.js";
import { EXIT, type Io, pathFrom } from "./io.js";
import { plainTable } from "./render/plain-table.js";

/** Returns the exit code. */
export async function runQuery({ sql, results, format, out }: QueryArguments, io: Io): Promise<number> {
  if (format === "parquet" && out === undefined) {
    throw new UserError("BAD_USAGE", {
      what: "Parquet is a binary format and cannot be printed",
      where: "command line, --format",
      mend: "name a file: --out trials.parquet",
    });
  }
  const parquet = format === "parquet" ? pathFrom(io, out!) : undefined;
  const answer = await queryResults({ folder: pathFrom(io, results), sql, parquet, signal: io.signal });
  if (format === "parquet") {
    io.err(`wrote ${answer.rows.length} rows to ${out}\n`);
    return EXIT.good;
  }
  const text =
    format === "csv"
      ? csvText(answer.columns, answer.rows)
      : format === "json"
        ? jsonText(answer.rows.map((row) => Object.fromEntries(answer.columns.map((name, c) => [name, row[c]]))))
        : `${asTable(answer, out === undefined ? io.columns : Number.POSITIVE_INFINITY)}\n`;
  if (out === undefined) io.out(text);
  else {
    await writeWhole(pathFrom(io, out), text).catch((error: unknown) => {
      throw notWritable(out, error);
    });
    io.err(`wrote ${answer.rows.length} rows to ${out}\n`);
  }
  return EXIT.good;
}

/** Columns that do not fit the screen are cut, the widest texts first, and then left out, and it says so. */
function asTable({ columns, rows, numeric }: QueryAnswer, width: number): string {
  const texts = rows.map((row) => row.map((value) => shown(value)));
  const widths = columns.map((name, c) => Math.max(name.length, ...texts.map((row) => row[c]!.length)));
  const total = (count: number) => widths.slice(0, count).reduce((sum, w) => sum + w + 2, -2);
  while (total(widths.length) > width) {
    const widest = widths.indexOf(Math.max(...widths.map((w, c) => (numeric[c] ? 0 : w))));
    if (widest < 0 || widths[widest]! <= NARROWEST) break;
    widths[widest] = widths[widest]! - 1;
  }
  let count = columns.length;
  while (count > 1 && total(count) > width) count--;
  const cut = (text: string, c: number) => (text.length <= widths[c]! ? text : `${text.slice(0, widths[c]! - 1)}…`);
  const right = numeric.flatMap((is, c) => (is && c < count ? [c] : []));
  const head = columns.slice(0, count).map(cut);
  const body = texts.map((row) => row.slice(0, count).map(cut));
  const notes = [`${rows.length} row${rows.length === 1 ? "" : "s"}`];
  if (count < columns.length) notes.push(`${columns.length - count} more columns do not fit; --format csv has all`);
  return `${plainTable(head, body, right)}\n${notes.map((note) => `  ${note}`).join("\n")}`;
}

/** Texts are not cut below this. */
const NARROWEST = 8;

/** Six digits are enough for a screen. */
function shown(value: string | number | boolean | null): string {
  if (value === null) return "";
  if (typeof value !== "number" || Number.isInteger(value)) return String(value);
  return formatNumber(Number(value.toPrecision(6)));
}
