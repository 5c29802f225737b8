/**
 * Make the same kind of rule from fewer rows and the labels they have. Nothing is clustered anew: this asks how
 * far the rule depends on the rows it was made from. Cluster i stays label i; a cluster none of whose rows are
 * there cannot win.
 */
import type { Assignment } from "../cluster/define.js";
import { latentClassRule } from "../cluster/latent-class.js";
import type { Labels } from "../core/labels.js";
import { allocateMatrix, type Matrix, takeRows } from "../core/matrix.js";

/** The smallest variance of a component, as in the fit; and as a share of its mean variance, so that rounding stays below. */
const FLOOR = 1e-6;
const LEAST_SHARE = 1e-12;

/** How many rows near the old medoid are tried as the new one. */
const MEDOID_CANDIDATES = 64;

/** A function that makes rules like this one from rows of its space and their labels. */
export function refitRule(assignment: Assignment): (x: Matrix, labels: Labels) => Assignment {
  switch (assignment.rule) {
    case "nearest-centre":
      return (x, labels) => ({ ...assignment, centres: meansOf(x, labels, assignment.centres.rows) });
    case "nearest-medoid":
      return (x, labels) => medoidsOf(x, labels, assignment);
    case "posterior":
      return assignment.texts
        ? (x, labels) => latentClassRule({ ...x, texts: assignment.texts! }, labels, assignment.means.rows)
        : (x, labels) => mixtureOf(x, labels, assignment);
    case "nearest-neighbour":
      return (x, labels) => ({ ...assignment, points: x, labels });
    case "nearest-core-point":
      return corePointsOf(assignment);
    case "thresholds":
      return (x, labels) => thresholdsOf(x, labels, assignment);
    case "cells":
      return (x, labels) => cellsOf(x, labels, assignment);
  }
}

/** k×d; a cluster without rows has NaN for a mean, and is never nearest. */
function meansOf(x: Matrix, labels: Labels, k: number): Matrix {
  const d = x.cols;
  const out = allocateMatrix(k, d);
  const counts = new Float64Array(k);
  for (let i = 0; i < x.rows; i++) {
    const c = labels[i]!;
    if (c < 0) continue;
    counts[c]!++;
    for (let j = 0; j < d; j++) out.data[c * d + j]! += x.data[i * d + j]!;
  }
  for (let at = 0; at < k * d; at++) out.data[at]! /= counts[Math.floor(at / d)]!;
  return out;
}

/** Of the rows nearest the old medoid, the one with the smallest total distance to the rows of its cluster. */
function medoidsOf(x: Matrix, labels: Labels, like: Extract<Assignment, { rule: "nearest-medoid" }>): Assignment {
  const old = like.medoids;
  const distance = like.metric === "manhattan" ? manhattan : euclidean;
  const medoids = allocateMatrix(old.rows, x.cols).data.fill(Number.NaN);
  const medoidRows: number[] = [];
  for (let c = 0; c < old.rows; c++) {
    const members = [...labels.keys()].filter((row) => labels[row] === c);
    const near = members
      .map((row) => ({ row, distance: distance(x.data, row * x.cols, old.data, c * x.cols, x.cols) }))
      .sort((a, b) => a.distance - b.distance || a.row - b.row)
      .slice(0, MEDOID_CANDIDATES);
    let best = -1;
    let lowest = Number.POSITIVE_INFINITY;
    for (const { row } of near) {
      let total = 0;
      for (const other of members) total += distance(x.data, row * x.cols, x.data, other * x.cols, x.cols);
      if (total >= lowest) continue;
      lowest = total;
      best = row;
    }
    medoidRows.push(best);
    if (best >= 0) medoids.set(x.data.subarray(best * x.cols, (best + 1) * x.cols), c * x.cols);
  }
  return { ...like, medoids: { rows: old.rows, cols: x.cols, data: medoids }, medoidRows };
}

function manhattan(a: Float64Array, from: number, b: Float64Array, start: number, d: number): number {
  let sum = 0;
  for (let j = 0; j < d; j++) sum += Math.abs(a[from + j]! - b[start + j]!);
  return sum;
}

function euclidean(a: Float64Array, from: number, b: Float64Array, start: number, d: number): number {
  let sum = 0;
  for (let j = 0; j < d; j++) sum += (a[from + j]! - b[start + j]!) * (a[from + j]! - b[start + j]!);
  return Math.sqrt(sum);
}

/** Weights, means and covariances of the labelled rows, every row wholly in its own component. */
function mixtureOf(x: Matrix, labels: Labels, like: Extract<Assignment, { rule: "posterior" }>): Assignment {
  const { rows: k, cols: d } = like.means;
  const means = meansOf(x, labels, k);
  const counts = new Float64Array(k);
  const scatter = new Float64Array(k * d * d);
  for (let i = 0; i < x.rows; i++) {
    const c = labels[i]!;
    if (c < 0) continue;
    counts[c]!++;
    for (let a = 0; a < d; a++) {
      const gap = x.data[i * d + a]! - means.data[c * d + a]!;
      for (let b = 0; b < d; b++) {
        scatter[(c * d + a) * d + b]! += gap * (x.data[i * d + b]! - means.data[c * d + b]!);
      }
    }
  }
  const total = counts.reduce((sum, count) => sum + count, 0);
  const at = (c: number, a: number, b: number) => scatter[(c * d + a) * d + b]!;
  const divisor = (c: number) => Math.max(1, counts[c]!);
  const all = Array.from({ length: k }, (_, c) => c);
  const floorOf = (trace: number) => Math.max(FLOOR, (LEAST_SHARE * trace) / d);
  const traceOf = (c: number) => Array.from({ length: d }, (_, a) => at(c, a, a)).reduce((sum, v) => sum + v, 0);
  const floors = all.map((c) => floorOf(traceOf(c) / divisor(c)));
  const tiedFloor = floorOf(all.reduce((sum, c) => sum + traceOf(c), 0) / Math.max(1, total));
  const fill = (rows: number, cols: number, value: (row: number, col: number) => number): Matrix => {
    const out = allocateMatrix(rows, cols);
    for (let r = 0; r < rows; r++) for (let c = 0; c < cols; c++) out.data[r * cols + c] = value(r, c);
    return out;
  };
  const diagonal = (c: number, a: number) => at(c, a, a) / divisor(c) + floors[c]!;
  const full = (c: number, a: number, b: number) => at(c, a, b) / divisor(c) + (a === b ? floors[c]! : 0);
  const tied = (a: number, b: number) =>
    all.reduce((sum, c) => sum + at(c, a, b), 0) / Math.max(1, total) + (a === b ? tiedFloor : 0);
  const covariances = {
    full: () => fill(k * d, d, (r, b) => full(Math.floor(r / d), r % d, b)),
    tied: () => fill(d, d, tied),
    diag: () => fill(k, d, diagonal),
    spherical: () =>
      fill(k, 1, (c) => Array.from({ length: d }, (_, a) => diagonal(c, a)).reduce((sum, value) => sum + value, 0) / d),
  }[like.covarianceType]();
  return {
    rule: "posterior",
    covarianceType: like.covarianceType,
    weights: counts.map((count) => count / Math.max(1, total)),
    means: fill(k, d, (c, j) => (counts[c] === 0 ? 0 : means.data[c * d + j]!)),
    covariances,
  };
}

/** The core points among the rows given. Which rows are core is a property of the full table, and stays. */
function corePointsOf(like: Extract<Assignment, { rule: "nearest-core-point" }>) {
  const key = (m: Matrix, row: number) => m.data.subarray(row * m.cols, (row + 1) * m.cols).join();
  const cores = new Map<string, number>();
  for (let p = 0; p < like.points.rows; p++) cores.set(key(like.points, p), like.labels[p]!);
  return (x: Matrix, _labels: Labels): Assignment => {
    const kept = Array.from({ length: x.rows }, (_, row) => row).filter((row) => cores.has(key(x, row)));
    return {
      rule: "nearest-core-point",
      eps: like.eps,
      points: takeRows(x, kept),
      labels: Int32Array.from(kept, (row) => cores.get(key(x, row))!),
    };
  };
}

/** Each threshold anew: the smallest value seen beyond it and below the next. */
function thresholdsOf(x: Matrix, labels: Labels, like: Extract<Assignment, { rule: "thresholds" }>): Assignment {
  const lowest = like.labels.map(() => Number.POSITIVE_INFINITY);
  for (let i = 0; i < x.rows; i++) {
    const value = x.data[i * x.cols + like.column]!;
    let bin = 0;
    while (bin < like.thresholds.length && like.thresholds[bin]! <= value) bin++;
    if (like.labels[bin] === labels[i]) lowest[bin] = Math.min(lowest[bin]!, value);
  }
  const thresholds = like.thresholds.map((old, at) => (Number.isFinite(lowest[at + 1]!) ? lowest[at + 1]! : old));
  return { ...like, thresholds };
}

/** The cells seen, each with the label most of its rows have. */
function cellsOf(x: Matrix, labels: Labels, like: Extract<Assignment, { rule: "cells" }>): Assignment {
  const votes = new Map<number, Map<number, number>>();
  for (let i = 0; i < x.rows; i++) {
    let cell = 0;
    like.columns.forEach((column, j) => {
      if (x.data[i * x.cols + column]! > like.floors[j]!) cell |= 1 << j;
    });
    const counts = votes.get(cell) ?? new Map<number, number>();
    counts.set(labels[i]!, (counts.get(labels[i]!) ?? 0) + 1);
    votes.set(cell, counts);
  }
  const cells = [...votes.keys()].sort((a, b) => a - b);
  const winner = (cell: number) => [...votes.get(cell)!].sort((a, b) => b[1] - a[1] || a[0] - b[0])[0]![0];
  return { ...like, cells, labels: cells.map(winner) };
}
