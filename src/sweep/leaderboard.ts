/** The candidates of a decision as readers see them, in the rule's order: report and dashboard show the same rows. */
import { candidatesOf, type FigureMetric } from "../figures/index.js";
import type { Experiment } from "./config/experiment.js";
import type { SweepResult } from "./run.js";

export interface LeaderboardRow {
  readonly name: string;
  /** Place in the rule's own ranking, from 1; null for those it did not rank. */
  readonly rank: number | null;
  readonly k: number | null;
  /** One per column: mean over seeds and its deviation. */
  readonly scores: readonly { readonly mean: number | null; readonly sd: number | null }[];
  readonly coverage: number | null;
  readonly smallest: number | null;
  /** Gates that closed it out; empty when it could be chosen. */
  readonly reasons: readonly string[];
  readonly chosen: boolean;
  readonly baseline: boolean;
}

/** The indices asked for, by their first column and the first words of its title. */
export function leaderboardColumns({ score }: Experiment): FigureMetric[] {
  return score.metrics.map((metric) => {
    const { name, title, better } = metric.columns[0];
    return { name, title: title.split(/[,:(]/)[0]!.trim(), better };
  });
}

/** The candidates in the rule's order, then the rest; means and deviations over all their seeds. */
export function leaderboardRows(result: SweepResult, metrics: readonly FigureMetric[]): LeaderboardRow[] {
  const place = new Map(result.verdict.ranking.map(({ id }, index) => [id, index + 1]));
  const known = new Map(result.candidates.map((candidate) => [identity(candidate), candidate]));
  const rows = candidatesOf(judgedRows(result)).map((candidate): LeaderboardRow => {
    const own = known.get(identity(candidate));
    return {
      name: candidate.name,
      rank: (own && place.get(own.id)) ?? null,
      k: candidate.k,
      scores: metrics.map(({ name }) => {
        const spread = candidate.scores[name];
        return { mean: spread?.mean ?? null, sd: spread?.sd ?? null };
      }),
      coverage: candidate.coverage,
      smallest: candidate.smallest,
      reasons: candidate.reason === null ? [] : candidate.reason.split(", "),
      chosen: own !== undefined && own.id === result.verdict.winner,
      baseline: own?.baseline ?? false,
    };
  });
  return rows.sort((a, b) => (a.rank ?? Number.MAX_SAFE_INTEGER) - (b.rank ?? Number.MAX_SAFE_INTEGER));
}

/** Rows of the space that decides. */
export function judgedRows({ rows, experiment }: SweepResult) {
  return rows.filter((row) => row.space === experiment.score.space);
}

/** What makes two rows one candidate. */
export function identity(own: { algorithm: string; prepare: string; reduce: string; params: string }): string {
  return JSON.stringify([own.algorithm, own.prepare, own.reduce, own.params]);
}
