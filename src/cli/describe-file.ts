/** The work of `segmenta describe`. */
import { type ColumnSummary, correlations, describeTable, readTable } from "../data/index.js";
import { jsonText } from "../sweep/tables.js";
import { EXIT, type Io, pathFrom } from "./io.js";
import { plainTable } from "./render/plain-table.js";

export interface DescribeArguments {
  readonly table: string;
  readonly id: string | undefined;
  readonly correlations: "pearson" | "spearman" | undefined;
  readonly json: boolean;
}

/** How many of the strongest correlations are shown. */
const SHOWN = 15;

export async function describeFile(options: DescribeArguments, io: Io): Promise<number> {
  const table = await readTable({ path: pathFrom(io, options.table), id: options.id });
  const summaries = describeTable(table);
  const matrix = options.correlations === undefined ? null : correlations(table, options.correlations);
  if (options.json) {
    io.out(jsonText({ rows: table.rows, columns: summaries, ...(matrix ? { correlations: matrix } : {}) }));
    return EXIT.good;
  }
  io.out(`${table.rows} rows, ${table.columns.length} columns\n\n`);
  const head = ["column", "missing", "min", "q25", "median", "q75", "max", "zeros", "skew"];
  io.out(`${plainTable(head, summaries.map(summaryRow), [1, 2, 3, 4, 5, 6, 7, 8])}\n`);
  if (matrix) {
    const pairs = matrix.names.flatMap((a, i) =>
      matrix.names.slice(0, i).flatMap((b, j) => {
        const r = matrix.values[i]![j];
        return r === null || r === undefined ? [] : [{ a, b, r }];
      }),
    );
    pairs.sort((x, y) => Math.abs(y.r) - Math.abs(x.r));
    const rows = pairs.slice(0, SHOWN).map(({ a, b, r }) => [b, a, r.toFixed(3)]);
    io.out(`\nstrongest ${options.correlations} correlations\n\n${plainTable(["column", "column", "r"], rows, [2])}\n`);
  }
  return EXIT.good;
}

function summaryRow(summary: ColumnSummary): string[] {
  const name = summary.name.length > 24 ? `${summary.name.slice(0, 23)}…` : summary.name;
  const missing = summary.missing === 0 ? "" : String(summary.missing);
  if (summary.kind === "text") {
    const top = summary.mostFrequent;
    return [
      name,
      missing,
      "text",
      `${summary.distinct} kinds`,
      top ? `"${top.value.slice(0, 10)}" ×${top.count}` : "",
      "",
      "",
      "",
      "",
    ];
  }
  const values = [summary.min, summary.q25, summary.median, summary.q75, summary.max].map(compact);
  const zeros = summary.zeroShare ? `${(100 * summary.zeroShare).toFixed(0)} %` : "";
  return [name, missing, ...values, zeros, summary.skew === null ? "const" : summary.skew.toFixed(1)];
}

/** At most six characters: `0.083`, `312.3`, `49040`. */
export function compact(value: number | null): string {
  if (value === null) return "–";
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e6) return String(value);
  if (size >= 1e6) return value.toExponential(1);
  return size >= 1000 ? value.toFixed(0) : size >= 10 ? value.toFixed(1) : value.toFixed(3);
}
