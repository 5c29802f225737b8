/**
 * What would have to differ for this customer to fall into another segment? The fewest features first, then the
 * smallest change, always inside the range of the training rows, and checked by asking the model again.
 *
 * It tells where the model draws its lines. It does not say that a customer who changed so would behave so.
 */
import { UserError } from "../core/errors.js";
import { allocateMatrix, type Matrix } from "../core/matrix.js";
import { shortestBetween } from "./tree.js";

export interface FeatureRange {
  readonly feature: string;
  /** Of the training rows: no change leads outside. */
  readonly low: number;
  readonly high: number;
  /** One unit of change, larger than 0: the interquartile range, or where that is 0 the whole range. */
  readonly scale: number;
  /** Only whole values make sense, as for a count. */
  readonly whole?: boolean;
  /** Cannot change, as an age. */
  readonly fixed?: boolean;
}

export interface CounterfactualInput {
  /** The customer, in original units, in the order of `ranges`. */
  readonly row: readonly number[];
  readonly ranges: readonly FeatureRange[];
  /** The segment to reach. */
  readonly target: number;
  /**
   * The model: rows in original units to labels. `margin`, where the model has one, is larger the nearer a row is to
   * the target; only with it are changes of three features and more looked for.
   */
  predict(rows: Matrix, target: number): { readonly labels: ArrayLike<number>; readonly margin?: ArrayLike<number> };
  /** At most so many features change (3). */
  readonly maxFeatures?: number;
}

export interface Change {
  readonly feature: string;
  readonly from: number;
  readonly to: number;
}

export interface Counterfactual {
  readonly from: number;
  readonly to: number;
  /** In the order of `ranges`; empty when the customer is in the target already. */
  readonly changes: readonly Change[];
  /** Σ |to − from| / scale. */
  readonly distance: number;
  /** The whole changed row, which the model was asked about once more. */
  readonly row: readonly number[];
}

/** Values tried per feature alone, and per feature of a pair. */
const singleSteps = 48;
const pairSteps = 12;
const halvings = 14;

/**
 * @returns null when no change of at most `maxFeatures` features within the training range was found; the search is
 *   over a grid, so a thin sliver of the target may be missed
 * @throws UserError `SHAPE_MISMATCH` if row and ranges differ in length, `NOT_FINITE` for a row with a missing value,
 *   `PARAM_RANGE` for a range without extent or a scale that is not positive
 * @remarks about 48 d + 72 d² rows are scored, each batch in one call
 * @see wachter2017
 */
export function counterfactual(input: CounterfactualInput): Counterfactual | null {
  const { row, ranges, target } = input;
  check(row, ranges);
  const maxFeatures = input.maxFeatures ?? 3;
  const ask = (rows: readonly (readonly number[])[]) => {
    const batch = allocateMatrix(rows.length, row.length);
    rows.forEach((values, i) => {
      batch.data.set(values, i * row.length);
    });
    return input.predict(batch, target);
  };
  const reaches = (rows: readonly (readonly number[])[]) => Array.from(ask(rows).labels, (label) => label === target);
  const from = ask([row]).labels[0]!;
  if (from === target) return { from, to: target, changes: [], distance: 0, row: [...row] };

  const free = ranges.flatMap((range, j) => (range.fixed || !(range.high > range.low) ? [] : [j]));
  const distance = (other: readonly number[]) =>
    other.reduce((sum, value, j) => sum + Math.abs(value - row[j]!) / ranges[j]!.scale, 0);
  const nearest = (candidates: readonly number[][]): number[] | null => {
    if (candidates.length === 0) return null;
    const hits = reaches(candidates);
    let best: number[] | null = null;
    candidates.forEach((candidate, i) => {
      if (hits[i] && (best === null || distance(candidate) < distance(best))) best = candidate;
    });
    return best;
  };
  const finish = (found: number[]): Counterfactual => {
    const polished = polish(found, row, ranges, (candidate) => reaches([candidate])[0]!);
    const changes = ranges.flatMap(({ feature }, j) =>
      polished[j] === row[j] ? [] : [{ feature, from: row[j]!, to: polished[j]! }],
    );
    return { from, to: target, changes, distance: distance(polished), row: polished };
  };
  const put = (base: readonly number[], changes: readonly (readonly [number, number])[]) => {
    const out = [...base];
    for (const [j, value] of changes) out[j] = value;
    return out;
  };

  if (maxFeatures < 1) return null;
  const single = free.flatMap((j) => steps(ranges[j]!, row[j]!, singleSteps).map((value) => put(row, [[j, value]])));
  const one = nearest(single);
  if (one) return finish(one);

  if (maxFeatures < 2) return null;
  const coarse = ranges.map((range, j) => steps(range, row[j]!, pairSteps));
  let two: number[] | null = null;
  for (const [at, a] of free.entries()) {
    const pairs = free.slice(at + 1).flatMap((b) =>
      coarse[a]!.flatMap((x) =>
        coarse[b]!.map((y) =>
          put(row, [
            [a, x],
            [b, y],
          ]),
        ),
      ),
    );
    const best = nearest(pairs);
    if (best && (two === null || distance(best) < distance(two))) two = best;
  }
  if (two) return finish(two);

  // Three and more: follow the margin, one feature at a time.
  let current = [...row];
  const used = new Set<number>();
  while (used.size < maxFeatures) {
    const rest = free.filter((j) => !used.has(j));
    const candidates = rest.flatMap((j) => coarse[j]!.map((value) => put(current, [[j, value]])));
    if (candidates.length === 0) return null;
    const { labels, margin } = ask(candidates);
    if (margin === undefined) return null;
    const hit = nearest(candidates.filter((_, i) => labels[i] === target));
    if (hit) return finish(hit);
    let best = 0;
    for (let i = 1; i < candidates.length; i++) if (margin[i]! > margin[best]!) best = i;
    current = candidates[best]!;
    used.add(rest.find((j) => current[j] !== row[j] && !used.has(j)) ?? rest[0]!);
  }
  return null;
}

/** Evenly spaced values over the range, without the present one. */
function steps(range: FeatureRange, now: number, count: number): number[] {
  const values = new Set<number>();
  for (let i = 0; i <= count; i++) {
    const value = range.low + ((range.high - range.low) * i) / count;
    values.add(
      range.whole ? Math.min(Math.floor(range.high), Math.max(Math.ceil(range.low), Math.round(value))) : value,
    );
  }
  // Money piles up near 0, where even steps are too coarse: halve the way to the present value, too.
  for (const end of [range.low, range.high]) {
    for (let h = 1, gap = (end - now) / 2; h <= count / 6; h++, gap /= 2)
      values.add(range.whole ? Math.round(now + gap) : now + gap);
  }
  return [...values]
    .filter((value) => value !== now && value >= range.low && value <= range.high)
    .sort((a, b) => a - b);
}

/**
 * Draw each changed feature back towards where it was, by halving, as long as the target is kept; drop changes that
 * turn out needless; then write the value with as few digits as keep the target.
 */
function polish(
  found: readonly number[],
  row: readonly number[],
  ranges: readonly FeatureRange[],
  reaches: (candidate: readonly number[]) => boolean,
): number[] {
  const out = [...found];
  const holds = (j: number, value: number) => {
    const held = out[j]!;
    out[j] = value;
    const kept = reaches(out);
    out[j] = held;
    return kept;
  };
  const changed = [...ranges.keys()].filter((j) => out[j] !== row[j]);
  for (const j of changed) {
    if (holds(j, row[j]!)) {
      out[j] = row[j]!;
      continue;
    }
    let misses = row[j]!;
    for (let step = 0; step < halvings; step++) {
      const middle = ranges[j]!.whole ? Math.round((misses + out[j]!) / 2) : (misses + out[j]!) / 2;
      if (middle === misses || middle === out[j]) break;
      if (holds(j, middle)) out[j] = middle;
      else misses = middle;
    }
    // Of the values around the border that reach the target too, the shortest to write.
    if (ranges[j]!.whole) continue;
    const sign = out[j]! > row[j]! ? 1 : -1;
    const room = out[j]! + sign * 0.005 * ranges[j]!.scale;
    for (const start of [misses, out[j]!]) {
      const short = sign > 0 ? shortestBetween(start, room) : -shortestBetween(-start, -room);
      if (short < ranges[j]!.low || short > ranges[j]!.high || !holds(j, short)) continue;
      out[j] = short + 0;
      break;
    }
  }
  return out;
}

function check(row: readonly number[], ranges: readonly FeatureRange[]): void {
  if (row.length !== ranges.length) {
    throw new UserError("SHAPE_MISMATCH", { what: `the row has ${row.length} values for ${ranges.length} features` });
  }
  ranges.forEach(({ feature, low, high, scale }, j) => {
    if (!Number.isFinite(row[j]!)) {
      throw new UserError("NOT_FINITE", {
        what: `${feature} is ${row[j]}; every value must be known`,
        mend: "impute missing values before asking what would change the segment",
      });
    }
    if (!(low <= high) || !(scale > 0)) {
      throw new UserError("PARAM_RANGE", {
        what: `${feature} has the range ${low} to ${high} with scale ${scale}; it needs low ≤ high and a scale above 0`,
      });
    }
  });
}
