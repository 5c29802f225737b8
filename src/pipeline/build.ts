/** Put a model together from a judged labeling. Nothing is fitted anew: the model is that labeling. */
import type { Assignment } from "../cluster/define.js";
import { UserError } from "../core/errors.js";
import { canonicalJson, hashOf, type Json } from "../core/hash.js";
import type { Labels } from "../core/labels.js";
import type { Table } from "../core/table.js";
import type { FittedReducer } from "../decomposition/define.js";
import type { PreparedStep } from "../preprocessing/preparation.js";
import { toJson } from "./assignment-json.js";
import { compileModel } from "./compile.js";
import { makeGoldenRows } from "./golden.js";
import { describeInputs } from "./inputs.js";
import { type Agreement, FORMAT, FORMAT_VERSION, type Model } from "./schema.js";
import { describeSegments } from "./segments.js";

export interface ModelIngredients {
  readonly name: string;
  /** The raw training table, as read. */
  readonly table: Table;
  readonly preparation: readonly PreparedStep[];
  readonly reduction: { readonly name: string; readonly version: number; readonly fitted: FittedReducer };
  readonly algorithm: {
    readonly name: string;
    readonly version: number;
    readonly params: Readonly<Record<string, unknown>>;
    readonly seed: number;
  };
  readonly assignment: Assignment;
  /** The judged labels, canonical, one per row of the table. */
  readonly labels: Labels;
  /** One name per label, all different. */
  readonly names: readonly string[];
  /** From `measureAgreement`. */
  readonly agreement: Agreement;
  /** Where it comes from: data, experiment, decision. No clock, no host: the same run gives the same model. */
  readonly provenance: Readonly<Record<string, Json>>;
}

/**
 * The model as plain JSON, with its hash. What it answers now is, to the bit, what it answers when read back.
 *
 * @throws UserError `SHAPE_MISMATCH` when labels, names, rule and table do not fit each other
 */
export function buildModel(from: ModelIngredients): Model {
  const { table, labels } = from;
  if (labels.length !== table.rows) {
    throw new UserError("SHAPE_MISMATCH", {
      what: `${labels.length} labels were given for ${table.rows} rows`,
      where: "model",
      mend: "give the labels of this very table",
    });
  }
  const features = describeInputs(table, from.preparation);
  const { segments, noise } = describeSegments(
    table,
    features.map((feature) => feature.name),
    labels,
    from.names,
  );
  const parts = plain({
    format: FORMAT,
    formatVersion: FORMAT_VERSION,
    name: from.name,
    input: { id: table.id?.name ?? null, ...(table.missing ? { missing: [...table.missing] } : {}), features },
    preparation: from.preparation,
    reduction: from.reduction,
    algorithm: from.algorithm,
    assignment: toJson(from.assignment),
    segments,
    noise,
    agreement: from.agreement,
    provenance: from.provenance,
  }) as Omit<Model, "golden" | "hash">;
  const golden = makeGoldenRows(parts.input.features, parts.segments, compileModel(parts));
  const whole = { ...parts, golden };
  return { ...whole, hash: hashOf(whole) };
}

/**
 * Through JSON once, so that a live model and a saved one hold the same numbers (−0 becomes 0) and a value JSON
 * cannot hold is met here. `canonicalJson` refuses NaN; the order of keys stays as written.
 */
function plain(value: unknown): unknown {
  canonicalJson(value);
  return JSON.parse(JSON.stringify(value));
}
