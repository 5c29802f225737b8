/**
 * The SQL of `data.features`: from a table `purchases` (the customer, the day, the columns that are measured) to a row
 * for each customer. Pure.
 *
 * No answer depends on the order of the rows or on threads: numbers are added from the smallest to the largest, and the
 * rest counts, compares or takes differences of whole days.
 */
import { UserError } from "../../core/errors.js";
import { type Condition, dayBefore, type Feature, type LogConfig, type Window } from "../../sweep/config/purchases.js";
import { quoteName, quoteText } from "../duckdb.js";
import type { Kind } from "../scan.js";

/** Most columns that a share makes by itself. */
export const MOST_VALUES = 12;

export interface FeatureColumn {
  readonly name: string;
  /** SQL of a DOUBLE, NULL where it is missing. */
  readonly sql: string;
}

export interface Log extends Pick<LogConfig, "per" | "at" | "date" | "features"> {
  /** What the columns of `purchases` are, without customer and day. */
  readonly kinds: ReadonlyMap<string, Kind>;
  /** For a share without a list of values: all there are. */
  readonly values: ReadonlyMap<string, readonly string[]>;
  /** For messages. */
  readonly path: string;
}

/** The columns that the features read, besides customer and day. */
export function columnsRead(features: readonly Feature[], date: string): string[] {
  const all = features.flatMap(({ column, of, only }) => [column, of, ...only.map((each) => each.column)]);
  return [...new Set(all.filter((name) => name !== null))].filter((name) => name !== date);
}

/** The query over `purchases`; its first column is the customer, as text. */
export function featuresSql(log: Log): { readonly sql: string; readonly columns: readonly FeatureColumn[] } {
  const per = quoteName(log.per);
  const day = quoteName(log.date);
  const gaps = [
    ...new Set(log.features.filter((each) => each.measure === "median-gap").map((each) => subset(log, each))),
  ];
  const gapOf = (condition: string) => `gap_${gaps.indexOf(condition) + 1}`;
  const columns = log.features.flatMap((feature) => columnsOf(log, feature, gapOf));
  const twin = columns.find(({ name }, i) => columns.findIndex((other) => other.name === name) < i);
  if (twin) {
    throw new UserError("BAD_CONFIG", {
      what: `two features are called ${twin.name}`,
      where: log.path,
      mend: "a share adds _value to its name; rename one of them",
    });
  }
  const gapColumns = gaps.map((condition) => {
    const among = condition === "" ? per : `${per}, ${condition}`;
    const gap = `${day} - lag(${day}) OVER (PARTITION BY ${among} ORDER BY ${day})`;
    return `,\n    nullif(${gap}, 0) AS ${gapOf(condition)}`;
  });
  const sql = [
    ...(gaps.length > 0 ? ["-- gap: days since the customer's day with purchases before"] : []),
    "WITH seen AS (",
    `  SELECT *${gapColumns.join("")}`,
    "  FROM purchases",
    `  WHERE ${per} IS NOT NULL AND ${day} < DATE ${quoteText(log.at)}`,
    ")",
    "SELECT",
    [per, ...columns.map(({ name, sql: each }) => `${each} AS ${quoteName(name)}`)]
      .map((each) => `  ${each}`)
      .join(",\n"),
    "FROM seen",
    `GROUP BY ${per}`,
    `ORDER BY ${per}`,
  ].join("\n");
  return { sql, columns };
}

function columnsOf(log: Log, feature: Feature, gapOf: (condition: string) => string): FeatureColumn[] {
  const { name, measure, column } = feature;
  const conditions = [windowSql(log, feature.window), subset(log, feature)].filter((each) => each !== "");
  const day = quoteName(log.date);
  const field = column === null ? "*" : quoteName(column);
  const at = `DATE ${quoteText(log.at)}`;
  const among = (aggregate: string, ...more: readonly string[]) => filtered(aggregate, [...conditions, ...more]);
  const one = (sql: string): FeatureColumn[] => [{ name, sql }];
  const number = () => requireNumber(log, feature, column!);
  switch (measure) {
    case "count":
      return one(double(among(`count(${field})`)));
    case "sum":
      number();
      return one(`coalesce(${among(total(field))}, 0)`);
    case "mean":
      number();
      return one(`${among(total(field))} / ${among(`count(${field})`)}`);
    case "median":
    case "min":
    case "max":
      number();
      return one(among(`${measure}(${field})`));
    case "distinct":
      return one(double(among(`count(DISTINCT ${field})`)));
    case "share":
      return shares(log, feature, among);
    case "trend":
      return one(trendSql(log, feature));
    case "days-since-last":
      return one(double(`${at} - ${among(`max(${day})`)}`));
    case "days-since-first":
      return one(double(`${at} - ${among(`min(${day})`)}`));
    case "median-gap":
      return one(double(among(`median(${gapOf(subset(log, feature))})`)));
    case "active-months":
      return one(double(among(`count(DISTINCT date_trunc('month', ${day}))`)));
  }
}

/** A sum that depends on its values alone. */
const total = (field: string) => `sum(${field} ORDER BY ${field})`;
const double = (sql: string) => `CAST(${sql} AS DOUBLE)`;
const filtered = (aggregate: string, conditions: readonly string[]) =>
  conditions.length === 0 ? aggregate : `${aggregate} FILTER (WHERE ${conditions.join(" AND ")})`;

type Among = (aggregate: string, ...more: readonly string[]) => string;

function shares(log: Log, feature: Feature, among: Among): FeatureColumn[] {
  const column = feature.column!;
  const values = feature.values ?? log.values.get(column)!;
  if (values.length > MOST_VALUES && feature.values === null) {
    throw new UserError("BAD_CONFIG", {
      what: `${feature.name} would be ${values.length} columns, one for each ${column}; ${MOST_VALUES} at most`,
      where: log.path,
      mend: `list those that matter: values: [${values.slice(0, 3).join(", ")}]`,
    });
  }
  if (feature.of !== null) requireNumber(log, feature, feature.of);
  return values.map((value) => {
    const here = equals(log, column, [value]);
    const name = `${feature.name}_${value}`;
    if (feature.of === null) {
      return { name, sql: `${double(among("count(*)", here))} / nullif(${among("count(*)")}, 0)` };
    }
    const of = quoteName(feature.of);
    const part = `coalesce(${among(total(of), `${of} > 0`, here)}, 0)`;
    return { name, sql: `${part} / ${among(total(of), `${of} > 0`)}` };
  });
}

/** (last − before) / (|last| + |before|), 0 where both are nothing. */
function trendSql(log: Log, feature: Feature): string {
  const { window, column } = feature;
  const day = quoteName(log.date);
  const begin = dayBefore(log.at, window!);
  const before = dayBefore(log.at, window!, 2);
  if (column !== null) requireNumber(log, feature, column);
  const within = (condition: string) => {
    const conditions = [condition, subset(log, feature)].filter((each) => each !== "");
    const aggregate = column === null ? "count(*)" : total(quoteName(column));
    return `coalesce(${filtered(aggregate, conditions)}, 0)`;
  };
  const last = within(`${day} >= DATE ${quoteText(begin)}`);
  const earlier = within(`${day} >= DATE ${quoteText(before)} AND ${day} < DATE ${quoteText(begin)}`);
  return `coalesce(${double(`${last} - ${earlier}`)} / nullif(abs(${last}) + abs(${earlier}), 0), 0)`;
}

function windowSql(log: Log, window: Window | null): string {
  return window === null ? "" : `${quoteName(log.date)} >= DATE ${quoteText(dayBefore(log.at, window))}`;
}

/** SQL of `only`; empty without it. */
function subset(log: Log, { name, only }: Feature): string {
  return only.map((condition) => conditionSql(log, name, condition)).join(" AND ");
}

function conditionSql(log: Log, feature: string, { column, is }: Condition): string {
  if ("in" in is) return equals(log, column, is.in);
  if (log.kinds.get(column) !== "number") throw notNumber(log, feature, column);
  return `${quoteName(column)} ${is.op} ${is.value}`;
}

function equals(log: Log, column: string, values: readonly string[]): string {
  const isNumber = log.kinds.get(column) === "number";
  const literals = values.map((value) =>
    isNumber && Number.isFinite(Number(value)) ? String(Number(value)) : quoteText(value),
  );
  const field =
    isNumber && !values.every((value) => Number.isFinite(Number(value)))
      ? `CAST(${quoteName(column)} AS VARCHAR)`
      : quoteName(column);
  return literals.length === 1 ? `${field} = ${literals[0]}` : `${field} IN (${literals.join(", ")})`;
}

function requireNumber(log: Log, feature: Feature, column: string): void {
  if (log.kinds.get(column) !== "number") throw notNumber(log, feature.name, column);
}

function notNumber(log: Log, feature: string, column: string): UserError {
  return new UserError("NOT_NUMBER", {
    what: `${feature} needs numbers, but column "${column}" is text`,
    where: log.path,
    mend: "name a column of numbers; distinct and share take texts",
  });
}
