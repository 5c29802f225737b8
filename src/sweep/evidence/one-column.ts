/** What single columns show: a partition that is nothing but cuts of one column, and columns with several modes. */
import { countClusters, type Labels } from "../../core/labels.js";
import type { NumberColumn, Table } from "../../core/table.js";
import { hasSeveralModes } from "../../stability/unimodal.js";

export interface Along {
  readonly column: string;
  /** Half-way between the values on either side, ascending. */
  readonly cuts: readonly number[];
}

/** Share of rows that the cuts must put right. */
const ALONG = 0.98;
/** If another column comes this near, the partition is not along one of them alone. */
const NOT_ALONE = 0.9;

/**
 * The column that gives the partition by itself, with its cuts; null where none does, or more than one.
 *
 * @param names - columns that took part in the fit
 */
export function alongOneColumn(table: Table, names: readonly string[], labels: Labels): Along | null {
  const k = countClusters(labels);
  if (k < 2) return null;
  const found = numbersNamed(table, names)
    .map((column) => ({ column, ...bestCuts(column.values, labels, k) }))
    .sort((a, b) => b.right - a.right);
  const [best, next] = found;
  if (!best || best.right < ALONG || (next && next.right >= NOT_ALONE)) return null;
  return { column: best.column.name, cuts: best.cuts };
}

/** Number columns in which a single mode is refuted. */
export function severalModesOf(table: Table, names: readonly string[]): string[] {
  return numbersNamed(table, names)
    .filter(({ values }) => hasSeveralModes(values.filter((value) => !Number.isNaN(value)).sort()))
    .map(({ name }) => name);
}

const numbersNamed = (table: Table, names: readonly string[]) =>
  table.columns.filter((column): column is NumberColumn => column.kind === "number" && names.includes(column.name));

/** Segments in the order of their medians, and between every two the cut that puts most of their rows right. */
function bestCuts(values: Float64Array, labels: Labels, k: number): { right: number; cuts: number[] } {
  const members = Array.from({ length: k }, (): number[] => []);
  let rows = 0;
  for (let i = 0; i < labels.length; i++) {
    if (labels[i]! < 0) continue;
    rows++;
    if (!Number.isNaN(values[i]!)) members[labels[i]!]!.push(values[i]!);
  }
  if (members.some(({ length }) => length === 0)) return { right: 0, cuts: [] };
  const sorted = members
    .map((own) => Float64Array.from(own).sort())
    .sort((a, b) => a[a.length >> 1]! - b[b.length >> 1]!);
  const cuts = sorted.slice(1).map((upper, i) => cutBetween(sorted[i]!, upper));
  let right = 0;
  sorted.forEach((own, i) => {
    const from = cuts[i - 1] ?? Number.NEGATIVE_INFINITY;
    const to = cuts[i] ?? Number.POSITIVE_INFINITY;
    for (const value of own) if (value >= from && value < to) right++;
  });
  return { right: right / rows, cuts };
}

function cutBetween(lower: Float64Array, upper: Float64Array): number {
  const all = [
    ...Array.from(lower, (value) => ({ value, up: 0 })),
    ...Array.from(upper, (value) => ({ value, up: 1 })),
  ];
  all.sort((a, b) => a.value - b.value);
  let right = upper.length;
  let best = -1;
  let most = -1;
  for (let i = 0; i < all.length; i++) {
    right += all[i]!.up === 0 ? 1 : -1;
    if (right > most && all[i + 1] && all[i + 1]!.value > all[i]!.value) [most, best] = [right, i];
  }
  return best < 0 ? Number.NaN : (all[best]!.value + all[best + 1]!.value) / 2;
}
