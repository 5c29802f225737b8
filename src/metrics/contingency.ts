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
  const first = distinct(a);
  const second = distinct(b);
  const firstAt = new Map(first.map((label, at) => [label, at]));
  const secondAt = new Map(second.map((label, at) => [label, at]));
  const counts = new Float64Array(first.length * second.length);
  const firstSizes = new Float64Array(first.length);
  const secondSizes = new Float64Array(second.length);
  for (let i = 0; i < a.length; i++) {
    const r = firstAt.get(a[i]!)!;
    const c = secondAt.get(b[i]!)!;
    counts[r * second.length + c]!++;
    firstSizes[r]!++;
    secondSizes[c]!++;
  }
  return { first, second, counts, firstSizes, secondSizes, rows: a.length };
}

function distinct(labels: ArrayLike<number>): number[] {
  return [...new Set(Array.from(labels))].sort((a, b) => a - b);
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
