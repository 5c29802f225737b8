/**
 * Steps whose every new column comes from one old column, value by value. Such a step says only that
 * mapping; the treatment of tables and of single rows both follow from it, so they cannot differ.
 */
import type { z } from "zod";
import { type ErrorCode, UserError } from "../core/errors.js";
import type { ReferenceKey } from "../core/references.js";
import { didYouMean } from "../core/suggest.js";
import { type Column, columnNamed, type NumberColumn, numberColumn, type Table, withColumns } from "../core/table.js";
import { type ColumnHead, type ColumnMap, defineStep, type Fitted, type FittedStep, type Step } from "./define.js";

/** A value that a mapping cannot take. Whoever walks the rows adds which row and column it was. */
export class ValueFault extends Error {
  readonly code: ErrorCode;
  readonly needs: string;
  readonly mend: string;

  /** @param needs - the rule that was broken, such as "log1p needs values above −1" */
  constructor(code: ErrorCode, needs: string, mend: string) {
    super(needs);
    this.code = code;
    this.needs = needs;
    this.mend = mend;
  }

  at(column: string, value: number | string | null, row: string | undefined): UserError {
    const place = row === undefined ? "" : ` in ${row}`;
    return new UserError(this.code, {
      what: `column "${column}" is ${value}${place}; ${this.needs}`,
      where: "prepare",
      mend: this.mend,
    });
  }
}

const notFinite = new ValueFault(
  "NOT_FINITE",
  "every value must be finite",
  "mend the value in the data, or drop the column",
);

/** "row 17", and who that is when the table says so. Rows count from 1, the header left out. */
export function rowName(table: Table, row: number): string {
  return table.id === null ? `row ${row + 1}` : `row ${row + 1} (${table.id.name} ${table.id.values[row]})`;
}

/** Stop an infinite value. NaN, which is missing, passes. */
export function refuseInfinite(value: number): void {
  if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY) throw notFinite;
}

/**
 * The number columns a step works on: those named, or all when no names are given.
 *
 * @throws UserError `UNKNOWN_COLUMN`, `NOT_NUMBER` for a named text column, `NOT_FINITE` for an infinite value
 */
export function numberColumns(table: Table, step: string, names?: readonly string[]): NumberColumn[] {
  const chosen: NumberColumn[] = [];
  for (const column of names?.map((name) => columnNamed(table, name, `prepare, ${step}`)) ?? table.columns) {
    if (column.kind === "number") chosen.push(column);
    else if (names !== undefined) throw notNumber(column.name, step);
  }
  for (const { values, ...column } of chosen) {
    const at = values.findIndex((value) => value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY);
    if (at >= 0) throw notFinite.at(column.name, values[at]!, rowName(table, at));
  }
  return chosen;
}

function notNumber(name: string, step: string): UserError {
  return new UserError("NOT_NUMBER", {
    what: `${step} needs numbers, but column "${name}" holds text`,
    where: "prepare",
    mend: `leave "${name}" out of ${step}, or encode it before (one-hot: [${name}])`,
  });
}

/** Visit every row of a column; a `ValueFault` on the way becomes an error that names row and column. */
function eachValue(table: Table, column: Column, visit: (row: number) => void): void {
  let i = 0;
  try {
    for (; i < table.rows; i++) visit(i);
  } catch (fault) {
    throw fault instanceof ValueFault ? fault.at(column.name, column.values[i]!, rowName(table, i)) : fault;
  }
}

/** Replace some columns by others made of them; the rest is kept. `undefined` keeps, `[]` drops. */
export function mapEach(
  columns: readonly ColumnHead[],
  of: (column: ColumnHead) => readonly ColumnMap[] | undefined,
): ColumnMap[] {
  return columns.flatMap((column) => of(column) ?? [{ name: column.name, from: column.name, how: "keep" as const }]);
}

/**
 * Every fitted column must be there, and be of the kind it was.
 *
 * @throws UserError `UNKNOWN_COLUMN` or `NOT_NUMBER`
 */
export function requireColumns(columns: readonly ColumnHead[], wanted: readonly ColumnHead[], step: string): void {
  const known = new Map(columns.map((column) => [column.name, column.kind]));
  for (const { name, kind } of wanted) {
    const found = known.get(name);
    if (found === undefined) {
      throw new UserError("UNKNOWN_COLUMN", {
        what: `the column "${name}", which ${step} was fitted on, is not in the table`,
        where: "prepare",
        mend: didYouMean(name, [...known.keys()]),
      });
    }
    if (found === kind) continue;
    if (kind === "number") throw notNumber(name, step);
    throw new UserError("NOT_NUMBER", {
      what: `column "${name}" held text when ${step} was fitted, and holds numbers now`,
      where: "prepare",
      mend: "read the column as text",
    });
  }
}

/** The table that a mapping makes. */
export function applyMaps(table: Table, maps: readonly ColumnMap[]): Table {
  const byName = new Map(table.columns.map((column) => [column.name, column]));
  const columns = maps.map((map): Column => {
    const column = byName.get(map.from)!;
    if (map.how === "keep") return column;
    if (map.how === "number") {
      const values = column.values as Float64Array;
      const out = new Float64Array(table.rows);
      const { of } = map;
      eachValue(table, column, (i) => {
        const value = values[i]!;
        refuseInfinite(value);
        out[i] = of(value);
      });
      return { ...numberColumn(map.name, out), ...categoryOf(map, column) };
    }
    const values = column.values as readonly (string | null)[];
    if (map.how === "text") return { kind: "text", name: map.name, values: values.map((value) => map.of(value)) };
    const out = Float64Array.from(values, (value) => map.of(value));
    return { ...numberColumn(map.name, out), ...categoryOf(map, column) };
  });
  return withColumns(table, columns);
}

/** A column that stands for a value of another goes on doing so when it is scaled. */
function categoryOf(
  map: { readonly from: string; readonly isCategory?: true },
  column: Column,
): Pick<NumberColumn, "categoryOf"> {
  if (map.isCategory) return { categoryOf: map.from };
  return column.kind === "number" && column.categoryOf !== undefined ? { categoryOf: column.categoryOf } : {};
}

/** Declare a step by its mapping; `apply` follows. */
export function defineColumnStep<P extends Readonly<Record<string, unknown>>, F extends Fitted>(step: {
  name: string;
  title: string;
  version: number;
  cites: readonly ReferenceKey[];
  params: z.ZodType<P>;
  fit(table: Table, params: P): FittedStep<F>;
  maps(fitted: F, columns: readonly ColumnHead[]): readonly ColumnMap[];
}): Step {
  return defineStep<P, F>({ ...step, apply: (table, fitted) => applyMaps(table, step.maps(fitted, table.columns)) });
}
