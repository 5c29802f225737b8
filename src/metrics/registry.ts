/** The quality indices, one line each. */
import { UserError } from "../core/errors.js";
import { didYouMean } from "../core/suggest.js";
import { ballHall } from "./ball-hall.js";
import { calinskiHarabasz } from "./calinski-harabasz.js";
import { daviesBouldin } from "./davies-bouldin.js";
import { dbcv } from "./dbcv.js";
import type { Metric } from "./define.js";
import { dunn } from "./dunn.js";
import { inertia } from "./inertia.js";
import { rayTuri } from "./ray-turi.js";
import { sDbw } from "./s-dbw.js";
import { silhouette } from "./silhouette.js";
import { silhouetteManhattan } from "./silhouette-manhattan.js";
import { silhouetteSampled } from "./silhouette-sampled.js";
import { simplifiedSilhouette } from "./simplified-silhouette.js";
import { xieBeni } from "./xie-beni.js";

export const metrics: readonly Metric[] = [
  silhouette,
  silhouetteSampled,
  silhouetteManhattan,
  simplifiedSilhouette,
  daviesBouldin,
  calinskiHarabasz,
  inertia,
  dunn,
  ballHall,
  xieBeni,
  rayTuri,
  sDbw,
  dbcv,
];

/** @throws UserError `UNKNOWN_NAME`, with the nearest known name */
export function metricNamed(name: string): Metric {
  const metric = metrics.find((entry) => entry.name === name);
  if (metric !== undefined) return metric;
  throw new UserError("UNKNOWN_NAME", {
    what: `unknown index "${name}"`,
    mend: didYouMean(
      name,
      metrics.map((entry) => entry.name),
    ),
  });
}
