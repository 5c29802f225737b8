/**
 * Labels made elsewhere, judged beside the fitted ones: `segmenta import` keeps them in the journal as a trial of
 * the algorithm `imported`, and every later run on the same data shows and ranks them.
 *
 * They were fitted in a space we do not know, so they stand in the rows of the space of the decision. What needs a
 * refit (null draws, resamples) cannot be had for them.
 */
import { z } from "zod";
import { type Algorithm, defineAlgorithm, type Fit, type FitReason } from "../cluster/define.js";
import { canonicalJson, hashLabels, hashOf } from "../core/hash.js";
import { canonicalLabels, countClusters, type Labels } from "../core/labels.js";
import type { Experiment } from "./config/experiment.js";
import { type KeyParts, type Plan, spaceName, type Trial } from "./plan.js";
import type { FitRecord } from "./store/records.js";

/** The word in the algorithm column of such rows. It is in no registry: nothing can be swept by it. */
export const IMPORTED = "imported";

/**
 * How imported labels would serve new rows: by their nearest neighbour among the rows of the decision's space, since
 * nothing is known of how they came about. The model then holds all those rows, and says so.
 */
export const imported: Algorithm = defineAlgorithm({
  name: IMPORTED,
  title: "Imported: labels made elsewhere",
  version: 1,
  cites: [],
  complexity: "none: nothing is fitted",
  departures: [],
  seeAlso: {},
  can: { noise: true, seeded: false, baseline: false },
  params: z.strictObject({ name: z.string() }),
  shows: ["name"],
  together: ({ name }) => name,
  fitMany() {
    throw new Error("imported labels cannot be fitted");
  },
  cost: () => ({ bytes: 0, seconds: 0 }),
  assignment: (x, _, fit) => ({ rule: "nearest-neighbour", points: x, labels: fit.labels }),
});

/**
 * Key and record of imported labels.
 *
 * Journals have no order among each other, so a removal is for good: labels that come again after it are a new
 * edition under a new key.
 *
 * @param isRemoved - whether a key was removed before
 */
export function importedFit(
  name: string,
  labels: Labels,
  dataChecksum: string,
  isRemoved: (key: string) => boolean,
): { key: string; parts: KeyParts; fit: Fit } {
  const canonical = canonicalLabels(labels);
  for (let edition = 1; ; edition++) {
    const parts: KeyParts = {
      data: dataChecksum,
      prepare: "[]",
      reduce: "none",
      algorithm: IMPORTED,
      version: imported.version,
      params: canonicalJson({ name, edition, labels: hashLabels(canonical) }),
      seed: null,
    };
    const key = hashOf(parts);
    if (isRemoved(key)) continue;
    return {
      key,
      parts,
      fit: { labels: canonical, reasons: reasonsOf(canonical), objective: null, outputs: {}, found: {}, notes: [] },
    };
  }
}

/** What a single look at the labels says: nothing to compare. */
function reasonsOf(labels: Labels): FitReason[] {
  const found = countClusters(labels);
  return found === 0 ? ["all-noise"] : found === 1 ? ["one-cluster"] : [];
}

/** The stored labelings that were imported for this data, by name. */
export function importedNames(fits: Iterable<FitRecord>, dataChecksum: string): Map<string, FitRecord> {
  const names = new Map<string, FitRecord>();
  for (const fit of fits) {
    if (fit.parts.algorithm !== IMPORTED || fit.parts.data !== dataChecksum) continue;
    names.set((JSON.parse(fit.parts.params) as { name: string }).name, fit);
  }
  return new Map([...names].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The plan with the imported labelings after its own trials. */
export function withImported(
  plan: Plan,
  experiment: Experiment,
  fits: Iterable<FitRecord>,
  dataChecksum: string,
): Plan {
  const home = homeOf(experiment);
  let order = Math.max(-1, ...plan.trials.map((trial) => trial.order)) + 1;
  const trials = [...importedNames(fits, dataChecksum)].map(
    ([name, { key, parts }]): Trial => ({
      key,
      parts,
      ...home,
      algorithm: imported,
      params: { name },
      paramsText: name,
      seed: null,
      candidate: [IMPORTED, home.prepare, home.reduce, name].join(" | "),
      order: order++,
    }),
  );
  return { ...plan, trials: [...plan.trials, ...trials] };
}

/** The preparation and reduction whose space is that of the decision. */
function homeOf({ prepare, reduce, score }: Experiment): { prepare: string; reduce: string; space: string } {
  for (const preparation of prepare) {
    for (const reduction of ["none", ...reduce.map(({ name }) => name)]) {
      if (spaceName(preparation.name, reduction) !== score.space) continue;
      return { prepare: preparation.name, reduce: reduction, space: score.space };
    }
  }
  throw new Error(`no preparation makes the space ${score.space}`);
}
