/** One clustering from a program: the name of an algorithm and its parameters, checked. */
import type { Matrix } from "../core/matrix.js";
import { parseParams } from "../core/params.js";
import type { Fit, Params } from "./define.js";
import { algorithmNamed } from "./registry.js";

/**
 * Cluster the rows of a matrix.
 *
 * @param x - n×d, columns on comparable scales, no missing values
 * @param algorithm - as in an experiment: `kmeans`, `gmm`, `agglomerative`, `kmedoids`, `dbscan` …
 * @param params - as in an experiment; what is left out takes its default
 * @param seed - of the random streams; the same seed gives the same labels
 * @returns canonical labels, the algorithm's own objective, reasons why the fit may not be sound
 * @throws UserError `UNKNOWN_NAME`, `BAD_CONFIG` or `PARAM_RANGE` with what is meant; `NOT_FINITE` naming row and column
 * @example cluster(matrix([[0, 0], [0, 1], [9, 9], [9, 8]]), "kmeans", { k: 2 }).labels; // [0, 0, 1, 1]
 */
export function cluster(x: Matrix, algorithm: string, params: Params = {}, seed = 0): Fit {
  const entry = algorithmNamed(algorithm);
  const checked = parseParams(entry.params, params, algorithm) as Params;
  return entry.fitMany(x, [checked], { seed })[0]!;
}
