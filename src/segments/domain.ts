/**
 * A domain file: the names a business already has for its customers, each with what must be true of a segment to
 * deserve it. The names are checked claims, not decoration.
 *
 * ```yaml
 * features:
 *   CASH_ADVANCE: { words: cash advances, unit: dollars }
 * names:
 *   - name: Cash-advance users
 *     when:
 *       CASH_ADVANCE: { medianAbove: everyone.q75 }
 *       PURCHASES: { medianBelow: everyone.median, percentileAtMost: 40 }
 *   - name: Instalment-heavy
 *     when:
 *       INSTALLMENTS_PURCHASES: { medianAbove: 2 * segment.ONEOFF_PURCHASES }
 *   - name: High Spender
 *     when:
 *       PURCHASES: { median: highest }
 * ```
 *
 * A condition is a statistic of the segment's members (`median`, `q25`, `q75`, `mean`, `zeroShare`, `effect`,
 * `percentile`), a relation (`Above`, `Below`, `AtLeast`, `AtMost`) and what to compare with: a number, a statistic
 * of `everyone`, or the same statistic of another column in the same segment, either of them times a factor.
 * `median: highest` and `lowest` compare with the other segments.
 */
import { z } from "zod";
import { parseParams } from "../core/params.js";

export const statistics = ["median", "q25", "q75", "mean", "zeroShare", "effect", "percentile"] as const;
export const relations = ["Above", "Below", "AtLeast", "AtMost"] as const;
export type Statistic = (typeof statistics)[number];
export type Relation = (typeof relations)[number];

/** `2 * everyone.q75`, `segment.PURCHASES`. */
const operandPattern = /^(?:(\d+(?:\.\d+)?)\s*\*\s*)?(everyone|segment)\.(\S+)$/;
const everyoneStatistics = ["q25", "median", "q75", "mean", "zeroShare"] as const;

export type Operand =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "everyone"; readonly factor: number; readonly statistic: (typeof everyoneStatistics)[number] }
  | { readonly kind: "segment"; readonly factor: number; readonly column: string };

/** What a comparison value says; null where it says nothing we know. */
export function parseOperand(value: number | string): Operand | null {
  if (typeof value === "number") return { kind: "number", value };
  const match = operandPattern.exec(value.trim());
  if (!match) return null;
  const factor = match[1] === undefined ? 1 : Number(match[1]);
  if (match[2] === "segment") return { kind: "segment", factor, column: match[3]! };
  const statistic = everyoneStatistics.find((known) => known === match[3]);
  return statistic ? { kind: "everyone", factor, statistic } : null;
}

const operand = z.union([z.number(), z.string()]).refine((value) => parseOperand(value) !== null, {
  message: `must be a number, everyone.${everyoneStatistics.join(" | ")}, or segment.COLUMN, with a factor before it if need be (2 * everyone.q75)`,
});

const comparisons = Object.fromEntries(
  statistics.flatMap((statistic) => relations.map((relation) => [`${statistic}${relation}`, operand.optional()])),
);

const conditions = z
  .strictObject({
    ...comparisons,
    median: z.enum(["highest", "lowest"]).optional().meta({ description: "among all segments, strictly" }),
  })
  .refine((value) => Object.values(value).some((item) => item !== undefined), {
    message: "must hold at least one condition, such as medianAbove: everyone.q75",
  });

/** What readings and names say instead of a column's name. */
export const featureWords = z.strictObject({
  words: z.string().min(1).optional().meta({ description: "plain words for the column, such as cash advances" }),
  unit: z.string().min(1).optional().meta({ description: "unit of its values, such as dollars" }),
});

export const domainSchema = z.strictObject({
  features: z.record(z.string(), featureWords).default({}).meta({ description: "plain words and units of columns" }),
  names: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        when: z
          .record(z.string(), conditions)
          .refine((when) => Object.keys(when).length > 0, { message: "must name at least one column" })
          .meta({ description: "column: conditions; all must hold" }),
        shareAbove: z.number().min(0).max(1).optional().meta({ description: "the segment's share of all rows" }),
        shareBelow: z.number().min(0).max(1).optional().meta({ description: "the segment's share of all rows" }),
      }),
    )
    .min(1)
    .meta({ description: "in order: the first name whose conditions hold is given" }),
});

export type Domain = z.infer<typeof domainSchema>;
export type FeatureWords = z.infer<typeof featureWords>;

/** One condition taken apart. */
export type Claim =
  | { readonly kind: "rank"; readonly column: string; readonly rank: "highest" | "lowest" }
  | {
      readonly kind: "compare";
      readonly column: string;
      readonly statistic: Statistic;
      readonly relation: Relation;
      readonly operand: Operand;
      /** As written, for messages. */
      readonly text: string;
    };

/**
 * Check a domain file that has been read from YAML or JSON.
 *
 * @param where - the file, for messages
 * @throws UserError `BAD_CONFIG` with a suggestion for a mistyped word
 */
export function parseDomain(value: unknown, where = "domain file"): Domain {
  return parseParams(domainSchema, value, where) as Domain;
}

/** The claims of one name, in the order written. */
export function claimsOf(when: Domain["names"][number]["when"]): Claim[] {
  return Object.entries(when).flatMap(([column, conditions]) =>
    Object.entries(conditions).flatMap(([key, value]): Claim[] => {
      if (value === undefined) return [];
      if (key === "median") return [{ kind: "rank", column, rank: value as "highest" | "lowest" }];
      const relation = relations.find((candidate) => key.endsWith(candidate))!;
      const statistic = key.slice(0, -relation.length) as Statistic;
      const operand = parseOperand(value as string | number)!;
      return [{ kind: "compare", column, statistic, relation, operand, text: String(value) }];
    }),
  );
}
