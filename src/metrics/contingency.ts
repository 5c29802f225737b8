/** The cross table of two labelings, and the pairs of rows it counts. */
import { UserError } from "../core/errors.js";

export interface Contingency {
  /** Labels of the first and second labeling, ascending; noise (−1) is a group like any other. */
  readonly first: readonly number[];
  readonly second: readonly number[];
  /** Rows with first[r] and second[c]: `counts[r * second.length + c]`. */
  readonly counts: Float64Array;
  /** Rows per group. */
  readonly firstSizes: Float64Array;
  readonly secondSizes: Float64Array;
  readonly rows: number;
}

/**
 * @param a, b - any whole numbers, one per row; −1 counts as a group
 * @throws UserError `SHAPE_MISMATCH` if the lengths differ
 */
export function contingency(a: ArrayLike<number>, b: ArrayLike<number>): Contingency {
  if (a.length !== b.length) {
    throw new UserError("SHAPE_MISMATCH", {
      what: `cannot compare labels of ${a.length} rows with labels of ${b.length}`,
      mend: "compare labelings of the same rows, in the same order",
    });
  }
  const [first, firstAt] = places(a);
  const [second, secondAt] = places(b);
  const width = second.length;
  const counts = new Float64Array(first.length * width);
  for (let i = 0; i < a.length; i++) counts[firstAt[i]! * width + secondAt[i]!]!++;
  const firstSizes = new Float64Array(first.length);
  const secondSizes = new Float64Array(width);
  for (let r = 0; r < first.length; r++) {
    for (let c = 0; c < width; c++) {
      firstSizes[r]! += counts[r * width + c]!;
      secondSizes[c]! += counts[r * width + c]!;
    }
  }
  return { first, second, counts, firstSizes, secondSizes, rows: a.length };
}

/** Labels that span no more than this are looked up in a table. */
const NARROW = 4096;

/** The labels that occur, ascending, and the place of each row's label among them. */
function places(labels: ArrayLike<number>): [number[], Int32Array] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    if (label < low) low = label;
    if (label > high) high = label;
  }
  const at = new Int32Array(labels.length);
  if (labels.length === 0) return [[], at];
  if (!(high - low < NARROW)) {
    const values = [...new Set(Array.from(labels))].sort((x, y) => x - y);
    const place = new Map(values.map((label, r) => [label, r]));
    for (let i = 0; i < labels.length; i++) at[i] = place.get(labels[i]!)!;
    return [values, at];
  }
  const place = new Int32Array(high - low + 1);
  for (let i = 0; i < labels.length; i++) place[labels[i]! - low] = 1;
  const values: number[] = [];
  for (let v = 0; v < place.length; v++) {
    if (place[v] === 0) continue;
    place[v] = values.length;
    values.push(low + v);
  }
  for (let i = 0; i < labels.length; i++) at[i] = place[labels[i]! - low]!;
  return [values, at];
}

/** Ordered pairs of different rows, by whether each labeling puts them together. Exact up to 9e7 rows. */
export interface PairConfusion {
  readonly neither: number;
  readonly onlyFirst: number;
  readonly onlySecond: number;
  readonly both: number;
}

export function pairConfusion({ counts, firstSizes, secondSizes, rows }: Contingency): PairConfusion {
  const squares = (values: Float64Array) => values.reduce((sum, value) => sum + value * value, 0);
  const together = squares(counts);
  const inFirst = squares(firstSizes);
  const inSecond = squares(secondSizes);
  return {
    neither: rows * rows - inFirst - inSecond + together,
    onlyFirst: inFirst - together,
    onlySecond: inSecond - together,
    both: together - rows,
  };
}
