/** Categories as 0/1 columns. */
import { z } from "zod";
import { UserError } from "../core/errors.js";
import type { Note } from "../core/notes.js";
import { columnNamed, countMissing, presentValues } from "../core/table.js";
import { defineColumnStep, mapEach, requireColumns } from "./columnwise.js";
import type { ColumnMap } from "./define.js";
import { columnNames } from "./options.js";
import { byCodePoint } from "./order.js";

type Encoded =
  | { readonly name: string; readonly kind: "text"; readonly categories: readonly string[] }
  | { readonly name: string; readonly kind: "number"; readonly categories: readonly number[] };

interface OneHotParams extends Readonly<Record<string, unknown>> {
  readonly columns: readonly string[];
  readonly maxCategories: number;
}

const params: z.ZodType<OneHotParams> = z.union([
  columnNames.transform((columns) => ({ columns, maxCategories: 100 })),
  z.strictObject({
    columns: columnNames,
    maxCategories: z.int().min(2).default(100).meta({
      description: "refuse a column with more different values than this: it is more likely a name than a category",
      unit: "categories",
    }),
  }),
]);

export const oneHot = defineColumnStep({
  name: "one-hot",
  title: "One-hot: a 0/1 column for each category; a category never seen, or a missing one, is 0 in all of them",
  version: 1,
  cites: [],
  params,
  fit(table, { columns, maxCategories }) {
    const notes: Note[] = [];
    const encoded = columns.map((name): Encoded => {
      const column = columnNamed(table, name, "prepare, one-hot");
      const missing = countMissing(column);
      if (missing > 0) {
        notes.push({
          code: "missing-category",
          message: `column "${name}" is missing in ${missing} of ${table.rows} rows; they are 0 in all its categories`,
          hint: `to make "missing" a category of its own, impute a constant before`,
        });
      }
      const found: Encoded =
        column.kind === "text"
          ? {
              name,
              kind: "text",
              categories: [...new Set(column.values.filter((value) => value !== null))].sort(byCodePoint),
            }
          : { name, kind: "number", categories: [...new Set(presentValues(column))].sort((a, b) => a - b) };
      checkCount(found, maxCategories);
      return found;
    });
    return { fitted: { columns: encoded }, notes };
  },
  maps(fitted, columns) {
    requireColumns(columns, fitted.columns, "one-hot");
    const encoded = new Map(fitted.columns.map((column) => [column.name, column]));
    return mapEach(columns, ({ name }) => {
      const column = encoded.get(name);
      if (column === undefined) return undefined;
      if (column.kind === "text") {
        return column.categories.map(
          (category): ColumnMap => ({
            name: `${name}=${category}`,
            from: name,
            how: "encode",
            of: (value) => (value === category ? 1 : 0),
          }),
        );
      }
      return column.categories.map(
        (category): ColumnMap => ({
          name: `${name}=${category}`,
          from: name,
          how: "number",
          of: (value) => (value === category ? 1 : 0),
        }),
      );
    });
  },
});

function checkCount({ name, categories }: Encoded, maxCategories: number): void {
  if (categories.length === 0) {
    throw new UserError("ALL_MISSING", {
      what: `column "${name}" has no values`,
      where: "prepare, one-hot",
      mend: `drop it instead (drop: [${name}])`,
    });
  }
  if (categories.length > maxCategories) {
    throw new UserError("PARAM_RANGE", {
      what: `column "${name}" has ${categories.length} different values; one-hot makes at most ${maxCategories} columns of one`,
      where: "prepare, one-hot",
      mend: `drop it (drop: [${name}]), or raise maxCategories`,
    });
  }
}
