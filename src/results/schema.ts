/** What selection.json holds: one schema for all who read it. Fields that a later version adds are let through. */
import { z } from "zod";
import { UserError } from "../core/errors.js";
import { lineIn } from "../sweep/config/source.js";

const identity = { algorithm: z.string(), prepare: z.string(), reduce: z.string(), params: z.string() };
const scores = z.record(z.string(), z.number().nullable());

const selectionSchema = z.looseObject({
  format: z.literal(1),
  experiment: z.string(),
  data: z.looseObject({ checksum: z.string(), rows: z.int(), columns: z.array(z.string()).readonly() }),
  /** `before`: the hash of the rule by which these data were judged before it was changed after the fact. */
  rule: z.looseObject({ name: z.string(), version: z.int(), hash: z.string(), before: z.string().optional() }),
  /** `chosen`, `no-structure` … */
  outcome: z.string(),
  /** How many trials have no answer, if any. */
  partial: z.union([z.literal(false), z.looseObject({ incomplete: z.int() })]).default(false),
  winner: z
    .looseObject({
      ...identity,
      seed: z.int().nullable(),
      k: z.int(),
      /** The space it was judged in. */
      space: z.string(),
      coverage: z.number(),
      /** Of all rows, in label order. */
      shares: z.array(z.number()).readonly(),
      scores,
      labels: z.string(),
    })
    .nullable(),
  reasons: z.array(z.string()).readonly(),
  flags: z.array(z.looseObject({ code: z.string(), message: z.string() })).readonly(),
  /** Best first; the rule's own figures beside the score. */
  ranking: z.array(z.looseObject({ ...identity, k: z.int(), score: z.number() })).readonly(),
  /** What the rule went by beyond the table, if it did. */
  evidence: z.record(z.string(), z.unknown()).optional(),
  /** The whole experiment, resolved. */
  config: z.looseObject({
    prepare: z.record(z.string(), z.unknown()),
    reduce: z.unknown().optional(),
    score: z.looseObject({ space: z.string() }),
  }),
});

/** The decision, what it was made from, and why. */
export type Selection = z.infer<typeof selectionSchema>;

/**
 * Read the text of selection.json.
 *
 * @param where - the folder, or `results/x at main`, for messages
 * @throws UserError `BAD_RESULTS` with the line, for what is not a selection.json
 */
export function parseSelection(text: string, where: string): Selection {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw damaged(where, "selection.json", syntaxLine(text, cause as Error), "is not JSON", cause);
  }
  const parsed = selectionSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = issue!.path.filter((part) => typeof part !== "symbol");
  throw damaged(where, "selection.json", lineIn(text, path), `${path.join(".") || "the file"}: ${issue!.message}`);
}

/** A file of a results folder that is not as a run wrote it. */
export function damaged(where: string, file: string, line: number | null, how: string, cause?: unknown): UserError {
  return new UserError("BAD_RESULTS", {
    what: `${file} ${how}`,
    where: `${where}, ${file}${line === null ? "" : `, line ${line}`}`,
    mend: "results are written by runs, never by hand; run the experiment again",
    cause,
  });
}

/** Node says at which character JSON breaks off; where it ends too early, that is the last line. */
function syntaxLine(text: string, { message }: Error): number {
  const [, position] = /at position (\d+)/.exec(message) ?? [];
  return text.slice(0, position === undefined ? text.length : Number(position)).split("\n").length;
}
