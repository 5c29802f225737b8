/** The gap statistic of Tibshirani, Walther & Hastie (2001), with its two reference distributions. */
import type { Labels } from "../core/labels.js";
import { log } from "../core/math.js";
import { allocateMatrix, type Matrix } from "../core/matrix.js";
import type { Rng } from "../core/rng.js";
import { symmetricEigen } from "../core/symmetric.js";
import { groupsOf } from "./groups.js";
import { scatterOf } from "./scatter.js";

export interface GapOptions {
  /** Numbers of clusters to try; k = 1 needs no fit. */
  readonly ks: readonly number[];
  /** Cluster rows into k groups, the same way for the data and for each reference. */
  readonly cluster: (x: Matrix, k: number) => Labels;
  /** The b-th reference data set: `uniformBox` or `pcaBox` with the stream ("gap/reference", b). */
  readonly reference: (b: number) => Matrix;
  /** Number of reference sets, B; 50 or more for a steady standard error. */
  readonly references: number;
}

export interface GapPoint {
  readonly k: number;
  /** Mean over references of log W*(k), minus log W(k). Null where W is 0. */
  readonly gap: number | null;
  /** s(k) = sd of log W*(k) over references (divisor B−1, as in R's clusGap) × √(1 + 1/B). */
  readonly standardError: number | null;
}

/**
 * W(k) is the paper's Σ D_r / 2n_r over squared Euclidean distances, which is the inertia; R's `clusGap` gives
 * the same with `d.power = 2`.
 *
 * @remarks (B + 1) fits per k
 */
export function gapCurve(x: Matrix, { ks, cluster, reference, references }: GapOptions): GapPoint[] {
  const observed = ks.map((k) => logWithin(x, k, cluster));
  const expected: number[][] = ks.map(() => []);
  for (let b = 0; b < references; b++) {
    const y = reference(b);
    ks.forEach((k, at) => {
      expected[at]!.push(logWithin(y, k, cluster));
    });
  }
  return ks.map((k, at) => gapPoint(k, observed[at]!, expected[at]!));
}

/**
 * One k of the curve, from logarithms of W.
 *
 * @param observed - log W(k) of the data
 * @param expected - log W*(k) of each reference set, at least 2
 */
export function gapPoint(k: number, observed: number, expected: readonly number[]): GapPoint {
  const references = expected.length;
  const mean = expected.reduce((a, b) => a + b, 0) / references;
  const squares = expected.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
  const gap = mean - observed;
  const error = Math.sqrt((squares / (references - 1)) * (1 + 1 / references));
  return {
    k,
    gap: Number.isFinite(gap) ? gap : null,
    standardError: Number.isFinite(error) ? error : null,
  };
}

/** The smallest k with gap(k) ≥ gap(k+1) − s(k+1); null if no k of the range has it (widen the range). */
export function chooseGap(points: readonly GapPoint[]): number | null {
  const byK = new Map(points.map((point) => [point.k, point]));
  for (const { k, gap } of [...points].sort((a, b) => a.k - b.k)) {
    const next = byK.get(k + 1);
    if (gap === null || next?.gap == null || next.standardError === null) continue;
    if (gap >= next.gap - next.standardError) return k;
  }
  return null;
}

function logWithin(x: Matrix, k: number, cluster: (x: Matrix, k: number) => Labels): number {
  const labels = k === 1 ? new Int32Array(x.rows) : cluster(x, k);
  return log(scatterOf(x, groupsOf(x, labels)).within);
}

/** Rows drawn evenly from the box around the data, column by column. */
export function uniformBox(x: Matrix, rng: Rng): Matrix {
  const out = allocateMatrix(x.rows, x.cols);
  const box = boxOf(x);
  for (let at = 0; at < out.data.length; at++) {
    const { low, high } = box[at % x.cols]!;
    out.data[at] = low + (high - low) * rng.uniform();
  }
  return out;
}

/** The same, in a box along the data's principal axes (the paper's choice b): follows correlated columns. */
export function pcaBox(x: Matrix, rng: Rng): Matrix {
  const { rows, cols } = x;
  const mean = columnMeans(x);
  const centred = allocateMatrix(rows, cols);
  for (let at = 0; at < x.data.length; at++) centred.data[at] = x.data[at]! - mean[at % cols]!;
  const scatter = allocateMatrix(cols, cols);
  for (let i = 0; i < rows; i++) {
    for (let a = 0; a < cols; a++) {
      for (let b = 0; b < cols; b++) {
        scatter.data[a * cols + b] =
          scatter.data[a * cols + b]! + centred.data[i * cols + a]! * centred.data[i * cols + b]!;
      }
    }
  }
  const { vectors } = symmetricEigen(scatter);
  const turned = allocateMatrix(rows, cols);
  for (let i = 0; i < rows; i++) {
    for (let v = 0; v < cols; v++) {
      let sum = 0;
      for (let j = 0; j < cols; j++) sum += centred.data[i * cols + j]! * vectors.data[v * cols + j]!;
      turned.data[i * cols + v] = sum;
    }
  }
  const drawn = uniformBox(turned, rng);
  const out = allocateMatrix(rows, cols);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) {
      let sum = mean[j]!;
      for (let v = 0; v < cols; v++) sum += drawn.data[i * cols + v]! * vectors.data[v * cols + j]!;
      out.data[i * cols + j] = sum;
    }
  }
  return out;
}

function boxOf(x: Matrix): { low: number; high: number }[] {
  const box = Array.from({ length: x.cols }, (_, j) => ({ low: x.data[j]!, high: x.data[j]! }));
  for (let at = 0; at < x.data.length; at++) {
    const side = box[at % x.cols]!;
    side.low = Math.min(side.low, x.data[at]!);
    side.high = Math.max(side.high, x.data[at]!);
  }
  return box;
}

function columnMeans(x: Matrix): Float64Array {
  const mean = new Float64Array(x.cols);
  for (let at = 0; at < x.data.length; at++) {
    const j = at % x.cols;
    mean[j] = mean[j]! + (x.data[at]! - x.data[j]!);
  }
  return mean.map((sum, j) => x.data[j]! + sum / x.rows);
}
