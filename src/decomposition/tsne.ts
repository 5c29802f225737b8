/**
 * t-SNE: a map of the rows in the plane on which near neighbours stay near. A map only: it has no rule for new rows,
 * and neither the distances between its clumps nor their sizes mean anything.
 */
import { UserError } from "../core/errors.js";
import { allocateMatrix, type Matrix, requireFinite } from "../core/matrix.js";
import { stream } from "../core/rng.js";
import { affinitiesOf } from "../kernels/affinities.js";
import { nearestNeighbours } from "../kernels/knn.js";
import { embed } from "../kernels/tsne.js";
import { principalAxes } from "./axes.js";

export interface TsneOptions {
  /** How many neighbours a row feels, 1 … n−1; more shows larger structure. Default 30, or a third of the rows. */
  readonly perplexity?: number | undefined;
  /** Steps of gradient descent; the first 250 gather, the rest spread. Default 1000. */
  readonly iterations?: number | undefined;
  /** Only used where the rows span fewer than two dimensions, to leave the line. Default 0. */
  readonly seed?: number | undefined;
}

/** n×2 positions, and how well they tell the neighbours: the Kullback–Leibler divergence in nats, lower is better. */
export interface TsneMap extends Matrix {
  readonly divergence: number;
}

/** Spread of the start positions along the first axis, as in scikit-learn. */
const START = 1e-4;
/** Up to so many rows repulsion is exact; above, Barnes–Hut. */
const EXACT_ROWS = 512;
const THETA = 0.45;

/**
 * Map the rows into the plane: principal axes as the start, affinities over the 3·perplexity nearest rows, early
 * exaggeration 12, momentum and gains as scikit-learn.
 *
 * @param x - n×d, n ≥ 4, columns on comparable scales
 * @throws UserError `TOO_FEW_ROWS`, `NOT_FINITE`, or `PARAM_RANGE` unless 1 ≤ perplexity < n
 * @remarks O(n log n) a step. The same input gives the same map, to the bit.
 * @see vandermaaten2014
 */
export function tsne(x: Matrix, options: TsneOptions = {}): TsneMap {
  if (x.rows < 4 || x.cols < 1) {
    throw new UserError("TOO_FEW_ROWS", {
      what: `a t-SNE map needs at least 4 rows and 1 column, got ${x.rows} × ${x.cols}`,
      where: "tsne",
      mend: "leave the map out",
    });
  }
  requireFinite(x);
  const { iterations = 1000, seed = 0 } = options;
  const perplexity = options.perplexity ?? Math.min(30, (x.rows - 1) / 3);
  if (!(perplexity >= 1 && perplexity < x.rows)) {
    throw new UserError("PARAM_RANGE", {
      what: `perplexity must be at least 1 and below the ${x.rows} rows, got ${perplexity}`,
      where: "tsne.perplexity",
      mend: "5 to 50 is usual",
    });
  }
  if (!Number.isInteger(iterations) || iterations < 0) {
    throw new UserError("PARAM_RANGE", {
      what: `iterations must be a whole number of at least 0, got ${iterations}`,
      where: "tsne.iterations",
      mend: "1000 is usual",
    });
  }
  const k = Math.min(x.rows - 1, Math.floor(3 * perplexity + 1));
  const affinities = affinitiesOf(nearestNeighbours(x, k), x.rows, perplexity);
  const theta = x.rows <= EXACT_ROWS ? 0 : THETA;
  const { positions, divergence } = embed(affinities, startPositions(x, seed), { iterations, theta });
  const out = allocateMatrix(x.rows, 2);
  out.data.set(positions);
  return { ...out, divergence };
}

/** The first two principal components, scaled small; a column of noise where the rows have no second, or no first. */
function startPositions(x: Matrix, seed: number): Float64Array {
  const { rows: n, cols: d, data } = x;
  const { mean, variances, axes } = principalAxes(x);
  const start = new Float64Array(2 * n);
  const scale = START / Math.sqrt((variances[0]! * (n - 1)) / n);
  // below this a variance is rounding of the values themselves
  const largest = data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const floor = Math.max(variances[0]! * 1e-12, largest * largest * 1e-30);
  const rng = stream(seed, "tsne/start");
  for (let c = 0; c < 2; c++) {
    const axis = axes[c];
    const spans = axis !== undefined && variances[c]! > floor;
    for (let i = 0; i < n; i++) {
      let value = 0;
      if (spans) for (let j = 0; j < d; j++) value += axis[j]! * (data[i * d + j]! - mean[j]!) * scale;
      else value = rng.normal() * START;
      start[2 * i + c] = value;
    }
  }
  return start;
}
