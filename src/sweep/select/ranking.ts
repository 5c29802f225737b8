/** Ranks and ties, shared by the rules. */
import { metrics } from "../../metrics/registry.js";
import type { Candidate, Verdict } from "./define.js";

/** An index as rules use it: its first column and which way is better. */
export interface Criterion {
  readonly column: string;
  readonly title: string;
  readonly better: "higher" | "lower";
}

/** The criterion of a metric's name. */
export function criterion(metricName: string): Criterion {
  const column = metrics.find((metric) => metric.name === metricName)!.columns[0];
  return { column: column.name, title: metricName, better: column.better };
}

/** A candidate's value so that higher is better; a missing value is worst. */
export function merit(candidate: Candidate, { column, better }: Criterion): number {
  // Tables too long for all pairs have the silhouette of a draw of rows instead, under its own name.
  const value = candidate.scores[column] ?? candidate.scores[`${column}_sampled`];
  if (value === null || value === undefined) return Number.NEGATIVE_INFINITY;
  return better === "higher" ? value : -value;
}

/** Smaller k, then fewer parameters, then registry order. */
export function simpler(a: Candidate, b: Candidate): number {
  return a.k - b.k || a.complexity - b.complexity || a.order - b.order;
}

/** The best candidate by one criterion; ties go to the simpler. */
export function bestBy(candidates: readonly Candidate[], by: Criterion): Candidate | undefined {
  return [...candidates].sort((a, b) => merit(b, by) - merit(a, by) || simpler(a, b))[0];
}

/**
 * Borda points: for each criterion a candidate gets as many points as it beats others, half for a tie.
 *
 * @returns points by id, higher is better
 */
export function bordaPoints(candidates: readonly Candidate[], criteria: readonly Criterion[]): Map<string, number> {
  const points = new Map<string, number>();
  for (const candidate of candidates) {
    let sum = 0;
    for (const by of criteria) {
      const own = merit(candidate, by);
      for (const other of candidates) {
        if (other === candidate) continue;
        const theirs = merit(other, by);
        if (own > theirs) sum += 1;
        else if (own === theirs) sum += 0.5;
      }
    }
    points.set(candidate.id, sum);
  }
  return points;
}

/** The answer when no candidate passes the gates. */
export function nothingPasses(candidates: readonly Candidate[]): Verdict {
  return {
    winner: null,
    outcome: "nothing-passes",
    ranking: [],
    reasons: [
      `none of the ${candidates.length} candidates passes the gates; the reason column says which gate each fails`,
    ],
    flags: [],
  };
}

/** `kmeans k=2`, with preparation and reduction when there is a choice of them (baselines know no reduction). */
export function nameOf(candidate: Candidate, among: readonly Candidate[]): string {
  const parts = [candidate.algorithm, candidate.params];
  const varies = (key: "prepare" | "reduce") =>
    among.some((other) => !other.baseline && other[key] !== candidate[key]) &&
    !(candidate.baseline && key === "reduce");
  const where = [varies("prepare") ? candidate.prepare : "", varies("reduce") ? candidate.reduce : ""].filter(Boolean);
  return where.length > 0 ? `${parts.join(" ")} on ${where.join(" / ")}` : parts.join(" ");
}

/**
 * The winner at the largest k that was tried for its algorithm says "perhaps more": a flag on the decision,
 * never a gate.
 */
export function edgeFlag(winner: Candidate, candidates: readonly Candidate[]): Verdict["flags"] {
  const same = candidates.filter((candidate) => candidate.algorithm === winner.algorithm);
  const largest = Math.max(...same.map((candidate) => candidate.k));
  if (winner.k < largest || same.length < 2) return [];
  return [
    {
      code: "AT_EDGE",
      message: `k = ${winner.k} is the largest that was tried for ${winner.algorithm}; widen the grid, such as sweep.${winner.algorithm}.k=2..${winner.k * 2}`,
    },
  ];
}
