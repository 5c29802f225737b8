/** Categories as 0/1 columns. */
import { z } from "zod";
import { UserError } from "../core/errors.js";
import type { Note } from "../core/notes.js";
import { type Column, columnNamed, countMissing, presentValues } from "../core/table.js";
import { defineColumnStep, mapEach, requireColumns } from "./columnwise.js";
import type { ColumnMap } from "./define.js";
import { columnNames } from "./options.js";

type Encoded = { readonly name: string /** What stands for "yes"; 1 when left out. */; readonly weight?: number } & (
  | { readonly kind: "text"; readonly categories: readonly string[] }
  | { readonly kind: "number"; readonly categories: readonly number[] }
);

const weights = ["value", "column", "mismatch"] as const;
type Weight = (typeof weights)[number];

interface OneHotParams extends Readonly<Record<string, unknown>> {
  readonly columns: readonly string[];
  readonly maxCategories: number;
  readonly weight?: Weight | undefined;
}

const params: z.ZodType<OneHotParams> = z.union([
  columnNames.transform((columns) => ({ columns, maxCategories: 100 })),
  z.strictObject({
    columns: columnNames,
    maxCategories: z.int().min(2).default(100).meta({
      description: "refuse a column with more different values than this: it is more likely a name than a category",
      unit: "categories",
    }),
    weight: z.enum(weights).optional().meta({
      description:
        "what stands for yes. value (default): 1, so each value votes like a column of its own; column: all values of a column together vote like half a standardized number column, which must be scaled before; mismatch: ½, so that in Manhattan distance two different values are 1 apart, as Gower counts them",
    }),
  }),
]);

/**
 * The q of Hennig & Liao 2013: a nominal column moves rows in jumps, and jumps attract clusters more than the same
 * spread in small steps, so it gets half the squared distance of a number column.
 */
const NOMINAL_SHARE = 0.5;

/**
 * What stands for "yes" under `weight: column`.
 *
 * Two random rows of a standardized number column are 2 apart in mean squared distance: E(X₁ − X₂)² = 2·var X = 2.
 * With c for "yes", dummies of shares p give Σ E(Y₁ − Y₂)² = 2·Σ c²·p(1 − p). Setting this to 2q gives
 *
 *     c² = q / Σ p(1 − p)
 *
 * whatever the number of values: c² is 1 for two equal halves and .6 for six equal sixths. A column in which one value
 * holds most rows has a small sum and would lift its rare values many deviations away, so c is at most 1: such a
 * column counts less than the others.
 *
 * @param counts - rows of each category
 * @param rows - all rows, those with a missing value included
 */
export function columnWeight(counts: readonly number[], rows: number): number {
  let spread = 0;
  for (const count of counts) spread += (count / rows) * (1 - count / rows);
  return spread > NOMINAL_SHARE ? Math.sqrt(NOMINAL_SHARE / spread) : 1;
}

export const oneHot = defineColumnStep({
  name: "one-hot",
  title: "One-hot: a yes/no column for each category; a category never seen, or a missing one, is no in all of them",
  version: 2,
  cites: ["hennig2013", "gower1971"],
  params,
  fit(table, { columns, maxCategories, weight }) {
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
      const { counts, ...found } = categoriesOf(column);
      checkCount(found, maxCategories);
      if (weight === "mismatch") return { ...found, weight: 0.5 };
      return weight === "column" ? { ...found, weight: columnWeight(counts, table.rows) } : found;
    });
    return { fitted: { columns: encoded }, notes };
  },
  maps(fitted, columns) {
    requireColumns(columns, fitted.columns, "one-hot");
    const encoded = new Map(fitted.columns.map((column) => [column.name, column]));
    return mapEach(columns, ({ name }) => {
      const column = encoded.get(name);
      if (column === undefined) return undefined;
      const { weight = 1 } = column;
      if (column.kind === "text") {
        return column.categories.map(
          (category): ColumnMap => ({
            name: `${name}=${category}`,
            from: name,
            how: "encode",
            isCategory: true,
            of: (value) => (value === category ? weight : 0),
          }),
        );
      }
      return column.categories.map(
        (category): ColumnMap => ({
          name: `${name}=${category}`,
          from: name,
          how: "number",
          isCategory: true,
          of: (value) => (value === category ? weight : 0),
        }),
      );
    });
  },
});

/**
 * The categories of a column and how often each stands. Texts stand by how often they occur, then by who comes first,
 * never by spelling: sums run in column order, and renaming a category must not change the last bit of a distance.
 */
function categoriesOf(column: Column): Encoded & { readonly counts: readonly number[] } {
  const { name } = column;
  const found = new Map<string | number, number>();
  for (const value of column.kind === "text" ? column.values : presentValues(column)) {
    if (value !== null) found.set(value, (found.get(value) ?? 0) + 1);
  }
  if (column.kind === "number") {
    const pairs = ([...found] as [number, number][]).sort((a, b) => a[0] - b[0]);
    return { name, kind: "number", categories: pairs.map(([value]) => value), counts: pairs.map(([, count]) => count) };
  }
  // A Map keeps the order of first appearance, and sorting is stable.
  const pairs = ([...found] as [string, number][]).sort((a, b) => b[1] - a[1]);
  return { name, kind: "text", categories: pairs.map(([value]) => value), counts: pairs.map(([, count]) => count) };
}

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
