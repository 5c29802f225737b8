/** A decision of `gated-stability` in words and as data. Pure. */
import type { Json } from "../../core/hash.js";
import { listed } from "../../core/words.js";
import { maxNull } from "../../stability/max-null.js";
import type { NullView, StabilityEvidence } from "../evidence/define.js";
import { type KStanding, tellByK } from "./by-k.js";
import type { Candidate, Flag } from "./define.js";
import { edgeFlag, nameOf } from "./ranking.js";
import type { Repeatability } from "./repeatability.js";
import { aggregateOf, type Choice, type ChoiceOptions, failedStage, natureOf, type Standing } from "./standing.js";

/** Repeatability below this is CONTESTED. */
const CONTESTED = 0.6;

/** What one preparation comes to by itself. */
export interface OwnWinner {
  readonly prepare: string;
  readonly choice: Choice;
  readonly byK: readonly KStanding[];
}

export interface Baseline {
  readonly candidate: Candidate;
  /** Mean of the z-scores of its three indices. */
  readonly z: number;
}

/** A fixed rule replicates by construction, so baselines are compared by the three indices alone. */
export const indexWorth = (standing: Pick<Standing, "parts">) =>
  aggregateOf(standing, ["silhouette", "calinskiHarabasz", "daviesBouldin"]);

/** All that is told of a decision. */
export interface Told {
  readonly candidates: readonly Candidate[];
  readonly all: readonly Standing[];
  readonly options: ChoiceOptions;
  readonly choice: Choice;
  readonly finest: Choice;
  readonly parsimonious: Choice;
  readonly repeatability: Repeatability;
  readonly own: readonly OwnWinner[];
  readonly byK: readonly KStanding[];
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

/** Sentences: the answer, its figures, the funnel, how sure, each preparation. */
export function reasonsOf(told: Told): string[] {
  const { all, options, choice, repeatability, own, baseline, view, evidence } = told;
  const { alpha, strength, jaccard } = options.thresholds;
  const name = (standing: Standing) => nameOf(standing.candidate, told.candidates);
  const funnel = funnelOf(told);
  const lines: string[] = [];
  if (choice.winner) {
    lines.push(answerOf(choice.winner, told));
    lines.push(
      `${name(choice.winner)}: null p ${hundredths(choice.winner.p)} (${alpha} asked), prediction strength ${hundredths(choice.winner.strength)} (${strength} asked of segments without gaps), worst-cluster Jaccard ${hundredths(choice.winner.jaccard)} (${jaccard} asked), A ${tenths(aggregateOf(choice.winner))}`,
    );
    const other = alternativeOf(told);
    if (other) lines.push(other);
  } else if (choice.outcome === "no-structure") {
    lines.push(
      `no candidate exceeds data with the same columns, each with one mode, and the same rank correlations: the smallest p is ${hundredths(smallestP(view))}, and ${alpha} is asked for; nor has any a plain gap at every border`,
    );
    lines.push(
      evidence.severalModes.length === 0
        ? "no single number column has more than one mode either"
        : `taken alone, ${listed(evidence.severalModes)} ${evidence.severalModes.length === 1 ? "has" : "have"} more than one mode (dip test, p < .01): look at ${evidence.severalModes.length === 1 ? "it" : "them"} alone`,
    );
  } else {
    const nearest = all.filter((each) => each.jaccard !== null || each.strength !== null).length;
    lines.push(
      options.accept === "natural"
        ? `${funnel["null"]} candidates exceed the null, but none has a gap at every border; accept: reproducible asks for less`
        : `${funnel["null"]} candidates exceed the null, but none of the ${nearest} resampled ones replicates`,
    );
  }
  lines.push(
    `of ${funnel["candidates"]} candidates ${funnel["gates"]} pass the gates, ${funnel["null"]} exceed the null, ${funnel["predictionStrength"]} reach the prediction strength, ${funnel["jaccard"]} the Jaccard as well`,
  );
  const permuted = permutedP(evidence);
  lines.push(
    `null: silhouette on ${evidence.rows.null} rows against ${view.nulls.length} rank-copula data sets, the largest over all candidates${permuted === null ? "" : `; the one that stands out most has p ${hundredths(permuted)} against ${evidence.permuted!.values.length} column permutations (never decides)`}`,
  );
  if (choice.winner) {
    const axes = Object.entries(repeatability).flatMap(([axis, value]) =>
      axis === "overall" || value === null ? [] : [`${axis} ${hundredths(value)}`],
    );
    lines.push(
      `repeatability ${hundredths(repeatability.overall)}: share of re-decisions that agree over ${axes.join(", ")}`,
    );
  }
  if (choice.winner && baseline) {
    const { algorithm, params: its } = baseline.candidate;
    lines.push(
      `indices against random clusterings: z ${tenths(indexWorth(choice.winner))}; best trivial baseline ${algorithm} ${its} ${tenths(baseline.z)}`,
    );
  }
  if (own.length === 0) lines.push(tellByK(told.byK));
  for (const { prepare, choice: its, byK } of own) {
    const said = its.winner
      ? `${its.winner.candidate.k} segments by ${its.winner.candidate.algorithm} ${its.winner.candidate.params}${its.winner.candidate.reduce === "none" ? "" : ` on ${its.winner.candidate.reduce}`}`
      : its.outcome === "no-structure"
        ? "no structure"
        : "nothing passes";
    lines.push(`${prepare} by itself, judged in ${prepare}: ${said}; ${tellByK(byK)}`);
  }
  return lines;
}

/**
 * `6 segments, natural: every border has a gap`; `6 segments, reproducible: 14 of 15 borders have a gap; segments 2 and
 * 4 run into each other`; `2 segments, natural, along spend alone: cut at 480`.
 */
function answerOf(winner: Standing, { options, evidence }: Told): string {
  const nature = natureOf(winner, options.thresholds);
  const segments = `${winner.candidate.k} segments, ${nature}`;
  if (nature === "convenient") {
    return `${segments}: nothing replicates; use them as bands, not as kinds of their own`;
  }
  const along = evidence.along[winner.labels];
  const where = along ? `, along ${along.column} alone: cut at ${listed(along.cuts.map(rounded))}` : "";
  const borders = winner.borders ?? [];
  const without = borders.filter(({ gap }) => !gap);
  if (borders.length === 0) return `${segments}${where}`;
  if (without.length === 0) {
    return where === ""
      ? `${segments}: ${borders.length === 1 ? "there is a gap between them" : "every border has a gap"}`
      : `${segments}${where}`;
  }
  const which =
    without.length <= 3
      ? `; ${without.map(({ a, b }) => `segments ${a} and ${b} run into each other`).join("; ")}`
      : "";
  const count = borders.length - without.length;
  const gaps =
    borders.length === 1
      ? "there is no gap between them"
      : `${count === 0 ? "none" : count} of ${borders.length} borders ${count === 1 ? "has" : "have"} a gap`;
  return `${segments}${where}${where ? "; " : ": "}${gaps}${borders.length === 1 ? "" : which}`;
}

/** Four significant digits say where a cut is. */
const rounded = (value: number) => `${Number(value.toPrecision(4))}`;

/** What the other granularity would have chosen, if that is another. */
function alternativeOf(told: Told): string | null {
  const { options, finest, parsimonious, choice } = told;
  const fine = options.granularity === "finest-stable";
  const other = (fine ? parsimonious : finest).winner;
  if (!other || other === choice.winner || options.accept === "constructive") return null;
  return `${other.candidate.k} ${fine ? "if parsimonious" : "if as fine as is stable"} (${nameOf(other.candidate, told.candidates)})`;
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

/** The same as data, for selection.json. */
export function detailsOf(told: Told): { readonly [name: string]: Json } {
  const { choice, finest, parsimonious, repeatability, own, baseline, view, evidence, options } = told;
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
    nature: choice.winner && natureOf(choice.winner, options.thresholds),
    borders: (choice.winner?.borders ?? []).map(({ a, b, p, ratio, gap }) => ({
      between: [a, b],
      gap,
      p,
      density: ratio === Number.MAX_VALUE ? null : ratio,
    })),
    along:
      (choice.winner &&
        evidence.along[choice.winner.labels] && {
          ...evidence.along[choice.winner.labels]!,
          cuts: [...evidence.along[choice.winner.labels]!.cuts],
        }) ??
      null,
    severalModes: [...evidence.severalModes],
    repeatability: choice.winner ? { ...repeatability } : null,
    byK: told.byK.map((each) => ({ ...each })),
    preparations: own.map(({ prepare, choice: its, byK }) => ({
      space: prepare,
      winner: brief(its),
      byK: byK.map((each) => ({ ...each })),
    })),
    baseline: baseline && { algorithm: baseline.candidate.algorithm, params: baseline.candidate.params, z: baseline.z },
  };
}

/** `AT_EDGE`, `CONTESTED`, `BELOW_BASELINE`: to know, without a say in the choice. */
export function flagsOf({ choice: { winner }, candidates, repeatability, baseline }: Told): Flag[] {
  const flags: Flag[] = winner ? [...edgeFlag(winner.candidate, candidates)] : [];
  if (repeatability.overall < CONTESTED) {
    const axes = Object.entries(repeatability).filter(([axis, value]) => axis !== "overall" && value < CONTESTED);
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
