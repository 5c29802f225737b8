/** Xie–Beni: mean scatter within over the narrowest gap between clusters. */
import { defineMetric } from "./define.js";
import { extremesOf } from "./extremes.js";
import { finiteOrNull, groupsOf, isComparable } from "./groups.js";
import { scatterOf } from "./scatter.js";

/**
 * (W / n) / (smallest squared distance between two rows of different clusters): the crisp form of Desgraupes
 * (clusterCrit). Xie & Beni measure the gap between centres; for crisp labels that is Ray–Turi to the digit,
 * which stands beside this one. Noise counts as one more cluster. Null with fewer than two clusters or one per
 * row, and where two clusters share a point.
 *
 * @remarks O(n²·d) for any number of labelings
 */
export const xieBeni = defineMetric({
  name: "xie-beni",
  title: "Xie–Beni: mean scatter within over the squared narrowest gap between clusters",
  version: 1,
  cites: ["xie1991", "desgraupes2013"],
  favours: "clusters with empty space between them; two touching rows decide it",
  columns: [{ name: "xie_beni", title: "Xie–Beni", better: "lower", range: [0, Number.POSITIVE_INFINITY] }],
  scoreMany(x, labelings) {
    const groupings = labelings.map((labels) => groupsOf(x, labels));
    const extremes = extremesOf(x, groupings);
    return groupings.map((groups, l) => ({
      xie_beni: isComparable(groups.count, x.rows)
        ? finiteOrNull(scatterOf(x, groups).within / x.rows / extremes[l]!.between)
        : null,
    }));
  },
});
