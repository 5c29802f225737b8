/** Every algorithm, one line each. From here follow the config schema, help, default grids and the contract tests. */
import { UserError } from "../core/errors.js";
import { didYouMean } from "../core/suggest.js";
import { agglomerative } from "./agglomerative.js";
import { dbscan } from "./dbscan.js";
import type { Algorithm } from "./define.js";
import { gmm } from "./gmm.js";
import { hdbscan } from "./hdbscan.js";
import { kmeans } from "./kmeans.js";
import { kmedoids } from "./kmedoids.js";
import { latentClass } from "./latent-class.js";
import { quantileBins } from "./quantile-bins.js";
import { randomLabels } from "./random-labels.js";
import { rfmCells } from "./rfm-cells.js";
import { sparseKmeans } from "./sparse-kmeans.js";
import { zeroCells } from "./zero-cells.js";

export const algorithms: readonly Algorithm[] = [
  kmeans,
  sparseKmeans,
  gmm,
  latentClass,
  agglomerative,
  kmedoids,
  dbscan,
  hdbscan,
  quantileBins,
  zeroCells,
  rfmCells,
  randomLabels,
];

/**
 * The algorithm of that name.
 *
 * @throws UserError `UNKNOWN_NAME` with a suggestion
 */
export function algorithmNamed(name: string, where?: string): Algorithm {
  const algorithm = algorithms.find((candidate) => candidate.name === name);
  if (algorithm) return algorithm;
  const known = algorithms.map((candidate) => candidate.name);
  throw new UserError("UNKNOWN_NAME", { what: `unknown algorithm "${name}"`, where, mend: didYouMean(name, known) });
}
