/**
 * What a view file holds: everything the pictures of a segmentation need, and no customer's row. It lies beside
 * `model.json`, so that a service can draw the dashboard without the data.
 */
import { z } from "zod";
import { UserError } from "../core/errors.js";
import { hashOf } from "../core/hash.js";
import { formatJson } from "./format-json.js";

export const VIEW_FORMAT = "segmenta-view";
/** Raised when an older program could not read the file. */
export const VIEW_VERSION = 1;

const finite = z.number();
const whole = z.int();
const count = z.int().min(0);
const share = z.number().min(0).max(1);
const name = z.string().min(1);
const known = z.number().nullable();
const digest = z.string().regex(/^[0-9a-f]{64}$/);

const quartiles = { q25: known, median: known, q75: known, mean: known, zeroShare: share.nullable() };

const feature = z.strictObject({
  name,
  unit: z.string().nullable(),
  words: z.string().nullable().meta({ description: "plain words for the column" }),
  everyone: z.strictObject(quartiles),
});

const profile = z.strictObject({
  ...quartiles,
  missing: count,
  effect: known.meta({ description: "Cliff's delta of members against all others, in [−1, 1]" }),
  percentile: known.meta({ description: "where the segment's median lies among everyone, 0 … 100" }),
});

const segment = z.strictObject({
  label: whole.min(-1).meta({ description: "−1 is noise" }),
  name,
  size: count.meta({ unit: "rows" }),
  share,
  reading: z.string().meta({ description: "the segment in two sentences" }),
  evidence: z.array(z.string()).meta({ description: "what makes the name true" }),
  rule: z
    .strictObject({
      text: z.string(),
      precision: share.nullable().meta({ description: "of the rows the rule names, the share in the segment" }),
      recall: share.meta({ description: "of the segment's rows, the share the rule names" }),
    })
    .nullable(),
  profile: z.array(profile).meta({ description: "one per feature, in the order of the features" }),
  categories: z.array(z.strictObject({ feature: name, value: z.string(), share, everyone: share })),
  strongest: z.array(name).meta({ description: "features by |effect|, strongest first" }),
});

const coordinates = { x: z.array(finite), y: z.array(finite) };

const map = z.strictObject({
  key: digest.meta({ description: "of the space, the sample and the way the maps are made" }),
  space: name,
  rows: count.meta({ description: "rows on the map: all, or a sample drawn by a stream", unit: "rows" }),
  of: count.meta({ description: "rows of the table", unit: "rows" }),
  labels: z.array(whole).meta({ description: "the segment of each row on the map" }),
  pca: z
    .strictObject({
      ...coordinates,
      explained: z.tuple([share, share]),
      loadings: z.array(z.strictObject({ feature: name, x: finite, y: finite })),
    })
    .nullable()
    .meta({ description: "null where the rows span less than a plane" }),
  tsne: z
    .strictObject({ ...coordinates, perplexity: finite, divergence: finite })
    .nullable()
    .meta({ description: "null where there are too few rows" }),
});

const histogram = z.strictObject({
  feature: name,
  log: z.boolean().meta({ description: "bins are even in log(1 + value)" }),
  edges: z.array(finite).meta({ description: "shared by all segments, in the feature's own unit" }),
  counts: z.array(z.array(count)).meta({ description: "one list per segment, in their order" }),
});

const tree = z.strictObject({
  linkage: z.enum(["ward", "complete", "average", "single"]),
  sizes: z.array(count).meta({ description: "rows of each branch; branches are numbered by their first row" }),
  merges: z
    .array(whole)
    .meta({ description: "two nodes per merge: below the number of branches a branch, above it an earlier merge" }),
  heights: z.array(finite).meta({ description: "of the merges, ascending, in units of the space" }),
  branches: z.array(whole).meta({ description: "the branch of each row on the map" }),
  cuts: z
    .array(z.strictObject({ k: whole.min(2), segments: z.array(whole) }))
    .meta({ description: "for each k the cluster of each branch" }),
});

const score = z.strictObject({ mean: known, sd: known });

const candidate = z.strictObject({
  name,
  rank: whole.nullable(),
  k: whole.nullable(),
  scores: z.array(score),
  coverage: known,
  smallest: known,
  reasons: z.array(z.string()),
  chosen: z.boolean(),
  baseline: z.boolean(),
});

export const viewSchema = z.strictObject({
  format: z.literal(VIEW_FORMAT),
  formatVersion: z.literal(VIEW_VERSION),
  name,
  question: z.string(),
  headline: z.string().meta({ description: "the decision in one line" }),
  model: digest.meta({ description: "the hash of the model beside it" }),
  data: z.strictObject({ checksum: digest, rows: count }),
  embeds: z
    .strictObject({ rows: z.literal(false), coordinates: count })
    .meta({ description: "no raw row and no id is in this file; coordinates of so many rows on the maps are" }),
  decision: z.strictObject({
    rule: z.string(),
    space: name,
    reasons: z.array(z.string()),
    flags: z.array(z.strictObject({ code: z.string(), message: z.string() })),
    incomplete: count.meta({ description: "trials without an answer" }),
  }),
  features: z.array(feature),
  segments: z.array(segment).min(1).meta({ description: "in label order, noise last" }),
  rules: z.strictObject({ trainAccuracy: share.nullable(), crossAccuracy: share.nullable() }),
  map,
  histograms: z.array(histogram),
  trees: z.array(tree),
  leaderboard: z.strictObject({
    columns: z.array(z.strictObject({ name, title: z.string(), better: z.enum(["higher", "lower"]) })),
    rows: z.array(candidate),
  }),
  hash: digest.meta({ description: "SHA-256 of the canonical JSON of everything else" }),
});

export type View = z.output<typeof viewSchema>;
export type ViewSegment = View["segments"][number];
export type ViewTree = View["trees"][number];
export type ViewMap = View["map"];

/** The JSON Schema of a view file, as committed in `schema/view.schema.json`. */
export function viewJsonSchema(): Record<string, unknown> {
  return {
    ...z.toJSONSchema(viewSchema, { io: "input" }),
    title: "Segmenta view",
    description: "What the pictures of a segmentation need: profiles, bins, trees and map coordinates; no rows.",
  };
}

/** The text of `view.json`, one trailing newline. */
export function serializeView(view: View): string {
  return `${formatJson(view)}\n`;
}

/**
 * Read a view file.
 *
 * @throws UserError `BAD_RESULTS` for a damaged file, another format or a newer version
 */
export function parseView(text: string, where = "view.json"): View {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw damaged(where, `it is not JSON: ${(cause as Error).message}`, cause);
  }
  const { format, formatVersion } = (json ?? {}) as { format?: unknown; formatVersion?: unknown };
  if (format !== VIEW_FORMAT || formatVersion !== VIEW_VERSION) {
    throw damaged(where, `it is ${JSON.stringify(format) ?? "no view"} of version ${JSON.stringify(formatVersion)}`);
  }
  const result = viewSchema.safeParse(json);
  if (!result.success) {
    const issue = result.error.issues[0]!;
    throw damaged(where, `${issue.path.join(".") || "the file"}: ${issue.message}`);
  }
  const { hash, ...rest } = result.data;
  if (hashOf(rest) !== hash) throw damaged(where, "it was changed after it was written");
  return result.data;
}

function damaged(where: string, what: string, cause?: unknown): UserError {
  return new UserError("BAD_RESULTS", {
    what: `this view cannot be read: ${what}`,
    where,
    mend: "run the experiment again; it is written beside the model",
    cause,
  });
}
