/** The files of a results folder, as text. Pure: same rows, same bytes. */
import { csvField, csvText } from "../core/csv.js";
import type { Labels } from "../core/labels.js";
import type { Table } from "../core/table.js";
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

/**
 * assignments.csv: row number, counted from 1, segment of the chosen model (−1 is noise), and the row's id if the table
 * names one.
 */
export function assignmentsCsv(labels: Labels, id: Table["id"] = null): string {
  const lines = [`row,segment${id === null ? "" : `,${csvField(TAKEN.includes(id.name) ? "id" : id.name)}`}`];
  labels.forEach((label, i) => {
    lines.push(`${i + 1},${label}${id === null ? "" : `,${csvField(id.values[i]!)}`}`);
  });
  return `${lines.join("\n")}\n`;
}

const TAKEN = ["row", "segment"];

/** Indented JSON with a final line feed. */
export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
