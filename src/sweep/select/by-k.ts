/** How far the candidates of each k came: which k replicate, and which test stops the others. Pure. */
import type { Candidate } from "./define.js";
import { failedGates, type Gates } from "./gates.js";
import { failedStage, type Standing, type Thresholds } from "./standing.js";

/** The stages after the gates, in the order of the funnel. */
const STAGES = ["null", "prediction-strength", "jaccard"];

/** More found clusters than this are no segmentation, but the crumbs of a density or a rule. */
const MOST_CLUSTERS = 20;

export interface KStanding {
  readonly k: number;
  /** What stops the candidate of this k that comes furthest: a gate's or a stage's reason code; null if nothing does. */
  readonly stoppedBy: string | null;
}

/**
 * @param candidates - all of a view, those that fail a gate too; baselines are passed over
 * @param standings - of those that pass the gates
 * @returns by k, ascending
 */
export function furthestByK(
  candidates: readonly Candidate[],
  standings: readonly Standing[],
  thresholds: Thresholds,
  gates: Gates,
): KStanding[] {
  const best = new Map<number, { reached: number; stoppedBy: string | null }>();
  const note = (k: number, reached: number, stoppedBy: string | null) => {
    const known = best.get(k);
    if (!known || reached > known.reached) best.set(k, { reached, stoppedBy });
  };
  for (const candidate of candidates) {
    const failed = failedGates(candidate, gates);
    // The fewer gates it fails, the further it came.
    if (!candidate.baseline && candidate.k >= 2 && candidate.k <= MOST_CLUSTERS && failed.length > 0) {
      note(candidate.k, -failed.length, failed[0]!);
    }
  }
  for (const standing of standings) {
    const stoppedBy = failedStage(standing, thresholds);
    note(standing.candidate.k, stoppedBy === null ? STAGES.length : STAGES.indexOf(stoppedBy), stoppedBy);
  }
  return [...best].sort(([a], [b]) => a - b).map(([k, { stoppedBy }]) => ({ k, stoppedBy }));
}

/** `k = 3, 5, 6 pass everything; null stops 2; prediction-strength stops 4`. */
export function tellByK(all: readonly KStanding[]): string {
  const of = (code: string | null) => all.filter(({ stoppedBy }) => stoppedBy === code).map(({ k }) => k);
  const passing = of(null);
  const codes = [...new Set(all.flatMap(({ stoppedBy }) => stoppedBy ?? []))];
  const order = (code: string) => STAGES.indexOf(code);
  // The nearest misses first, gates last.
  const stopped = codes.sort((a, b) => order(b) - order(a)).map((code) => `${code} stops ${of(code).join(", ")}`);
  const passes =
    passing.length === 0
      ? "no k passes everything"
      : `k = ${passing.join(", ")} ${passing.length === 1 ? "passes" : "pass"} everything`;
  return [passes, ...stopped].join("; ");
}
