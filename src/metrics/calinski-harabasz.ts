/** Caliński–Harabasz: the F-like ratio of scatter between clusters to scatter within. */
import { defineMetric } from "./define.js";
import { finiteOrNull, groupsOf, isComparable } from "./groups.js";
import { scatterOf } from "./scatter.js";

/**
 * [B / (k−1)] / [W / (n−k)]; 1 where W = 0, as in scikit-learn. Noise counts as one more cluster. Null with
 * fewer than two clusters or one per row.
 *
 * @remarks O(n·d) per labeling
 */
export const calinskiHarabasz = defineMetric({
  name: "calinski-harabasz",
  title: "Caliński–Harabasz: scatter between clusters over scatter within, per degree of freedom",
  version: 1,
  cites: ["calinski1974"],
  favours: "k-means: round clusters of like variance, whether or not there are gaps between them",
  columns: [
    { name: "calinski_harabasz", title: "Caliński–Harabasz", better: "higher", range: [0, Number.POSITIVE_INFINITY] },
  ],
  scoreMany: (x, labelings) =>
    labelings.map((labels) => {
      const groups = groupsOf(x, labels);
      if (!isComparable(groups.count, x.rows)) return { calinski_harabasz: null };
      const { within, between } = scatterOf(x, groups);
      const ratio = within === 0 ? 1 : between / (groups.count - 1) / (within / (x.rows - groups.count));
      return { calinski_harabasz: finiteOrNull(ratio) };
    }),
});
