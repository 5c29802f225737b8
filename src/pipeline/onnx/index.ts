/**
 * A model as an ONNX file, in float64: preparation, reduction and assignment rule in one graph, for the runtimes
 * that other languages have.
 *
 * Inputs: `numbers`, double, n × number features, a missing one NaN; `texts`, string, n × text features, a missing
 * one "" (only when the model has texts). Outputs: `label`, int64, n; `margin`, double, n. A row that the model
 * would refuse (a missing value it cannot fill, an infinite one, one outside a logarithm's domain) has label −1 and
 * margin NaN.
 */
import { UserError } from "../../core/errors.js";
import { fromJson } from "../assignment-json.js";
import type { Model } from "../schema.js";
import { createGraph } from "./graph.js";
import { emitReduction, emitRule } from "./rules.js";
import { countOf, emitPreparation } from "./steps.js";

/** As in `compileModel`: beyond this a square would overflow. */
const FAR = 1e100;

/**
 * The bytes of the file. Its labels are the model's own wherever the margin exceeds the rounding of float64
 * (about 1e-9 for rows on the scale of the training rows): sums are added up in the runtime's order, not in ours.
 *
 * @throws UserError `BAD_USAGE` for rules, steps and reductions that cannot be written in ONNX, with the reason
 */
export function exportOnnx(model: Model): Uint8Array {
  const { features } = model.input;
  const numbers = features.filter((feature) => feature.kind === "number");
  const texts = features.filter((feature) => feature.kind === "text");
  const graph = createGraph();
  const prepared = emitPreparation(
    graph,
    features,
    model.preparation,
    numbers.length === 0 ? null : graph.input({ name: "numbers", type: "double", shape: ["rows", numbers.length] }),
    texts.length === 0 ? null : graph.input({ name: "texts", type: "string", shape: ["rows", texts.length] }),
  );
  const space = emitReduction(graph, model.reduction, prepared.tensor);
  const { label, margin } = emitRule(graph, fromJson(model.assignment), space);

  // NaN is not below FAR either: missing to the end and too far are refused alike.
  const near = graph.node("LessOrEqual", [graph.node("Abs", [prepared.tensor]), graph.doubles([FAR], [1])]);
  const faults = graph.node("Sum", [countOf(graph, graph.node("Not", [near])), ...prepared.infinite]);
  const judged = graph.node("Equal", [faults, graph.doubles([0], [1])]);
  graph.output(graph.node("Where", [judged, label, graph.wholes([-1])]), {
    name: "label",
    type: "int64",
    shape: ["rows"],
  });
  graph.output(graph.node("Where", [judged, margin, graph.doubles([Number.NaN], [1])]), {
    name: "margin",
    type: "double",
    shape: ["rows"],
  });
  return graph.encode(model.name, `segmenta model ${model.hash}`, {
    "segmenta.hash": model.hash,
    "segmenta.numbers": JSON.stringify(numbers.map((feature) => feature.name)),
    "segmenta.texts": JSON.stringify(texts.map((feature) => feature.name)),
    "segmenta.segments": JSON.stringify(model.segments.map((segment) => segment.name)),
  });
}

/** The formats a model can be exported to. */
export const exportFormats = ["onnx"] as const;

/** @throws UserError `UNKNOWN_NAME` for a format we do not write */
export function requireFormat(format: string): (typeof exportFormats)[number] {
  const found = exportFormats.find((known) => known === format);
  if (found !== undefined) return found;
  throw new UserError("UNKNOWN_NAME", {
    what: `unknown export format "${format}"`,
    where: "--to",
    mend: `known: ${exportFormats.join(", ")}`,
  });
}
