/** Sizes of a labeling: what gates and tables need of it. Pure. */
import { clusterSizes, type Labels } from "../core/labels.js";

/** Sizes of a labeling, as shares of all rows. */
export interface LabelFacts {
  readonly k: number;
  readonly coverage: number;
  readonly smallest: number;
  /** Rows of each cluster, in label order. */
  readonly sizes: readonly number[];
  readonly rows: number;
}

export function labelFacts(labels: Labels): LabelFacts {
  const { sizes, noise } = clusterSizes(labels);
  const n = labels.length;
  return {
    k: sizes.length,
    coverage: n === 0 ? 0 : (n - noise) / n,
    smallest: sizes.length === 0 ? 0 : Math.min(...sizes) / n,
    sizes,
    rows: n,
  };
}
