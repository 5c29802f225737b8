/** The choice of distance that several algorithms share. */
import { z } from "zod";
import type { DistanceMetric } from "../kernels/manhattan.js";

const metrics = ["euclidean", "manhattan"] as const satisfies readonly DistanceMetric[];

/**
 * Manhattan distances are Gower's (1971), times the number of columns, after `scale: min-max` and `one-hot` with
 * `weight: mismatch`: a number counts |difference| / range, a text 0 or 1.
 */
export const metricOption = z
  .enum(metrics)
  .default("euclidean")
  .meta({
    description:
      "distance of two rows; manhattan after scale: min-max and one-hot with weight: mismatch is Gower's distance, for tables of numbers and texts",
    unit: "name",
    sweep: ["euclidean"],
  });
