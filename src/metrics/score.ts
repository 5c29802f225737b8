/** One labeling judged by some indices, from a program. */
import { UserError } from "../core/errors.js";
import { canonicalLabels } from "../core/labels.js";
import type { Matrix } from "../core/matrix.js";
import type { Scores } from "./define.js";
import { metricNamed } from "./registry.js";

/**
 * Score a labeling.
 *
 * @param x - n×d, the space it is judged in
 * @param labels - length n, any whole numbers; negative is noise
 * @param names - indices as in an experiment
 * @returns a value per column of the indices; null where an index is not defined
 * @throws UserError `SHAPE_MISMATCH` if there is not one label per row, `UNKNOWN_NAME` for an index
 * @example score(matrix([[0], [1], [9], [10]]), [0, 0, 1, 1]).silhouette; // 0.8885…
 */
export function score(
  x: Matrix,
  labels: ArrayLike<number>,
  names: readonly string[] = ["silhouette", "davies-bouldin", "calinski-harabasz"],
): Scores {
  if (labels.length !== x.rows) {
    throw new UserError("SHAPE_MISMATCH", {
      what: `${labels.length} labels for ${x.rows} rows`,
      mend: "give one label per row, in the order of the rows",
    });
  }
  const canonical = canonicalLabels(labels);
  return Object.assign({}, ...names.map((name) => metricNamed(name).scoreMany(x, [canonical])[0]!));
}
