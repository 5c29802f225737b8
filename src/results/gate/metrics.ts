/** Scores against a baseline: rows matched by what they are, judged by direction and tolerance. Pure. */
import type { MetricColumn } from "../../metrics/define.js";
import { fitColumns } from "../../metrics/fit-columns.js";
import { metrics } from "../../metrics/registry.js";
import type { StoredResults, StoredRow } from "../read.js";
import type { GateConfig } from "./tolerance.js";

export type Change = "same" | "within" | "better" | "worse" | "changed";

/** One column of one candidate in one space: means over the seeds that both have. */
export interface MetricChange {
  readonly candidate: string;
  readonly space: string;
  readonly column: string;
  readonly change: Change;
  readonly before: number | null;
  readonly after: number | null;
  /** How much worse it might be; 0 or more. */
  readonly allowed: number;
}

/** A candidate that stands otherwise to the gates than before. */
export interface StatusChange {
  readonly candidate: string;
  readonly space: string;
  readonly seed: string;
  readonly before: string;
  readonly after: string;
  readonly reason: readonly string[];
  readonly change: "better" | "worse" | "changed";
}

export interface MetricsComparison {
  /** Rows that both have. */
  readonly compared: number;
  readonly metrics: readonly MetricChange[];
  readonly statuses: readonly StatusChange[];
  /** Rows and columns of the baseline that have no answer now. */
  readonly missing: readonly string[];
  /** Rows and columns that the baseline does not have. */
  readonly added: readonly string[];
  /** Rows whose labels are others than before. */
  readonly relabelled: number;
}

const directions: ReadonlyMap<string, MetricColumn["better"]> = new Map(
  [...metrics.flatMap((metric) => metric.columns), ...fitColumns].map(({ name, better }) => [name, better]),
);

const candidateOf = ({ algorithm, prepare, reduce, params }: StoredRow) =>
  `${algorithm} ${params} on ${prepare}${reduce === "none" ? "" : `/${reduce}`}`;

const identityOf = (row: StoredRow) => [candidateOf(row), row.space, row.seed].join("\n");

const nameOfRow = (row: StoredRow) =>
  `${candidateOf(row)}${row.seed === null ? "" : ` seed ${row.seed}`} in ${row.space}`;

const cellOf = (row: StoredRow, column: string): number | null =>
  (column === "coverage" || column === "smallest" ? row[column] : row.scores[column]) ?? null;

/** Trivial baselines are context: that one of them scores otherwise is neither better nor worse. */
const isContext = (row: StoredRow) => row.reason.includes("baseline") || row.algorithm === "imported";

/** Compare the tables of two results. */
export function compareMetrics(before: StoredResults, after: StoredResults, gate: GateConfig): MetricsComparison {
  const now = new Map(after.rows.map((row) => [identityOf(row), row]));
  const then = new Set(before.rows.map(identityOf));
  const missing: string[] = [];
  const pairs: { old: StoredRow; new: StoredRow }[] = [];
  for (const row of before.rows) {
    const match = now.get(identityOf(row));
    // A row that had no answer in the baseline is nothing to hold anyone to.
    if (row.status === "incomplete") continue;
    if (match && match.status !== "incomplete") pairs.push({ old: row, new: match });
    else missing.push(match ? `${nameOfRow(row)} (${match.reason.join(", ")})` : nameOfRow(row));
  }
  const compares = (column: string) => gate.metrics[column] !== null;
  for (const column of before.columns) {
    if (compares(column) && !after.columns.includes(column)) missing.push(`column ${column}`);
  }
  const newColumns = after.columns.filter((column) => !before.columns.includes(column));
  const newRows = after.rows.filter((row) => !then.has(identityOf(row)));

  const groups = new Map<string, { old: StoredRow; new: StoredRow }[]>();
  for (const pair of pairs) {
    const key = [candidateOf(pair.old), pair.old.space].join("\n");
    const group = groups.get(key);
    if (group) group.push(pair);
    else groups.set(key, [pair]);
  }
  const columns = before.columns.filter((column) => compares(column) && after.columns.includes(column));
  return {
    compared: pairs.length,
    metrics: [...groups.values()].flatMap((group) => columns.map((column) => changeOf(group, column, gate))),
    statuses: pairs.flatMap(statusChange),
    missing,
    added: [...newColumns.map((column) => `column ${column}`), ...newRows.map(nameOfRow)],
    relabelled: pairs.filter((pair) => pair.old.labels !== pair.new.labels).length,
  };
}

function changeOf(
  group: readonly { old: StoredRow; new: StoredRow }[],
  column: string,
  gate: GateConfig,
): MetricChange {
  const [first] = group;
  const place = { candidate: candidateOf(first!.old), space: first!.old.space, column };
  const old = group.map((pair) => cellOf(pair.old, column));
  const now = group.map((pair) => cellOf(pair.new, column));
  const lost = old.some((value, i) => value !== null && now[i] === null);
  const gained = old.some((value, i) => value === null && now[i] !== null);
  const both = old.flatMap((value, i) => (value === null || now[i] === null ? [] : [i]));
  const before = both.length === 0 ? (old.find((value) => value !== null) ?? null) : mean(both.map((i) => old[i]!));
  const after = both.length === 0 ? (now.find((value) => value !== null) ?? null) : mean(both.map((i) => now[i]!));
  const direction = isContext(first!.old) ? undefined : directions.get(column);
  const judged = (change: "better" | "worse") => (direction === undefined ? "changed" : change);
  if (lost) return { ...place, before, after: both.length === 0 ? null : after, allowed: 0, change: judged("worse") };
  if (gained)
    return { ...place, before: both.length === 0 ? null : before, after, allowed: 0, change: judged("better") };
  if (before === null || after === null) return { ...place, before, after, allowed: 0, change: "same" };

  const { abs, rel, noise } = gate.metrics[column] ?? gate.default;
  const spread = deviation(old.filter((value) => value !== null));
  const allowed = Math.max(abs, rel * Math.abs(before), noise * spread);
  const difference = after - before;
  const isSame = both.every((i) => old[i] === now[i]);
  const isBetter = direction === "lower" ? difference < 0 : difference > 0;
  const change = isSame ? "same" : Math.abs(difference) <= allowed ? "within" : judged(isBetter ? "better" : "worse");
  return { ...place, before, after, allowed, change };
}

function statusChange(pair: { old: StoredRow; new: StoredRow }): StatusChange[] {
  const { old, new: now } = pair;
  if (old.status === now.status) return [];
  const change = isContext(old) ? "changed" : now.status === "ok" ? "better" : "worse";
  return [
    {
      candidate: candidateOf(old),
      space: old.space,
      seed: old.seed === null ? "" : String(old.seed),
      before: old.status,
      after: now.status,
      reason: now.reason,
      change,
    },
  ];
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Standard deviation (n − 1); 0 for a single value. */
function deviation(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const centre = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - centre) * (value - centre), 0) / (values.length - 1));
}
