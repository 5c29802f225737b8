/** What editors know of an experiment file. */
import { z } from "zod";
import { algorithms } from "../../cluster/registry.js";
import { reducers } from "../../decomposition/registry.js";
import { metrics } from "../../metrics/registry.js";
import { steps } from "../../preprocessing/registry.js";
import { rules } from "../select/registry.js";
import { frame } from "./experiment.js";

/**
 * The JSON Schema of the file, for editors: unknown keys are marked as they are typed, options complete.
 * It is generated from the registries, so a new algorithm is known at once.
 */
export function experimentJsonSchema(): Record<string, unknown> {
  const part = (schema: z.ZodType) => {
    const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
    return rest;
  };
  const entry = (name: string, title: string, schema: z.ZodType) => ({
    type: "object",
    properties: { [name]: part(schema) },
    required: [name],
    additionalProperties: false,
    description: title,
  });
  const grid = (schema: z.ZodType) => {
    const value = part(schema);
    const { description, ...single } = value as { description?: string };
    const range = { type: "string", pattern: "^-?\\d+\\.\\.-?\\d+(\\.\\.\\d+)?$" };
    return { description, anyOf: [single, { type: "array", items: { anyOf: [single, range] } }, range] };
  };
  const schema = part(frame) as { properties: Record<string, Record<string, unknown>> };
  const { properties } = schema;
  properties["prepare"]!["additionalProperties"] = {
    type: "array",
    items: {
      anyOf: [
        { enum: steps.map((step) => step.name) },
        ...steps.map((step) => entry(step.name, step.title, step.params)),
      ],
    },
  };
  properties["reduce"]!["items"] = {
    anyOf: [{ enum: reducers.map((r) => r.name) }, ...reducers.map((r) => entry(r.name, r.title, r.params))],
  };
  properties["sweep"] = {
    type: "object",
    additionalProperties: false,
    minProperties: 1,
    description: "algorithms and their grids",
    properties: Object.fromEntries(
      algorithms.map((algorithm) => [
        algorithm.name,
        {
          type: "object",
          description: algorithm.title,
          additionalProperties: false,
          properties: Object.fromEntries(
            Object.entries(algorithm.params.shape).map(([key, value]) => [key, grid(value as z.ZodType)]),
          ),
        },
      ]),
    ),
  };
  properties["select"] = {
    description: "the rule that picks the model, stated before anything is fitted",
    anyOf: rules.map((rule) => {
      const own = part(rule.params) as { properties?: object };
      return {
        ...own,
        description: rule.title,
        required: ["rule"],
        properties: { rule: { const: rule.name }, ...own.properties },
      };
    }),
  };
  const metricNames = (properties["score"] as { properties: Record<string, Record<string, unknown>> }).properties[
    "metrics"
  ]!;
  metricNames["items"] = { enum: metrics.map((metric) => metric.name) };
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Segmenta experiment",
    ...schema,
  };
}
