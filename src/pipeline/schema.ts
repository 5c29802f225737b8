/**
 * What a model file holds: plain JSON, never code. The zod schema checks it on loading, types it in the
 * program, and becomes `schema/model.schema.json` for everyone else.
 */
import { z } from "zod";

/** Raised when an older program could not read the file. */
export const FORMAT_VERSION = 1;
export const FORMAT = "segmenta-model";

const finite = z.number();
const whole = z.int();
const share = z.number().min(0).max(1);
const name = z.string().min(1);
const cell = z.union([z.number(), z.string(), z.null()]);
const matrixOfRows = z.array(z.array(finite));

const numberFeature = z.strictObject({
  name,
  kind: z.literal("number"),
  min: finite,
  max: finite,
  median: finite,
  quantiles: z.strictObject({
    p01: finite,
    p05: finite,
    p25: finite,
    p50: finite,
    p75: finite,
    p95: finite,
    p99: finite,
  }),
  mayBeMissing: z.boolean().meta({ description: "a row may leave it out: the preparation fills it" }),
  whole: z.boolean().meta({ description: "every training value was a whole number" }),
  format: z
    .strictObject({ decimal: z.enum([".", ","]), group: z.enum(["", ",", "."]) })
    .optional()
    .meta({ description: "how its numbers are written in texts, as in training; plain when left out" }),
});

const textFeature = z.strictObject({
  name,
  kind: z.literal("text"),
  categories: z.array(z.string()).meta({ description: "the values seen in training, in order of code points" }),
  mayBeMissing: z.boolean(),
});

const step = z.strictObject({
  name,
  version: whole,
  fitted: z.record(z.string(), z.json()),
});

const metric = z.literal("manhattan").optional().meta({ description: "distance of rows; euclidean when left out" });

const assignment = z.discriminatedUnion("rule", [
  z.strictObject({
    rule: z.literal("nearest-centre"),
    embedsRows: z.literal(false),
    centres: matrixOfRows,
    weights: z
      .array(z.number().min(0))
      .optional()
      .meta({ description: "of the columns in a squared distance; 1 each when left out" }),
  }),
  z.strictObject({
    rule: z.literal("nearest-medoid"),
    embedsRows: z.literal(true),
    medoids: matrixOfRows,
    medoidRows: z.array(whole),
    metric,
  }),
  z.strictObject({
    rule: z.literal("posterior"),
    embedsRows: z.literal(false),
    covarianceType: z.enum(["full", "tied", "diag", "spherical"]),
    weights: z.array(finite),
    means: matrixOfRows,
    covariances: matrixOfRows.meta({ description: "full: k·d rows of d, tied: d×d, diag: k×d, spherical: k×1" }),
    texts: z.array(z.array(whole)).optional().meta({
      description: "columns that stand for one text each: their means and variances write the shares of its values",
    }),
  }),
  z.strictObject({
    rule: z.literal("nearest-core-point"),
    embedsRows: z.literal(true),
    eps: z.number().positive(),
    points: matrixOfRows,
    labels: z.array(whole),
  }),
  z.strictObject({
    rule: z.literal("nearest-neighbour"),
    embedsRows: z.literal(true),
    points: matrixOfRows,
    labels: z.array(whole),
    metric,
  }),
  z.strictObject({
    rule: z.literal("thresholds"),
    embedsRows: z.literal(false),
    column: whole,
    thresholds: z.array(finite),
    labels: z.array(whole),
  }),
  z.strictObject({
    rule: z.literal("cells"),
    embedsRows: z.literal(false),
    columns: z.array(whole),
    floors: z.array(finite),
    cells: z.array(whole),
    labels: z.array(whole),
  }),
]);

const segment = z.strictObject({
  label: whole.min(0),
  name,
  size: whole.min(0).meta({ description: "training rows", unit: "rows" }),
  share,
  medians: z
    .record(z.string(), cell)
    .meta({ description: "per input feature, in its own unit; the most frequent value of a text" }),
});

const agreement = z.strictObject({
  rule: z.string(),
  training: share.meta({ description: "training rows to which the rule gives the label they were judged with" }),
  leaveOneOut: share.optional().meta({ description: "the same, each row judged without itself; neighbour rules only" }),
  crossValidated: share.meta({
    description: "the same, the rule made from four fifths of the rows, judged on the rest",
  }),
  rows: whole.min(1).meta({ description: "rows these shares were measured on", unit: "rows" }),
});

const golden = z.strictObject({
  row: z.array(cell).meta({ description: "raw values in the order of the features; null is missing" }),
  label: whole.min(-1),
  margin: z.number().min(0).nullable().meta({ description: "null: there is no runner-up" }),
});

export const modelSchema = z.strictObject({
  format: z.literal(FORMAT),
  formatVersion: z.literal(FORMAT_VERSION),
  name,
  input: z.strictObject({
    id: z.string().nullable().meta({ description: "the column that names a row; not a feature" }),
    missing: z.array(z.string()).optional().meta({ description: "texts that mean missing, besides the usual ones" }),
    features: z.array(z.discriminatedUnion("kind", [numberFeature, textFeature])).min(1),
  }),
  preparation: z.array(step),
  reduction: step,
  algorithm: z.strictObject({
    name,
    version: whole,
    params: z.record(z.string(), z.json()),
    seed: whole,
  }),
  assignment,
  segments: z.array(segment),
  noise: share.meta({ description: "training rows in no segment" }),
  agreement,
  provenance: z.record(z.string(), z.json()).meta({ description: "where it comes from: data, experiment, decision" }),
  golden: z.array(golden).min(8).meta({ description: "made-up rows and their answers, tried on every load" }),
  hash: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .meta({ description: "SHA-256 of the canonical JSON of everything else" }),
});

export type Model = z.output<typeof modelSchema>;
export type InputFeature = Model["input"]["features"][number];
export type Segment = Model["segments"][number];
export type Agreement = Model["agreement"];
export type AssignmentJson = Model["assignment"];
export type GoldenRow = Model["golden"][number];

/** The JSON Schema of a model file, as committed in `schema/model.schema.json`. */
export function modelJsonSchema(): Record<string, unknown> {
  return {
    ...z.toJSONSchema(modelSchema, { io: "input" }),
    title: "Segmenta model",
    description: "A fitted customer segmentation: data, never code.",
  };
}
