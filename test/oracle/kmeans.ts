/**
 * The readable twin of kernels/kmeans.ts, equal to the bit: greedy k-means++ and Lloyd's iteration with every
 * distance computed and every sum taken anew. Terms of sums are rounded to a grid first, so that their order does
 * not matter (kernels/exact.ts); rows are visited in a given order.
 */
import { log } from "../../src/core/math.js";
import type { Matrix } from "../../src/core/matrix.js";
import type { Rng } from "../../src/core/rng.js";
import { gridConstant, restConstant } from "../../src/kernels/exact.js";
import type { LloydResult } from "../../src/kernels/kmeans.js";

/** k row numbers: each the best of 2 + ⌊ln k⌋ rows drawn by squared distance from those before. */
export function slowKMeansPlusPlus(x: Matrix, order: Int32Array, k: number, rng: Rng): Int32Array {
  const candidatesPerRound = 2 + Math.floor(log(k));
  const chosen = [order[rng.int(x.rows)]!];
  // nearest[i] = squared distance of row i to the nearest chosen row
  let nearest = distancesTo(x, x.data, chosen[0]!);
  while (chosen.length < k) {
    const grid = gridConstant(x.rows, largest(nearest));
    const marks = Array.from({ length: candidatesPerRound }, () => rng.uniform() * sumOn(grid, nearest));
    const trials = marks.map((mark) => {
      const row = rowAtMark(nearest, order, grid, mark);
      const nearer = distancesTo(x, x.data, row).map((distance, i) => Math.min(distance, nearest[i]!));
      return { row, nearer, inertia: sumOn(grid, nearer) };
    });
    const best = trials.reduce((a, b) => (b.inertia < a.inertia ? b : a));
    chosen.push(best.row);
    nearest = best.nearer;
  }
  return Int32Array.from(chosen);
}

/** The first row at which the running sum of weights exceeds the mark; the last with weight if none does. */
function rowAtMark(weights: Float64Array, order: Int32Array, grid: number, mark: number): number {
  let running = 0;
  let last = order[0]!;
  for (const row of order) {
    const weight = weights[row]! + grid - grid;
    if (weight > 0) last = row;
    running += weight;
    if (running > mark) return row;
  }
  return last;
}

/** Lloyd's iteration from k×d start centres. */
export function slowLloyd(
  x: Matrix,
  order: Int32Array,
  start: Float64Array,
  k: number,
  maxIter: number,
  shiftLimit: number,
): LloydResult {
  const centres = start.slice();
  let labels = new Int32Array(x.rows).fill(-1);
  let settled = false;
  let converged = false;
  let iterations = 0;
  while (iterations < maxIter && !converged) {
    iterations++;
    const before = labels;
    labels = nearestCentres(x, centres, k);
    settled = labels.every((label, i) => label === before[i]);
    converged = settled || moveCentres(x, order, centres, k, labels) <= shiftLimit;
  }
  if (!settled) labels = nearestCentres(x, centres, k);
  const distances = ownDistances(x, centres, labels);
  const grid = gridConstant(x.rows, largest(distances));
  const rests = distances.map((distance) => distance - (distance + grid - grid));
  const inertia = sumOn(grid, distances) + (grid === 0 ? 0 : sumOn(restConstant(x.rows, grid), rests));
  return { labels, centres, inertia, iterations, converged };
}

/** Ties to the lower centre. */
function nearestCentres(x: Matrix, centres: Float64Array, k: number): Int32Array<ArrayBuffer> {
  const distances = Array.from({ length: k }, (_, c) => distancesTo(x, centres, c));
  return Int32Array.from({ length: x.rows }, (_, i) => {
    let nearest = 0;
    for (let c = 1; c < k; c++) if (distances[c]![i]! < distances[nearest]![i]!) nearest = c;
    return nearest;
  });
}

function moveCentres(x: Matrix, order: Int32Array, centres: Float64Array, k: number, labels: Int32Array): number {
  const { rows: n, cols: d, data } = x;
  const column = (j: number) => Array.from({ length: n }, (_, i) => data[i * d + j]!);
  const origin = Array.from({ length: d }, (_, j) => column(j).reduce((a, b) => Math.min(a, b)));
  const grid = origin.map((low, j) => gridConstant(n, column(j).reduce((a, b) => Math.max(a, b)) - low));
  const value = (i: number, j: number) => data[i * d + j]! - origin[j]! + grid[j]! - grid[j]!;

  const owner = Int32Array.from(labels);
  giveRowsToEmpty(x, order, centres, k, owner);
  let shift = 0;
  for (let c = 0; c < k; c++) {
    const rows = Array.from(owner.keys()).filter((i) => owner[i] === c);
    if (rows.length === 0) continue;
    for (let j = 0; j < d; j++) {
      const next = origin[j]! + rows.reduce((total, i) => total + value(i, j), 0) / rows.length;
      const step = next - centres[c * d + j]!;
      shift += step * step;
      centres[c * d + j] = next;
    }
  }
  return shift;
}

/** An empty cluster takes over the row farthest from its centre, several the farthest in turn. */
function giveRowsToEmpty(x: Matrix, order: Int32Array, centres: Float64Array, k: number, owner: Int32Array): void {
  const distances = ownDistances(x, centres, owner);
  const sizes = Array.from({ length: k }, (_, c) => owner.filter((label) => label === c).length);
  for (let c = 0; c < k; c++) {
    if (sizes[c] !== 0) continue;
    let far = -1;
    for (const row of order) if (distances[row]! > (far < 0 ? 0 : distances[far]!)) far = row;
    if (far < 0) return;
    sizes[owner[far]!]!--; // a cluster that gives its only row is empty in its turn
    owner[far] = c;
    distances[far] = -1; // taken
  }
}

function ownDistances({ rows, cols, data }: Matrix, centres: Float64Array, labels: Int32Array): Float64Array {
  return Float64Array.from({ length: rows }, (_, i) => squared(data, i, centres, labels[i]!, cols));
}

function distancesTo({ rows, cols, data }: Matrix, points: Float64Array, row: number): Float64Array {
  return Float64Array.from({ length: rows }, (_, i) => squared(data, i, points, row, cols));
}

function squared(x: Float64Array, i: number, y: Float64Array, j: number, d: number): number {
  let sum = 0;
  for (let c = 0; c < d; c++) {
    const t = x[i * d + c]! - y[j * d + c]!;
    sum += t * t;
  }
  return sum;
}

const largest = (values: Float64Array): number => values.reduce((a, b) => Math.max(a, b), 0);
const sumOn = (grid: number, values: Float64Array): number => values.reduce((sum, v) => sum + (v + grid - grid), 0);
