/** Rows of a sweep's table gathered into candidates: one per (prepare, reduce, algorithm, parameters), all seeds together. */
import { UserError } from "../core/errors.js";

/** The part of a row of metrics.csv that figures read. */
export interface SweepRow {
  readonly algorithm: string;
  readonly prepare: string;
  readonly reduce: string;
  /** As an object, or as its canonical JSON. */
  readonly params: Readonly<Record<string, unknown>> | string;
  readonly k: number | null;
  readonly seed: number | null;
  readonly status: string;
  /** A code such as `coverage` or `collapsed`; null or empty where nothing is to be said against the row. */
  readonly reason: string | null;
  readonly space: string;
  readonly metrics: Readonly<Record<string, number | null>>;
}

export interface Spread {
  readonly mean: number;
  /** Sample standard deviation over seeds; null with one seed. */
  readonly sd: number | null;
  readonly count: number;
}

export interface Candidate {
  /** Unique and short: `kmeans k=6`, with the setting, reduction and preparation where they vary. */
  readonly name: string;
  readonly algorithm: string;
  /** The algorithm, with reduction and preparation where they vary: the name of a line over k. */
  readonly family: string;
  /** Parameters without k: `ward`, `eps=0.5 minSamples=20`. */
  readonly setting: string;
  readonly prepare: string;
  readonly reduce: string;
  readonly k: number | null;
  /** Why it cannot be chosen; null when it can. */
  readonly reason: string | null;
  readonly metrics: Readonly<Record<string, Spread>>;
}

/**
 * Gather rows into candidates, in order of first appearance.
 *
 * @throws UserError `SPACE_MISMATCH` if the rows were judged in more than one space: such numbers cannot be compared
 */
export function candidatesOf(rows: readonly SweepRow[]): Candidate[] {
  const judged = rows.filter((row) => Object.values(row.metrics).some((value) => value !== null));
  const spaces = [...new Set(judged.map((row) => row.space))].sort();
  if (spaces.length > 1) {
    throw new UserError("SPACE_MISMATCH", {
      what: `rows were judged in ${spaces.length} spaces: ${spaces.join(", ")}`,
      mend: "show one space per figure; a number in one space says nothing about a number in another",
    });
  }
  const variesIn = (pick: (row: SweepRow) => string) => new Set(judged.map(pick)).size > 1;
  const showPrepare = variesIn((row) => row.prepare);
  const showReduce = variesIn((row) => row.reduce);

  const groups = new Map<string, SweepRow[]>();
  for (const row of judged) {
    const key = JSON.stringify([row.algorithm, row.prepare, row.reduce, settingOf(row), row.k]);
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return [...groups.values()].map((group) => {
    const row = group[0]!;
    const setting = settingOf(row);
    const place = [showReduce ? row.reduce : "", showPrepare ? row.prepare : ""].filter((text) => text !== "");
    return {
      name: [row.algorithm, row.k === null ? "" : `k=${row.k}`, setting, ...place].filter(Boolean).join(" "),
      algorithm: row.algorithm,
      family: [row.algorithm, ...place].join(" "),
      setting,
      prepare: row.prepare,
      reduce: row.reduce,
      k: row.k,
      reason: group.map((member) => member.reason).find((reason) => reason !== null && reason !== "") ?? null,
      metrics: spreads(group),
    };
  });
}

/** Mean and deviation of each metric over the rows that have it. */
function spreads(group: readonly SweepRow[]): Record<string, Spread> {
  const out: Record<string, Spread> = {};
  for (const name of new Set(group.flatMap((row) => Object.keys(row.metrics)))) {
    const values = group.map((row) => row.metrics[name] ?? null).filter((value) => value !== null);
    if (values.length === 0) continue;
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const squares = values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
    out[name] = { mean, sd: values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : null, count: values.length };
  }
  return out;
}

function settingOf(row: SweepRow): string {
  const params = typeof row.params === "string" ? parsed(row.params) : row.params;
  if (params === null) return String(row.params);
  return Object.entries(params)
    .filter(([name]) => name !== "k")
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([name, value]) => (typeof value === "string" ? value : `${name}=${JSON.stringify(value)}`))
    .join(" ");
}

function parsed(text: string): Record<string, unknown> | null {
  if (text === "") return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

/** A quality index, as figures name it. */
export interface FigureMetric {
  /** The column of the table, such as `silhouette`. */
  readonly name: string;
  readonly title: string;
  readonly better: "higher" | "lower";
  /** For the axis; most indices have none. */
  readonly unit?: string;
}

/** Is a better than b by this index? */
export function isBetter(a: number, b: number, metric: FigureMetric): boolean {
  return metric.better === "higher" ? a > b : a < b;
}
