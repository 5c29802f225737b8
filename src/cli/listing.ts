/** The registries as text: what `segmenta list` prints. */
import type { z } from "zod";
import { algorithms } from "../cluster/registry.js";
import { UserError } from "../core/errors.js";
import { formatReference, type ReferenceKey } from "../core/references.js";
import { didYouMean } from "../core/suggest.js";
import { reducers } from "../decomposition/registry.js";
import { metrics } from "../metrics/registry.js";
import { steps } from "../preprocessing/registry.js";
import { jsonText } from "../results/tables.js";
import { rules } from "../sweep/select/registry.js";
import type { ListArguments } from "./commands/list.js";
import { EXIT, type Io } from "./io.js";
import { wrap } from "./render/wrap.js";

interface Entry {
  readonly name: string;
  readonly title: string;
  readonly version: number;
  readonly cites: readonly ReferenceKey[];
  readonly params?: z.ZodType;
  readonly favours?: string;
  readonly complexity?: string;
  readonly departures?: readonly string[];
  readonly seeAlso?: Readonly<Record<string, string>>;
  readonly columns?: readonly { readonly name: string; readonly better: string; readonly range: readonly number[] }[];
}

const kinds: Readonly<Record<string, readonly Entry[]>> = {
  algorithms,
  metrics,
  rules,
  steps,
  reductions: reducers,
};

/** Print it; returns the exit code. */
export async function printListing(options: ListArguments, io: Io): Promise<number> {
  io.out(listing(options, io.columns));
  return EXIT.good;
}

/** @throws UserError `UNKNOWN_NAME` for an entry that is not there */
function listing({ kind, name, json }: ListArguments, columns: number): string {
  const chosen = kind === undefined ? Object.keys(kinds) : [kind];
  if (kind !== undefined && name !== undefined) {
    const entry = kinds[kind]!.find((candidate) => candidate.name === name);
    if (!entry) {
      const known = kinds[kind]!.map((candidate) => candidate.name);
      throw new UserError("UNKNOWN_NAME", {
        what: `there is no "${name}" among the ${kind}`,
        where: "command line",
        mend: didYouMean(name, known),
      });
    }
    return json ? jsonText(asData(entry)) : inFull(entry, columns);
  }
  if (json) return jsonText(Object.fromEntries(chosen.map((each) => [each, kinds[each]!.map(asData)])));
  return chosen.map((each) => `${each}\n${titles(kinds[each]!, columns)}\n`).join("\n");
}

/** `name  title` for each, the titles under one another. */
function titles(entries: readonly Entry[], columns: number): string {
  const width = Math.max(...entries.map(({ name }) => name.length));
  const indent = " ".repeat(2 + width + 2);
  return entries.map(({ name, title }) => wrap(`${name.padEnd(width)}  ${title}`, columns, indent)).join("\n");
}

function inFull(entry: Entry, columns: number): string {
  const lines = [`${entry.name} (version ${entry.version})`, wrap(entry.title, columns, "  ")];
  if (entry.favours) lines.push(wrap(`favours: ${entry.favours}`, columns, "    "));
  if (entry.complexity) lines.push(wrap(`cost: ${entry.complexity}`, columns, "    "));
  for (const column of entry.columns ?? []) {
    const [low, high] = column.range;
    lines.push(wrap(`column ${column.name}: ${column.better} is better, ${low} to ${high}`, columns, "    "));
  }
  for (const option of optionsOf(entry)) lines.push(wrap(option, columns, "      "));
  for (const text of entry.departures ?? []) lines.push(wrap(`departs from the paper: ${text}`, columns, "    "));
  for (const [name, when] of Object.entries(entry.seeAlso ?? {})) {
    lines.push(wrap(`see also ${name}: ${when}`, columns, "    "));
  }
  for (const key of entry.cites) lines.push(wrap(formatReference(key), columns, "    "));
  return `${lines.join("\n")}\n`;
}

/** `nInit = 10: restarts; the best one is kept (count)` */
function optionsOf(entry: Entry): string[] {
  return Object.entries(shapeOf(entry.params)).map(([key, schema]) => {
    const byDefault = schema.safeParse(undefined);
    const value = byDefault.success && byDefault.data !== undefined ? ` = ${JSON.stringify(byDefault.data)}` : "";
    const meta = metaOf(schema);
    const unit = meta.unit ? ` (${meta.unit})` : "";
    return `${key}${value}: ${meta.description ?? ""}${unit}`;
  });
}

/** Options by name; a step that has a short form as well (`impute: median`) declares them in a union. */
function shapeOf(params: unknown): Readonly<Record<string, z.ZodType>> {
  const { shape, options } = (params ?? {}) as { shape?: Record<string, z.ZodType>; options?: readonly unknown[] };
  return shape ?? Object.assign({}, ...(options ?? []).map(shapeOf));
}

/** The description of an option, wherever in the chain of defaults it was given. */
function metaOf(schema: z.ZodType): { description?: string; unit?: string } {
  let current: unknown = schema;
  while (current) {
    const meta = (current as z.ZodType).meta() as { description?: string; unit?: string } | undefined;
    if (meta?.description || meta?.unit) return meta;
    current = (current as { def?: { innerType?: unknown } }).def?.innerType;
  }
  return {};
}

function asData(entry: Entry): Record<string, unknown> {
  return {
    name: entry.name,
    title: entry.title,
    version: entry.version,
    ...(entry.favours ? { favours: entry.favours } : {}),
    ...(entry.complexity ? { complexity: entry.complexity } : {}),
    ...(entry.departures ? { departures: entry.departures } : {}),
    ...(entry.seeAlso ? { seeAlso: entry.seeAlso } : {}),
    ...(entry.columns ? { columns: entry.columns } : {}),
    cites: entry.cites.map(formatReference),
  };
}
