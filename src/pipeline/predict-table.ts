/** A raw table, read as the rows a model expects. */
import { type UserError, UserErrors } from "../core/errors.js";
import type { Labels } from "../core/labels.js";
import type { Note } from "../core/notes.js";
import type { Column, Table } from "../core/table.js";
import type { Cell } from "../preprocessing/compile.js";
import { absentFeature, ignored, isBeyond, missingFeature, wrongKind } from "./feature-faults.js";
import type { InputFeature } from "./schema.js";

/** The answer for a table, row by row. */
export interface Prediction {
  readonly labels: Labels;
  /** The segment's name per row. */
  readonly names: readonly string[];
  /** Runner-up minus winner, in the rule's unit; Infinity where there is no runner-up. */
  readonly margins: Float64Array;
  /** How many features of the row lie outside the training range. */
  readonly outOfRange: Uint16Array;
  readonly notes: readonly Note[];
}

/** Columns of an answer's CSV besides the id. */
const ANSWERS = ["segment", "name", "margin", "out_of_range"];

/** The name of an answer's first column: the id's own, `row` without one, `id` where its own name is taken. */
export function idHeader(id: string | null | undefined): string {
  return ANSWERS.includes(id ?? "") ? "id" : (id ?? "row");
}

interface TableRows {
  readonly rows: number;
  /** The raw values of a row (reused by the next call) and how many lie outside the training range. */
  rowAt(row: number): { readonly raw: ArrayLike<Cell>; readonly beyond: number };
  readonly notes: readonly Note[];
}

/**
 * Find the features in a table; columns it has beyond them are ignored with a note.
 *
 * @throws UserErrors for all features that are absent, of the wrong kind, or missing where they may not be
 */
export function readTable(table: Table, features: readonly InputFeature[]): TableRows {
  const byName = new Map(table.columns.map((column) => [column.name, column]));
  const wanted = new Set(features.map((feature) => feature.name));
  const extra = table.columns.filter((column) => !wanted.has(column.name)).map((column) => column.name);
  const faults: UserError[] = [];
  const columns = features.map((feature): Column | undefined => {
    const column = byName.get(feature.name);
    const fault = column === undefined ? absentFeature(feature, extra) : faultOf(column, feature, table);
    if (fault !== undefined) faults.push(fault);
    return column;
  });
  if (faults.length > 0) throw new UserErrors(faults);

  const raw: Cell[] = new Array(features.length).fill(null);
  return {
    rows: table.rows,
    notes: extra.length === 0 ? [] : [ignored(extra)],
    rowAt(row) {
      let beyond = 0;
      for (let j = 0; j < features.length; j++) {
        const { kind, values } = columns[j]!;
        // A column of nothing but missing values may have been read as the other kind.
        const value = kind === features[j]!.kind ? (values[row] as Cell) : null;
        raw[j] = value ?? (features[j]!.kind === "number" ? Number.NaN : null);
        if (isBeyond(features[j]!, raw[j]!)) beyond++;
      }
      return { raw, beyond };
    },
  };
}

function faultOf(column: Column, feature: InputFeature, table: Table): UserError | undefined {
  const present = (row: number) =>
    column.kind === "text" ? column.values[row] !== null : !Number.isNaN(column.values[row]);
  for (let row = 0; row < table.rows; row++) {
    if (present(row)) {
      if (column.kind !== feature.kind) return wrongKind(feature, column.values[row]!, table, row);
    } else if (!feature.mayBeMissing) {
      return missingFeature(feature, table, row);
    }
  }
  return undefined;
}
