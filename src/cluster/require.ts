/** What every fit asks of its rows and of k, said in the same words. */
import { UserError } from "../core/errors.js";
import { type Matrix, requireFinite } from "../core/matrix.js";

/**
 * @throws UserError `TOO_FEW_ROWS` below two rows or without columns, `NOT_FINITE` naming the first bad value
 */
export function requireRows(x: Matrix): void {
  if (x.rows < 2 || x.cols < 1) {
    throw new UserError("TOO_FEW_ROWS", {
      what: `clustering needs at least 2 rows and 1 column, got ${x.rows} × ${x.cols}`,
      mend: "check that the data was read, and that filters and dropped columns leave something",
    });
  }
  requireFinite(x);
}

/**
 * @throws UserError as `requireRows`, and `PARAM_RANGE` unless 2 ≤ k ≤ rows
 */
export function requireClusters(x: Matrix, k: number): void {
  requireRows(x);
  if (!Number.isInteger(k) || k < 2) {
    throw new UserError("PARAM_RANGE", {
      what: `k must be a whole number of at least 2, got ${k}`,
      where: "k",
      mend: "one cluster is no clustering; ask for 2 or more",
    });
  }
  if (k > x.rows) {
    throw new UserError("PARAM_RANGE", {
      what: `k = ${k} clusters are more than the ${x.rows} rows`,
      where: "k",
      mend: `ask for at most ${x.rows} clusters`,
    });
  }
}

/**
 * @throws UserError `PARAM_RANGE` unless `column` counts one of the columns from 0
 */
export function requireColumn(x: Matrix, column: number, where: string): void {
  if (Number.isInteger(column) && column >= 0 && column < x.cols) return;
  throw new UserError("PARAM_RANGE", {
    what: `column ${column} does not exist; the data has ${x.cols} columns`,
    where,
    mend: `columns count from 0: give 0 to ${x.cols - 1}`,
  });
}
