/** What a quality index is, and how one is declared. */
import type { Labels } from "../core/labels.js";
import type { Matrix } from "../core/matrix.js";
import type { ReferenceKey } from "../core/references.js";

/** One column of metrics.csv. */
export interface MetricColumn {
  /** Snake case, as in the table. */
  readonly name: string;
  readonly title: string;
  readonly better: "higher" | "lower";
  readonly range: readonly [number, number];
}

/** A value, or null where the index is not defined (fewer than two clusters, say). Never NaN. */
export type Scores = Readonly<Record<string, number | null>>;

export interface Metric {
  /** The word used in configs, and the file name. */
  readonly name: string;
  readonly title: string;
  /** Raised when the same input may give another answer. */
  readonly version: number;
  readonly cites: readonly ReferenceKey[];
  /** One sentence: which partitions this index likes better than they deserve. */
  readonly favours: string;
  /** The first is the one that rules use when they name the metric. */
  readonly columns: readonly [MetricColumn, ...MetricColumn[]];
  /**
   * Score many canonical labelings of the same rows in one pass. The i-th answer equals, to the bit, that
   * of a call with that labeling alone.
   */
  scoreMany(x: Matrix, labelings: readonly Labels[]): Scores[];
  /**
   * Long work in parts of the rows, for several threads: `combine` of the parts in row order equals
   * `scoreMany` to the bit.
   */
  readonly inParts?: {
    /** What rows `from` … `to − 1` give under each labeling. */
    part(x: Matrix, labelings: readonly Labels[], from: number, to: number): Float64Array[];
    combine(x: Matrix, labelings: readonly Labels[], parts: readonly (readonly Float64Array[])[]): Scores[];
  };
}

/** Declare an index. */
export function defineMetric(metric: Metric): Metric {
  return metric;
}
