/**
 * Columns that say nothing another column does not say already: the region of a city, the same amount in two
 * currencies, an age band beside the age. Kept, they would vote twice.
 */
import { log } from "../core/math.js";
import { type Column, type NumberColumn, presentValues, type Table } from "../core/table.js";

export interface Dependence {
  /** The column that can go. */
  readonly column: string;
  /** The column that says it already. */
  readonly of: string;
  /**
   * `copy`: equal in every row, or one to one; `line`: a straight line of a number, within 2 % of its deviation;
   * `band`: intervals of a number; `function`: each value of the other column has one value here.
   */
  readonly how: "copy" | "line" | "band" | "function";
}

/** Of numbers, only those of so few values can be a function or a band of another column. */
const FEW_VALUES = 12;
/** How far from the line, in standard deviations: rounding to one decimal stays within. */
const OFF_THE_LINE = 0.02;
/** Agreement of independent columns must be rarer than e^−20 before it counts. */
const SURE = 20;
/** Rows that only the dependent column fills: more, and it says something after all. */
const MOST_ALONE = 0.05;

interface Coded {
  readonly column: Column;
  readonly place: number;
  /** Per row a number for each different value, −1 where missing. */
  readonly codes: Int32Array;
  readonly distinct: number;
  /** −ln of the share of the most frequent value: what one agreement is worth. */
  readonly surprise: number;
  /** Present rows by value, for numbers. */
  readonly ascending: Int32Array | null;
}

/**
 * The columns that another column determines, each with one that stays. Of two that determine each other the text
 * stays (a number would be read as a quantity), else the first.
 *
 * @param names - the columns to compare; all when left out
 * @remarks O(d²·n) at worst, much less as a rule: a pair is left at the first row that contradicts it. Rows in which
 * either value is missing are passed over, and a relation that few repeated values bear out is not believed.
 */
export function dependences(table: Table, names?: readonly string[]): Dependence[] {
  const columns = names === undefined ? table.columns : table.columns.filter(({ name }) => names.includes(name));
  const coded = columns.map(code).filter(({ distinct }) => distinct > 1);
  // Whoever determines another has at least as many values.
  coded.sort(
    (a, b) =>
      b.distinct - a.distinct ||
      Number(b.column.kind === "text") - Number(a.column.kind === "text") ||
      a.place - b.place,
  );
  const kept: Coded[] = [];
  const found: (Dependence & { readonly place: number })[] = [];
  for (const b of coded) {
    const by = kept.map((a) => ({ a, how: relation(a, b) })).find(({ how }) => how !== null);
    if (by === undefined) kept.push(b);
    else found.push({ column: b.column.name, of: by.a.column.name, how: by.how!, place: b.place });
  }
  return found.sort((a, b) => a.place - b.place).map(({ place: _, ...dependence }) => dependence);
}

/** In words: `each city has one region`. */
export function dependenceInWords({ column, of, how }: Dependence): string {
  if (how === "copy") return `${column} repeats ${of}`;
  if (how === "line") return `${column} is a straight line of ${of}`;
  if (how === "band") return `${column} cuts ${of} into bands`;
  return `each ${of} has one ${column}`;
}

function code(column: Column, place: number): Coded {
  const values: ArrayLike<string | number | null> = column.values;
  const known = new Map<string | number, number>();
  const counts: number[] = [];
  let present = 0;
  const codes = Int32Array.from({ length: values.length }, (_, i) => {
    const value = values[i]!;
    if (value === null || Number.isNaN(value)) return -1;
    const at = known.get(value) ?? counts.push(0) - 1;
    known.set(value, at);
    counts[at]!++;
    present++;
    return at;
  });
  const most = counts.reduce((high, count) => Math.max(high, count), 0);
  const ascending = column.kind === "number" ? rowsByValue(column) : null;
  return { column, place, codes, distinct: counts.length, surprise: -log(most / Math.max(present, 1)), ascending };
}

function rowsByValue({ values }: NumberColumn): Int32Array {
  const rows = Int32Array.from(values.keys()).filter((i) => !Number.isNaN(values[i]!));
  return rows.sort((a, b) => values[a]! - values[b]!);
}

function relation(a: Coded, b: Coded): Dependence["how"] | null {
  if (mostlyAlone(a, b)) return null;
  const numbers = a.column.kind === "number" && b.column.kind === "number";
  if (numbers && isLine(a, b)) return sameValues(a, b) ? "copy" : "line";
  if (b.column.kind === "number" && b.distinct > FEW_VALUES) return null;
  if (isFunction(a, b)) return a.distinct === b.distinct ? "copy" : isBand(a, b) ? "band" : "function";
  return isBand(a, b) ? "band" : null;
}

function mostlyAlone(a: Coded, b: Coded): boolean {
  let present = 0;
  let alone = 0;
  for (let i = 0; i < b.codes.length; i++) {
    if (b.codes[i]! < 0) continue;
    present++;
    if (a.codes[i]! < 0) alone++;
  }
  return alone > MOST_ALONE * present;
}

/** Each value of a has one value of b, and values of a come back often enough for that to mean something. */
function isFunction(a: Coded, b: Coded): boolean {
  const of = new Int32Array(a.distinct).fill(-1);
  let repeats = 0;
  for (let i = 0; i < a.codes.length; i++) {
    const [from, to] = [a.codes[i]!, b.codes[i]!];
    if (from < 0 || to < 0) continue;
    if (of[from] === -1) of[from] = to;
    else if (of[from] === to) repeats++;
    else return false;
  }
  return repeats * b.surprise >= SURE;
}

/** Along a, each value of b is one stretch. */
function isBand(a: Coded, b: Coded): boolean {
  if (a.ascending === null) return false;
  const values = a.column.values as Float64Array;
  const seen = new Uint8Array(b.distinct);
  let now = -1;
  let before = Number.NaN;
  let repeats = 0;
  for (const i of a.ascending) {
    const to = b.codes[i]!;
    if (to < 0) continue;
    if (to === now) repeats++;
    else {
      // A stretch must not begin among equal values of a, and no value of b has two stretches.
      if (seen[to] === 1 || values[i] === before) return false;
      seen[to] = 1;
      now = to;
    }
    before = values[i]!;
  }
  return repeats * b.surprise >= SURE;
}

/** Every row lies on the line through the rows of the smallest and the largest a. */
function isLine(a: Coded, b: Coded): boolean {
  const [x, y] = [a.column.values as Float64Array, b.column.values as Float64Array];
  const both = a.ascending!.filter((i) => !Number.isNaN(y[i]!));
  const [low, high] = [both[0], both[both.length - 1]];
  if (low === undefined || high === undefined || x[low] === x[high] || y[low] === y[high]) return false;
  const slope = (y[high]! - y[low]!) / (x[high]! - x[low]!);
  const tolerance = OFF_THE_LINE * deviation(presentValues(b.column as NumberColumn));
  for (const i of both) if (!(Math.abs(y[low]! + slope * (x[i]! - x[low]!) - y[i]!) <= tolerance)) return false;
  return both.length * a.surprise >= SURE;
}

function sameValues(a: Coded, b: Coded): boolean {
  return b.codes.every((code, i) => code < 0 || a.codes[i]! < 0 || a.column.values[i] === b.column.values[i]);
}

function deviation(values: Float64Array): number {
  let mean = 0;
  for (const value of values) mean += value / values.length;
  let sum = 0;
  for (const value of values) sum += (value - mean) * (value - mean);
  return Math.sqrt(sum / values.length);
}
