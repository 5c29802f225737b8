/**
 * The evidence of `gated-stability`, gathered as a funnel: gates → null → prediction strength → Jaccard →
 * calibration. Each stage is spent on the survivors of the one before; trivial baselines get their indices calibrated
 * once anything is stable. Same data, same candidates, same numbers, whatever the number of workers.
 */
import { countClusters } from "../../core/labels.js";
import { adjustedRand } from "../../metrics/agreement.js";
import { failedGates } from "../select/gates.js";
import { calibration } from "./calibration-stage.js";
import { type FunnelParams, mean, SHIFT, type StabilityEvidence, worstOf } from "./define.js";
import { exceeding, nullViews, permutedNull } from "./null-stage.js";
import type { GatherContext } from "./obtain.js";
import { bootstraps, predictionStrengths } from "./resample-stage.js";
import { labelsOf, type SeedView, type Subject, seedViews, subjectsOf } from "./subjects.js";

/** A baseline of more clusters than this is no segmentation; it gets no evidence. */
const MOST_BASELINE_CLUSTERS = 20;

export async function gatherStability(context: GatherContext, params: FunnelParams): Promise<StabilityEvidence> {
  const { candidates, table } = context;
  const sound = subjectsOf(
    context,
    candidates.filter((candidate) => failedGates(candidate, params).length === 0),
    params.seed,
  );
  const baselines = subjectsOf(
    context,
    candidates.filter(({ baseline, k }) => baseline && k >= 2 && k <= MOST_BASELINE_CLUSTERS),
    params.seed,
  );
  const seeds = seedViews(context);
  const views = await nullViews(sound, context, params);
  const before: StabilityEvidence = {
    rows: {
      null: Math.min(table.rows, params.nullRows),
      resample: Math.min(table.rows, params.resampleRows),
      calibration: Math.min(table.rows, params.calibrationRows),
    },
    views,
    permuted: await permutedNull(sound, views[0]!, context, params),
    strength: {},
    jaccard: {},
    random: {},
    indices: {},
    labels: Object.fromEntries([...sound, ...baselines].map((subject) => [subject.candidate.id, subject.labels])),
    seeds,
    alike: {},
  };

  // Who exceeds the null, in the space of the decision or in that of its own preparation?
  const real = new Set(views.flatMap((view) => exceeding(view, params.alpha)));
  const survivors = sound.filter(({ candidate }) => real.has(candidate.id));
  if (survivors.length === 0) return before;

  const strength = await predictionStrengths(survivors, context, params);
  const replicable = survivors.filter(({ candidate }) => mean(strength[candidate.id]!) >= params.strength - SHIFT);
  const jaccard = await bootstraps(replicable, seeds, context, params);
  const stable = replicable.filter(
    ({ candidate, labels }) => worstOf(jaccard[candidate.id]![labels]!) >= params.jaccard - SHIFT,
  );
  const judged = stable.length === 0 ? [] : [...stable, ...baselines];
  const calibrated = await calibration(judged, views, seeds, context, params);
  return { ...before, strength, jaccard, ...calibrated, alike: await likeness(stable, seeds, context) };
}

/**
 * How alike the labelings of stable candidates are, over all seeds. Only of as many clusters each: others are no
 * same answer however alike.
 */
async function likeness(
  stable: readonly Subject[],
  seeds: readonly SeedView[],
  { store }: GatherContext,
): Promise<Record<string, number>> {
  const hashes = [...new Set(stable.flatMap((subject) => labelsOf(subject, seeds)))];
  const labelings: Int32Array[] = [];
  for (const hash of hashes) labelings.push(await store.labels(hash));
  const clusters = labelings.map(countClusters);
  const alike: Record<string, number> = {};
  hashes.forEach((a, i) => {
    hashes.forEach((b, j) => {
      if (j <= i || clusters[i] !== clusters[j]) return;
      const value = adjustedRand.compare(labelings[i]!, labelings[j]!);
      alike[`${a} ${b}`] = value;
      alike[`${b} ${a}`] = value;
    });
  });
  return alike;
}
