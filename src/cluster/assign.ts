/**
 * How a new row gets its cluster: the arithmetic of every assignment rule, made ready once and then asked row
 * by row. Batches ask the same function, so one row alone gets what it gets among others.
 */
import { UserError } from "../core/errors.js";
import { NOISE } from "../core/labels.js";
import { log } from "../core/math.js";
import type { Matrix } from "../core/matrix.js";
import { cholesky } from "../core/symmetric.js";
import type { Assigned, Assignment } from "./define.js";
import { type Nearest, nearestPoint } from "./nearest-point.js";

/** The answer for one row. A caller keeps one and has it filled again and again. */
export interface Verdict {
  /** The cluster, or −1 for noise. */
  label: number;
  /** Runner-up minus winner, in the rule's own unit; ≥ 0, and Infinity when there is no runner-up. */
  margin: number;
  /** The runner-up's label (−1: noise), or `NOBODY`. */
  second: number;
}

/** `Verdict.second` where nobody else stands to win. */
export const NOBODY = -2;

/** Judge the row of `x` that starts at `start`. `skip` passes over one embedded point (leave-one-out). */
export type RowAssigner = (x: Float64Array, start: number, out: Verdict, skip?: number) => void;

export function newVerdict(): Verdict {
  return { label: NOISE, margin: Number.POSITIVE_INFINITY, second: NOBODY };
}

/** How many columns a rule reads; undefined for rules that read only those they name. */
export function columnsOf(assignment: Assignment): number | undefined {
  switch (assignment.rule) {
    case "nearest-centre":
      return assignment.centres.cols;
    case "nearest-medoid":
      return assignment.medoids.cols;
    case "posterior":
      return assignment.means.cols;
    case "nearest-core-point":
    case "nearest-neighbour":
      return assignment.points.cols;
    default:
      return undefined;
  }
}

/**
 * Give every row its cluster.
 *
 * @param x - n×d in the space the rule was made in
 * @throws UserError `SHAPE_MISMATCH` if the rule was made for another number of columns
 * @remarks O(n·k·d) for centres and medoids, O(n·k·d²) for full covariances, O(n·log m) to O(n·m) for m points
 */
export function assign(assignment: Assignment, x: Matrix): Assigned {
  const cols = columnsOf(assignment);
  if (cols !== undefined && cols !== x.cols) {
    throw new UserError("SHAPE_MISMATCH", {
      what: `the assignment rule was made for ${cols} columns, but the rows have ${x.cols}`,
      mend: "prepare and reduce the rows as the training rows were",
    });
  }
  const assignRow = rowAssigner(assignment);
  const labels = new Int32Array(x.rows);
  const margins = new Float64Array(x.rows);
  const verdict = newVerdict();
  for (let i = 0; i < x.rows; i++) {
    assignRow(x.data, i * x.cols, verdict);
    labels[i] = verdict.label;
    margins[i] = verdict.margin;
  }
  return { labels, margins };
}

/** A rule made ready: what can be computed before the first row is computed here. */
export function rowAssigner(assignment: Assignment): RowAssigner {
  switch (assignment.rule) {
    case "nearest-centre":
      return assignment.weights
        ? nearestWeighted(assignment.centres, assignment.weights)
        : nearestOf(assignment.centres);
    case "nearest-medoid":
      return assignment.metric === "manhattan" ? nearestInManhattan(assignment.medoids) : nearestOf(assignment.medoids);
    case "posterior":
      return mostLikely(assignment);
    case "nearest-core-point":
      return nearestPointWithin(assignment.points, assignment.labels, assignment.eps);
    case "nearest-neighbour":
      if (assignment.metric === "manhattan") return nearestInManhattan(assignment.points, assignment.labels);
      return nearestPointWithin(assignment.points, assignment.labels, Number.POSITIVE_INFINITY);
    case "thresholds":
      return byThresholds(assignment);
    case "cells":
      return byCells(assignment);
  }
}

/** Euclidean; a tie goes to the lower label. A centre of NaN never wins. */
function nearestOf({ rows: k, cols: d, data }: Matrix): RowAssigner {
  return (x, start, out) => {
    let best = Number.POSITIVE_INFINITY;
    let next = Number.POSITIVE_INFINITY;
    let label = NOISE;
    let second = NOBODY;
    for (let c = 0, at = 0; c < k; c++) {
      let squared = 0;
      for (let j = 0; j < d; j++, at++) {
        const gap = x[start + j]! - data[at]!;
        squared += gap * gap;
      }
      if (squared < best) {
        next = best;
        second = label === NOISE ? NOBODY : label;
        best = squared;
        label = c;
      } else if (squared < next) {
        next = squared;
        second = c;
      }
    }
    out.label = label;
    out.second = second;
    out.margin = Math.sqrt(next) - Math.sqrt(best);
  };
}

/** As `nearestOf`, each column stretched by the root of its weight. */
function nearestWeighted(centres: Matrix, weights: Float64Array): RowAssigner {
  const { rows, cols } = centres;
  const roots = weights.map(Math.sqrt);
  const stretched = { rows, cols, data: centres.data.map((value, at) => value * roots[at % cols]!) };
  const nearest = nearestOf(stretched);
  const row = new Float64Array(cols);
  return (x, start, out) => {
    for (let j = 0; j < cols; j++) row[j] = x[start + j]! * roots[j]!;
    nearest(row, 0, out);
  };
}

/** As `nearestOf`, in Manhattan distance; points may share a label, and then the margin is to the next other label. */
function nearestInManhattan({ rows, cols: d, data }: Matrix, labels?: ArrayLike<number>): RowAssigner {
  return (x, start, out, skip = -1) => {
    let best = Number.POSITIVE_INFINITY;
    let next = Number.POSITIVE_INFINITY;
    let label = NOISE;
    let second = NOBODY;
    for (let p = 0; p < rows; p++) {
      if (p === skip) continue;
      let distance = 0;
      for (let j = 0, at = p * d; j < d; j++, at++) distance += Math.abs(x[start + j]! - data[at]!);
      const its = labels?.[p] ?? p;
      if (distance < best) {
        if (its !== label) {
          next = best;
          second = label === NOISE ? NOBODY : label;
        }
        best = distance;
        label = its;
      } else if (its !== label && distance < next) {
        next = distance;
        second = its;
      }
    }
    out.label = label;
    out.second = second;
    out.margin = next - best;
  };
}

/**
 * ln weight + ln density, without the constant (d/2)·ln 2π that all components share. The margin is the
 * logarithm of the odds of the winner against the runner-up.
 */
function mostLikely(rule: Extract<Assignment, { rule: "posterior" }>): RowAssigner {
  const { rows: k, cols: d, data: means } = rule.means;
  const factors = Array.from({ length: k }, (_, c) => whitener(rule, c));
  const offsets = Float64Array.from(factors, ({ logDeterminant }, c) => log(rule.weights[c]!) - logDeterminant / 2);
  const whitened = new Float64Array(d);
  return (x, start, out) => {
    let best = Number.NEGATIVE_INFINITY;
    let next = Number.NEGATIVE_INFINITY;
    let label = NOISE;
    let second = NOBODY;
    for (let c = 0; c < k; c++) {
      const { lower, scales } = factors[c]!;
      let squared = 0;
      for (let j = 0; j < d; j++) {
        // Forward substitution of L·z = x − mean; a diagonal needs none.
        let value = x[start + j]! - means[c * d + j]!;
        if (lower !== null) for (let i = 0; i < j; i++) value -= lower[j * d + i]! * whitened[i]!;
        value /= scales[j]!;
        whitened[j] = value;
        squared += value * value;
      }
      const score = offsets[c]! - squared / 2;
      if (score > best) {
        next = best;
        second = label === NOISE ? NOBODY : label;
        best = score;
        label = c;
      } else if (score > next) {
        next = score;
        second = c;
      }
    }
    out.label = label;
    out.second = second;
    out.margin = next === Number.NEGATIVE_INFINITY ? Number.POSITIVE_INFINITY : best - next;
  };
}

interface Whitener {
  /** The Cholesky factor below its diagonal, d×d; null for a diagonal covariance. */
  readonly lower: Float64Array | null;
  /** Its diagonal. */
  readonly scales: Float64Array;
  readonly logDeterminant: number;
}

function whitener(rule: Extract<Assignment, { rule: "posterior" }>, c: number): Whitener {
  const d = rule.means.cols;
  const { data } = rule.covariances;
  if (rule.covarianceType === "diag" || rule.covarianceType === "spherical") {
    const scales = Float64Array.from({ length: d }, (_, j) =>
      Math.sqrt(rule.covarianceType === "diag" ? data[c * d + j]! : data[c]!),
    );
    return { lower: null, scales, logDeterminant: logDeterminantOf(scales) };
  }
  const first = rule.covarianceType === "full" ? c * d * d : 0;
  const factor = cholesky({ rows: d, cols: d, data: data.subarray(first, first + d * d) });
  if (factor === null) throw new Error(`the covariance of component ${c} is not positive definite`);
  const scales = Float64Array.from({ length: d }, (_, j) => factor.data[j * d + j]!);
  return { lower: factor.data, scales, logDeterminant: logDeterminantOf(scales) };
}

function logDeterminantOf(scales: Float64Array): number {
  let sum = 0;
  for (const scale of scales) sum += log(scale);
  return 2 * sum;
}

/**
 * The label of the nearest point; noise when none lies within eps. A noise row's runner-up is the cluster it
 * missed, and a row near the reach of its cluster has noise for a runner-up.
 */
function nearestPointWithin(points: Matrix, labels: ArrayLike<number>, eps: number): RowAssigner {
  const search = nearestPoint(points, labels);
  const found: Nearest = { index: -1, label: NOISE, squared: 0, other: NOISE, otherSquared: 0 };
  return (x, start, out, skip = -1) => {
    search(x, start, found, skip);
    const distance = Math.sqrt(found.squared);
    if (found.index < 0 || distance > eps) {
      out.label = NOISE;
      out.second = found.index < 0 ? NOBODY : found.label;
      out.margin = found.index < 0 ? Number.POSITIVE_INFINITY : distance - eps;
      return;
    }
    const toOther = Math.sqrt(found.otherSquared) - distance;
    const toNoise = eps - distance;
    out.label = found.label;
    out.margin = Math.min(toOther, toNoise);
    out.second = out.margin === Number.POSITIVE_INFINITY ? NOBODY : toNoise < toOther ? NOISE : found.other;
  };
}

/** The margin is the way to the nearest threshold with another label beyond it. */
function byThresholds(rule: Extract<Assignment, { rule: "thresholds" }>): RowAssigner {
  const { column, thresholds, labels } = rule;
  return (x, start, out) => {
    const value = x[start + column]!;
    let bin = 0;
    while (bin < thresholds.length && thresholds[bin]! <= value) bin++;
    out.label = labels[bin]!;
    out.margin = Number.POSITIVE_INFINITY;
    out.second = NOBODY;
    for (let other = 0; other < labels.length; other++) {
      if (labels[other] === out.label) continue;
      // The edge of the other bin that faces this value.
      const edge = other < bin ? thresholds[other]! : thresholds[other - 1]!;
      const way = Math.abs(value - edge);
      if (way >= out.margin) continue;
      out.margin = way;
      out.second = labels[other]!;
    }
  };
}

/**
 * The margin is the way to the nearest cell of another label: how far the columns that differ lie from their
 * floors. Of cells never seen (noise) only those one column away are tried.
 */
function byCells(rule: Extract<Assignment, { rule: "cells" }>): RowAssigner {
  const { columns, floors, cells, labels } = rule;
  const labelOf = new Map(cells.map((cell, at) => [cell, labels[at]!]));
  const gaps = new Float64Array(columns.length);
  return (x, start, out) => {
    let cell = 0;
    for (let j = 0; j < columns.length; j++) {
      gaps[j] = x[start + columns[j]!]! - floors[j]!;
      if (gaps[j]! > 0) cell |= 1 << j;
    }
    out.label = labelOf.get(cell) ?? NOISE;
    let nearest = Number.POSITIVE_INFINITY;
    out.second = NOBODY;
    const consider = (other: number, label: number) => {
      if (label === out.label) return;
      let squared = 0;
      for (let j = 0; j < columns.length; j++) if ((cell ^ other) & (1 << j)) squared += gaps[j]! * gaps[j]!;
      if (squared >= nearest) return;
      nearest = squared;
      out.second = label;
    };
    for (let at = 0; at < cells.length; at++) consider(cells[at]!, labels[at]!);
    for (let j = 0; j < columns.length; j++) consider(cell ^ (1 << j), labelOf.get(cell ^ (1 << j)) ?? NOISE);
    out.margin = Math.sqrt(nearest);
  };
}
