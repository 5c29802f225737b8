/** The silhouette of tables too long for all pairs: exact values of a fixed draw of rows. */
import { compensatedSum } from "../core/math.js";
import { type Matrix, takeRows } from "../core/matrix.js";
import { stream } from "../core/rng.js";
import { defineMetric, type Scores } from "./define.js";
import { groupsOf, isComparable } from "./groups.js";
import { silhouettePass } from "./silhouette-pass.js";

/** Rows that are judged; each against all rows of the table. */
export const SAMPLED_ROWS = 4_000;

/**
 * The mean silhouette (noise as one more cluster) over a fixed draw of rows, each judged against all rows, and
 * its standard error with the finite-population correction. A table of at most `SAMPLED_ROWS` rows is judged
 * whole, with an error of 0.
 *
 * @remarks O(m·n·d) for any number of labelings, m = `SAMPLED_ROWS`; memory of one copy of the matrix
 */
export const silhouetteSampled = defineMetric({
  name: "silhouette-sampled",
  title: "Silhouette of a draw of rows against all rows: for tables too long for all pairs",
  version: 1,
  cites: ["rousseeuw1987"],
  favours: "few, round clusters of like size; doubtful for long or density-based ones",
  columns: [
    { name: "silhouette_sampled", title: "mean silhouette of a draw of rows", better: "higher", range: [-1, 1] },
    { name: "silhouette_sampled_se", title: "standard error of that mean", better: "lower", range: [0, 1] },
  ],
  scoreMany(x, labelings) {
    const judged = Math.min(SAMPLED_ROWS, x.rows);
    const { rows, order } = drawnFirst(x, judged);
    const groupings = labelings.map((labels) => groupsOf(rows, order ? order.map((row) => labels[row]!) : labels));
    const passes = silhouettePass(rows, groupings, 0, judged);
    return groupings.map((groups, l): Scores => {
      if (passes === null || !isComparable(groups.count, x.rows)) {
        return { silhouette_sampled: null, silhouette_sampled_se: null };
      }
      const values = passes[l]!.all;
      const mean = compensatedSum(values) / judged;
      const squares = compensatedSum(values.map((value) => (value - mean) * (value - mean)));
      const variance = judged < 2 ? 0 : squares / (judged - 1);
      const unseen = 1 - judged / x.rows;
      return { silhouette_sampled: mean, silhouette_sampled_se: Math.sqrt((variance / judged) * unseen) };
    });
  },
});

/** The rows with the drawn ones first; the draw depends on the number of rows only. */
function drawnFirst(x: Matrix, judged: number): { rows: Matrix; order: Int32Array | null } {
  if (judged === x.rows) return { rows: x, order: null };
  const order = stream(0, "metrics/silhouette-sampled").permutation(x.rows);
  return { rows: takeRows(x, order), order };
}
