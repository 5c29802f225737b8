/** From a decision, as selection.json holds it, to what can be shown of its evidence. */
import type { FigureSpec } from "./spec.js";
import { stabilityCurvesFigure } from "./stability-curves.js";

/** Which candidate. */
export interface ChosenCandidate {
  readonly algorithm: string;
  readonly prepare: string;
  readonly reduce: string;
  readonly params: string;
  readonly k: number;
}

/** A candidate of the ranking with the figures the rule went by. */
export interface RankedCandidate extends ChosenCandidate {
  readonly [figure: string]: unknown;
}

/** The part of selection.json that is drawn. */
export interface Decision {
  readonly winner: ChosenCandidate | null;
  readonly ranking: readonly RankedCandidate[];
  readonly config: Readonly<Record<string, unknown>>;
}

/**
 * Which k of the winner's algorithm, in its space, replicate: a point for every k that was resampled. Null where the
 * rule resampled nothing.
 */
export function stabilityOf({ winner, ranking, config }: Decision): FigureSpec | null {
  const bars = (config["select"] ?? {}) as { jaccard?: unknown; strength?: unknown };
  const first = winner ?? ranking.find((own) => typeof own["prediction_strength"] === "number");
  if (!first || typeof bars.jaccard !== "number" || typeof bars.strength !== "number") return null;
  const others = withoutK(first.params);
  const series = ranking.filter(
    (own) =>
      own.algorithm === first.algorithm &&
      own.prepare === first.prepare &&
      own.reduce === first.reduce &&
      withoutK(own.params) === others &&
      typeof own["prediction_strength"] === "number",
  );
  if (series.length === 0) return null;
  const points = (figure: string) =>
    series
      .map((own) => ({ k: own.k, mean: typeof own[figure] === "number" ? (own[figure] as number) : null }))
      .sort((a, b) => a.k - b.k);
  return stabilityCurvesFigure({
    algorithm: [first.algorithm, others].filter(Boolean).join(" "),
    jaccard: points("jaccard"),
    predictionStrength: points("prediction_strength"),
    thresholds: { jaccard: bars.jaccard, predictionStrength: bars.strength },
  });
}

/** The ranking as rows of a table: the candidate, what it was measured by, and what it fails. */
export function rankingTable({ ranking }: Decision): Record<string, string | number | null>[] {
  return ranking.map(({ algorithm, prepare, reduce, params, k, ...own }) => ({
    candidate: `${algorithm} ${params} on ${prepare}${reduce === "none" ? "" : ` / ${reduce}`}`,
    k,
    "null p": figureOf(own["null_p"]),
    "prediction strength": figureOf(own["prediction_strength"]),
    "worst Jaccard": figureOf(own["jaccard"]),
    A: figureOf(own["a"]),
    fails: Array.isArray(own["failed"]) && own["failed"].length > 0 ? own["failed"].join(", ") : null,
  }));
}

const figureOf = (value: unknown) => (typeof value === "number" ? value : null);

const withoutK = (params: string) =>
  params
    .split(" ")
    .filter((part) => !part.startsWith("k="))
    .join(" ");
