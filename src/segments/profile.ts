/**
 * What a segment is like, in the original units of the table: sizes, quartiles, and how strongly each feature
 * sets the segment apart from everyone else.
 *
 * The effect size is Cliff's delta: the chance that a member has more than a non-member, less the chance of the
 * contrary. It lies in [−1, 1], needs no scale, does not change under log or other growing transformations, and
 * stands where differences of medians over MAD break down: in columns that are mostly zero.
 */
import { UserError } from "../core/errors.js";
import { NOISE } from "../core/labels.js";
import { compensatedSum, quantileSorted } from "../core/math.js";
import { orderByValue } from "../core/order.js";
import type { NumberColumn, Table, TextColumn } from "../core/table.js";

/** Of one group of rows; null where the group has no present value. */
export interface Quartiles {
  readonly q25: number | null;
  readonly median: number | null;
  readonly q75: number | null;
  readonly mean: number | null;
  /** Share of present values that are exactly 0. */
  readonly zeroShare: number | null;
}

export interface FeatureProfile extends Quartiles {
  readonly feature: string;
  readonly everyone: Quartiles;
  /** Members without a value. */
  readonly missing: number;
  /** Cliff's delta of members against all other rows, in [−1, 1]; null where one side is empty. */
  readonly effect: number | null;
  /**
   * Difference of the medians of members and everyone, in units of everyone's 1.4826 · MAD; null where the MAD is
   * 0, as in a column that is mostly zero.
   */
  readonly shift: number | null;
  /** Where the segment's median lies among everyone, 0 … 100 (half of the ties count); null without values. */
  readonly percentile: number | null;
}

/** A text column: the value that is most over-represented among members. */
export interface CategoryProfile {
  readonly feature: string;
  readonly value: string;
  /** Share of members with a value, and of everyone with a value. */
  readonly share: number;
  readonly everyone: number;
  /** Cliff's delta of having this value: the share among members less that among all others; null without others. */
  readonly effect: number | null;
}

export interface Profile {
  /** The segment's label; −1 for noise. */
  readonly label: number;
  readonly size: number;
  /** Of all rows, noise included. */
  readonly share: number;
  /** Number columns, in table order. */
  readonly features: readonly FeatureProfile[];
  /** Text columns, in table order. */
  readonly categories: readonly CategoryProfile[];
  /** Features by |effect|, strongest first, ties in table order; those without an effect are left out. */
  readonly strongest: readonly string[];
}

/** |Cliff's delta| from which an effect is called small, medium, large (Romano et al. 2006). */
export const effectSizes = { small: 0.147, medium: 0.33, large: 0.474 } as const;

/**
 * Profiles of all segments, ascending by label, noise last.
 *
 * @param table - raw columns in original units; missing values are left out column by column
 * @param labels - one per row; negative is noise, which counts among everyone and gets a profile of its own
 * @throws UserError `SHAPE_MISMATCH` if there is not one label per row, `EMPTY_TABLE` without rows
 * @remarks O(d · n log n) time
 * @see cliff1993, romano2006
 */
export function profileSegments(table: Table, labels: ArrayLike<number>): Profile[] {
  if (labels.length !== table.rows) {
    throw new UserError("SHAPE_MISMATCH", {
      what: `${labels.length} labels for ${table.rows} rows`,
      mend: "profile the same rows, in the same order, as were clustered",
    });
  }
  if (table.rows === 0) {
    throw new UserError("EMPTY_TABLE", { what: "there are no rows to profile", mend: "give at least one row" });
  }
  const groups = rowsBySegment(labels);
  const order = [...groups.keys()];
  const segmentOf = new Int32Array(table.rows);
  [...groups.values()].forEach((rows, index) => {
    for (const row of rows) segmentOf[row] = index;
  });
  const numbers = table.columns
    .filter((column): column is NumberColumn => column.kind === "number")
    .map((column) => profileColumn(column, segmentOf, order.length));
  const texts = table.columns
    .filter((column): column is TextColumn => column.kind === "text")
    .map((column) => profileText(column, groups));
  return order.map((label, index) => {
    const size = groups.get(label)!.length;
    const features = numbers.map((column) => column[index]!);
    return {
      label,
      size,
      share: size / table.rows,
      features,
      categories: texts.flatMap((column) => column[index] ?? []),
      strongest: features
        .filter((feature) => feature.effect !== null)
        .sort((a, b) => Math.abs(b.effect!) - Math.abs(a.effect!))
        .map((feature) => feature.feature),
    };
  });
}

/** Row numbers of each segment, ascending by label, noise last. */
function rowsBySegment(labels: ArrayLike<number>): Map<number, number[]> {
  const groups = new Map<number, number[]>();
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]! < 0 ? NOISE : labels[i]!;
    const rows = groups.get(label);
    if (rows) rows.push(i);
    else groups.set(label, [i]);
  }
  return new Map([...groups.entries()].sort(([a], [b]) => (a < 0 ? 1 : b < 0 ? -1 : a - b)));
}

/** One column for all segments: a single sort gives everyone's quartiles and all effects. */
function profileColumn({ name, values }: NumberColumn, segmentOf: Int32Array, segments: number): FeatureProfile[] {
  // An infinity is not a value one can describe; it counts as missing here.
  const present = new Int32Array(segmentOf.length);
  let count = 0;
  for (let row = 0; row < segmentOf.length; row++) if (Number.isFinite(values[row]!)) present[count++] = row;
  const rows = orderByValue(values, present.subarray(0, count));
  const sorted = new Float64Array(count);
  for (let i = 0; i < count; i++) sorted[i] = values[rows[i]!]!;
  const everyone = quartiles(sorted);
  const scale = everyone.median === null ? 0 : 1.4826 * medianDeviation(sorted, everyone.median);

  const sizes = new Int32Array(segments);
  for (const index of segmentOf) sizes[index]!++;
  const counts = new Int32Array(segments);
  for (const row of rows) counts[segmentOf[row]!]!++;
  const own = Array.from(counts, (count) => new Float64Array(count));
  counts.fill(0);
  // Rank sums with ties at their middle rank: Mann & Whitney's U, of which delta is a rescaling.
  const rankSums = new Float64Array(segments);
  for (let start = 0; start < rows.length; ) {
    let end = start + 1;
    while (end < rows.length && sorted[end] === sorted[start]) end++;
    const rank = (start + 1 + end) / 2;
    for (let i = start; i < end; i++) {
      const index = segmentOf[rows[i]!]!;
      own[index]![counts[index]!++] = sorted[i]!;
      rankSums[index]! += rank;
    }
    start = end;
  }

  return own.map((mine, index) => {
    const inside = mine.length;
    const outside = rows.length - inside;
    const u = rankSums[index]! - (inside * (inside + 1)) / 2;
    const stats = quartiles(mine);
    const { median } = stats;
    return {
      feature: name,
      ...stats,
      everyone,
      missing: sizes[index]! - inside,
      effect: inside === 0 || outside === 0 ? null : (2 * u) / (inside * outside) - 1,
      shift: median === null || scale === 0 ? null : (median - everyone.median!) / scale,
      percentile: median === null ? null : percentileOf(sorted, median),
    };
  });
}

function quartiles(sorted: Float64Array): Quartiles {
  if (sorted.length === 0) return { q25: null, median: null, q75: null, mean: null, zeroShare: null };
  let zeros = 0;
  for (const value of sorted) if (value === 0) zeros++;
  return {
    q25: quantileSorted(sorted, 0.25),
    median: quantileSorted(sorted, 0.5),
    q75: quantileSorted(sorted, 0.75),
    mean: compensatedSum(sorted) / sorted.length,
    zeroShare: zeros / sorted.length,
  };
}

function medianDeviation(values: Float64Array, median: number): number {
  return quantileSorted(values.map((value) => Math.abs(value - median)).sort(), 0.5);
}

/** The share of sorted values below, half of those equal, in percent. */
function percentileOf(sorted: Float64Array, value: number): number {
  let below = 0;
  let equal = 0;
  for (const other of sorted) {
    if (other < value) below++;
    else if (other === value) equal++;
    else break;
  }
  return (100 * (below + equal / 2)) / sorted.length;
}

function profileText(column: TextColumn, groups: ReadonlyMap<number, readonly number[]>): (CategoryProfile | null)[] {
  const shares = (rows: Iterable<number>) => {
    const counts = new Map<string, number>();
    let present = 0;
    for (const row of rows) {
      const value = column.values[row] ?? null;
      if (value === null) continue;
      counts.set(value, (counts.get(value) ?? 0) + 1);
      present++;
    }
    return { counts, present };
  };
  const all = shares(column.values.keys());
  return [...groups.values()].map((rows) => {
    const own = shares(rows);
    let best: CategoryProfile | null = null;
    // By code point, so that a tie goes to the same value on every machine.
    for (const value of [...own.counts.keys()].sort()) {
      const inside = own.counts.get(value)!;
      const share = inside / own.present;
      const everyone = all.counts.get(value)! / all.present;
      if (best !== null && share - everyone <= best.share - best.everyone) continue;
      const others = all.present - own.present;
      const effect = others === 0 ? null : share - (all.counts.get(value)! - inside) / others;
      best = { feature: column.name, value, share, everyone, effect };
    }
    return best;
  });
}
