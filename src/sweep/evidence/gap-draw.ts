/** One reference data set of the gap statistic (Tibshirani, Walther & Hastie 2001), clustered at every k. */
import { log } from "../../core/math.js";
import type { Matrix } from "../../core/matrix.js";
import { stream } from "../../core/rng.js";
import { pcaBox } from "../../metrics/gap.js";
import { inertia } from "../../metrics/inertia.js";
import { refitAll } from "./refit.js";
import type { EvidenceValues, GapWork } from "./work.js";

/**
 * log W per refit on rows drawn evenly from the box along the data's principal axes; the item `1` is one cluster of
 * all rows. Null where W is 0.
 */
export function gapDraw({ x, seed, draw, refits }: GapWork): EvidenceValues {
  const y = pcaBox(x, stream(seed, "gap/reference", draw));
  const values: Record<string, (number | null)[]> = { 1: [logWithin(inertiaOf(y, new Int32Array(y.rows)))] };
  for (const { wanted, fit } of refitAll(y, refits, 1)) {
    values[wanted.item] = [fit ? logWithin(inertiaOf(y, fit.labels)) : null];
  }
  return values;
}

/** Sum of squared distances to the cluster means. */
export function inertiaOf(x: Matrix, labels: Int32Array): number | null {
  return inertia.scoreMany(x, [labels])[0]!["inertia"] ?? null;
}

export const logWithin = (within: number | null) => (within === null || within <= 0 ? null : log(within));
