/**
 * Fit a preparation where the rows are. Every step becomes SQL over its column, and what it must remember is the very
 * JSON that the same step remembers in memory, so that a model is the same whoever fitted it.
 */
import { UserError } from "../../core/errors.js";
import { canonicalJson } from "../../core/hash.js";
import type { Note } from "../../core/notes.js";
import { didYouMean } from "../../core/suggest.js";
import type { Fitted } from "../../preprocessing/define.js";
import type { PreparedStep } from "../../preprocessing/preparation.js";
import type { Preparation } from "../config/experiment.js";
import type { EngineTable } from "./engine.js";
import { exactQuantiles } from "./quantiles.js";
import { deviationsSql, type Moments, momentsSql, type Rows, readDeviations, readMoments } from "./statements.js";

export interface PreparedColumns {
  readonly fitted: readonly PreparedStep[];
  readonly names: readonly string[];
  /** SQL over the table's own columns, one per name. */
  readonly sql: readonly string[];
  readonly notes: readonly Note[];
}

interface Column {
  readonly name: string;
  readonly sql: string;
}

/** What a step may ask of the table as it stands before it. */
interface Measures {
  moments(columns: readonly Column[]): Promise<Moments[]>;
  spread(columns: readonly Column[], moments: readonly Moments[]): Promise<{ mean: number; sd: number }[]>;
  quantiles(column: Column, moments: Moments, shares: readonly number[]): Promise<number[]>;
  number(value: number): string;
  logOnePlus(sql: string): string;
  readonly notes: Note[];
}

type Params = Readonly<Record<string, unknown>>;
type FitStep = (columns: readonly Column[], params: Params, ask: Measures) => Promise<[Fitted, Column[]]>;

/** The steps that can be pushed down. */
export const pushedSteps: Readonly<Record<string, FitStep>> = {
  impute: fitImpute,
  log1p: fitLogOnePlus,
  scale: fitScale,
  winsorise: fitWinsorise,
  drop: fitDrop,
};

/**
 * @throws UserError as the steps do in memory: an unknown column, one with no value, a value out of a step's domain
 * @remarks one to three passes over the table per step, two more per column for a median
 */
export async function prepareColumns(
  table: EngineTable,
  preparation: Preparation,
  signal?: AbortSignal,
): Promise<PreparedColumns> {
  const ask = measuresOf(table, signal);
  const fitted: PreparedStep[] = [];
  let columns: readonly Column[] = table.columns.filter(({ kind }) => kind === "number");
  const texts = new Set(table.columns.filter(({ kind }) => kind === "text").map(({ name }) => name));
  for (const { step, params } of preparation.steps) {
    const named = params["columns"];
    if (Array.isArray(named)) requireKnown(named as string[], columns, texts, step.name);
    const [learnt, next] = await pushedSteps[step.name]!(columns, params, ask);
    if (step.name === "drop") for (const name of named as string[]) texts.delete(name);
    // Through JSON once, as in memory.
    fitted.push({ name: step.name, version: step.version, fitted: JSON.parse(canonicalJson(learnt)) as Fitted });
    columns = next;
  }
  const [text] = texts;
  if (text !== undefined) {
    throw new UserError("NOT_NUMBER", {
      what: `column "${text}" of ${table.name} holds text`,
      where: "prepare",
      mend: `leave it out (data.drop: [${text}]); text columns are not encoded in an engine`,
    });
  }
  if (columns.length === 0) {
    throw new UserError("EMPTY_TABLE", {
      what: "no column is left after the preparation",
      where: "prepare",
      mend: "drop fewer columns",
    });
  }
  return { fitted, names: columns.map(({ name }) => name), sql: columns.map(({ sql }) => sql), notes: ask.notes };
}

/** One layer with a name for each column, and the names. */
export function layerOf(from: string, columns: readonly { readonly sql: string }[]): { rows: Rows; names: string[] } {
  const names = columns.map((_, j) => `s_v${j}`);
  return { rows: { from, layers: [columns.map(({ sql }, j) => [names[j]!, sql] as const)] }, names };
}

function measuresOf({ engine, from }: EngineTable, signal: AbortSignal | undefined): Measures {
  const { dialect } = engine;
  return {
    notes: [],
    number: dialect.number,
    logOnePlus: dialect.logOnePlus,
    async moments(columns) {
      const { rows, names } = layerOf(from, columns);
      return readMoments(await engine.query(momentsSql(dialect, rows, names), signal), columns.length).moments;
    },
    async spread(columns, moments) {
      const { rows, names } = layerOf(from, columns);
      const means = moments.map(({ mean }) => mean);
      return readDeviations(await engine.query(deviationsSql(dialect, rows, names, means), signal), moments);
    },
    quantiles(column, moments, shares) {
      const { rows, names } = layerOf(from, [column]);
      return exactQuantiles(engine, rows, names[0]!, moments, shares, signal);
    },
  };
}

function requireKnown(
  named: readonly string[],
  columns: readonly Column[],
  texts: ReadonlySet<string>,
  step: string,
): void {
  const known = columns.map(({ name }) => name);
  for (const name of named) {
    if (known.includes(name) || (step === "drop" && texts.has(name))) continue;
    if (texts.has(name)) {
      throw new UserError("NOT_NUMBER", {
        what: `${step} needs numbers, but column "${name}" holds text`,
        where: "prepare",
        mend: `leave "${name}" out of ${step}`,
      });
    }
    throw new UserError("UNKNOWN_COLUMN", {
      what: `unknown column "${name}"`,
      where: `prepare, ${step}`,
      mend: didYouMean(name, known),
    });
  }
}

/** The columns a step treats: those named, or all. */
function chosenOf(columns: readonly Column[], { columns: named }: Params): readonly Column[] {
  return Array.isArray(named) ? named.map((name) => columns.find((column) => column.name === name)!) : columns;
}

function replace(columns: readonly Column[], by: ReadonlyMap<string, string>): Column[] {
  return columns.map(({ name, sql }) => ({ name, sql: by.get(name) ?? sql }));
}

function requireValues(column: Column, moments: Moments, step: string): void {
  if (moments.present > 0) return;
  throw new UserError("ALL_MISSING", {
    what: `column "${column.name}" is missing in all ${moments.missing} rows`,
    where: `prepare, ${step}`,
    mend: `drop it before (drop: [${column.name}])`,
  });
}

async function fitImpute(columns: readonly Column[], params: Params, ask: Measures): Promise<[Fitted, Column[]]> {
  const chosen = chosenOf(columns, params);
  const moments = await ask.moments(chosen);
  const { strategy, value } = params as { strategy: string; value?: number };
  chosen.forEach((column, j) => {
    requireValues(column, moments[j]!, "impute");
  });
  const means = strategy === "mean" ? await ask.spread(chosen, moments) : [];
  const filled: { name: string; kind: "number"; fill: number; indicator: false }[] = [];
  for (const [j, column] of chosen.entries()) {
    const own = moments[j]!;
    const fill =
      strategy === "constant"
        ? value!
        : strategy === "mean"
          ? means[j]!.mean
          : (await ask.quantiles(column, own, [0.5]))[0]!;
    filled.push({ name: column.name, kind: "number", fill: fill + 0, indicator: false });
    if (own.missing > 0) {
      ask.notes.push({
        code: "imputed",
        message: `column "${column.name}" was missing in ${own.missing} of ${own.missing + own.present} rows; filled with ${fill} (${strategy})`,
      });
    }
  }
  const sql = new Map(
    filled.map(({ name, fill }, j) => [name, `coalesce(${chosen[j]!.sql}, ${ask.number(fill)})`] as const),
  );
  return [{ columns: filled }, replace(columns, sql)];
}

async function fitLogOnePlus(columns: readonly Column[], params: Params, ask: Measures): Promise<[Fitted, Column[]]> {
  const chosen = chosenOf(columns, params);
  const moments = await ask.moments(chosen);
  chosen.forEach(({ name }, j) => {
    if (moments[j]!.min > -1 || moments[j]!.present === 0) return;
    throw new UserError("OUT_OF_DOMAIN", {
      what: `column "${name}" goes down to ${moments[j]!.min}; log1p needs values above −1`,
      where: "prepare, log1p",
      mend: "leave the column out of log1p, or mend the values",
    });
  });
  const sql = new Map(chosen.map((column) => [column.name, ask.logOnePlus(column.sql)]));
  return [{ columns: chosen.map(({ name }) => name) }, replace(columns, sql)];
}

async function fitScale(columns: readonly Column[], params: Params, ask: Measures): Promise<[Fitted, Column[]]> {
  const chosen = chosenOf(columns, params);
  const { strategy } = params as { strategy: "standard" | "min-max" | "robust" };
  const moments = await ask.moments(chosen);
  chosen.forEach((column, j) => {
    requireValues(column, moments[j]!, "scale");
  });
  const spreads = strategy === "standard" ? await ask.spread(chosen, moments) : [];
  const scaled: { name: string; centre: number; scale: number }[] = [];
  for (const [j, column] of chosen.entries()) {
    const { name } = column;
    const { min, max } = moments[j]!;
    // As in memory: values that differ by rounding only are one value.
    if (max - min <= 4 * Number.EPSILON * Math.max(Math.abs(min), Math.abs(max))) {
      ask.notes.push({
        code: "constant-column",
        message: `column "${name}" is ${min} in every row; scaled, it is 0`,
        hint: "a column that never differs tells no rows apart; you may drop it",
      });
      scaled.push({ name, centre: min + 0, scale: 0 });
      continue;
    }
    let found = { centre: min, scale: max - min };
    if (strategy === "standard") found = { centre: spreads[j]!.mean, scale: spreads[j]!.sd };
    if (strategy === "robust") {
      const [q25, q50, q75] = await ask.quantiles(column, moments[j]!, [0.25, 0.5, 0.75]);
      found = { centre: q50!, scale: q75! - q25! };
    }
    if (found.scale > 0) scaled.push({ name, centre: found.centre + 0, scale: found.scale });
    else {
      ask.notes.push({
        code: "zero-spread",
        message: `column "${name}" has ${strategy === "robust" ? "interquartile range" : "standard deviation"} 0 but is not constant; it is centred and not scaled`,
        hint: "use scale: standard or min-max for this column",
      });
      scaled.push({ name, centre: found.centre + 0, scale: 1 });
    }
  }
  const sql = new Map(
    scaled.map(({ name, centre, scale }, j) => {
      const value = chosen[j]!.sql;
      // A constant column becomes 0, and what is missing stays missing.
      const text =
        scale === 0 ? `(${value} - ${value})` : `((${value} - ${ask.number(centre)}) / ${ask.number(scale)})`;
      return [name, text] as const;
    }),
  );
  return [{ columns: scaled }, replace(columns, sql)];
}

async function fitWinsorise(columns: readonly Column[], params: Params, ask: Measures): Promise<[Fitted, Column[]]> {
  const chosen = chosenOf(columns, params);
  const { lower, upper } = params as { lower: number; upper: number };
  const moments = await ask.moments(chosen);
  const bounds: { name: string; low: number; high: number }[] = [];
  const sql = new Map<string, string>();
  for (const [j, column] of chosen.entries()) {
    requireValues(column, moments[j]!, "winsorise");
    const [low, high] = await ask.quantiles(column, moments[j]!, [lower, upper]);
    bounds.push({ name: column.name, low: low! + 0, high: high! + 0 });
    const value = column.sql;
    const [least, most] = [ask.number(low!), ask.number(high!)];
    sql.set(
      column.name,
      `(CASE WHEN ${value} < ${least} THEN ${least} WHEN ${value} > ${most} THEN ${most} ELSE ${value} END)`,
    );
  }
  return [{ columns: bounds }, replace(columns, sql)];
}

async function fitDrop(columns: readonly Column[], params: Params): Promise<[Fitted, Column[]]> {
  const gone = params["columns"] as readonly string[];
  return [{ columns: gone }, columns.filter(({ name }) => !gone.includes(name))];
}
