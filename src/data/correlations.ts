/** How columns move together: Pearson and Spearman, pair by pair over the rows where both are present. */
import { compensatedSum } from "../core/math.js";
import { midRanks } from "../core/statistics.js";
import type { NumberColumn, Table } from "../core/table.js";

export interface Correlations {
  readonly kind: "pearson" | "spearman";
  /** The number columns, in table order. */
  readonly names: readonly string[];
  /** Row-major, in [−1, 1]; null where a column is constant or fewer than 2 rows have both. */
  readonly values: readonly (readonly (number | null)[])[];
}

/**
 * The matrix of correlations between number columns.
 *
 * @param kind - `pearson` for straight-line, `spearman` for monotone relations (ties get mid-ranks)
 * @remarks O(d²·n), with n log n for ranks
 */
export function correlations(table: Table, kind: "pearson" | "spearman"): Correlations {
  const columns = table.columns.filter((column): column is NumberColumn => column.kind === "number");
  const whole = columns.map((column) => (column.valid === null ? prepare(column.values, kind) : null));
  const out = columns.map(() => new Array<number | null>(columns.length).fill(null));
  for (let i = 0; i < columns.length; i++) {
    for (let j = 0; j <= i; j++) {
      const complete = columns[i]!.valid === null && columns[j]!.valid === null;
      const [a, b] = complete ? [whole[i] ?? null, whole[j] ?? null] : bothPresent(columns[i]!, columns[j]!, kind);
      const r = i === j ? (a === null ? null : 1) : correlate(a, b);
      out[i]![j] = r;
      out[j]![i] = r;
    }
  }
  return { kind, names: columns.map((column) => column.name), values: out };
}

/** Values or ranks, centred and scaled to length 1; null for a constant column. */
function prepare(values: Float64Array, kind: Correlations["kind"]): Float64Array | null {
  const x = kind === "spearman" ? midRanks(values) : values;
  const mean = compensatedSum(x) / x.length;
  const centred = x.map((value) => value - mean);
  const length = Math.sqrt(compensatedSum(centred.map((z) => z * z)));
  return x.length < 2 || !(length > 0) || isConstant(values) ? null : centred.map((z) => z / length);
}

const isConstant = (values: Float64Array) => values.every((value) => value === values[0]);

function correlate(x: Float64Array | null, y: Float64Array | null): number | null {
  if (x === null || y === null) return null;
  const products = x.map((value, i) => value * y[i]!);
  return Math.max(-1, Math.min(1, compensatedSum(products)));
}

function bothPresent(
  a: NumberColumn,
  b: NumberColumn,
  kind: Correlations["kind"],
): [Float64Array | null, Float64Array | null] {
  const keep = (_: number, i: number) => (a.valid?.[i] ?? 1) === 1 && (b.valid?.[i] ?? 1) === 1;
  return [prepare(a.values.filter(keep), kind), prepare(b.values.filter(keep), kind)];
}
