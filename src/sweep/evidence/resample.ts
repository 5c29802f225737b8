/** Does a partition come back on other rows? One bootstrap resample, one split into halves. */
import { assign } from "../../cluster/assign.js";
import { type Matrix, takeRows } from "../../core/matrix.js";
import { bootstrapRows, clusterwiseJaccard } from "../../stability/bootstrap.js";
import { predictionStrength, splitHalves } from "../../stability/prediction-strength.js";
import { type Refitted, refitAll } from "./refit.js";
import type { BootstrapWork, EvidenceValues, Refit, SplitWork } from "./work.js";

/** Jaccard of every original cluster with its best counterpart on the resample; 0 where nothing could be fitted. */
export function bootstrapDraw({ x, of, seed, draw, refits, labelings }: BootstrapWork): EvidenceValues {
  const rows = bootstrapRows(x.rows, seed, draw);
  const nothing = new Int32Array(rows.length).fill(-1);
  const values: Record<string, number[]> = {};
  for (const { wanted, fit } of refitAll(takeRows(x, rows), refits, rows.length / of)) {
    for (const { item, labeling } of wanted.originals) {
      values[item] = Array.from(clusterwiseJaccard(labelings[labeling]!, fit?.labels ?? nothing, rows));
    }
  }
  return values;
}

/**
 * Prediction strength of one split. A half's rows get the other half's clusters by the algorithm's own assignment
 * rule; 0 where a half could not be fitted or has no cluster.
 */
export function splitDraw({ x, of, seed, draw, refits }: SplitWork): EvidenceValues {
  const { first, second } = splitHalves(x.rows, seed, draw);
  const a = takeRows(x, first);
  const b = takeRows(x, second);
  const onA = refitAll(a, refits, first.length / of);
  const onB = refitAll(b, refits, second.length / of);
  return Object.fromEntries(
    refits.map(({ item }, i) => {
      const toB = predict(onA[i]!, a, b);
      const toA = predict(onB[i]!, b, a);
      if (!toA || !toB) return [item, [0]];
      const strength = predictionStrength(
        { own: onA[i]!.fit!.labels, predicted: toA },
        { own: onB[i]!.fit!.labels, predicted: toB },
      );
      return [item, [strength]];
    }),
  );
}

function predict({ algorithm, params, fit }: Refitted<Refit>, from: Matrix, to: Matrix): ArrayLike<number> | null {
  if (!fit || fit.reasons.includes("all-noise")) return null;
  return assign(algorithm.assignment(from, params, fit), to).labels;
}
