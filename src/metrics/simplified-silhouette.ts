/**
 * Simplified silhouette: distances to the centres of clusters stand in for mean distances to their rows. It needs
 * one pass over the rows instead of all pairs, so it is there for tables that no machine holds; it is another
 * number than the silhouette, and has a name of its own.
 */
import { defineMetric } from "./define.js";
import { squaredDistance } from "./distances.js";
import { finiteOrNull, groupsOf, isComparable } from "./groups.js";
import { scatterOf } from "./scatter.js";

/**
 * Mean over rows of (b − a) / max(a, b), where a is the distance to the centre of the row's own cluster and b that to
 * the nearest other centre. A row alone in its cluster counts 0, as in the silhouette; so does a row with a = b = 0.
 * Noise counts as one more cluster. Null with fewer than two clusters or one per row.
 *
 * @remarks O(n·k·d) per labeling
 * @see hruschka2006
 */
export const simplifiedSilhouette = defineMetric({
  name: "simplified-silhouette",
  title: "Simplified silhouette: nearer to the own centre than to the next one",
  version: 1,
  cites: ["hruschka2006", "rousseeuw1987"],
  favours: "k-means: round clusters around their centres; it lies above the silhouette as a rule",
  columns: [{ name: "simplified_silhouette", title: "simplified silhouette", better: "higher", range: [-1, 1] }],
  scoreMany: (x, labelings) =>
    labelings.map((labels) => {
      const groups = groupsOf(x, labels);
      if (!isComparable(groups.count, x.rows)) return { simplified_silhouette: null };
      const { centres } = scatterOf(x, groups);
      let sum = 0;
      for (let i = 0; i < x.rows; i++) {
        const own = groups.of[i]!;
        if (groups.sizes[own] === 1) continue;
        let other = Number.POSITIVE_INFINITY;
        for (let g = 0; g < groups.count; g++) {
          if (g !== own) other = Math.min(other, squaredDistance(x, i, centres, g));
        }
        const a = Math.sqrt(squaredDistance(x, i, centres, own));
        const b = Math.sqrt(other);
        const most = Math.max(a, b);
        if (most !== 0) sum += (b - a) / most;
      }
      return { simplified_silhouette: finiteOrNull(sum / x.rows) };
    }),
});
