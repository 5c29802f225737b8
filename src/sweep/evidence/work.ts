/**
 * Evidence tasks as plain data, for any thread. Each answers a list of numbers per item asked for; the numbers of
 * an item do not depend on which others are asked for with it, so what is stored is never computed again.
 */
import type { Params } from "../../cluster/define.js";
import type { Labels } from "../../core/labels.js";
import type { Matrix } from "../../core/matrix.js";
import type { FittedReducer } from "../../decomposition/define.js";
import type { PreparedStep } from "../../preprocessing/preparation.js";
import type { RankCopula } from "../../stability/null-model.js";
import type { RawRows } from "./raw.js";

/** Numbers per item; null where a number is not defined. */
export type EvidenceValues = Readonly<Record<string, readonly (number | null)[]>>;

/** A space as a task that draws its own rows must know it: how rows come there. */
export interface SpaceRecipe {
  readonly name: string;
  readonly preparation: readonly PreparedStep[];
  readonly reduction: { readonly name: string; readonly fitted: FittedReducer };
}

/** A fit to repeat on other rows. */
export interface Refit {
  /** The name its numbers go under. */
  readonly item: string;
  readonly algorithm: string;
  /** Words such as `eps: auto` already replaced by what they meant on all rows. */
  readonly params: Params;
  readonly seed: number;
}

/** A null data set (or the observed rows), prepared, reduced, clustered and judged. */
export interface NullWork {
  readonly kind: "null";
  /** `observed` takes the rows as they are. */
  readonly how: "observed" | "copula" | "permutation";
  readonly seed: number;
  /** Counter of the draw. */
  readonly draw: number;
  readonly raw: RawRows;
  /** For `how: copula`. */
  readonly copula: RankCopula | null;
  /** This subsample as a share of all rows. */
  readonly share: number;
  readonly spaces: readonly SpaceRecipe[];
  /** `space`: fitted there; `judged`: one number of the answer for each of these spaces. */
  readonly refits: readonly (Refit & { readonly space: string; readonly judged: readonly string[] })[];
}

/** One split into halves: the prediction strength of each refit, one number. */
export interface SplitWork {
  readonly kind: "split";
  readonly x: Matrix;
  /** Rows that the parameters were meant for. */
  readonly of: number;
  readonly seed: number;
  readonly draw: number;
  readonly refits: readonly Refit[];
}

/** One bootstrap resample: per refit and original labeling, the Jaccard of each original cluster. */
export interface BootstrapWork {
  readonly kind: "bootstrap";
  readonly x: Matrix;
  readonly of: number;
  readonly seed: number;
  readonly draw: number;
  /** `originals`: indices into `labelings`, each with the name its numbers go under. */
  readonly refits: readonly (Refit & {
    readonly originals: readonly { readonly item: string; readonly labeling: number }[];
  })[];
  readonly labelings: readonly Labels[];
}

/** Random clusterings of one k: per growth and run silhouette, CH, DB, Jaccard and prediction strength. */
export interface RandomWork {
  readonly kind: "random";
  readonly x: Matrix;
  readonly rows: Int32Array;
  readonly k: number;
  readonly seed: number;
  readonly items: readonly string[];
}

/** The borders of labelings: p and density ratio of each pair of segments in turn. */
export interface BorderWork {
  readonly kind: "borders";
  readonly x: Matrix;
  readonly seed: number;
  /** Rows of x for the density test, which compares all pairs; ascending. */
  readonly few: Int32Array;
  readonly items: readonly string[];
  readonly labelings: readonly Labels[];
}

/** Silhouette, CH and DB of labelings on the rows that random clusterings are made on. */
export interface IndexWork {
  readonly kind: "indices";
  readonly x: Matrix;
  readonly rows: Int32Array;
  readonly items: readonly string[];
  readonly labelings: readonly Labels[];
}

/** One reference data set of the gap statistic, drawn in the space itself: log W of each k. */
export interface GapWork {
  readonly kind: "gap";
  readonly x: Matrix;
  readonly seed: number;
  readonly draw: number;
  readonly refits: readonly Refit[];
}

export type EvidenceWork = NullWork | SplitWork | BootstrapWork | RandomWork | IndexWork | BorderWork | GapWork;
