/** What a selection rule sees, what it answers, and how one is declared. */
import type { z } from "zod";
import type { Params } from "../../cluster/define.js";
import type { Json } from "../../core/hash.js";
import type { ReferenceKey } from "../../core/references.js";
import type { GatherContext } from "../evidence/obtain.js";

/**
 * A candidate is a trial without its seed. Its numbers are those of its representative: the seed with the
 * best own objective, never the one with the best index.
 */
export interface Candidate {
  readonly id: string;
  readonly algorithm: string;
  readonly prepare: string;
  readonly reduce: string;
  /** As shown in tables: `k=6 linkage=average`. */
  readonly params: string;
  /** How many parameters are shown: k and its like, and those that depart from the default; fewer is simpler. */
  readonly complexity: number;
  /** Position in the registry and the grid, the last tie-breaker. */
  readonly order: number;
  readonly baseline: boolean;
  /** Clusters found, noise left out. */
  readonly k: number;
  readonly seed: number | null;
  /** Share of rows that are not noise. */
  readonly coverage: number;
  /** Smallest cluster's share of all rows. */
  readonly smallest: number;
  /** Reason codes of the fit: collapsed, not-converged, singular … */
  readonly reasons: readonly string[];
  /** Index and fit columns of the representative, in the one space of the decision. */
  readonly scores: Readonly<Record<string, number | null>>;
  /** Standard deviation of each column over the seeds; 0 with one seed. */
  readonly spread: Readonly<Record<string, number | null>>;
}

export interface Ranked {
  readonly id: string;
  /** What the rule orders by, higher is better. */
  readonly score: number;
  /** Votes, ranks, index values: whatever the score was made of. */
  readonly detail: Readonly<Record<string, number>>;
}

export interface Verdict {
  /** The winner's id, or null when nothing may win. */
  readonly winner: string | null;
  /** `chosen`, or why there is no winner. */
  readonly outcome: "chosen" | "no-structure" | "nothing-passes";
  /** Best first. */
  readonly ranking: readonly Ranked[];
  /** Sentences for people: why this one, and how sure. */
  readonly reasons: readonly string[];
  /** Things to know that do not change the choice, such as `AT_EDGE`. */
  readonly flags: readonly Flag[];
  /** Reason codes of what a candidate failed after the gates, by id. */
  readonly failed?: Readonly<Record<string, readonly string[]>>;
  /** What else the rule found, for selection.json. */
  readonly details?: { readonly [name: string]: Json };
}

export interface Flag {
  readonly code: string;
  readonly message: string;
}

export interface Rule {
  /** The word used in configs, and the file name. */
  readonly name: string;
  readonly title: string;
  /** Raised when the same table may give another winner. */
  readonly version: number;
  readonly cites: readonly ReferenceKey[];
  /** Metrics that must be in score.metrics. */
  readonly needs: readonly string[];
  readonly params: z.ZodObject;
  /** Its numbers live in the space of the fit (likelihoods, inertia), so all candidates must share one. */
  readonly oneFitSpace?: boolean;
  /** Evidence beyond the table: refits on other rows and on null data, through the executor and the store. */
  gather?(context: GatherContext, params: Params): Promise<unknown>;
  /** Pure: the same candidates and evidence give the same verdict. */
  select(candidates: readonly Candidate[], params: Params, evidence?: unknown): Verdict;
}

/** Declare a rule with its parameter and evidence types checked; the registry sees it without them. */
export function defineRule<S extends z.ZodObject, E = undefined>(rule: {
  name: string;
  title: string;
  version: number;
  cites: readonly ReferenceKey[];
  needs: readonly string[];
  params: S;
  oneFitSpace?: boolean;
  gather?(context: GatherContext, params: z.output<S>): Promise<E>;
  select(candidates: readonly Candidate[], params: z.output<S>, evidence: E): Verdict;
}): Rule {
  return rule as unknown as Rule;
}
