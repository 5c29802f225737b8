/** The OpenAPI 3.1 description, made from the model: its features, their ranges, which may be missing. */
import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { readable } from "../core/words.js";
import { isCode, isFlag } from "../pipeline/feature-faults.js";
import type { InputFeature, Model } from "../pipeline/index.js";
import type { Limits } from "./limits.js";
import type { Service } from "./service.js";

/**
 * The schema of one row. It accepts what the service accepts; ranges are told, not demanded, for a value outside the
 * training range is answered, and named in `outOfRange`.
 */
export function rowSchema(model: Model) {
  const shape = Object.fromEntries(model.input.features.map((feature) => [feature.name, featureSchema(feature)]));
  return z
    .looseObject(shape)
    .openapi("Row", { description: "one row of raw values; every feature must be named, null is missing" });
}

function featureSchema(feature: InputFeature) {
  if (feature.kind === "text") {
    const known = feature.categories.slice(0, 20).join(", ");
    const text = (isCode(feature) ? z.union([z.string(), z.number()]) : z.string()).openapi({
      description: `seen in training: ${known}`,
      example: feature.categories[0] ?? "",
    });
    return feature.mayBeMissing ? text.nullable() : text;
  }
  const { min, max, median, whole } = feature;
  const description = `${whole ? "a whole number in training" : "a number"}; ${readable(min, 6)} to ${readable(max, 6)} in training, ${readable(median, 6)} in the middle${isFlag(feature) ? "; true is 1, false is 0" : ""}${feature.mayBeMissing ? "; null when it is not known" : ""}`;
  const number = (isFlag(feature) ? z.union([z.number(), z.boolean()]) : z.number()).openapi({
    description,
    example: median,
  });
  return feature.mayBeMissing ? number.nullable() : number;
}

function schemas(model: Model, limits: Limits) {
  const row = rowSchema(model);
  const answer = z
    .object({
      model: z.string().openapi({ description: "the model that answers: its name and the beginning of its hash" }),
      segment: z.int().min(-1).openapi({ description: "the label; −1 for no segment" }),
      name: z.string(),
      margin: z
        .number()
        .min(0)
        .nullable()
        .openapi({
          description: `runner-up minus winner, in the unit of the rule ${model.assignment.rule}; null: no runner-up`,
        }),
      runnerUp: z.string().nullable(),
      reasons: z
        .array(z.string())
        .optional()
        .openapi({
          description: `the features that speak most for the segment; left out above ${limits.reasonRows} rows`,
        }),
      outOfRange: z.array(z.string()).openapi({ description: "features outside the training range" }),
      imputed: z.array(z.string()).openapi({ description: "features that were missing and filled" }),
      notes: z.array(z.object({ code: z.string(), message: z.string(), hint: z.string().optional() })).optional(),
    })
    .openapi("Answer");
  const drift = z
    .object({
      enough: z.boolean().openapi({ description: "false: too few rows to tell" }),
      drifted: z.array(z.string()),
      features: z.record(z.string(), z.number()).openapi({ description: "population stability index per feature" }),
      mix: z.object({ index: z.number(), drifted: z.boolean() }),
    })
    .openapi("Drift");
  const answers = z
    .object({ model: z.string(), rows: z.array(answer), drift })
    .openapi("Answers", { description: "answers in the order of the rows" });
  const problem = z
    .object({
      type: z.string(),
      title: z.string(),
      status: z.int(),
      detail: z.string(),
      code: z.string(),
      where: z.string().optional(),
      mend: z.string().optional(),
      errors: z
        .array(
          z.object({ code: z.string(), detail: z.string(), where: z.string().optional(), mend: z.string().optional() }),
        )
        .optional(),
    })
    .openapi("Problem", { description: "RFC 9457" });
  return { row, answer, answers, problem };
}

/** The document that `/openapi.json` answers. */
export function describeApi({ model, id }: Service, limits: Limits, version: string) {
  const { row, answer, answers, problem } = schemas(model, limits);
  const api = new OpenAPIHono();
  const problems = (statuses: readonly number[]) =>
    Object.fromEntries(
      statuses.map((status) => [
        status,
        { description: problemWords[status]!, content: { "application/problem+json": { schema: problem } } },
      ]),
    );
  const json = (description: string, schema: z.ZodType) => ({
    200: { description, content: { "application/json": { schema } } },
  });
  const text = (description: string, type: string) => ({
    200: { description, content: { [type]: { schema: z.string() } } },
  });
  const anything = z.looseObject({});
  const routes = [
    createRoute({
      method: "post",
      path: "/predict",
      summary: "the segment of one row, or of many",
      request: {
        body: {
          required: true,
          content: {
            "application/json": {
              schema: z.union([
                row,
                z.array(row).max(limits.jsonRows),
                z.object({ rows: z.array(row).max(limits.jsonRows) }),
              ]),
            },
            "text/csv": {
              schema: z.string().openapi({
                description: `header line first, up to ${limits.csvRows} rows; answered as CSV, or as JSON when Accept asks for it`,
              }),
            },
          },
        },
      },
      responses: {
        200: {
          description: "the answer",
          content: {
            "application/json": { schema: z.union([answer, answers]) },
            "text/csv": { schema: z.string() },
          },
        },
        ...problems([400, 413, 415, 422]),
      },
    }),
    createRoute({
      method: "get",
      path: "/model",
      summary: "what the model is and where it comes from",
      responses: json("the model", anything),
    }),
    createRoute({
      method: "get",
      path: "/segments",
      summary: "the segments: names, sizes, medians",
      responses: json("the segments", z.array(anything)),
    }),
    createRoute({ method: "get", path: "/healthz", summary: "the process lives", responses: text("ok", "text/plain") }),
    createRoute({
      method: "get",
      path: "/readyz",
      summary: "the model is loaded and requests are welcome",
      responses: { ...text("ready", "text/plain"), 503: { description: "stopping" } },
    }),
    createRoute({
      method: "get",
      path: "/metrics",
      summary: "Prometheus metrics",
      responses: text("metrics", "text/plain"),
    }),
  ];
  for (const route of routes) api.openAPIRegistry.registerPath(route);
  return api.getOpenAPI31Document({
    openapi: "3.1.0",
    info: { title: `segments of ${model.name}`, version, description: `Answers come from the model ${id}.` },
  });
}

const problemWords: Readonly<Record<number, string>> = {
  400: "the body cannot be read",
  413: "too many bytes or rows",
  415: "neither JSON nor CSV",
  422: "a feature is absent, of the wrong kind, or cannot be judged",
};
