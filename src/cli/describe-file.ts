/** The work of `segmenta describe`. */
import { counted, shorten } from "../core/words.js";
import {
  type ColumnSummary,
  correlations,
  dependenceInWords,
  dependences,
  describeTable,
  equalRows,
  idLikeColumns,
  readTable,
  type TextSummary,
} from "../data/index.js";
import { jsonText } from "../results/tables.js";
import type { DescribeArguments } from "./commands/describe.js";
import { EXIT, type Io, pathFrom } from "./io.js";
import { plainTable } from "./render/plain-table.js";
import { wrap } from "./render/wrap.js";

/** How many of the strongest correlations are shown. */
const SHOWN = 15;
/** Characters of a column's name: with room, and at least. */
const MOST_NAME = 24;
const LEAST_NAME = 12;

export async function describeFile(options: DescribeArguments, io: Io): Promise<number> {
  const table = await readTable({ path: pathFrom(io, options.table), sheet: options.sheet, id: options.id });
  const summaries = describeTable(table);
  const matrix = options.correlations === undefined ? null : correlations(table, options.correlations);
  const dependent = dependences(table);
  if (options.json) {
    io.out(
      jsonText({
        rows: table.rows,
        columns: summaries,
        notes: table.notes ?? [],
        dependences: dependent,
        ...(matrix ? { correlations: matrix } : {}),
      }),
    );
    return EXIT.good;
  }
  io.out(`${counted(table.rows, "row")}, ${counted(table.columns.length, "column")}\n\n`);
  io.out(`${summaryTable(summaries, io.columns)}\n`);
  const say = (text: string) => io.out(`\n${wrap(`! ${oneLine(text)}`, io.columns, "    ")}\n`);
  for (const { message, hint } of table.notes ?? []) say(`${message}${hint ? `; ${hint}` : ""}`);
  const ids = idLikeColumns(table);
  for (const { name, kind, why } of ids) say(`${name} looks like ${kind === "code" ? "a code" : "an id"}: ${why}`);
  const twice = equalRows(
    table,
    ids.filter(({ kind }) => kind === "id").map(({ name }) => name),
  );
  if (twice > 0) say(`${counted(twice, "row")} ${twice === 1 ? "repeats" : "repeat"} an earlier one throughout`);
  for (const dependence of dependent) {
    say(`${dependenceInWords(dependence)}: one of the two is enough`);
  }
  if (matrix) {
    const pairs = matrix.names.flatMap((a, i) =>
      matrix.names.slice(0, i).flatMap((b, j) => {
        const r = matrix.values[i]![j];
        return r === null || r === undefined ? [] : [{ a, b, r }];
      }),
    );
    pairs.sort((x, y) => Math.abs(y.r) - Math.abs(x.r));
    const width = Math.max(LEAST_NAME, Math.floor((io.columns - 10) / 2));
    const short = (name: string) => shorten(oneLine(name), width);
    const rows = pairs.slice(0, SHOWN).map(({ a, b, r }) => [short(b), short(a), r.toFixed(3)]);
    io.out(`\nstrongest ${options.correlations} correlations\n\n${plainTable(["column", "column", "r"], rows, [2])}\n`);
  }
  return EXIT.good;
}

/** A row for each column: names give way until the lines fit, then the quartiles. */
function summaryTable(summaries: readonly ColumnSummary[], columns: number): string {
  const longest = Math.min(MOST_NAME, Math.max(...summaries.map(({ name }) => oneLine(name).length)));
  const fitted = (quartiles: boolean) => {
    const wide = tableOf(summaries, longest, quartiles);
    const over = widthOf(wide) - columns;
    return over <= 0 ? wide : tableOf(summaries, Math.max(LEAST_NAME, longest - over), quartiles);
  };
  const all = fitted(true);
  return widthOf(all) <= columns ? all : fitted(false);
}

const widthOf = (text: string) => Math.max(...text.split("\n").map((line) => line.length));

function tableOf(summaries: readonly ColumnSummary[], nameLength: number, quartiles: boolean): string {
  const numbers = quartiles ? (["min", "q25", "median", "q75", "max"] as const) : (["min", "median", "max"] as const);
  const rows = summaries.map((summary) => {
    const name = shorten(oneLine(summary.name), nameLength);
    const missing = summary.missing === 0 ? "" : String(summary.missing);
    if (summary.kind === "text") return [name, missing, { content: textInWords(summary), colSpan: numbers.length + 2 }];
    const zeros = summary.zeroShare ? `${(100 * summary.zeroShare).toFixed(0)} %` : "";
    const skew = summary.skew === null ? "const" : summary.skew.toFixed(1);
    return [name, missing, ...numbers.map((key) => compact(summary[key])), zeros, skew];
  });
  const head = ["column", "missing", ...numbers, "zeros", "skew"];
  return plainTable(
    head,
    rows,
    head.map((_, i) => i).filter((i) => i > 0),
  );
}

/** `text, 3 kinds, "north" ×12` */
function textInWords({ distinct, mostFrequent: top }: TextSummary): string {
  const often = top ? `, "${shorten(oneLine(top.value), 16)}" ×${top.count}` : "";
  return `text, ${counted(distinct, "kind")}${often}`;
}

const oneLine = (text: string) => text.replace(/\s+/g, " ");

/** At most six characters: `0.083`, `312.3`, `49040`. */
export function compact(value: number | null): string {
  if (value === null) return "–";
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e6) return String(value);
  if (size >= 1e6) return value.toExponential(1);
  return size >= 1000 ? value.toFixed(0) : size >= 10 ? value.toFixed(1) : value.toFixed(3);
}
