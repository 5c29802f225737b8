/**
 * An experiment: one question, one file. This is the grammar of the file and its resolved form.
 *
 * Everything that can be wrong with the file alone is found here, before any work starts.
 */
import { z } from "zod";
import type { Algorithm, Params } from "../../cluster/define.js";
import { algorithms } from "../../cluster/registry.js";
import { hashOf } from "../../core/hash.js";
import type { NumberFormat } from "../../core/readings.js";
import type { Reducer } from "../../decomposition/define.js";
import { reducers } from "../../decomposition/registry.js";
import type { Metric } from "../../metrics/define.js";
import { metrics } from "../../metrics/registry.js";
import type { Step } from "../../preprocessing/define.js";
import { steps } from "../../preprocessing/registry.js";
import type { Rule } from "../select/define.js";
import { rules } from "../select/registry.js";
import { type EngineConfig, engineSchema } from "./engine.js";
import { expandGrid } from "./grid.js";
import { Problems } from "./problems.js";
import { dateMeasures, daySchema, type Feature, featuresSchema, type LogOptions, skips } from "./purchases.js";
import { type ConfigSource, type Path, parseConfigText } from "./source.js";

export interface DataConfig extends LogOptions {
  /** The file; of a table in a database, its name. */
  readonly path: string;
  /** Of an .xlsx file: its sheet. */
  readonly sheet?: string | number | undefined;
  /** One SELECT over `files`; `path` is then what messages call it. */
  readonly sql?: string | undefined;
  readonly files?: Readonly<Record<string, string>> | undefined;
  readonly id?: string | undefined;
  readonly columns?: readonly string[] | undefined;
  readonly drop?: readonly string[] | undefined;
  readonly readings?: Readonly<Record<string, "text" | "number" | NumberFormat>> | undefined;
  /** Texts that mean missing, besides the usual ones. */
  readonly missing?: readonly string[] | undefined;
  /** Where the rows stay; undefined reads them into memory. */
  readonly engine?: EngineConfig | undefined;
  /** Name of a table in the engine's database. */
  readonly table?: string | undefined;
  /** Where the engine writes the segment of every row. */
  readonly labels?: string | undefined;
}

export interface Preparation {
  readonly name: string;
  readonly steps: readonly { readonly step: Step; readonly params: Params }[];
}

export interface Reduction {
  /** `none`, or the reducer and its parameters, such as `pca-2`. */
  readonly name: string;
  readonly reducer: Reducer;
  readonly params: Params;
}

export interface SegmentsConfig {
  /** Path of a file of named predicates. */
  readonly domain?: string | undefined;
  /** Segments ordered by the median of one column get these names. */
  readonly names?: { readonly by: string; readonly labels: readonly string[] } | undefined;
}

/** A config with every name resolved, every range expanded and every default filled in. */
export interface Experiment {
  readonly name: string;
  readonly description: string;
  readonly data: DataConfig;
  readonly prepare: readonly Preparation[];
  readonly reduce: readonly Reduction[];
  readonly sweep: readonly { readonly algorithm: Algorithm; readonly grid: readonly Params[] }[];
  readonly seeds: readonly number[];
  readonly score: { readonly space: string; readonly metrics: readonly Metric[] };
  readonly select: { readonly rule: Rule; readonly params: Params; readonly hash: string };
  readonly segments: SegmentsConfig;
  readonly source: ConfigSource;
}

const NAME = z.string().regex(/^[a-z0-9][a-z0-9-]*$/, "use lower-case letters, digits and hyphens");
const COLUMNS = z.array(z.string().min(1));

/** The frame of the file; what stands under prepare, reduce, sweep and select is checked entry by entry. */
export const frame = z.strictObject({
  name: NAME.meta({ description: "name of the experiment and of its results folder: lower-case words with hyphens" }),
  description: z.string().default("").meta({ description: "the question this experiment asks" }),
  data: z
    .strictObject({
      path: z
        .string()
        .min(1)
        .optional()
        .meta({ description: "CSV, Parquet, JSON or Excel file, relative to the working folder" }),
      sheet: z
        .union([z.string().min(1), z.int().min(1)])
        .optional()
        .meta({ description: "of an .xlsx file: the sheet, by name or by number from 1" }),
      sql: z.string().min(1).optional().meta({
        description:
          "instead of path: one SELECT over the tables of files, such as select * from customers join orders using (id)",
      }),
      files: z
        .record(z.string(), z.string().min(1))
        .optional()
        .meta({ description: "the files that sql reads, by the names it calls them: { customers: customers.csv }" }),
      id: z.string().optional().meta({ description: "column that names each row; it is not a feature" }),
      columns: COLUMNS.optional().meta({ description: "features to read; default: all but the id" }),
      drop: COLUMNS.optional().meta({ description: "columns to leave out" }),
      per: z.string().min(1).optional().meta({
        description:
          "of a log of purchases: the column that names the customer; each becomes a row; see docs/transactions.md",
      }),
      at: daySchema
        .optional()
        .meta({ description: "the day to look back from, such as 2026-01-01: purchases before it count" }),
      date: z
        .string()
        .min(1)
        .optional()
        .meta({ description: "column with the date of a purchase; default: the one that the features name" }),
      zone: z.string().min(1).optional().meta({
        description: "time zone whose days count, such as Europe/Berlin, when dates carry an offset from UTC",
      }),
      dates: z
        .enum(["day-first", "month-first"])
        .optional()
        .meta({ description: "how dates such as 03/04/2025 are meant, when the column cannot tell" }),
      skip: z.array(z.enum(skips)).optional().meta({
        description:
          "rows of the log to leave out instead of refusing them: later (on or after at), nameless (no customer), undated (no date)",
      }),
      features: featuresSchema
        .optional()
        .meta({ description: "what is measured of each customer's purchases: monetary: { sum: amount, window: 1y }" }),
      readings: z
        .record(
          z.string(),
          z.union([
            z.enum(["text", "number"]),
            z.strictObject({ decimal: z.enum([".", ","]), group: z.enum(["", ",", "."]).default("") }),
          ]),
        )
        .optional()
        .meta({
          description:
            'how columns are read where the file does not tell, or otherwise than it tells: text, number, or the marks of its numbers: { decimal: ",", group: "." }',
        }),
      missing: z
        .array(z.string())
        .optional()
        .meta({ description: "texts that mean missing, besides the usual ones (docs/tables.md)" }),
      engine: engineSchema
        .optional()
        .meta({ description: "for tables larger than memory: the rows stay in the engine; see docs/sql.md" }),
      table: z
        .string()
        .min(1)
        .optional()
        .meta({ description: "table in the database of data.engine; with duckdb, path is then a .duckdb file" }),
      labels: z.string().min(1).optional().meta({
        description:
          "where the engine writes the segment of every row: a new table; with duckdb a .parquet or .csv file",
      }),
    })
    .meta({ description: "the table to cluster" }),
  prepare: z
    .record(NAME, z.array(z.unknown()))
    .meta({ description: "named preparations, each a list of steps; each is a space of its own" }),
  reduce: z
    .array(z.unknown())
    .min(1)
    .default(["none"])
    .meta({ description: "reductions to try: none, or pca: { components: 2 }" }),
  sweep: z.record(z.string(), z.unknown()).meta({ description: "algorithms and their grids" }),
  seeds: z
    .union([z.int().min(1).max(1000), z.array(z.int()).min(1)])
    .default(1)
    .meta({ description: "how many seeds (1, 2, …), or which ones, for algorithms that draw random numbers" }),
  score: z
    .strictObject({
      space: z.string().default("prepared").meta({
        description:
          "where labelings are judged: a preparation, or <preparation>/<reduction>; prepared or reduced when there is only one",
      }),
      metrics: z
        .array(z.string())
        .min(1)
        .default(["silhouette", "davies-bouldin", "calinski-harabasz"])
        .meta({ description: "quality indices to compute" }),
    })
    .prefault({}),
  select: z
    .looseObject({ rule: z.string() })
    .default({ rule: "gated-stability" })
    .meta({ description: "the rule that picks the model, stated before anything is fitted" }),
  segments: z
    .strictObject({
      domain: z.string().optional().meta({ description: "YAML file of names with the predicates they need" }),
      names: z
        .strictObject({
          by: z.string().meta({ description: "segments are ordered by their median of this column" }),
          labels: z
            .array(z.string().min(1))
            .min(1)
            .meta({ description: "names, from the lowest median to the highest" }),
        })
        .optional(),
    })
    .default({})
    .meta({ description: "how segments get their names" }),
});

/**
 * Read an experiment from its text.
 *
 * @param text - YAML or JSON
 * @param file - its name, for messages
 * @param overrides - `key=value` pairs of the command line, in the same words as the file
 * @throws UserError or UserErrors with every problem found, each with its line
 */
export function parseExperiment(text: string, file = "experiment", overrides: readonly string[] = []): Experiment {
  const source = parseConfigText(text, file, overrides);
  const problems = new Problems(source);
  const parsed = problems.parse(frame, source.value, []);
  problems.throwIfAny();
  const config = parsed!;
  const data = resolveData(config.data, problems);

  const prepare = Object.entries(config.prepare).map(([name, list]) => ({
    name,
    steps: list.flatMap((entry, i) => namedEntry(entry, steps, "preparation step", ["prepare", name, i], problems)),
  }));
  if (prepare.length === 0) problems.bad("prepare names no preparation", ["prepare"], "add one, such as plain: []");

  const reduce = config.reduce.flatMap((entry, i) =>
    namedEntry(entry, reducers, "reduction", ["reduce", i], problems).map(({ step: reducer, params }) => ({
      name: reductionName(reducer, params),
      reducer,
      params,
    })),
  );
  repeated(
    reduce.map((reduction) => reduction.name),
    (name) => problems.bad(`the reduction ${name} is listed twice`, ["reduce"]),
  );

  const sweep = Object.entries(config.sweep).flatMap(([name, entry]) => {
    const algorithm = algorithms.find((candidate) => candidate.name === name);
    if (!algorithm) {
      problems.unknown(
        "algorithm",
        name,
        algorithms.map((known) => known.name),
        ["sweep", name],
      );
      return [];
    }
    const grid = expandGrid(algorithm, entry, ["sweep", name], problems);
    if (grid.length === 0 && !problems.found) {
      problems.bad(`the grid of ${name} is empty`, ["sweep", name], `give every option a value, or leave ${name} out`);
    }
    return [{ algorithm, grid }];
  });
  if (Object.keys(config.sweep).length === 0) problems.bad("sweep names no algorithm", ["sweep"]);

  const chosenMetrics = config.score.metrics.flatMap((name, i) => {
    const metric = metrics.find((candidate) => candidate.name === name);
    if (metric) return [metric];
    problems.unknown(
      "metric",
      name,
      metrics.map((known) => known.name),
      ["score", "metrics", i],
    );
    return [];
  });

  repeated(config.score.metrics, (name) => problems.bad(`the metric ${name} is listed twice`, ["score", "metrics"]));
  repeated(config.data.columns ?? [], (name) =>
    problems.bad(`the column ${name} is listed twice`, ["data", "columns"]),
  );

  const { rule: ruleName, ...ruleParams } = config.select;
  const rule = rules.find((candidate) => candidate.name === ruleName);
  if (!rule)
    problems.unknown(
      "rule",
      ruleName,
      rules.map((known) => known.name),
      ["select", "rule"],
    );
  const params = rule && problems.parse(rule.params, ruleParams, ["select"]);
  if (rule && chosenMetrics.length === config.score.metrics.length) {
    for (const needed of rule.needs) {
      if (chosenMetrics.some((metric) => metric.name === needed)) continue;
      problems.bad(
        `the rule ${rule.name} needs the metric ${needed}`,
        ["score", "metrics"],
        `add ${needed} to score.metrics`,
      );
    }
  }

  const space = resolveSpace(config.score.space, prepare, reduce, problems);
  problems.throwIfAny();
  return {
    name: config.name,
    description: config.description,
    data,
    prepare,
    reduce,
    sweep,
    seeds:
      typeof config.seeds === "number"
        ? Array.from({ length: config.seeds }, (_, i) => i + 1)
        : [...new Set(config.seeds)],
    score: { space, metrics: chosenMetrics },
    select: { rule: rule!, params: params!, hash: hashOf({ rule: rule!.name, version: rule!.version, params }) },
    segments: config.segments,
    source,
  };
}

/** A file in memory, a file in DuckDB, or a table in a database. */
function resolveData(written: z.output<typeof frame>["data"], problems: Problems): DataConfig {
  const { path, table, engine, labels, sql, files, sheet } = written;
  const here = ["data"];
  if ((sql === undefined) !== (files === undefined)) {
    const [given, needed] = sql === undefined ? ["files", "sql"] : ["sql", "files"];
    problems.bad(`data.${given} needs data.${needed}`, [...here, given!], "sql reads the files that files names");
  }
  if (sql !== undefined) {
    for (const key of ["path", "sheet", "table", "engine"] as const) {
      if (written[key] !== undefined)
        problems.bad(
          `data.${key} does not go with data.sql`,
          [...here, key],
          "leave it out: files names what sql reads",
        );
    }
  }
  for (const name of Object.keys(files ?? {})) {
    if (!/^[A-Za-z_]\w*$/.test(name))
      problems.bad(`"${name}" cannot name a table`, [...here, "files", name], "use letters, digits and underscores");
  }
  if (sheet !== undefined && path !== undefined && !/\.xlsx$/i.test(path))
    problems.bad("data.sheet is for .xlsx files", [...here, "sheet"], "leave it out");
  if (engine === undefined) {
    if (path === undefined && sql === undefined)
      problems.bad("path is missing in data", here, "name the file: data: { path: customers.csv }");
    if (table !== undefined)
      problems.bad("data.table needs data.engine", [...here, "table"], "add the engine, such as engine: postgres");
    if (labels !== undefined)
      problems.bad(
        "data.labels needs data.engine",
        [...here, "labels"],
        "leave it out: assignments.csv holds the segment of every row",
      );
  } else if (engine.kind === "duckdb") {
    if (path === undefined)
      problems.bad(
        "path is missing in data",
        here,
        "duckdb reads a file: data: { path: customers.parquet, engine: duckdb }",
      );
  } else {
    if (table === undefined)
      problems.bad(`${engine.kind} needs data.table`, here, "name the table or view: table: customers");
    if (path !== undefined)
      problems.bad(
        `data.path does not go with ${engine.kind}`,
        [...here, "path"],
        "name the table instead: table: customers",
      );
    if (written.id === undefined)
      problems.bad(
        `${engine.kind} needs data.id`,
        here,
        "rows of a table have no order: name the column that tells them apart",
      );
  }
  const place = (engine?.kind === "duckdb" ? path : (path ?? table)) ?? (sql === undefined ? "" : "data.sql");
  return { ...written, path: place, ...resolveLog(written, problems) };
}

/** `data.per` and what goes with it: all of it or nothing. */
function resolveLog(written: z.output<typeof frame>["data"], problems: Problems): LogOptions {
  const { per, at, features } = written;
  const here = ["data"];
  if (per === undefined) {
    for (const key of ["at", "date", "zone", "dates", "skip", "features"] as const) {
      if (written[key] !== undefined)
        problems.bad(`data.${key} needs data.per`, [...here, key], "name the column of the customer: per: customer");
    }
    return {};
  }
  for (const key of ["id", "columns", "drop", "engine", "labels"] as const) {
    if (written[key] === undefined) continue;
    const mend =
      key === "id" ? "leave it out: data.per names the rows" : "leave it out: data.features says what is read";
    problems.bad(`data.${key} does not go with data.per`, [...here, key], mend);
  }
  if (at === undefined)
    problems.bad("data.per needs data.at", here, "name the day to look back from, such as at: 2026-01-01");
  if (features === undefined || features.length === 0) {
    problems.bad("data.per needs data.features", here, "say what is measured, such as monetary: { sum: amount }");
    return {};
  }
  const named = [...new Set(features.filter((each) => dateMeasures.has(each.measure)).map((each) => each.column!))];
  if (written.date !== undefined && !named.includes(written.date)) named.push(written.date);
  if (named.length > 1)
    problems.bad(
      `the features look at ${named.length} dates: ${named.join(", ")}`,
      [...here, "features"],
      "a purchase has one date: name the same column everywhere",
    );
  const [date] = named;
  if (date === undefined)
    problems.bad("no feature names the date of a purchase", here, "name its column in data: date: date");
  const complain = ({ name }: Feature, what: string, mend: string) =>
    problems.bad(what, [...here, "features", name], mend);
  for (const feature of features) {
    if (feature.name === per) complain(feature, `the feature ${per} has the name of data.per`, "give it another name");
    const used = [feature.column, feature.of, ...feature.only.map(({ column }) => column)];
    if (used.includes(per))
      complain(feature, `${per} names the customer and cannot be measured`, "name another column");
    const other = [feature.of, ...(dateMeasures.has(feature.measure) ? [] : [feature.column]), ...used.slice(2)];
    if (date !== undefined && other.includes(date))
      complain(
        feature,
        `${date} is the date and cannot be used here`,
        "days-since-last and active-months measure dates",
      );
  }
  return { date };
}

/** An entry of a list of steps or reductions: `none`, `scale: standard`, `pca: { components: 2 }`. */
function namedEntry<T extends { name: string; params: z.ZodType<Params> }>(
  entry: unknown,
  registry: readonly T[],
  kind: string,
  path: Path,
  problems: Problems,
): { step: T; params: Params }[] {
  const pairs = typeof entry === "string" ? [[entry, {}] as const] : Object.entries((entry as object | null) ?? {});
  if (pairs.length !== 1) {
    problems.bad(
      `a ${kind} is one name with its options, got ${JSON.stringify(entry)}`,
      path,
      "one entry per line: - scale: standard",
    );
    return [];
  }
  const [name, raw] = pairs[0]!;
  const step = registry.find((candidate) => candidate.name === name);
  if (!step) {
    problems.unknown(
      kind,
      name,
      registry.map((known) => known.name),
      [...path, name],
    );
    return [];
  }
  const params = problems.parse(step.params, raw, typeof entry === "string" ? path : [...path, name]);
  return params ? [{ step, params }] : [];
}

/** `pca-2`, `pca-0.9`, `none`: the reducer and its parameters. */
function reductionName(reducer: Reducer, params: Params): string {
  const values = Object.values(params).filter((value) => value !== undefined);
  return [reducer.name, ...values.map(String)].join("-");
}

/** The one space all labelings are judged in, by its full name. */
function resolveSpace(
  written: string,
  prepare: readonly { name: string }[],
  reduce: readonly { name: string }[],
  problems: Problems,
): string {
  const path = ["score", "space"];
  const names = prepare.map(({ name }) => name);
  const reduced = names.flatMap((name) => reduce.filter((r) => r.name !== "none").map((r) => `${name}/${r.name}`));
  const only = (candidates: readonly string[], what: string): string => {
    if (candidates.length === 1) return candidates[0]!;
    const list = candidates.length === 0 ? "there is none" : `there are ${candidates.length}: ${candidates.join(", ")}`;
    problems.bad(
      `score.space is ${written}, but ${list}`,
      path,
      `name the one ${what} that judges all labelings, such as space: ${candidates[0] ?? names[0]}`,
    );
    return "";
  };
  if (names.includes(written) || reduced.includes(written)) return written;
  if (written === "prepared") return only(names, "preparation");
  if (written === "reduced") return only(reduced, "reduction");
  problems.unknown("space", written, [...names, ...reduced], path);
  return "";
}

function repeated(names: readonly string[], complain: (name: string) => void): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) complain(name);
    seen.add(name);
  }
}
