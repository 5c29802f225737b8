/** What the indices of stable candidates are worth: random clusterings of every k they have. */
import { hashOf } from "../../core/hash.js";
import { calinskiHarabasz } from "../../metrics/calinski-harabasz.js";
import { daviesBouldin } from "../../metrics/davies-bouldin.js";
import { silhouette } from "../../metrics/silhouette.js";
import { growths } from "../../stability/calibration.js";
import {
  EVIDENCE_VERSION,
  type FunnelParams,
  type NullView,
  type RandomValues,
  type StabilityEvidence,
} from "./define.js";
import { type Ask, type GatherContext, obtain } from "./obtain.js";
import { labelsOf, type SeedView, type Subject, someRows } from "./subjects.js";
import type { EvidenceValues } from "./work.js";

/**
 * Per view: candidates judged there are compared with random clusterings of the same rows of the same space.
 *
 * @param judged - stable candidates and baselines
 */
export async function calibration(
  judged: readonly Subject[],
  views: readonly NullView[],
  seeds: readonly SeedView[],
  context: GatherContext,
  params: FunnelParams,
): Promise<Pick<StabilityEvidence, "random" | "indices">> {
  const { spaces, table, store } = context;
  const rows = someRows(table.rows, params.calibrationRows, params.seed, "evidence/calibration-rows");
  const versions = [silhouette, calinskiHarabasz, daviesBouldin].map(({ version }) => version);
  const random: { space: string; k: number; ask: Ask }[] = [];
  const indices: { space: string; ask: Ask }[] = [];
  for (const [space, here] of subjectsBySpace(judged, views)) {
    const { plan, x } = spaces.get(space)!;
    const key = { version: EVIDENCE_VERSION, space: plan.key, rows: rows.length, seed: params.seed, versions };
    const ks = [...new Set(here.map(({ candidate }) => candidate.k))].filter((k) => k < rows.length);
    for (const k of ks) {
      for (const growth of growths) {
        random.push({
          space,
          k,
          ask: {
            key: hashOf({ stage: "random", ...key, k, growth }),
            items: Array.from({ length: params.calibrationRuns }, (_, run) => `${growth}/${run}`),
            work: (items) => ({ kind: "random", x, rows, k, seed: params.seed, items }),
          },
        });
      }
    }
    const hashes = [...new Set(here.flatMap((subject) => labelsOf(subject, seeds)))];
    const labelings = new Map<string, Int32Array>();
    for (const hash of hashes) labelings.set(hash, await store.labels(hash));
    indices.push({
      space,
      ask: {
        key: hashOf({ stage: "indices", ...key }),
        items: hashes,
        work: (items) => ({ kind: "indices", x, rows, items, labelings: items.map((hash) => labelings.get(hash)!) }),
      },
    });
  }
  const asks = [...random, ...indices].map(({ ask }) => ask);
  const answers = await obtain("calibration", asks, context);
  const byK: Record<string, Record<number, RandomValues>> = {};
  random.forEach(({ space, k, ask }, i) => {
    byK[space] = { ...byK[space], [k]: extended(byK[space]?.[k], ask.items, answers[i]!) };
  });
  return {
    random: byK,
    indices: Object.fromEntries(indices.map(({ space }, i) => [space, answers[random.length + i]!])),
  };
}

/** Who is judged in which space: candidates of a view, and the baselines of its preparation (all, in the decision). */
function subjectsBySpace(judged: readonly Subject[], views: readonly NullView[]): Map<string, Subject[]> {
  const spaces = new Map<string, Subject[]>();
  for (const { space, prepare, ids } of views) {
    const within = new Set(ids);
    const here = judged.filter(
      ({ candidate }) =>
        within.has(candidate.id) || (candidate.baseline && (prepare ?? candidate.prepare) === candidate.prepare),
    );
    if (here.length > 0) spaces.set(space, [...(spaces.get(space) ?? []), ...here]);
  }
  return spaces;
}

function extended(before: RandomValues | undefined, items: readonly string[], values: EvidenceValues): RandomValues {
  const column = (at: number, known: readonly (number | null)[] = []) => [
    ...known,
    ...items.map((item) => values[item]![at] ?? null),
  ];
  return {
    silhouette: column(0, before?.silhouette),
    calinskiHarabasz: column(1, before?.calinskiHarabasz),
    daviesBouldin: column(2, before?.daviesBouldin),
    jaccard: column(3, before?.jaccard),
    strength: column(4, before?.strength),
  };
}
