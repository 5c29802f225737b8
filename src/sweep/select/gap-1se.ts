/** The gap statistic with its one-standard-error rule: how many clusters before more of them stop paying? */
import { z } from "zod";
import { hashOf, type Json } from "../../core/hash.js";
import { chooseGap, type GapPoint, gapPoint } from "../../metrics/gap.js";
import { inertiaOf, logWithin } from "../evidence/gap-draw.js";
import { type Ask, type GatherContext, obtain } from "../evidence/obtain.js";
import { subjectsOf } from "../evidence/subjects.js";
import { seriesOf } from "../series.js";
import { type Candidate, defineRule, type Verdict } from "./define.js";
import { failedGates, gateParams } from "./gates.js";
import { edgeFlag, nameOf } from "./ranking.js";

/** Raised when the same inputs may give other reference sets. */
const VERSION = 2;

/** A gap curve with the series it belongs to; also what selection.json shows under `evidence.gap`. */
export interface GapCurve {
  readonly algorithm: string;
  readonly params: string;
  readonly space: string;
  readonly points: readonly GapPoint[];
}

interface GapEvidence {
  readonly curve: GapCurve | null;
  /** Candidate of each k. */
  readonly ids: Readonly<Record<number, string>>;
}

const params = z.strictObject({
  ...gateParams,
  references: z.int().min(2).default(50).meta({
    description: "reference data sets without clusters; more give a steadier standard error",
    unit: "data sets",
  }),
  seed: z.int().default(1).meta({ description: "of the reference data sets" }),
});

type Params = z.output<typeof params>;

export const gap1se = defineRule<typeof params, GapEvidence>({
  name: "gap-1se",
  title: "Gap, one standard error: the smallest k whose gap is not clearly beaten by k + 1; for k-means and its like",
  version: 1,
  cites: ["tibshirani2001"],
  needs: [],
  oneFitSpace: true,
  params,
  gather: gatherGap,
  select(candidates, gates, { curve, ids }) {
    if (!curve) {
      return none("no candidate minimises inertia, so there is no gap to compare; sweep kmeans", "nothing-passes");
    }
    const byId = new Map(candidates.map((candidate) => [candidate.id, candidate]));
    const { points } = curve;
    const details = { gap: curve as unknown as Json };
    const last = points[points.length - 1]!.k;
    const named = chooseGap(points);
    const k = named ?? last;
    const at = points.find((point) => point.k === k)!;
    const told = points.map((point) => `${point.k}: ${point.gap === null ? "–" : point.gap.toFixed(3)}`).join(", ");
    if (k === 1) {
      const reason = `gap(1) is not clearly beaten by gap(2): one cluster; gaps ${told}`;
      return { ...none(reason, "no-structure"), details };
    }
    const winner = byId.get(ids[k]!)!;
    const failed = failedGates(winner, gates);
    if (failed.length > 0) {
      return {
        ...none(`the gap names k = ${k}, which fails ${failed.join(", ")}; gaps ${told}`, "nothing-passes"),
        details,
      };
    }
    const next = points.find((point) => point.k === k + 1);
    return {
      winner: winner.id,
      outcome: "chosen",
      ranking: rank(points, ids, winner),
      reasons: [
        named === null
          ? `the gap still rises at the largest k tried, ${k}; there is no smallest k that k + 1 does not beat`
          : `k = ${k} is the smallest with gap(k) ${at.gap!.toFixed(3)} ≥ gap(k+1) ${next!.gap!.toFixed(3)} − ${next!.standardError!.toFixed(3)}`,
        `gaps of ${nameOf(winner, candidates).replace(/ ?k=\d+/, "")} over ${points.length} k: ${told}`,
      ],
      flags: edgeFlag(winner, candidates),
      details,
    };
  },
});

function none(reason: string, outcome: Verdict["outcome"]): Verdict {
  return { winner: null, outcome, ranking: [], reasons: [reason], flags: [] };
}

/** The winner first, then by gap. */
function rank(
  points: readonly GapPoint[],
  ids: Readonly<Record<number, string>>,
  winner: Candidate,
): Verdict["ranking"] {
  const known = points.flatMap(({ k, gap, standardError }) => {
    const id = ids[k];
    return id === undefined || gap === null
      ? []
      : [{ id, score: gap, detail: { gap, standardError: standardError ?? 0 } }];
  });
  return known.sort((a, b) => Number(b.id === winner.id) - Number(a.id === winner.id) || b.score - a.score);
}

/** Cluster reference sets in the one space of the fits, at every k of the first series of the sweep. */
async function gatherGap(context: GatherContext, params: Params): Promise<GapEvidence> {
  const [series] = seriesOf(context.outcomes);
  if (!series) return { curve: null, ids: {} };
  const { plan, x } = context.spaces.get(series.space)!;
  const byId = new Map(context.candidates.map((candidate) => [candidate.id, candidate]));
  const subjects = subjectsOf(
    context,
    series.points.map(({ outcome }) => byId.get(outcome.trial.candidate)!),
    params.seed,
  );
  const refits = new Map(subjects.map(({ refit }) => [refit.item, refit]));
  const asks = Array.from(
    { length: params.references },
    (_, draw): Ask => ({
      key: hashOf({ stage: "gap", version: VERSION, space: plan.key, seed: params.seed, draw }),
      items: ["1", ...refits.keys()],
      work: (items) => ({
        kind: "gap",
        x,
        seed: params.seed,
        draw,
        refits: items.flatMap((item) => refits.get(item) ?? []),
      }),
    }),
  );
  const answers = await obtain("gap", asks, context);
  const curve = [
    { k: 1, item: "1", observed: logWithin(inertiaOf(x, new Int32Array(x.rows))) },
    ...series.points.map(({ k, within }, i) => ({ k, item: subjects[i]!.refit.item, observed: logWithin(within) })),
  ].map(({ k, item, observed }) => {
    const expected = answers.flatMap((values) => values[item]?.[0] ?? []);
    return observed === null || expected.length < 2
      ? { k, gap: null, standardError: null }
      : gapPoint(k, observed, expected);
  });
  return {
    curve: { algorithm: series.algorithm, params: series.params, space: series.space, points: curve },
    ids: Object.fromEntries(series.points.map(({ k, outcome }) => [k, outcome.trial.candidate])),
  };
}
