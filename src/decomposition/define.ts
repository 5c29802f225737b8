/** What a reduction of columns is, and how one is declared. */
import type { z } from "zod";
import type { Json } from "../core/hash.js";
import type { Matrix } from "../core/matrix.js";
import type { Note } from "../core/notes.js";
import type { ReferenceKey } from "../core/references.js";

/** Plain JSON: what maps new rows as the training rows were mapped. */
export type FittedReducer = { readonly [key: string]: Json };

/** Maps one row of numbers; `out` has as many places as there are new columns. */
export type RowTransform = (row: Float64Array, start: number, out: Float64Array) => void;

export interface Reducer {
  /** The word used in configs, and the file name. */
  readonly name: string;
  readonly title: string;
  readonly version: number;
  readonly cites: readonly ReferenceKey[];
  readonly params: z.ZodType<Readonly<Record<string, unknown>>>;
  fit(x: Matrix, params: Readonly<Record<string, unknown>>): { fitted: FittedReducer; notes: readonly Note[] };
  transform(x: Matrix, fitted: FittedReducer): Matrix;
  /** The same for one row, made ready once: reads `row` from `start` on, fills `out`. Equal to the bit. */
  rowTransform(fitted: FittedReducer): RowTransform;
  /** Names of the new columns, such as PC1, PC2. */
  columnNames(fitted: FittedReducer, input: readonly string[]): readonly string[];
}

/** Declare a reducer with its types checked; the registry sees it without them. */
export function defineReducer<P extends Readonly<Record<string, unknown>>, F extends FittedReducer>(reducer: {
  name: string;
  title: string;
  version: number;
  cites: readonly ReferenceKey[];
  params: z.ZodType<P>;
  fit(x: Matrix, params: P): { fitted: F; notes: readonly Note[] };
  transform(x: Matrix, fitted: F): Matrix;
  rowTransform(fitted: F): RowTransform;
  columnNames(fitted: F, input: readonly string[]): readonly string[];
}): Reducer {
  return reducer as unknown as Reducer;
}
