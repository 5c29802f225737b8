/**
 * The default rule: a winner you can defend. Candidates pass through gates, a test against data without clusters,
 * and two tests of replication; the finest partition that passes everything wins. Every figure it used is in the
 * verdict, and so is how often the decision would have come out the same.
 */
import { z } from "zod";
import type { Json } from "../../core/hash.js";
import { maxNull } from "../../stability/max-null.js";
import type { NullView, StabilityEvidence } from "../evidence/define.js";
import { gatherStability } from "../evidence/funnel.js";
import { type Confidence, confidenceOf, REDRAWS, redrawOf, standardErrorOf } from "./confidence.js";
import { type Candidate, defineRule, type Flag, type Ranked } from "./define.js";
import { failedGates, gateParams } from "./gates.js";
import { edgeFlag, nameOf, nothingPasses } from "./ranking.js";
import {
  aggregateOf,
  bestFirst,
  type Choice,
  type ChoiceOptions,
  choose,
  failedStage,
  finestFirst,
  PARTS,
  type Standing,
  stability,
  standings,
} from "./standing.js";

/** Confidence below this is CONTESTED. */
const CONTESTED = 0.6;

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
    alpha: share(
      "largest p of the null test, for the whole decision: this share of tables without structure is called real; a smaller value asks for clearer structure",
      0.02,
    ),
    nulls: count("null data sets with the same marginals and rank correlations", 99, 1, "data sets"),
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
  title: "Gated stability: the finest partition that is real against a null model and replicates on resamples",
  version: 2,
  cites: [
    "hennig2007",
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
    const all = standings(view, sound, labelsOf, evidence);
    const redraws = Array.from({ length: REDRAWS }, (_, i) => redrawOf(evidence, params.seed, i));
    const options = { ...optionsOf(params), standardError: bestsError(all, view, sound, evidence, params, redraws) };
    const choice = choose(all, options);
    const finest = choose(all, { ...options, granularity: "finest-stable" });
    const parsimonious = choose(all, { ...options, granularity: "parsimonious" });
    const confidence = confidenceOf({ candidates: sound, evidence, choice, options, gates: params, redraws });
    const own = evidence.views.slice(1).map((each) => ownWinner(each, sound, evidence, options));
    const baseline = bestBaseline(candidates, view.space, evidence);
    return {
      winner: choice.winner?.candidate.id ?? null,
      outcome: choice.outcome,
      ranking: rank(all, options),
      reasons: reasonsOf({
        candidates,
        all,
        params,
        options,
        choice,
        finest,
        parsimonious,
        confidence,
        own,
        baseline,
        view,
        evidence,
      }),
      flags: flagsOf(choice, candidates, confidence, baseline),
      failed: Object.fromEntries(
        all.flatMap((standing) => {
          const stage = failedStage(standing, options.thresholds);
          return stage ? [[standing.candidate.id, [stage]] as const] : [];
        }),
      ),
      details: detailsOf({
        candidates,
        all,
        params,
        options,
        choice,
        finest,
        parsimonious,
        confidence,
        own,
        baseline,
        view,
        evidence,
      }),
    };
  },
});

const optionsOf = ({ alpha, strength, jaccard, granularity }: Params): Omit<ChoiceOptions, "standardError"> => ({
  thresholds: { alpha, strength, jaccard },
  granularity,
});

type Redraws = Parameters<typeof confidenceOf>[0]["redraws"];

/** The standard error, over redraws, of the best A among those that pass. */
function bestsError(
  all: readonly Standing[],
  view: NullView,
  sound: ReadonlyMap<string, Candidate>,
  evidence: StabilityEvidence,
  params: Params,
  redraws: Redraws,
): number {
  const { thresholds } = optionsOf(params);
  const best = all.filter((each) => failedStage(each, thresholds) === null).sort((a, b) => bestFirst(a, b))[0];
  if (!best) return 0;
  const { candidate, labels } = best;
  return standardErrorOf(
    redraws.map((redraw) => aggregateOf(stability(sound.get(candidate.id)!, labels, view.space, evidence, redraw))),
  );
}

/** Passing ones first, finest first; then by how far they came, and by null z. The score counts stages passed. */
function rank(all: readonly Standing[], { thresholds }: Pick<ChoiceOptions, "thresholds">): Ranked[] {
  const stages = ["null", "prediction-strength", "jaccard", null];
  const passed = (standing: Standing) => stages.indexOf(failedStage(standing, thresholds));
  const z = (standing: Standing) => standing.z ?? Number.NEGATIVE_INFINITY;
  const byZ = (a: Standing, b: Standing) => (z(a) === z(b) ? 0 : z(b) > z(a) ? 1 : -1);
  return [...all]
    .sort((a, b) => {
      const stage = passed(b) - passed(a);
      if (stage !== 0) return stage;
      return passed(a) === 3 ? finestFirst(a, b) : byZ(a, b) || a.candidate.order - b.candidate.order;
    })
    .map((standing) => ({ id: standing.candidate.id, score: passed(standing), detail: figuresOf(standing) }));
}

function figuresOf(standing: Standing): Record<string, number> {
  const { z, p, strength, jaccard, parts } = standing;
  const a = aggregateOf(standing);
  const figures: Record<string, number | null> = {
    null_z: z,
    null_p: p,
    prediction_strength: strength,
    jaccard,
    a,
    ...Object.fromEntries(PARTS.map((part) => [`z_${part}`, parts[part]])),
  };
  return Object.fromEntries(Object.entries(figures).filter((entry): entry is [string, number] => entry[1] !== null));
}

interface OwnWinner {
  readonly prepare: string;
  readonly choice: Choice;
}

/** The winner among one preparation's candidates, all judged in that preparation. */
function ownWinner(
  view: NullView,
  sound: ReadonlyMap<string, Candidate>,
  evidence: StabilityEvidence,
  options: ChoiceOptions,
): OwnWinner {
  const all = standings(view, sound, (id) => evidence.labels[id], evidence);
  return { prepare: view.prepare!, choice: choose(all, options) };
}

interface Baseline {
  readonly candidate: Candidate;
  /** Mean of the z-scores of its three indices. */
  readonly z: number;
}

/** A fixed rule replicates by construction, so baselines are compared by the three indices alone. */
const indexWorth = (standing: Pick<Standing, "parts">) =>
  aggregateOf(standing, ["silhouette", "calinskiHarabasz", "daviesBouldin"]);

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

function flagsOf(
  { winner }: Choice,
  candidates: readonly Candidate[],
  confidence: Confidence,
  baseline: Baseline | null,
): Flag[] {
  const flags: Flag[] = winner ? [...edgeFlag(winner.candidate, candidates)] : [];
  if (confidence.overall < CONTESTED) {
    const axes = Object.entries(confidence).filter(([axis, value]) => axis !== "overall" && value < CONTESTED);
    const which = axes.map(([axis, value]) => `${axis} ${hundredths(value)}`).join(", ");
    flags.push({ code: "CONTESTED", message: `fewer than ${CONTESTED * 100} % of re-decisions agree: ${which}` });
  }
  const z = winner && indexWorth(winner);
  if (winner && baseline && z !== null && z <= baseline.z) {
    const { algorithm, params } = baseline.candidate;
    flags.push({
      code: "BELOW_BASELINE",
      message: `its indices stand ${tenths(z)} deviations above random clusterings, those of the trivial ${algorithm} ${params} ${tenths(baseline.z)}`,
    });
  }
  return flags;
}

interface Told {
  readonly candidates: readonly Candidate[];
  readonly all: readonly Standing[];
  readonly params: Params;
  readonly options: ChoiceOptions;
  readonly choice: Choice;
  readonly finest: Choice;
  readonly parsimonious: Choice;
  readonly confidence: Confidence;
  readonly own: readonly OwnWinner[];
  readonly baseline: Baseline | null;
  readonly view: NullView;
  readonly evidence: StabilityEvidence;
}

const hundredths = (value: number | null) => (value === null ? "–" : value.toFixed(2));
const tenths = (value: number | null) => (value === null ? "–" : value.toFixed(1));

function funnelOf({ candidates, all, options }: Told): Record<string, number> {
  const failing = all.map((standing) => failedStage(standing, options.thresholds));
  const real = failing.filter((stage) => stage !== "null").length;
  const strong = failing.filter((stage) => stage === null || stage === "jaccard").length;
  return {
    candidates: candidates.filter(({ baseline }) => !baseline).length,
    gates: all.length,
    null: real,
    predictionStrength: strong,
    jaccard: failing.filter((stage) => stage === null).length,
  };
}

function reasonsOf(told: Told): string[] {
  const { all, params, choice, finest, parsimonious, confidence, own, baseline, view, evidence } = told;
  const name = (standing: Standing) => nameOf(standing.candidate, told.candidates);
  const funnel = funnelOf(told);
  const lines: string[] = [];
  if (choice.winner) {
    const [a, b] = [finest.winner!.candidate.k, parsimonious.winner!.candidate.k];
    const other = params.granularity === "finest-stable" ? `${b} if parsimonious` : `${a} if as fine as is stable`;
    const alternative = params.granularity === "finest-stable" ? parsimonious.winner! : finest.winner!;
    lines.push(`${choice.winner.candidate.k} segments; ${other} (${name(alternative)})`);
    lines.push(
      `${name(choice.winner)}: null p ${hundredths(choice.winner.p)} (≤ ${params.alpha}), prediction strength ${hundredths(choice.winner.strength)} (≥ ${params.strength}), worst-cluster Jaccard ${hundredths(choice.winner.jaccard)} (≥ ${params.jaccard}), A ${tenths(aggregateOf(choice.winner))}`,
    );
  } else if (choice.outcome === "no-structure") {
    lines.push(
      `no candidate exceeds data with the same marginals and rank correlations: the smallest p is ${hundredths(smallestP(view))}, and ${params.alpha} is asked for`,
    );
  } else {
    const nearest = all.filter(({ jaccard, strength }) => jaccard !== null || strength !== null).length;
    lines.push(`${funnel["null"]} candidates exceed the null, but none of the ${nearest} resampled ones replicates`);
  }
  lines.push(
    `of ${funnel["candidates"]} candidates ${funnel["gates"]} pass the gates, ${funnel["null"]} exceed the null, ${funnel["predictionStrength"]} reach the prediction strength, ${funnel["jaccard"]} the Jaccard as well`,
  );
  const permuted = permutedP(evidence);
  lines.push(
    `null: silhouette on ${evidence.rows.null} rows against ${view.nulls.length} rank-copula data sets, the largest over all candidates${permuted === null ? "" : `; the one that stands out most has p ${hundredths(permuted)} against ${evidence.permuted!.values.length} column permutations (never decides)`}`,
  );
  if (choice.winner || choice.outcome === "no-structure") {
    const axes = Object.entries(confidence).flatMap(([axis, value]) =>
      axis === "overall" || value === null ? [] : [`${axis} ${hundredths(value)}`],
    );
    lines.push(
      `confidence ${hundredths(confidence.overall)}: share of re-decisions that agree over ${axes.join(", ")}`,
    );
  }
  if (choice.winner && baseline) {
    const { algorithm, params: its } = baseline.candidate;
    lines.push(
      `indices against random clusterings: z ${tenths(indexWorth(choice.winner))}; best trivial baseline ${algorithm} ${its} ${tenths(baseline.z)}`,
    );
  }
  for (const { prepare, choice: its } of own) {
    const said = its.winner
      ? `${its.winner.candidate.k} segments by ${its.winner.candidate.algorithm} ${its.winner.candidate.params}${its.winner.candidate.reduce === "none" ? "" : ` on ${its.winner.candidate.reduce}`}`
      : its.outcome === "no-structure"
        ? "no structure"
        : "nothing passes";
    lines.push(`${prepare} by itself, judged in ${prepare}: ${said}`);
  }
  return lines;
}

/** The p of the decision: the smallest over candidates. */
const smallestP = ({ observed, nulls }: NullView) => maxNull(observed, nulls).decision;

/** p of the candidate that stands out most against column permutations; null without any. */
function permutedP({ permuted }: StabilityEvidence): number | null {
  return (
    permuted &&
    maxNull(
      [permuted.observed],
      permuted.values.map((value) => [value]),
    ).decision
  );
}

function detailsOf(told: Told): { readonly [name: string]: Json } {
  const { choice, finest, parsimonious, confidence, own, baseline, view, evidence, options } = told;
  const brief = ({ winner, outcome }: Choice): Json =>
    winner
      ? {
          algorithm: winner.candidate.algorithm,
          prepare: winner.candidate.prepare,
          reduce: winner.candidate.reduce,
          params: winner.candidate.params,
          k: winner.candidate.k,
          a: aggregateOf(winner),
        }
      : { outcome };
  const resamples = choice.winner && evidence.jaccard[choice.winner.candidate.id]?.[choice.winner.labels];
  return {
    funnel: funnelOf(told),
    null: {
      score: "silhouette",
      rows: evidence.rows.null,
      draws: view.nulls.length,
      p: smallestP(view),
      permutations: { draws: evidence.permuted?.values.length ?? 0, p: permutedP(evidence) },
    },
    resampleRows: evidence.rows.resample,
    finest: brief(finest),
    parsimonious: { ...(brief(parsimonious) as Record<string, Json>), standardError: options.standardError },
    clusterJaccard: resamples
      ? (resamples[0] ?? []).map((_, c) => resamples.reduce((sum, values) => sum + values[c]!, 0) / resamples.length)
      : [],
    confidence: { ...confidence },
    preparations: own.map(({ prepare, choice: its }) => ({ space: prepare, winner: brief(its) })),
    baseline: baseline && { algorithm: baseline.candidate.algorithm, params: baseline.candidate.params, z: baseline.z },
  };
}
