/** Rows of a sweep's table gathered into candidates: one per (prepare, reduce, algorithm, parameters), all seeds together. */
import { UserError } from "../core/errors.js";

/** The part of a row of metrics.csv that figures read; a row of a sweep's result fits as it is. */
export interface SweepRow {
  readonly algorithm: string;
  readonly prepare: string;
  readonly reduce: string;
  /** As in the table: `k=4 linkage=ward`. */
  readonly params: string;
  /** Clusters found. */
  readonly k: number | null;
  readonly seed: number | null;
  /** Codes such as `coverage` or `collapsed`; empty where nothing is to be said against the row. */
  readonly reason: readonly string[];
  readonly space: string;
  /** Shares of all rows: in a cluster at all, and in the smallest one. */
  readonly coverage?: number | null;
  readonly smallest?: number | null;
  readonly scores: Readonly<Record<string, number | null>>;
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
  /** As in the table. */
  readonly params: string;
  readonly k: number | null;
  readonly coverage: number | null;
  readonly smallest: number | null;
  /** Why it cannot be chosen; null when it can. */
  readonly reason: string | null;
  readonly scores: Readonly<Record<string, Spread>>;
}

/**
 * Gather rows into candidates, in order of first appearance.
 *
 * @throws UserError `SPACE_MISMATCH` if the rows were judged in more than one space: such numbers cannot be compared
 */
export function candidatesOf(rows: readonly SweepRow[]): Candidate[] {
  const judged = rows.filter((row) => Object.values(row.scores).some((value) => value !== null));
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
    const key = JSON.stringify([row.algorithm, row.prepare, row.reduce, row.params]);
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
      params: row.params,
      coverage: row.coverage ?? null,
      smallest: row.smallest ?? null,
      k: row.k,
      reason: group.find((member) => member.reason.length > 0)?.reason.join(", ") ?? null,
      scores: spreads(group),
    };
  });
}

/** Mean and deviation of each metric over the rows that have it. */
function spreads(group: readonly SweepRow[]): Record<string, Spread> {
  const out: Record<string, Spread> = {};
  for (const name of new Set(group.flatMap((row) => Object.keys(row.scores)))) {
    const values = group.map((row) => row.scores[name] ?? null).filter((value) => value !== null);
    if (values.length === 0) continue;
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const squares = values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
    out[name] = { mean, sd: values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : null, count: values.length };
  }
  return out;
}

/** Parameters without k; a word needs no name before it (`ward`), a number does (`eps=0.5`). */
function settingOf(row: SweepRow): string {
  return row.params
    .split(" ")
    .filter((part) => !part.startsWith("k="))
    .map((part) => part.replace(/^[^=]+=(?=[A-Za-z])/, ""))
    .join(" ");
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
