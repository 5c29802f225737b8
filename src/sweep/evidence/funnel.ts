/**
 * The evidence of `gated-stability`, gathered as a funnel: gates → null and borders → prediction strength → Jaccard →
 * calibration. Each stage is spent on the survivors of the one before; trivial baselines get their indices calibrated
 * once anything is stable. Same data, same candidates, same numbers, whatever the number of workers.
 */
import { countClusters } from "../../core/labels.js";
import { adjustedRand } from "../../metrics/agreement.js";
import { neededColumns } from "../../pipeline/inputs.js";

import { bordersIn, isApart, isNatural, isPlainlyNatural } from "../select/borders.js";
import { failedGates } from "../select/gates.js";
import { borders, mixing } from "./border-stage.js";
import { calibration } from "./calibration-stage.js";
import { type FunnelParams, mean, SHIFT, type StabilityEvidence, worstOf } from "./define.js";
import { exceeding, nullViews, permutedNull } from "./null-stage.js";
import type { GatherContext } from "./obtain.js";
import { alongOneColumn, severalModesOf } from "./one-column.js";
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
    borders: await borders(sound, views, seeds, context, params),
    mixed: {},
    along: {},
    severalModes: severalModesOf(table, columnsOf(sound, context)),
    strength: {},
    jaccard: {},
    random: {},
    indices: {},
    labels: Object.fromEntries([...sound, ...baselines].map((subject) => [subject.candidate.id, subject.labels])),
    seeds,
    alike: {},
  };

  const bordersOf = (subject: Subject, space: string) =>
    bordersIn(before.borders[space]?.[subject.labels], subject.candidate.k, params.gap);
  // In the space of the decision, or in that of its own preparation?
  const somewhere = (subject: Subject, holds: (borders: ReturnType<typeof bordersIn>) => boolean) =>
    views.some(({ space, ids }) => ids.includes(subject.candidate.id) && holds(bordersOf(subject, space)));
  const natural = new Set(sound.filter((subject) => somewhere(subject, isNatural)));
  // Who exceeds the null, or does not need to?
  const real = new Set(views.flatMap((view) => exceeding(view, params.alpha)));
  for (const subject of sound) if (somewhere(subject, isPlainlyNatural)) real.add(subject.candidate.id);
  const survivors = sound.filter(({ candidate }) => real.has(candidate.id));
  if (survivors.length === 0) return before;

  const strength = await predictionStrengths(survivors, context, params);
  const replicable = survivors.filter(
    (subject) => natural.has(subject) || mean(strength[subject.candidate.id]!) >= params.strength - SHIFT,
  );
  const jaccard = await bootstraps(replicable, seeds, context, params);
  const stable = replicable.filter(
    ({ candidate, labels }) => worstOf(jaccard[candidate.id]![labels]!) >= params.jaccard - SHIFT,
  );
  const judged = stable.length === 0 ? [] : [...stable, ...baselines];
  const calibrated = await calibration(judged, views, seeds, context, params);
  const hashesOf = (subjects: readonly Subject[]) => [
    ...new Set(subjects.flatMap((subject) => labelsOf(subject, seeds))),
  ];
  const apart = stable.filter((subject) => somewhere(subject, isApart));
  const mixed = await mixing(
    hashesOf(stable.filter((subject) => natural.has(subject))),
    hashesOf(apart),
    context,
    params,
  );
  const alike = await likeness(stable, seeds, context);
  return { ...before, strength, jaccard, ...calibrated, mixed, along: await alongColumns(stable, context), alike };
}

/** Columns of the table that any of these were fitted on. */
function columnsOf(subjects: readonly Subject[], { table, spaces }: GatherContext): string[] {
  const names = subjects.flatMap(({ trial }) => neededColumns(table, spaces.get(trial.space)!.preparation));
  return table.columns.map(({ name }) => name).filter((name) => names.includes(name));
}

/** By labels, the one column whose cuts they are. */
async function alongColumns(stable: readonly Subject[], context: GatherContext): Promise<StabilityEvidence["along"]> {
  const along: Record<string, NonNullable<ReturnType<typeof alongOneColumn>>> = {};
  for (const subject of stable) {
    if (along[subject.labels]) continue;
    const labels = await context.store.labels(subject.labels);
    const found = alongOneColumn(context.table, columnsOf([subject], context), labels);
    if (found) along[subject.labels] = found;
  }
  return along;
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
