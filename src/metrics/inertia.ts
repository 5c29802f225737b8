/** Inertia: what k-means makes small. */
import { defineMetric } from "./define.js";
import { finiteOrNull, groupsOf } from "./groups.js";
import { scatterOf } from "./scatter.js";

/**
 * W, the sum of squared distances of rows to the centre of their cluster. Noise counts as one more cluster.
 * Defined for any number of clusters: W of one cluster is the total scatter, of one cluster per row 0. It
 * always falls as clusters are split, so it ranks partitions of the same k only; the curves over k
 * (`hartigan`, `krzanowski-lai`, `gap`) are made from it.
 *
 * @remarks O(n·d) per labeling
 */
export const inertia = defineMetric({
  name: "inertia",
  title: "Inertia: squared distances to the cluster's centre, summed (W)",
  version: 1,
  cites: ["lloyd1982"],
  favours: "more clusters, always; compare it at equal k",
  columns: [{ name: "inertia", title: "inertia (W)", better: "lower", range: [0, Number.POSITIVE_INFINITY] }],
  scoreMany: (x, labelings) =>
    labelings.map((labels) => {
      const groups = groupsOf(x, labels);
      return { inertia: groups.count === 0 ? null : finiteOrNull(scatterOf(x, groups).within) };
    }),
});
