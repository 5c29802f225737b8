/** The numeric table every algorithm works on. */
import { UserError } from "./errors.js";

/**
 * Row-major numbers: value (i, j) is `data[i * cols + j]`. The buffer is shared, so that a worker sees the
 * same rows without a copy. Nobody writes to a matrix after the stage that made it.
 */
export interface Matrix {
  readonly rows: number;
  readonly cols: number;
  readonly data: Float64Array;
  /**
   * Which columns together stand for one text, a list each: at most one of them is "yes" (above 0) in a row. Only
   * algorithms that treat texts apart look at it; none without texts.
   */
  readonly texts?: readonly (readonly number[])[];
}

/** A zero matrix, in shared memory where there is any: a page that is not isolated has none, and sends copies. */
export function allocateMatrix(rows: number, cols: number): Matrix {
  const Room = typeof SharedArrayBuffer === "undefined" ? ArrayBuffer : SharedArrayBuffer;
  return { rows, cols, data: new Float64Array(new Room(rows * cols * 8)) };
}

/**
 * A matrix from rows of numbers.
 *
 * @throws UserError `SHAPE_MISMATCH` if the rows differ in length
 * @example matrix([[0, 1], [2, 3]]).data; // [0, 1, 2, 3]
 */
export function matrix(rows: readonly (readonly number[])[]): Matrix {
  const cols = rows[0]?.length ?? 0;
  const out = allocateMatrix(rows.length, cols);
  rows.forEach((row, i) => {
    if (row.length !== cols) {
      throw new UserError("SHAPE_MISMATCH", {
        what: `row ${i} has ${row.length} values, but row 0 has ${cols}`,
        mend: "give every row the same number of values",
      });
    }
    out.data.set(row, i * cols);
  });
  return out;
}

/** The chosen rows, in the order given; repeats are allowed. */
export function takeRows(x: Matrix, rows: ArrayLike<number>): Matrix {
  const out = { ...allocateMatrix(rows.length, x.cols), ...(x.texts ? { texts: x.texts } : {}) };
  for (let i = 0; i < rows.length; i++) {
    const start = rows[i]! * x.cols;
    out.data.set(x.data.subarray(start, start + x.cols), i * x.cols);
  }
  return out;
}

/** Nothing but finite values times 0 sums to 0. Four sums, so that they run side by side. */
function isFiniteThroughout(data: Float64Array): boolean {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let i = 0;
  for (; i + 3 < data.length; i += 4) {
    a += data[i]! * 0;
    b += data[i + 1]! * 0;
    c += data[i + 2]! * 0;
    d += data[i + 3]! * 0;
  }
  for (; i < data.length; i++) a += data[i]! * 0;
  return a + b + c + d === 0;
}

/**
 * Stop a missing or infinite value at the edge, before a kernel meets it.
 *
 * @throws UserError `NOT_FINITE` naming the first such row and column
 */
export function requireFinite(x: Matrix, columnNames?: readonly string[]): void {
  if (isFiniteThroughout(x.data)) return;
  for (let index = 0; index < x.data.length; index++) {
    if (Number.isFinite(x.data[index])) continue;
    const row = Math.floor(index / x.cols);
    const column = index % x.cols;
    throw new UserError("NOT_FINITE", {
      what: `row ${row}, column ${columnNames?.[column] ?? column} is ${x.data[index]}; every value must be finite`,
      mend: "impute missing values and mend infinite ones before clustering",
    });
  }
}
