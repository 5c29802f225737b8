/** The reasons that any algorithm may have to give for its labels. */
import { countClusters, type Labels } from "../core/labels.js";
import type { FitReason } from "./define.js";

/**
 * What the labels alone say about their fit.
 *
 * @param labels - canonical
 * @param asked - clusters asked for, where the algorithm asks for a number
 */
export function reasonsOf(labels: Labels, asked?: number): FitReason[] {
  const found = countClusters(labels);
  const reasons: FitReason[] = [];
  if (asked !== undefined && found < asked) reasons.push("collapsed");
  if (found === 0) reasons.push("all-noise");
  if (found === 1) reasons.push("one-cluster");
  return reasons;
}
