/** The files of a results folder, as text. Pure: same rows, same bytes. */
import { csvText } from "../core/csv.js";
import type { Labels } from "../core/labels.js";
import type { MetricColumn } from "../metrics/define.js";
import type { Row } from "../sweep/rows.js";

/** Columns of metrics.csv before those of the metrics. Names are final. */
export const ROW_COLUMNS = [
  "algorithm",
  "prepare",
  "reduce",
  "params",
  "k",
  "seed",
  "status",
  "reason",
  "space",
  "coverage",
  "smallest",
] as const;

/** A number with 12 significant digits, in its shortest form; empty for null. */
export function formatNumber(value: number | null | undefined): string {
  if (value === null || value === undefined) return "";
  return String(Number(value.toPrecision(12)));
}

/** metrics.csv */
export function metricsCsv(rows: readonly Row[], columns: readonly MetricColumn[]): string {
  const header = [...ROW_COLUMNS, ...columns.map((column) => column.name), "labels"];
  const lines = rows.map((row) => [
    row.algorithm,
    row.prepare,
    row.reduce,
    row.params,
    formatNumber(row.k),
    formatNumber(row.seed),
    row.status,
    row.reason.join(";"),
    row.space,
    formatNumber(row.coverage),
    formatNumber(row.smallest),
    ...columns.map((column) => formatNumber(row.scores[column.name])),
    row.labels ?? "",
  ]);
  return csvText(header, lines);
}

/** assignments.csv: row number, counted from 1, and segment of the chosen model; −1 is noise. */
export function assignmentsCsv(labels: Labels): string {
  const lines = ["row,segment"];
  labels.forEach((label, i) => {
    lines.push(`${i + 1},${label}`);
  });
  return `${lines.join("\n")}\n`;
}

/** Indented JSON with a final line feed. */
export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
