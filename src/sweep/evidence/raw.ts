/**
 * A raw table as one matrix of numbers, so that a null model can draw tables like it, and back again.
 *
 * Missing numbers are filled with the column's median first: a copula knows no gaps, and observed and null rows are
 * to be treated alike. A text column becomes the place of its value in code-point order (a missing text is one more
 * value, the last): its shares are kept to the row, its relation to other columns as far as that order carries it.
 */
import { quantileSorted } from "../../core/math.js";
import { allocateMatrix, type Matrix } from "../../core/matrix.js";
import { type Column, numberColumn, presentValues, type Table } from "../../core/table.js";

/** What each column of the matrix stands for. Plain data. */
export type RawColumn =
  | { readonly kind: "number"; readonly name: string }
  | { readonly kind: "text"; readonly name: string; readonly values: readonly (string | null)[] };

export interface RawRows {
  readonly columns: readonly RawColumn[];
  /** rows × columns, finite. */
  readonly codes: Matrix;
}

/**
 * @param rows - which rows of the table, ascending
 * @remarks Fillings and codes are those of the whole table. A column without a single value is 0 throughout; no
 * preparation but one that drops it takes such a table.
 */
export function rawRows(table: Table, rows: Int32Array): RawRows {
  const codes = allocateMatrix(rows.length, table.columns.length);
  const columns = table.columns.map((column, j): RawColumn => {
    const put = (value: (row: number) => number) => {
      for (let i = 0; i < rows.length; i++) codes.data[i * codes.cols + j] = value(rows[i]!);
    };
    if (column.kind === "number") {
      const sorted = Float64Array.from(presentValues(column)).sort();
      const median = sorted.length === 0 ? 0 : quantileSorted(sorted, 0.5);
      put((row) => (Number.isNaN(column.values[row]) ? median : column.values[row]!));
      return { kind: "number", name: column.name };
    }
    const present = [...new Set(column.values.filter((value) => value !== null))].sort();
    const values = column.values.includes(null) ? [...present, null] : present;
    const codeOf = new Map(values.map((value, code) => [value, code]));
    put((row) => codeOf.get(column.values[row] ?? null)!);
    return { kind: "text", name: column.name, values };
  });
  return { columns, codes };
}

/** The table of a matrix of codes; nothing is missing in a number column. */
export function tableOf(columns: readonly RawColumn[], codes: Matrix): Table {
  const at = (i: number, j: number) => codes.data[i * codes.cols + j]!;
  return {
    rows: codes.rows,
    columns: columns.map(
      (column, j): Column =>
        column.kind === "number"
          ? numberColumn(
              column.name,
              Float64Array.from({ length: codes.rows }, (_, i) => at(i, j)),
            )
          : {
              kind: "text",
              name: column.name,
              values: Array.from({ length: codes.rows }, (_, i) => column.values[at(i, j)] ?? null),
            },
    ),
    id: null,
  };
}
