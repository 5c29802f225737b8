/** What a candidate must be before any index may speak for it. Each failure is a reason code on its row. */
import { z } from "zod";
import type { Candidate } from "./define.js";

export const gateParams = {
  minCoverage: z.number().min(0).max(1).default(0.9).meta({
    description:
      "least share of rows that belong to a cluster; a larger value refuses answers that call many rows noise",
    unit: "share of rows",
  }),
  minClusterShare: z.number().min(0).max(1).default(0.05).meta({
    description: "least share of rows in the smallest cluster; a larger value refuses tiny segments",
    unit: "share of rows",
  }),
};

export interface Gates {
  readonly minCoverage: number;
  readonly minClusterShare: number;
}

/** Fit reasons that make a candidate unsound. */
const UNSOUND = new Set(["collapsed", "not-converged", "singular", "one-cluster", "all-noise"]);

/** The codes of the gates a candidate fails; empty when it may be chosen. */
export function failedGates(candidate: Candidate, gates: Gates): string[] {
  const failed: string[] = candidate.reasons.filter((reason) => UNSOUND.has(reason));
  if (candidate.k < 2 && !failed.includes("one-cluster") && !failed.includes("all-noise")) failed.push("one-cluster");
  if (candidate.coverage < gates.minCoverage) failed.push("coverage");
  if (candidate.k >= 2 && candidate.smallest < gates.minClusterShare) failed.push("small-cluster");
  if (candidate.baseline) failed.push("baseline");
  return failed;
}

/** Candidates that pass every gate. */
export function passing(candidates: readonly Candidate[], gates: Gates): Candidate[] {
  return candidates.filter((candidate) => failedGates(candidate, gates).length === 0);
}
