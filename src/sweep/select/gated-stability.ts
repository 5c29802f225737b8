/**
 * The default rule: a winner you can defend. Candidates pass through gates, a test against data without clusters,
 * a test of every border, and two tests of replication. The finest partition with a gap at every border wins; where there
 * is none, the finest that replicates and that no coarser one beats. Every figure it used is in the verdict, and so is
 * how often the decision would have come out the same.
 */
import { z } from "zod";
import type { NullView, StabilityEvidence } from "../evidence/define.js";
import { gatherStability } from "../evidence/funnel.js";
import { furthestByK } from "./by-k.js";
import { type Candidate, defineRule, type Ranked } from "./define.js";
import { type Baseline, detailsOf, flagsOf, indexWorth, type OwnWinner, reasonsOf, type Told } from "./gated-report.js";
import { failedGates, type Gates, gateParams } from "./gates.js";
import { nothingPasses } from "./ranking.js";
import { REDRAWS, redrawOf, repeatabilityOf, standardErrorOf } from "./repeatability.js";
import {
  aggregateOf,
  bestFirst,
  type ChoiceOptions,
  choose,
  eligible,
  failedStage,
  finestFirst,
  PARTS,
  type Standing,
  stability,
  standings,
} from "./standing.js";

const share = (description: string, byDefault: number) =>
  z.number().min(0).max(1).default(byDefault).meta({ description, unit: "share" });
const count = (description: string, byDefault: number, least: number, unit: string) =>
  z.int().min(least).default(byDefault).meta({ description, unit });

const params = z
  .strictObject({
    ...gateParams,
    granularity: z.enum(["finest-stable", "parsimonious"]).default("finest-stable").meta({
      description:
        "finest-stable: the most segments that pass everything; parsimonious: the fewest whose A is within one standard error of the best",
    }),
    accept: z.enum(["natural", "reproducible", "constructive"]).default("reproducible").meta({
      description:
        "the least that may be answered. natural: every border between two segments has a gap; reproducible: the same segments come back on other rows; constructive: the most compact cut there is, where nothing comes back",
    }),
    gap: share(
      "level of the test for gaps, over all borders of a partition; a smaller value asks for clearer gaps",
      0.05,
    ),
    borderRows: count("rows that borders are tested on; of a larger table a fixed subsample", 2000, 20, "rows"),
    alpha: share(
      "largest p of the null test, for the whole decision: this share of tables without structure is called real; a smaller value asks for clearer structure",
      0.02,
    ),
    nulls: count(
      "null data sets with the same columns and rank correlations; 49 are just enough for alpha .02",
      49,
      1,
      "data sets",
    ),
    permutations: count("data sets with every column shuffled by itself: printed, never decide", 19, 0, "data sets"),
    nullRows: count("rows of the fixed subsample for observed and null data alike", 1000, 20, "rows"),
    resampleRows: count(
      "rows that halves and resamples are drawn from; of a larger table a fixed subsample",
      5000,
      20,
      "rows",
    ),
    strength: share("least prediction strength", 0.8),
    splits: count("random halves for the prediction strength", 10, 1, "splits"),
    jaccard: share("least mean bootstrap Jaccard of the worst cluster", 0.75),
    bootstraps: count("bootstrap resamples", 50, 2, "resamples"),
    calibrationRows: count("rows that random clusterings are made on", 500, 20, "rows"),
    calibrationRuns: count("random clusterings of each k by each of four growths", 10, 2, "clusterings"),
    seed: z
      .int()
      .default(1)
      .meta({ description: "of subsample, null data and resamples; the same for all candidates" }),
  })
  .refine(({ alpha, nulls }) => 1 / (nulls + 1) <= alpha, {
    message: "too few nulls for alpha: p is at least 1 / (nulls + 1), so nothing could ever pass",
    path: ["nulls"],
  });

type Params = z.output<typeof params>;

export const gatedStability = defineRule<typeof params, StabilityEvidence>({
  name: "gated-stability",
  title: "Gated stability: the finest partition with a gap at every border, or else the finest that replicates",
  version: 3,
  cites: [
    "hennig2007",
    "dolnicar2010",
    "hartigan1985",
    "helgeson2021",
    "holm1979",
    "tibshirani2005",
    "akhanli2020",
    "westfall1993",
    "iman1982",
    "vanderwaerden1952",
    "breiman1984",
    "steinley2004",
  ],
  needs: ["silhouette"],
  params,
  gather: gatherStability,
  select(candidates, params, evidence) {
    const sound = new Map(
      candidates.filter((candidate) => failedGates(candidate, params).length === 0).map((each) => [each.id, each]),
    );
    if (sound.size === 0) return nothingPasses(candidates);
    const labelsOf = (id: string) => evidence.labels[id];
    const view = evidence.views[0]!;
    const all = standings(view, sound, labelsOf, evidence, params.gap);
    const redraws = Array.from({ length: REDRAWS }, (_, i) => redrawOf(evidence, params.seed, i));
    const before = optionsOf(params, evidence);
    const options = { ...before, standardError: bestsError(all, view, sound, evidence, before, redraws) };
    const choice = choose(all, options);
    const finest = choose(all, { ...options, granularity: "finest-stable" });
    const parsimonious = choose(all, { ...options, granularity: "parsimonious" });
    const { gap } = params;
    const repeatability = repeatabilityOf({
      candidates: sound,
      evidence,
      choice,
      options,
      gates: params,
      gap,
      redraws,
    });
    const own = evidence.views.slice(1).map((each) => ownWinner(each, candidates, sound, evidence, options, params));
    const byK = furthestByK(candidates, all, options.thresholds, params);
    const baseline = bestBaseline(candidates, view.space, evidence);
    const told: Told = {
      candidates,
      all,
      options,
      choice,
      finest,
      parsimonious,
      repeatability,
      own,
      byK,
      baseline,
      view,
      evidence,
    };
    return {
      winner: choice.winner?.candidate.id ?? null,
      outcome: choice.outcome,
      ranking: rank(all, options),
      reasons: reasonsOf(told),
      flags: flagsOf(told),
      failed: { ...unrepresented(candidates, sound), ...failures(all, options) },
      details: detailsOf(told),
    };
  },
});

const optionsOf = (
  { alpha, strength, jaccard, granularity, accept }: Params,
  { mixed }: StabilityEvidence,
): Omit<ChoiceOptions, "standardError"> => ({ thresholds: { alpha, strength, jaccard }, granularity, accept, mixed });

/** The stage that each candidate fails. */
function failures(all: readonly Standing[], { thresholds }: Pick<ChoiceOptions, "thresholds">) {
  return Object.fromEntries(
    all.flatMap((standing) => {
      const stage = failedStage(standing, thresholds);
      return stage ? [[standing.candidate.id, [stage]] as const] : [];
    }),
  );
}

/** Candidates whose representative fails a gate: their other seeds may pass, but were not looked at further. */
function unrepresented(candidates: readonly Candidate[], sound: ReadonlyMap<string, Candidate>) {
  const gone = candidates.filter(({ id, baseline }) => !baseline && !sound.has(id));
  return Object.fromEntries(gone.map(({ id }) => [id, ["representative"]] as const));
}

type Redraws = Parameters<typeof repeatabilityOf>[0]["redraws"];

/** The standard error, over redraws, of the best A among those that may win. */
function bestsError(
  all: readonly Standing[],
  view: NullView,
  sound: ReadonlyMap<string, Candidate>,
  evidence: StabilityEvidence,
  options: Omit<ChoiceOptions, "standardError">,
  redraws: Redraws,
): number {
  const best = eligible(all, { ...options, standardError: 0 }).sort((a, b) => bestFirst(a, b))[0];
  if (!best) return 0;
  const { candidate, labels } = best;
  return standardErrorOf(
    redraws.map((redraw) => aggregateOf(stability(sound.get(candidate.id)!, labels, view.space, evidence, redraw))),
  );
}

/**
 * Those that may win first, finest first; then the others that pass, then by how far they came, and by null z. The score
 * counts the stages: 4 may win, 3 pass all tests.
 */
function rank(all: readonly Standing[], options: ChoiceOptions): Ranked[] {
  const stages = ["null", "prediction-strength", "jaccard", null];
  const may = new Set(eligible(all, options));
  const passed = (standing: Standing) =>
    may.has(standing) ? stages.length : stages.indexOf(failedStage(standing, options.thresholds));
  const z = (standing: Standing) => standing.z ?? Number.NEGATIVE_INFINITY;
  const byZ = (a: Standing, b: Standing) => (z(a) === z(b) ? 0 : z(b) > z(a) ? 1 : -1);
  return [...all]
    .sort((a, b) => {
      const stage = passed(b) - passed(a);
      if (stage !== 0) return stage;
      return passed(a) >= 3 ? finestFirst(a, b) : byZ(a, b) || a.candidate.order - b.candidate.order;
    })
    .map((standing) => ({ id: standing.candidate.id, score: passed(standing), detail: figuresOf(standing) }));
}

function figuresOf(standing: Standing): Record<string, number> {
  const { z, p, borders, strength, jaccard, parts } = standing;
  const a = aggregateOf(standing);
  const figures: Record<string, number | null> = {
    null_z: z,
    null_p: p,
    borders: borders?.length ?? null,
    gaps: borders?.filter(({ gap }) => gap).length ?? null,
    prediction_strength: strength,
    jaccard,
    a,
    ...Object.fromEntries(PARTS.map((part) => [`z_${part}`, parts[part]])),
  };
  return Object.fromEntries(Object.entries(figures).filter((entry): entry is [string, number] => entry[1] !== null));
}

/** The winner among one preparation's candidates, all judged in that preparation. */
function ownWinner(
  view: NullView,
  candidates: readonly Candidate[],
  sound: ReadonlyMap<string, Candidate>,
  evidence: StabilityEvidence,
  options: ChoiceOptions,
  gates: Gates & Pick<Params, "gap">,
): OwnWinner {
  const all = standings(view, sound, (id) => evidence.labels[id], evidence, gates.gap);
  const own = candidates.filter(({ prepare }) => prepare === view.prepare);
  return {
    prepare: view.prepare!,
    choice: choose(all, options),
    byK: furthestByK(own, all, options.thresholds, gates),
  };
}

/** The trivial baseline with the largest mean of index z-scores, judged where the decision is. */
function bestBaseline(candidates: readonly Candidate[], space: string, evidence: StabilityEvidence): Baseline | null {
  let best: Baseline | null = null;
  for (const candidate of candidates) {
    const labels = evidence.labels[candidate.id];
    if (!candidate.baseline || labels === undefined) continue;
    const z = indexWorth(stability(candidate, labels, space, evidence));
    if (z !== null && (best === null || z > best.z)) best = { candidate, z };
  }
  return best;
}
