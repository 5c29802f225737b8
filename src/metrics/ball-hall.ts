/** Ball–Hall: scatter within, per cluster. */
import { defineMetric } from "./define.js";
import { finiteOrNull, groupsOf, isComparable } from "./groups.js";
import { scatterOf } from "./scatter.js";

/**
 * W / k, as Milligan & Cooper (1985) and NbClust compute it. (The R package clusterCrit gives another number
 * under this name: the mean over clusters of each one's mean squared distance.) It falls as k grows; read the
 * largest drop between successive k, or compare at equal k. Noise counts as one more cluster. Null with fewer
 * than two clusters or one per row.
 *
 * @remarks O(n·d) per labeling
 */
export const ballHall = defineMetric({
  name: "ball-hall",
  title: "Ball–Hall: scatter within, per cluster (W / k)",
  version: 1,
  cites: ["ball1965", "milligan1985"],
  favours: "more clusters, always; look for the largest drop from one k to the next",
  columns: [{ name: "ball_hall", title: "Ball–Hall", better: "lower", range: [0, Number.POSITIVE_INFINITY] }],
  scoreMany: (x, labelings) =>
    labelings.map((labels) => {
      const groups = groupsOf(x, labels);
      const defined = isComparable(groups.count, x.rows);
      return { ball_hall: defined ? finiteOrNull(scatterOf(x, groups).within / groups.count) : null };
    }),
});
