/** Lloyd's iteration from given start centres, step for step as scikit-learn does it. */
import { squaredDistance } from "./squared-distance.js";

export interface LloydResult {
  /** n; the nearest centre of each row, ties to the lower one. */
  readonly labels: Int32Array;
  /** k×d. */
  readonly centres: Float64Array;
  /** Sum of squared distances of the rows to their centres, in squared data units. */
  readonly inertia: number;
  /** Assignment passes, the last, unchanged one included. */
  readonly iterations: number;
  readonly converged: boolean;
}

/**
 * Assign every row to its nearest centre, move every centre to the mean of its rows, until no label changes,
 * or the centres moved by no more than `shiftLimit`, or `maxIter` passes are over.
 *
 * A centre moves by the mean *difference* of its rows from where it stood: adding up large coordinates would
 * lose the digits that a common offset leaves.
 *
 * @param x - n×d
 * @param start - k×d start centres; not changed
 * @param shiftLimit - on the squared shifts of the centres, summed
 * @remarks O(n·d·k) a pass
 * @see lloyd1982
 */
export function lloyd(
  x: Float64Array,
  n: number,
  d: number,
  start: Float64Array,
  k: number,
  maxIter: number,
  shiftLimit: number,
): LloydResult {
  const centres = Float64Array.from(start);
  const labels = new Int32Array(n).fill(-1);
  const distances = new Float64Array(n);
  let converged = false;
  let settled = false;
  let iterations = 0;
  while (iterations < maxIter && !converged) {
    iterations++;
    settled = !assignNearest(x, n, d, centres, k, labels, distances);
    if (settled) converged = true;
    else converged = moveCentres(x, n, d, centres, k, labels, distances) <= shiftLimit;
  }
  // The centres have moved since the last assignment: let the labels follow.
  if (!settled) assignNearest(x, n, d, centres, k, labels, distances);

  let inertia = 0;
  for (let i = 0; i < n; i++) inertia += distances[i]!;
  return { labels, centres, inertia, iterations, converged };
}

/** Give each row its nearest centre; says whether any label changed. */
export function assignNearest(
  x: Float64Array,
  n: number,
  d: number,
  centres: Float64Array, // in   k×d
  k: number,
  labels: Int32Array, // out  n
  distances: Float64Array, // out  n, squared
): boolean {
  let changed = false;
  for (let i = 0; i < n; i++) {
    let nearest = 0;
    let least = Number.POSITIVE_INFINITY;
    for (let c = 0; c < k; c++) {
      const distance = squaredDistance(x, i, centres, c, d);
      if (distance < least) {
        least = distance;
        nearest = c;
      }
    }
    if (labels[i] !== nearest) changed = true;
    labels[i] = nearest;
    distances[i] = least;
  }
  return changed;
}

/** Move each centre to the mean of its rows; answers the sum of the squared shifts. */
function moveCentres(
  x: Float64Array,
  n: number,
  d: number,
  centres: Float64Array, // in and out   k×d
  k: number,
  labels: Int32Array,
  distances: Float64Array,
): number {
  // moves[c] = sum over the rows of cluster c of (row − centre)
  const moves = new Float64Array(k * d);
  const counts = new Int32Array(k);
  for (let i = 0; i < n; i++) {
    const c = labels[i]!;
    counts[c] = counts[c]! + 1;
    for (let j = 0; j < d; j++) moves[c * d + j]! += x[i * d + j]! - centres[c * d + j]!;
  }
  relocateEmpty(x, n, d, centres, k, labels, distances, moves, counts);

  let shift = 0;
  for (let c = 0; c < k; c++) {
    if (counts[c] === 0) continue;
    for (let j = 0; j < d; j++) {
      const move = moves[c * d + j]! / counts[c]!;
      centres[c * d + j]! += move;
      shift += move * move;
    }
  }
  return shift;
}

/**
 * An empty cluster takes over the row that lies farthest from its centre; several take the farthest rows in
 * turn (ties to the lower row). When every row sits on its centre there is nothing to take.
 */
function relocateEmpty(
  x: Float64Array,
  n: number,
  d: number,
  centres: Float64Array,
  k: number,
  labels: Int32Array,
  distances: Float64Array,
  moves: Float64Array, // in and out   k×d
  counts: Int32Array, // in and out   k
): void {
  const taken = new Set<number>();
  for (let empty = 0; empty < k; empty++) {
    if (counts[empty] !== 0) continue;
    let far = -1;
    for (let i = 0; i < n; i++) {
      if (!taken.has(i) && distances[i]! > (far < 0 ? 0 : distances[far]!)) far = i;
    }
    if (far < 0) return;
    taken.add(far);
    const donor = labels[far]!;
    counts[donor]! -= 1;
    counts[empty] = 1;
    for (let j = 0; j < d; j++) {
      moves[donor * d + j]! -= x[far * d + j]! - centres[donor * d + j]!;
      moves[empty * d + j] = x[far * d + j]! - centres[empty * d + j]!;
    }
  }
}
