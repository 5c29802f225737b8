/** `data.per`, `data.at`, `data.features`: a log of purchases becomes one row for each customer. The grammar alone. */
import { z } from "zod";
import { dayNumber, dayText, monthsBefore } from "../../core/days.js";

/** What is measured of a customer's purchases, each with what it says. */
export const measures = {
  count: "purchases: rows of the log; of a column, rows where it is present",
  sum: "total of a number; returns subtract; 0 without purchases",
  mean: "mean of a number; missing without purchases",
  median: "median of a number; missing without purchases",
  min: "smallest value of a number; missing without purchases",
  max: "largest value of a number; missing without purchases",
  distinct: "how many different values of a column",
  share: "a column for each value of a text: its share of the purchases, or of a number with `of`",
  trend:
    "the last window against the one before, (last − before) / (|last| + |before|): −1 to 1, 0 where both are nothing; of a number, or of `count`",
  "days-since-last": "whole days from the last purchase to `at`",
  "days-since-first": "whole days from the first purchase to `at`",
  "median-gap":
    "median of the whole days between one day with purchases and the next; missing with fewer than two such days",
  "active-months": "calendar months with a purchase",
} as const;

export type Measure = keyof typeof measures;

const measureNames = Object.keys(measures) as Measure[];

/** Those that look at the date of a purchase. */
export const dateMeasures: ReadonlySet<Measure> = new Set([
  "days-since-last",
  "days-since-first",
  "median-gap",
  "active-months",
]);

export interface Window {
  readonly count: number;
  readonly unit: "d" | "w" | "m" | "y";
}

/** A condition on one column: a comparison with a number, or one of a list of values. */
export interface Condition {
  readonly column: string;
  readonly is: { readonly op: ">" | ">=" | "<" | "<="; readonly value: number } | { readonly in: readonly string[] };
}

/** One feature of a customer; a `share` is a column for each value. */
export interface Feature {
  readonly name: string;
  readonly measure: Measure;
  /** Null counts rows. */
  readonly column: string | null;
  /** How far it looks back from `at`; null looks at all that came before. */
  readonly window: Window | null;
  readonly only: readonly Condition[];
  /** Of a share: the values that get a column; null takes all there are. */
  readonly values: readonly string[] | null;
  /** Of a share: the number that is shared out; null counts rows. */
  readonly of: string | null;
}

const COLUMN = z.string().min(1);
const VALUE = z.union([z.string(), z.number(), z.boolean()]);
const textOf = (value: string | number | boolean) => String(value);

const measureShape = Object.fromEntries(
  measureNames.map((name) => [
    name,
    (name === "count" ? z.union([z.literal(true), COLUMN]) : COLUMN).optional().meta({ description: measures[name] }),
  ]),
) as Record<Measure, z.ZodOptional<z.ZodUnion<[z.ZodLiteral<true>, z.ZodString]> | z.ZodString>>;

const written = z
  .strictObject({
    ...measureShape,
    window: z
      .string()
      .regex(/^[1-9]\d{0,4}\s*[dwmy]$/, "write a number of days, weeks, months or years: 30d, 12w, 6m or 1y")
      .optional()
      .meta({ description: "how far to look back from `at`: 30d, 12w, 6m, 1y; default: to the first purchase" }),
    only: z
      .record(COLUMN, z.union([VALUE, z.array(VALUE).min(1)]))
      .optional()
      .meta({ description: 'the purchases to look at: { amount: "> 0" }, { category: food }, { store: [12, 14] }' }),
    values: z
      .array(VALUE)
      .min(1)
      .optional()
      .meta({ description: "of a share: the values that get a column; default: all, if they are 12 at most" }),
    of: COLUMN.optional().meta({ description: "of a share: the number to share out; values below 0 are left out" }),
  })
  .superRefine((feature, context) => {
    const named = measureNames.filter((name) => feature[name] !== undefined);
    const complain = (message: string) => context.addIssue({ code: "custom", message });
    if (named.length !== 1) {
      const got = named.length === 0 ? "" : `, not ${named.length}: ${named.join(", ")}`;
      complain(`a feature has one measure${got}; there are ${measureNames.join(", ")}`);
      return;
    }
    const [measure] = named;
    if (measure === "trend" && feature.window === undefined) complain("a trend needs a window, such as window: 90d");
    if (measure !== "share" && feature.values !== undefined) complain("only a share takes values");
    if (measure !== "share" && feature.of !== undefined) complain("only a share takes of");
  });

/** `count`, or `{ sum: amount, window: 90d }`. */
const feature = z.union([z.literal("count"), written]);

export const featuresSchema = z.record(COLUMN, feature).transform((entries): Feature[] =>
  Object.entries(entries).map(([name, entry]) => {
    const given = entry === "count" ? { count: true as const } : entry;
    const measure = measureNames.find((each) => given[each] !== undefined)!;
    const column = given[measure];
    const rest = entry === "count" ? {} : entry;
    return {
      name,
      measure,
      column: typeof column !== "string" || (measure === "trend" && column === "count") ? null : column,
      window: rest.window === undefined ? null : parseWindow(rest.window),
      only: Object.entries(rest.only ?? {}).map(([key, value]) => ({ column: key, is: parseCondition(value) })),
      values: rest.values?.map(textOf) ?? null,
      of: rest.of ?? null,
    };
  }),
);

export const daySchema = z.string().refine((text) => dayNumber(text) !== null, "write a day as 2026-01-31");

/** What may be left out of the log, each with what it says. */
export const skips = ["later", "nameless", "undated"] as const;
export type Skip = (typeof skips)[number];

/** Everything about a log, in the words of the config. */
export interface LogConfig {
  /** The column that says whose purchase a row is. */
  readonly per: string;
  /** The day we look back from: purchases before it count. */
  readonly at: string;
  /** The column with the date of a purchase. */
  readonly date: string;
  /** In which time zone an instant has its day; needed when the dates carry an offset. */
  readonly zone?: string | undefined;
  /** How dates such as 03/04/2025 are meant. */
  readonly dates?: "day-first" | "month-first" | undefined;
  readonly skip: readonly Skip[];
  readonly features: readonly Feature[];
}

/** The same while it may be absent, in whole or in part. */
export type LogOptions = { readonly [key in keyof LogConfig]?: LogConfig[key] | undefined };

function parseWindow(text: string): Window {
  return { count: Number.parseInt(text, 10), unit: text.at(-1) as Window["unit"] };
}

function parseCondition(value: z.output<typeof VALUE> | readonly z.output<typeof VALUE>[]): Condition["is"] {
  const comparison = typeof value === "string" && /^\s*(>=|<=|>|<)\s*(-?\d+(?:\.\d+)?)\s*$/.exec(value);
  if (comparison) return { op: comparison[1] as ">", value: Number(comparison[2]) };
  return { in: (Array.isArray(value) ? value : [value]).map(textOf) };
}

/**
 * The day that lies so many windows before another; the last of the month where the month is too short.
 *
 * @example dayBefore("2026-03-31", { count: 1, unit: "m" }); // "2026-02-28"
 */
export function dayBefore(day: string, { count, unit }: Window, times = 1): string {
  const back = count * times;
  const from = dayNumber(day)!;
  if (unit === "d" || unit === "w") return dayText(from - back * (unit === "w" ? 7 : 1));
  return dayText(monthsBefore(from, back * (unit === "y" ? 12 : 1)));
}
