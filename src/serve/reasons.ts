/**
 * Which features speak for a row's segment? Each one is put back to the typical customer's value, the others kept,
 * and the model asked again: what the margin loses is what the feature was worth. This tells how the model decided,
 * not why the customer behaves so.
 */
import { newVerdict, rowAssigner, type Verdict } from "../cluster/assign.js";
import { isUserError } from "../core/errors.js";
import { reducerNamed } from "../decomposition/registry.js";
import { fromJson } from "../pipeline/assignment-json.js";
import type { InputFeature, Model } from "../pipeline/index.js";
import { type Cell, compilePreparation } from "../preprocessing/compile.js";

export interface Reason {
  readonly feature: string;
  readonly value: Cell;
  /** The typical customer's value. */
  readonly typical: Cell;
  /** Of all that speaks for the segment, in (0, 1]. */
  readonly weight: number;
}

/** At most so many are named, and none that weighs less than this. */
const MOST = 3;
const LIGHT = 0.1;

/** Median of each number, the commonest text. */
export function typicalCustomer(model: Pick<Model, "input" | "segments">): Cell[] {
  return model.input.features.map((feature): Cell => {
    if (feature.kind === "number") return feature.median;
    const votes = new Map<Cell, number>();
    for (const { medians, size } of model.segments) {
      const text = medians[feature.name] ?? null;
      votes.set(text, (votes.get(text) ?? 0) + size);
    }
    return [...votes].sort((a, b) => b[1] - a[1])[0]?.[0] ?? feature.categories[0] ?? null;
  });
}

/**
 * Made ready once: only the prepared columns of a feature are exchanged, so a row costs d short judgements.
 *
 * @returns strongest first; empty for the typical customer, and where there is no runner-up
 */
export function reasoner(model: Model): (raw: ArrayLike<Cell>, verdict: Readonly<Verdict>) => Reason[] {
  const { features } = model.input;
  const { columns, treat } = compilePreparation(model.preparation, features);
  const reducer = reducerNamed(model.reduction.name);
  const reduce = reducer.rowTransform(model.reduction.fitted);
  const space = new Float64Array(reducer.columnNames(model.reduction.fitted, columns).length);
  const assignRow = rowAssigner(fromJson(model.assignment));
  const typicalRaw = typicalCustomer(model);
  const typical = new Float64Array(columns.length);
  treat(typicalRaw, typical);
  const own = features.map((feature, j) => columnsOf(feature, j, typicalRaw, typical, treat));
  const row = new Float64Array(columns.length);
  const other = newVerdict();
  const worth = new Float64Array(features.length);

  return (raw, { label, margin }) => {
    if (!Number.isFinite(margin)) return [];
    treat(raw, row);
    let total = 0;
    for (let j = 0; j < features.length; j++) {
      worth[j] = 0;
      const places = own[j]!;
      if (places.every((at) => row[at] === typical[at])) continue;
      const kept = places.map((at) => row[at]!);
      for (const at of places) row[at] = typical[at]!;
      reduce(row, 0, space);
      assignRow(space, 0, other);
      for (let p = 0; p < places.length; p++) row[places[p]!] = kept[p]!;
      const left = other.label === label ? other.margin : -other.margin;
      if (!(margin > left)) continue;
      worth[j] = margin - left;
      total += worth[j]!;
    }
    const order = [...worth.keys()].filter((j) => worth[j]! >= LIGHT * total && worth[j]! > 0);
    order.sort((a, b) => worth[b]! - worth[a]! || a - b);
    return order.slice(0, MOST).map((j) => ({
      feature: features[j]!.name,
      value: raw[j] as Cell,
      typical: typicalRaw[j]!,
      weight: worth[j]! / total,
    }));
  };
}

/** The prepared columns that move when the feature does, found by moving it. */
function columnsOf(
  feature: InputFeature,
  j: number,
  typicalRaw: readonly Cell[],
  typical: Float64Array,
  treat: (raw: ArrayLike<Cell>, out: Float64Array) => void,
): number[] {
  const probes: Cell[] =
    feature.kind === "number"
      ? [feature.min, feature.max, ...Object.values(feature.quantiles), Number.NaN]
      : [...feature.categories, null];
  const found = new Set<number>();
  const out = new Float64Array(typical.length);
  for (const probe of probes) {
    const raw = typicalRaw.map((value, other) => (other === j ? probe : value));
    try {
      treat(raw, out);
    } catch (error) {
      // A value the model cannot take tells nothing.
      if (isUserError(error)) continue;
      throw error;
    }
    for (let at = 0; at < out.length; at++) if (out[at] !== typical[at]) found.add(at);
  }
  return [...found];
}
