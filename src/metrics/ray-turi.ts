/** Ray–Turi: mean scatter within over the gap between the two nearest centres. */
import { defineMetric } from "./define.js";
import { squaredDistance } from "./distances.js";
import { finiteOrNull, groupsOf, isComparable } from "./groups.js";
import { type Scatter, scatterOf } from "./scatter.js";

/**
 * (W / n) / (smallest squared distance between two centres). Noise counts as one more cluster. Null with fewer
 * than two clusters or one per row, and where two centres coincide.
 *
 * @remarks O(n·d + k²·d) per labeling
 */
export const rayTuri = defineMetric({
  name: "ray-turi",
  title: "Ray–Turi: mean scatter within over the squared gap between the two nearest centres",
  version: 1,
  cites: ["ray1999"],
  favours: "few, well-spaced centres; one near pair of centres decides it",
  columns: [{ name: "ray_turi", title: "Ray–Turi", better: "lower", range: [0, Number.POSITIVE_INFINITY] }],
  scoreMany: (x, labelings) =>
    labelings.map((labels) => {
      const groups = groupsOf(x, labels);
      if (!isComparable(groups.count, x.rows)) return { ray_turi: null };
      const scatter = scatterOf(x, groups);
      return { ray_turi: finiteOrNull(scatter.within / x.rows / nearestCentres(scatter)) };
    }),
});

function nearestCentres({ centres }: Scatter): number {
  let smallest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < centres.rows; i++) {
    for (let j = i + 1; j < centres.rows; j++) {
      smallest = Math.min(smallest, squaredDistance(centres, i, centres, j));
    }
  }
  return smallest;
}
