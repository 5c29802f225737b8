/**
 * The preparation in ONNX. Number columns travel together as one n×w tensor; texts stay at the input until a step
 * turns them into numbers, which happens by a table: every text the steps know, one row for a missing text, one for
 * a text never seen. So whatever the text steps do, they do it here, once, and ONNX only looks it up.
 */
import { UserError } from "../../core/errors.js";
import type { ColumnHead, ColumnMap, Fitted } from "../../preprocessing/define.js";
import type { PreparedStep } from "../../preprocessing/preparation.js";
import { stepNamed } from "../../preprocessing/registry.js";
import type { InputFeature } from "../schema.js";
import type { Graph } from "./graph.js";

/** In ONNX, where a text cannot be missing. */
export const MISSING_TEXT = "";

/** What a step makes of the number columns: the same columns, changed, and blocks of new ones. */
interface Emitted {
  readonly value: string;
  readonly blocks: readonly Block[];
}

interface Block {
  readonly names: readonly string[];
  /** n × names.length */
  readonly tensor: string;
}

/** @param x - n×names.length */
type Emitter = (graph: Graph, fitted: Fitted, x: string, names: readonly string[]) => Emitted;

type Named = { readonly name: string };

/** One entry per step of the registry; a test holds that none is forgotten. */
export const emitters: Readonly<Record<string, Emitter>> = {
  impute(graph, fitted, x, names) {
    type Filled = Named & { readonly kind: string; readonly fill: number; readonly indicator: boolean };
    const columns = byName((fitted["columns"] as readonly Filled[]).filter(({ kind }) => kind === "number"));
    const missing = graph.node("IsNaN", [x]);
    const fill = perColumn(graph, names, (name) => columns.get(name)?.fill ?? Number.NaN);
    const flagged = names.filter((name) => columns.get(name)?.indicator);
    const blocks =
      flagged.length === 0
        ? []
        : [
            {
              names: flagged.map((name) => `${name}_missing`),
              tensor: toDouble(graph, pick(graph, missing, names, flagged)),
            },
          ];
    return { value: graph.node("Where", [missing, fill, x]), blocks };
  },

  log1p(graph, fitted, x, names) {
    const chosen = new Set(fitted["columns"] as readonly string[]);
    const wanted = graph.node("Cast", [perColumn(graph, names, (name) => (chosen.has(name) ? 1 : 0))], { to: 9 });
    const logarithm = graph.node("Log", [graph.node("Add", [x, graph.doubles([1], [1])])]);
    // Not above −1: the row cannot be judged, and NaN says so at the end.
    const allowed = graph.node("Greater", [x, graph.doubles([-1], [1])]);
    const logged = graph.node("Where", [allowed, logarithm, graph.doubles([Number.NaN], [1])]);
    return { value: graph.node("Where", [wanted, logged, x]), blocks: [] };
  },

  scale(graph, fitted, x, names) {
    const columns = byName(
      fitted["columns"] as readonly (Named & { readonly centre: number; readonly scale: number })[],
    );
    const centred = graph.node("Sub", [x, perColumn(graph, names, (name) => columns.get(name)?.centre ?? 0)]);
    const scaled = graph.node("Div", [centred, perColumn(graph, names, (name) => columns.get(name)?.scale || 1)]);
    const constant = (name: string) => columns.get(name)?.scale === 0;
    if (!names.some(constant)) return { value: scaled, blocks: [] };
    return {
      value: graph.node("Mul", [scaled, perColumn(graph, names, (name) => (constant(name) ? 0 : 1))]),
      blocks: [],
    };
  },

  winsorise(graph, fitted, x, names) {
    const columns = byName(fitted["columns"] as readonly (Named & { readonly low: number; readonly high: number })[]);
    const low = perColumn(graph, names, (name) => columns.get(name)?.low ?? Number.NEGATIVE_INFINITY);
    const high = perColumn(graph, names, (name) => columns.get(name)?.high ?? Number.POSITIVE_INFINITY);
    const clipped = graph.node("Min", [graph.node("Max", [x, low]), high]);
    // What Min and Max make of NaN is left to the runtime.
    return { value: graph.node("Where", [graph.node("IsNaN", [x]), x, clipped]), blocks: [] };
  },

  drop: (_graph, _fitted, x) => ({ value: x, blocks: [] }),

  "one-hot"(graph, fitted, x, names) {
    type Encoded = Named & { readonly kind: string; readonly categories: readonly number[]; readonly weight?: number };
    const blocks = (fitted["columns"] as readonly Encoded[])
      .filter(({ kind }) => kind === "number")
      .map(({ name, categories, weight = 1 }): Block => {
        const column = pick(graph, x, names, [name]);
        const equal = graph.node("Equal", [column, graph.doubles(categories, [1, categories.length])]);
        const yes = toDouble(graph, equal);
        const tensor = weight === 1 ? yes : graph.node("Mul", [yes, graph.doubles([weight], [1])]);
        return { names: categories.map((category) => `${name}=${category}`), tensor };
      });
    return { value: x, blocks };
  },
};

/** A text input on its way: what the steps so far make of it. */
interface TextPath {
  readonly source: number;
  readonly feature: Extract<InputFeature, { kind: "text" }>;
  readonly functions: readonly ((value: string | null) => string | null)[];
}

export interface PreparedTensor {
  /** n × names.length */
  readonly tensor: string;
  readonly names: readonly string[];
  /** One n-vector for each place to look: more than 0 where a value was infinite on its way. */
  readonly infinite: readonly string[];
}

/**
 * @param numbers - n × number features, or null when there are none
 * @param texts - n × text features, or null
 * @throws UserError `BAD_USAGE` for a step that cannot be written in ONNX
 */
export function emitPreparation(
  graph: Graph,
  features: readonly InputFeature[],
  steps: readonly PreparedStep[],
  numbers: string | null,
  texts: string | null,
): PreparedTensor {
  let heads: readonly ColumnHead[] = features;
  let x = numbers;
  const paths = new Map<string, TextPath>();
  for (const feature of features)
    if (feature.kind === "text") paths.set(feature.name, { source: paths.size, feature, functions: [] });
  const known = textsOf(features, steps);
  const infinite = x === null ? [] : [countOf(graph, graph.node("IsInf", [x]))];

  for (const { name, fitted } of steps) {
    const emitter = emitters[name];
    if (emitter === undefined) {
      throw new UserError("BAD_USAGE", {
        what: `the preparation step "${name}" cannot be written in ONNX`,
        where: "export",
        mend: "use the model with segmenta predict or serve",
      });
    }
    const maps = stepNamed(name).maps(fitted, heads);
    const names = heads.filter(({ kind }) => kind === "number").map((head) => head.name);
    const { value, blocks } = x === null ? { value: null, blocks: [] } : emitter(graph, fitted, x, names);
    const looked = lookUps(graph, maps, paths, known, texts);
    const next = numberNames(maps, heads);
    x = arrange(graph, [...(value === null ? [] : [{ names, tensor: value }]), ...blocks, ...looked], next);
    follow(maps, paths);
    heads = maps.map((map): ColumnHead => ({ name: map.name, kind: next.includes(map.name) ? "number" : "text" }));
    if (x !== null && name !== "drop") infinite.push(countOf(graph, graph.node("IsInf", [x])));
  }
  if (x === null) throw new Error("the preparation makes no number columns");
  return { tensor: x, names: heads.map((head) => head.name), infinite };
}

/** Blocks of the texts that this step turns into numbers: one table a text. */
function lookUps(
  graph: Graph,
  maps: readonly ColumnMap[],
  paths: ReadonlyMap<string, TextPath>,
  known: readonly string[],
  texts: string | null,
): Block[] {
  return [...paths].flatMap(([from, path]): Block[] => {
    const encoded = maps.flatMap((map) => (map.how === "encode" && map.from === from ? [map] : []));
    if (encoded.length === 0 || texts === null) return [];
    const through = (value: string | null) => path.functions.reduce((text, of) => of(text), value);
    const unseen = strangerTo(known);
    const table = [...known, null, unseen].flatMap((value) => encoded.map((map) => map.of(through(value))));
    const column = graph.node("Gather", [texts, graph.wholes([path.source], [])], { axis: 1 });
    const index = graph.node("LabelEncoder", [column], {
      keys_strings: [...known, MISSING_TEXT],
      values_int64s: Array.from({ length: known.length + 1 }, (_, at) => at),
      default_int64: known.length + 1,
    });
    const shape = [known.length + 2, encoded.length];
    return [
      {
        names: encoded.map((map) => map.name),
        tensor: graph.node("Gather", [graph.doubles(table, shape), index], { axis: 0 }),
      },
    ];
  });
}

/** Texts that stay texts go on under their new name, with what was done to them. */
function follow(maps: readonly ColumnMap[], paths: Map<string, TextPath>): void {
  const before = new Map(paths);
  paths.clear();
  for (const map of maps) {
    const path = before.get(map.from);
    if (path === undefined || (map.how !== "keep" && map.how !== "text")) continue;
    paths.set(map.name, map.how === "text" ? { ...path, functions: [...path.functions, map.of] } : path);
  }
}

/** Every text that a step may treat apart: those of training, and those the fitted steps name. */
function textsOf(features: readonly InputFeature[], steps: readonly PreparedStep[]): string[] {
  const found = new Set<string>();
  for (const feature of features) if (feature.kind === "text") for (const text of feature.categories) found.add(text);
  const collect = (value: unknown): void => {
    if (typeof value === "string") found.add(value);
    else if (value !== null && typeof value === "object") for (const item of Object.values(value)) collect(item);
  };
  if (found.size > 0) for (const step of steps) collect(step.fitted);
  if (features.some((feature) => feature.kind === "text" && feature.categories.includes(MISSING_TEXT))) {
    throw new UserError("BAD_USAGE", {
      what: "a text feature has the empty text among its categories; in ONNX that is how a missing text is written",
      where: "export",
      mend: "name the empty category in the data, or use the model with segmenta predict or serve",
    });
  }
  found.delete(MISSING_TEXT);
  return [...found];
}

/** A text that no step has seen. */
function strangerTo(known: readonly string[]): string {
  let text = "never seen";
  while (known.includes(text)) text += " before";
  return text;
}

function numberNames(maps: readonly ColumnMap[], heads: readonly ColumnHead[]): string[] {
  const kinds = new Map(heads.map(({ name, kind }) => [name, kind]));
  const isNumber = (map: ColumnMap) => (map.how === "keep" ? kinds.get(map.from) === "number" : map.how !== "text");
  return maps.filter(isNumber).map((map) => map.name);
}

/** The columns of that order, out of the blocks; null for none. A later block wins a name. */
function arrange(graph: Graph, blocks: readonly Block[], order: readonly string[]): string | null {
  if (order.length === 0) return null;
  const pool = blocks.flatMap((block) => block.names);
  const all =
    blocks.length === 1
      ? blocks[0]!.tensor
      : graph.node(
          "Concat",
          blocks.map(({ tensor }) => tensor),
          { axis: 1 },
        );
  const places = order.map((name) => pool.lastIndexOf(name));
  if (places.length === pool.length && places.every((place, at) => place === at)) return all;
  return graph.node("Gather", [all, graph.wholes(places)], { axis: 1 });
}

function byName<T extends Named>(columns: readonly T[]): Map<string, T> {
  return new Map(columns.map((column) => [column.name, column]));
}

/** A 1×w row of one number a column. */
function perColumn(graph: Graph, names: readonly string[], of: (name: string) => number): string {
  return graph.doubles(names.map(of), [1, names.length]);
}

function pick(graph: Graph, x: string, names: readonly string[], wanted: readonly string[]): string {
  return graph.node("Gather", [x, graph.wholes(wanted.map((name) => names.indexOf(name)))], { axis: 1 });
}

/** Booleans as 0 and 1. */
export function toDouble(graph: Graph, flags: string): string {
  return graph.node("Cast", [flags], { to: 11 });
}

/** How many of a row's flags are set, as a number. */
export function countOf(graph: Graph, flags: string): string {
  return graph.node("ReduceSum", [toDouble(graph, flags), graph.wholes([1])], { keepdims: 0 });
}
