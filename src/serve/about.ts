/** What a model tells of itself. Rows of customers that a rule embeds are not among it. */
import type { Service } from "./service.js";

export function aboutModel({ model, id }: Service) {
  const { name, hash, algorithm, preparation, reduction, assignment, input, agreement, noise, provenance } = model;
  return {
    id,
    name,
    hash,
    algorithm,
    preparation: preparation.map((step) => step.name),
    reduction: reduction.name,
    rule: assignment.rule,
    embedsRows: assignment.embedsRows,
    idColumn: input.id,
    features: input.features,
    segments: model.segments.map((segment) => ({ label: segment.label, name: segment.name, share: segment.share })),
    noise,
    agreement,
    provenance,
  };
}

export function aboutSegments({ model }: Service) {
  return model.segments;
}
