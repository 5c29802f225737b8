/** What is in a column: counts, moments, quantiles. Own arithmetic in row order, so the same bits everywhere. */
import { compensatedSum, quantileSorted } from "../core/math.js";
import { mean as meanOf } from "../core/statistics.js";
import {
  type Column,
  countMissing,
  type NumberColumn,
  presentValues,
  type Table,
  type TextColumn,
} from "../core/table.js";

export interface NumberSummary {
  readonly kind: "number";
  readonly name: string;
  /** Values that are present. */
  readonly count: number;
  readonly missing: number;
  readonly mean: number | null;
  /** Standard deviation, n − 1. */
  readonly sd: number | null;
  readonly min: number | null;
  readonly p01: number | null;
  readonly p05: number | null;
  readonly q25: number | null;
  readonly median: number | null;
  readonly q75: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  readonly max: number | null;
  /** Share of present values that are exactly 0. */
  readonly zeroShare: number | null;
  /** m3 / m2^1.5, biased; null for a constant column. */
  readonly skew: number | null;
  readonly distinct: number;
  /** Every present value is a whole number. */
  readonly whole: boolean;
}

export interface TextSummary {
  readonly kind: "text";
  readonly name: string;
  readonly count: number;
  readonly missing: number;
  readonly distinct: number;
  /** The most frequent value (the first such by code point) and how often it stands; null without values. */
  readonly mostFrequent: { readonly value: string; readonly count: number } | null;
}

export type ColumnSummary = NumberSummary | TextSummary;

/**
 * Describe every feature column.
 *
 * @remarks O(n log n) per column. Quantiles interpolate linearly, as NumPy and R (type 7) do.
 */
export function describeTable(table: Table): ColumnSummary[] {
  return table.columns.map(describeColumn);
}

/** Describe one column; missing values are left out and counted. */
export function describeColumn(column: Column): ColumnSummary {
  return column.kind === "number" ? describeNumbers(column) : describeTexts(column);
}

function describeNumbers(column: NumberColumn): NumberSummary {
  const values = presentValues(column);
  const n = values.length;
  const sorted = values.slice().sort();
  const at = (p: number) => (n === 0 ? null : quantileSorted(sorted, p));
  // A constant is its own mean to the bit, so that its spread is 0.
  const mean = n === 0 ? null : sorted[0] === sorted[n - 1] ? sorted[0]! : meanOf(values);
  const centred = values.map((value) => value - (mean ?? 0));
  const m2 = compensatedSum(centred.map((z) => z * z));
  const m3 = compensatedSum(centred.map((z) => z * z * z));
  const variance = m2 / n;
  let zeros = 0;
  let distinct = 0;
  let whole = true;
  for (let i = 0; i < n; i++) {
    if (sorted[i] === 0) zeros++;
    if (i === 0 || sorted[i] !== sorted[i - 1]) distinct++;
    if (!Number.isInteger(sorted[i])) whole = false;
  }
  return {
    kind: "number",
    name: column.name,
    count: n,
    missing: countMissing(column),
    mean,
    sd: n < 2 ? null : Math.sqrt(m2 / (n - 1)),
    min: n === 0 ? null : sorted[0]!,
    p01: at(0.01),
    p05: at(0.05),
    q25: at(0.25),
    median: at(0.5),
    q75: at(0.75),
    p95: at(0.95),
    p99: at(0.99),
    max: n === 0 ? null : sorted[n - 1]!,
    zeroShare: n === 0 ? null : zeros / n,
    skew: distinct < 2 ? null : m3 / n / (variance * Math.sqrt(variance)),
    distinct,
    whole: n > 0 && whole,
  };
}

function describeTexts(column: TextColumn): TextSummary {
  const counts = new Map<string, number>();
  for (const value of column.values) if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1);
  let mostFrequent: TextSummary["mostFrequent"] = null;
  for (const [value, count] of counts) {
    const better =
      !mostFrequent || count > mostFrequent.count || (count === mostFrequent.count && value < mostFrequent.value);
    if (better) mostFrequent = { value, count };
  }
  const missing = countMissing(column);
  return {
    kind: "text",
    name: column.name,
    count: column.values.length - missing,
    missing,
    distinct: counts.size,
    mostFrequent,
  };
}
