/** Grids: `k: 2..10`, `linkage: [ward, average]` become the list of parameter sets to fit. */
import { z } from "zod";
import type { Algorithm, Params } from "../../cluster/define.js";
import { canonicalJson } from "../../core/hash.js";
import type { Problems } from "./problems.js";
import type { Path } from "./source.js";

/** `2..10` or `2..10..2`: whole numbers from, to (both included) and step. */
const RANGE = /^(-?\d+)\.\.(-?\d+)(?:\.\.(\d+))?$/;

/** The longest list one range may stand for. */
const LONGEST_RANGE = 10_000;

/** The most parameter sets of one algorithm. */
const MOST_POINTS = 100_000;

/** The values a grid entry stands for: one, a range, or a list of either. */
export function expandValues(value: unknown): unknown[] {
  if (Array.isArray(value)) return value.flatMap((item) => (Array.isArray(item) ? [item] : expandValues(item)));
  const range = typeof value === "string" ? RANGE.exec(value) : null;
  if (!range) return [value];
  const from = Number(range[1]);
  const to = Number(range[2]);
  const step = Number(range[3] ?? 1);
  if (step < 1 || to < from || (to - from) / step > LONGEST_RANGE) return [value];
  return Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, i) => from + i * step);
}

/** All parameter sets of one algorithm's entry under `sweep`, in the order written, repeats left out. */
export function expandGrid(algorithm: Algorithm, entry: unknown, path: Path, problems: Problems): Params[] {
  const given = entry === null || entry === undefined ? {} : entry;
  if (typeof given !== "object" || Array.isArray(given)) {
    problems.bad(`${algorithm.name} must be a map of parameters, got ${JSON.stringify(given)}`, path);
    return [];
  }
  const shape = algorithm.params.shape as Record<string, z.ZodType>;
  let grid: Record<string, unknown>[] = [{}];
  for (const [key, value] of Object.entries(given)) {
    const schema = Object.hasOwn(shape, key) ? shape[key] : undefined;
    if (!schema) {
      problems.unknown("parameter", key, Object.keys(shape), [...path, key]);
      continue;
    }
    // A parameter that is a list itself (columns) takes a list as one value, and a list of lists as a grid.
    const listed = schema.safeParse(value).success ? [value] : expandValues(value);
    const values = listed.map((single) => parseValue(algorithm, key, single, [...path, key], problems));
    if (grid.length * values.length > MOST_POINTS) {
      problems.bad(
        `the grid of ${algorithm.name} has more than ${MOST_POINTS.toLocaleString("en")} points`,
        [...path, key],
        "narrow its ranges, or widen their steps, such as 2..100..10",
      );
      return [];
    }
    grid = grid.flatMap((point) => values.map((single) => ({ ...point, [key]: single })));
  }
  if (problems.found) return [];

  const points = new Map<string, Params>();
  for (const point of grid) {
    const params = problems.parse(algorithm.params, point, path);
    if (!params) return [];
    for (const expanded of algorithm.expand?.(params) ?? [params]) points.set(canonicalJson(expanded), expanded);
  }
  return [...points.values()];
}

/** Check one value of one parameter as if it stood alone, so that the message names it. */
function parseValue(algorithm: Algorithm, key: string, value: unknown, path: Path, problems: Problems): unknown {
  const schema = (algorithm.params.shape as Record<string, z.ZodType>)[key]!;
  const result = schema.safeParse(value);
  if (!result.success) {
    problems.parse(z.strictObject({ [key]: schema }), { [key]: value }, path.slice(0, -1));
  }
  return value;
}

/** The parameters that tables show: those that an algorithm always shows, and those that depart from their default. */
export function shownParams(algorithm: Algorithm, params: Params): [name: string, value: unknown][] {
  const shape = algorithm.params.shape as Record<string, z.ZodType>;
  return Object.keys(shape).flatMap((name): [string, unknown][] => {
    const value = params[name];
    const byDefault = shape[name]!.safeParse(undefined);
    const isDefault = byDefault.success && canonicalJson(byDefault.data ?? null) === canonicalJson(value ?? null);
    return algorithm.shows.includes(name) || !isDefault ? [[name, value]] : [];
  });
}

/** `k=6 linkage=average`: what a table shows of a parameter set: k and its like, and what differs from the default. */
export function describeParams(algorithm: Algorithm, params: Params): string {
  return shownParams(algorithm, params)
    .map(([name, value]) => `${name}=${formatValue(value)}`)
    .join(" ");
}

const formatValue = (value: unknown) => (typeof value === "object" ? canonicalJson(value) : String(value));
