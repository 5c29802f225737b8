/** What a preparation step is, and how one is declared. */
import type { z } from "zod";
import type { Json } from "../core/hash.js";
import type { Note } from "../core/notes.js";
import type { ReferenceKey } from "../core/references.js";
import type { Table } from "../core/table.js";

/** Plain JSON: what a fitted step must remember to treat new rows as it treated the training rows. */
export type Fitted = { readonly [key: string]: Json };

export interface FittedStep<F extends Fitted = Fitted> {
  readonly fitted: F;
  readonly notes: readonly Note[];
}

/** The name and kind of a column, without its values. */
export interface ColumnHead {
  readonly name: string;
  readonly kind: "number" | "text";
}

interface NumberMap {
  readonly name: string;
  readonly from: string;
  /** The new column stands for one value of the old one: above 0 where it has that value. */
  readonly isCategory?: true;
}

/**
 * One column after a step, and how each of its values comes from the same row of one column before it.
 * A missing number is NaN, a missing text null. A function that cannot take a value throws a `ValueFault`.
 */
export type ColumnMap =
  | { readonly name: string; readonly from: string; readonly how: "keep" }
  | (NumberMap & { readonly how: "number"; of(value: number): number })
  | (NumberMap & { readonly how: "encode"; of(value: string | null): number })
  | { readonly name: string; readonly from: string; readonly how: "text"; of(value: string | null): string | null };

/** A preparation step with its types erased: what the registry holds. */
export interface Step {
  /** The word used in configs, and the file name. */
  readonly name: string;
  /** One line: what it does and when to want it. */
  readonly title: string;
  /** Raised when the same input may give another answer. */
  readonly version: number;
  readonly cites: readonly ReferenceKey[];
  /** Accepts the shorthand of configs (`impute: median`) as well as the long form. */
  readonly params: z.ZodType<Readonly<Record<string, unknown>>>;
  /** Learn from the training rows. Missing values are ignored, never counted as a number. */
  fit(table: Table, params: Readonly<Record<string, unknown>>): FittedStep;
  /** Treat any rows by what was learnt. Never looks at the new rows as a whole, so one row suffices. */
  apply(table: Table, fitted: Fitted): Table;
  /**
   * The same as a list of columns, each made of one column before it, value by value: lets a model treat a
   * single row without building tables.
   */
  maps(fitted: Fitted, columns: readonly ColumnHead[]): readonly ColumnMap[];
}

/** Declare a step with its types checked; the registry sees it without them. */
export function defineStep<P extends Readonly<Record<string, unknown>>, F extends Fitted>(step: {
  name: string;
  title: string;
  version: number;
  cites: readonly ReferenceKey[];
  params: z.ZodType<P>;
  fit(table: Table, params: P): FittedStep<F>;
  apply(table: Table, fitted: F): Table;
  maps(fitted: F, columns: readonly ColumnHead[]): readonly ColumnMap[];
}): Step {
  return step as unknown as Step;
}
