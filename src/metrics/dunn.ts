/** Dunn: the narrowest gap over the widest cluster. */
import { defineMetric } from "./define.js";
import { extremesOf } from "./extremes.js";
import { finiteOrNull, groupsOf, isComparable } from "./groups.js";

/**
 * (Smallest distance between two rows of different clusters) / (largest distance between two rows of one
 * cluster). Two rows decide it, so one odd row can ruin it. Noise counts as one more cluster. Null with fewer
 * than two clusters or one per row, and where every cluster is a single point (its diameter is 0).
 *
 * @remarks O(n²·d) for any number of labelings
 */
export const dunn = defineMetric({
  name: "dunn",
  title: "Dunn: the narrowest gap between clusters over the widest cluster",
  version: 1,
  cites: ["dunn1974"],
  favours: "small, far-apart clusters; a single stray row decides it",
  columns: [{ name: "dunn", title: "Dunn", better: "higher", range: [0, Number.POSITIVE_INFINITY] }],
  scoreMany(x, labelings) {
    const groupings = labelings.map((labels) => groupsOf(x, labels));
    return extremesOf(x, groupings).map(({ between, within }, l) => ({
      dunn: isComparable(groupings[l]!.count, x.rows) ? finiteOrNull(Math.sqrt(between) / Math.sqrt(within)) : null,
    }));
  },
});
