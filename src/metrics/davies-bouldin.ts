/** Davies–Bouldin: each cluster's likeness to its worst neighbour. */
import { defineMetric } from "./define.js";
import { squaredDistance } from "./distances.js";
import { finiteOrNull, groupsOf, isComparable } from "./groups.js";
import { type Scatter, scatterOf } from "./scatter.js";

/**
 * Mean over clusters i of max over j ≠ i of (S_i + S_j) / M_ij, where S is the mean distance of a cluster's
 * rows to its centre and M the distance between two centres; a pair with M = 0 counts 0, as in scikit-learn.
 * Noise counts as one more cluster. Null with fewer than two clusters or one per row.
 *
 * @remarks O(n·d + k²·d) per labeling
 */
export const daviesBouldin = defineMetric({
  name: "davies-bouldin",
  title: "Davies–Bouldin: how wide clusters are for their distance, each with its worst neighbour",
  version: 1,
  cites: ["davies1979"],
  favours: "a few far outliers split off as clusters of their own, and round clusters of like width",
  columns: [{ name: "davies_bouldin", title: "Davies–Bouldin", better: "lower", range: [0, Number.POSITIVE_INFINITY] }],
  scoreMany: (x, labelings) =>
    labelings.map((labels) => {
      const groups = groupsOf(x, labels);
      const defined = isComparable(groups.count, x.rows);
      return { davies_bouldin: defined ? finiteOrNull(meanWorstLikeness(scatterOf(x, groups))) : null };
    }),
});

/** From the centres and the mean distances to them alone: those may have been summed up elsewhere. */
export function meanWorstLikeness({ centres, meanDistances }: Pick<Scatter, "centres" | "meanDistances">): number {
  const count = meanDistances.length;
  const worst = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    for (let j = i + 1; j < count; j++) {
      const apart = Math.sqrt(squaredDistance(centres, i, centres, j));
      if (apart === 0) continue;
      const likeness = (meanDistances[i]! + meanDistances[j]!) / apart;
      worst[i] = Math.max(worst[i]!, likeness);
      worst[j] = Math.max(worst[j]!, likeness);
    }
  }
  let sum = 0;
  for (const value of worst) sum += value;
  return sum / count;
}
