/** Fill missing values. */
import { z } from "zod";
import { UserError } from "../core/errors.js";
import type { Note } from "../core/notes.js";
import { mean, quantiles, sorted } from "../core/statistics.js";
import { type Column, columnNamed, countMissing, presentValues, type Table } from "../core/table.js";
import { defineColumnStep, mapEach, numberColumns, requireColumns } from "./columnwise.js";
import type { ColumnMap } from "./define.js";
import { columnNames } from "./options.js";

const strategies = ["median", "mean", "constant", "most-frequent"] as const;
type Strategy = (typeof strategies)[number];

interface ImputeParams extends Readonly<Record<string, unknown>> {
  readonly strategy: Strategy;
  readonly value?: number | string | undefined;
  readonly columns?: readonly string[] | undefined;
  readonly indicator: boolean;
}

const params: z.ZodType<ImputeParams> = z.union([
  z.enum(["median", "mean", "most-frequent"]).transform((strategy) => ({ strategy, indicator: false })),
  z
    .strictObject({
      strategy: z.enum(strategies).default("median").meta({
        description:
          "what takes the place of a missing value: median, mean, constant or most-frequent; text columns take the last two",
      }),
      value: z.union([z.number(), z.string()]).optional().meta({
        description: "with strategy constant: the value; a number fills number columns, a text fills text columns",
      }),
      columns: columnNames
        .optional()
        .meta({ description: "columns to fill; left out: every column the strategy can fill" }),
      indicator: z.boolean().default(false).meta({
        description: "add a 0/1 column <name>_missing for each column that had missing values",
      }),
    })
    .refine(({ strategy, value }) => strategy !== "constant" || value !== undefined, {
      message: "strategy constant needs a value",
    })
    .refine(({ strategy, value }) => strategy === "constant" || value === undefined, {
      message: "a value goes with strategy constant only",
    }),
]);

type Filled = { readonly name: string; readonly indicator: boolean } & (
  | { readonly kind: "number"; readonly fill: number }
  | { readonly kind: "text"; readonly fill: string }
);

export const impute = defineColumnStep({
  name: "impute",
  title: "Impute: fills missing values, and can remember in a column of its own that they were missing",
  version: 2,
  cites: [],
  params,
  fit(table, chosen) {
    const notes: Note[] = [];
    const columns = columnsToFill(table, chosen).map((column): Filled => {
      const missing = countMissing(column);
      if (missing === table.rows) {
        throw new UserError("ALL_MISSING", {
          what: `column "${column.name}" is missing in all ${table.rows} rows`,
          where: "prepare, impute",
          mend: `drop it before (drop: [${column.name}])`,
        });
      }
      const indicator = chosen.indicator && missing > 0;
      const filled: Filled =
        column.kind === "number"
          ? { name: column.name, kind: "number", fill: numberFor(presentValues(column), chosen), indicator }
          : { name: column.name, kind: "text", fill: textFor(column.values, chosen), indicator };
      if (missing > 0) {
        notes.push({
          code: "imputed",
          message: `column "${column.name}" was missing in ${missing} of ${table.rows} rows; filled with ${filled.fill} (${chosen.strategy})`,
        });
      }
      return filled;
    });
    return { fitted: { columns }, notes };
  },
  maps(fitted, columns) {
    requireColumns(columns, fitted.columns, "impute");
    const filled = new Map(fitted.columns.map((column) => [column.name, column]));
    return mapEach(columns, ({ name }) => {
      const column = filled.get(name);
      return column === undefined ? undefined : fillers(column);
    });
  },
});

function fillers(column: Filled): ColumnMap[] {
  const { name, fill } = column;
  const maps: ColumnMap[] =
    column.kind === "number"
      ? [{ name, from: name, how: "number", of: (value) => (Number.isNaN(value) ? column.fill : value) }]
      : [{ name, from: name, how: "text", of: (value) => value ?? String(fill) }];
  if (!column.indicator) return maps;
  const flag = { name: indicatorName(name), from: name };
  maps.push(
    column.kind === "number"
      ? { ...flag, how: "number", of: (value) => (Number.isNaN(value) ? 1 : 0) }
      : { ...flag, how: "encode", of: (value) => (value === null ? 1 : 0) },
  );
  return maps;
}

function indicatorName(name: string): string {
  return `${name}_missing`;
}

/** Numbers take every strategy but a constant text; texts take most-frequent and a constant text. */
function columnsToFill(table: Table, { strategy, value, columns }: ImputeParams): Column[] {
  const takesNumbers = typeof value !== "string";
  const takesTexts = strategy === "most-frequent" || typeof value === "string";
  const wanted = columns?.map((name) => columnNamed(table, name, "prepare, impute")) ?? table.columns;
  const fits = (column: Column) => (column.kind === "number" ? takesNumbers : takesTexts);
  for (const column of columns === undefined ? [] : wanted) {
    if (fits(column)) continue;
    throw new UserError("NOT_NUMBER", {
      what: `column "${column.name}" holds ${column.kind === "text" ? "text" : "numbers"}; ${strategy}${value === undefined ? "" : ` ${JSON.stringify(value)}`} cannot fill it`,
      where: "prepare, impute",
      mend: column.kind === "text" ? "use most-frequent, or a constant text" : "use a constant number",
    });
  }
  const chosen = wanted.filter(fits);
  numberColumns(
    table,
    "impute",
    chosen.filter((column) => column.kind === "number").map((column) => column.name),
  );
  return chosen;
}

function numberFor(values: Float64Array, { strategy, value }: ImputeParams): number {
  if (strategy === "constant") return value as number;
  if (strategy === "median") return quantiles(values, [0.5])[0]!;
  if (strategy === "mean") return mean(values);
  // Ascending, so that of equally frequent values the smallest wins.
  return mostFrequent(sorted(values));
}

function textFor(values: readonly (string | null)[], { strategy, value }: ImputeParams): string {
  if (strategy === "constant") return value as string;
  // In row order: which of two equally frequent texts wins must not hang on how they are spelled.
  return mostFrequent(values.filter((text) => text !== null));
}

/** The value that stands most often; the first of equals. */
function mostFrequent<T>(values: Iterable<T>): T {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  let best: T | undefined;
  let highest = 0;
  for (const [value, count] of counts) {
    if (count <= highest) continue;
    best = value;
    highest = count;
  }
  return best as T;
}
