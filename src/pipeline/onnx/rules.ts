/** Reductions and assignment rules in ONNX: an n×d tensor in, a label and a margin for each row out. */
import type { Assignment } from "../../cluster/define.js";
import { UserError } from "../../core/errors.js";
import { log } from "../../core/math.js";
import type { Matrix } from "../../core/matrix.js";
import { cholesky } from "../../core/symmetric.js";
import type { Model } from "../schema.js";
import type { Graph } from "./graph.js";

/** out = (x − mean) · componentsᵀ for PCA; x itself for none. */
export function emitReduction(graph: Graph, { name, fitted }: Model["reduction"], x: string): string {
  if (name === "none") return x;
  if (name !== "pca") {
    throw new UserError("BAD_USAGE", {
      what: `the reduction "${name}" cannot be written in ONNX`,
      where: "export",
      mend: "use the model with segmenta predict or serve",
    });
  }
  const mean = fitted["mean"] as readonly number[];
  const components = fitted["components"] as readonly (readonly number[])[];
  const transposed = mean.flatMap((_, j) => components.map((component) => component[j]!));
  const centred = graph.node("Sub", [x, graph.doubles(mean, [1, mean.length])]);
  return graph.node("MatMul", [centred, graph.doubles(transposed, [mean.length, components.length])]);
}

export interface Emission {
  /** int64, n */
  readonly label: string;
  /** double, n */
  readonly margin: string;
}

/**
 * @param x - n×d, the space the rule judges
 * @throws UserError `BAD_USAGE` for a rule that is a search, or a table, rather than arithmetic over the row
 */
export function emitRule(graph: Graph, rule: Assignment, x: string): Emission {
  switch (rule.rule) {
    case "nearest-centre":
      return rule.weights ? nearestWeighted(graph, rule.centres, rule.weights, x) : nearest(graph, rule.centres, x);
    case "nearest-medoid":
      return nearest(graph, rule.medoids, x, rule.metric);
    case "posterior":
      return mostLikely(graph, rule, x);
    case "nearest-core-point":
    case "nearest-neighbour":
      throw refused(rule.rule, `it carries ${rule.points.rows} customers' rows, and a search among them`);
    case "thresholds":
    case "cells":
      throw refused(rule.rule, "a baseline is there to compare with, not to deploy");
  }
}

function refused(rule: string, because: string): UserError {
  return new UserError("BAD_USAGE", {
    what: `the ${rule} rule is not written in ONNX: ${because}`,
    where: "export",
    mend: "export a centroid, medoid or mixture model, or use this one with segmenta predict or serve",
  });
}

/** Rows and centres, each column stretched by the root of its weight. */
function nearestWeighted(graph: Graph, centres: Matrix, weights: Float64Array, x: string): Emission {
  const roots = weights.map(Math.sqrt);
  const stretched = { ...centres, data: centres.data.map((value, at) => value * roots[at % centres.cols]!) };
  return nearest(graph, stretched, graph.node("Mul", [x, graph.doubles(roots, [1, centres.cols])]));
}

/** Σ (x − c)², or Σ |x − c|, in the plain form: no cancellation, as in our own arithmetic. */
function nearest(graph: Graph, centres: Matrix, x: string, metric?: "euclidean" | "manhattan"): Emission {
  const { rows: k, cols: d } = centres;
  const gaps = graph.node("Sub", [
    graph.node("Unsqueeze", [x, graph.wholes([1])]),
    graph.doubles(centres.data, [1, k, d]),
  ]);
  const each = metric === "manhattan" ? graph.node("Abs", [gaps]) : graph.node("Mul", [gaps, gaps]);
  const sum = graph.node("ReduceSum", [each, graph.wholes([2])], { keepdims: 0 });
  const label = graph.node("ArgMin", [sum], { axis: 1, keepdims: 0, select_last_index: 0 });
  const distances = metric === "manhattan" ? sum : graph.node("Sqrt", [sum]);
  return { label, margin: between(graph, distances, k, 0) };
}

/** ln weight − ½ ln |Σ| − ½ |L⁻¹(x − μ)|², as in our own arithmetic but for L⁻¹, which is multiplied out here. */
function mostLikely(graph: Graph, rule: Extract<Assignment, { rule: "posterior" }>, x: string): Emission {
  const { rows: k, cols: d } = rule.means;
  const factors = Array.from({ length: k }, (_, c) => inverseFactor(rule, c));
  const gaps = graph.node("Sub", [
    graph.node("Unsqueeze", [x, graph.wholes([0])]),
    graph.doubles(rule.means.data, [k, 1, d]),
  ]);
  const diagonal = rule.covarianceType === "diag" || rule.covarianceType === "spherical";
  const whitened = diagonal
    ? graph.node("Mul", [
        gaps,
        graph.doubles(
          factors.flatMap(({ inverse }) => Array.from({ length: d }, (_, j) => inverse[j * d + j]!)),
          [k, 1, d],
        ),
      ])
    : graph.node("MatMul", [
        gaps,
        graph.doubles(
          factors.flatMap(({ inverse }) =>
            Array.from({ length: d * d }, (_, at) => inverse[(at % d) * d + Math.floor(at / d)]!),
          ),
          [k, d, d],
        ),
      ]);
  const squared = graph.node("ReduceSum", [graph.node("Mul", [whitened, whitened]), graph.wholes([2])], {
    keepdims: 0,
  });
  const offsets = factors.map(({ logDeterminant }, c) => log(rule.weights[c]!) - logDeterminant / 2);
  const scores = graph.node("Sub", [
    graph.doubles(offsets, [1, k]),
    graph.node("Mul", [graph.node("Transpose", [squared], { perm: [1, 0] }), graph.doubles([0.5], [1])]),
  ]);
  const label = graph.node("ArgMax", [scores], { axis: 1, keepdims: 0, select_last_index: 0 });
  return { label, margin: between(graph, scores, k, 1) };
}

/** The best and the next best of n×k, one from the other, never negative. Infinity where k is 1. */
function between(graph: Graph, scores: string, k: number, largest: 0 | 1): string {
  if (k === 1) {
    const zero = graph.node("Mul", [graph.node("Squeeze", [scores, graph.wholes([1])]), graph.doubles([0], [1])]);
    return graph.node("Add", [zero, graph.doubles([Number.POSITIVE_INFINITY], [1])]);
  }
  const [two] = graph.nodes("TopK", [scores, graph.wholes([2])], 2, { axis: 1, largest, sorted: 1 });
  const part = (at: number) => graph.node("Gather", [two!, graph.wholes([at], [])], { axis: 1 });
  return graph.node("Abs", [graph.node("Sub", [part(0), part(1)])]);
}

/** L⁻¹ (d×d, lower) of a component's covariance L·Lᵀ, and ln |Σ|. */
function inverseFactor(rule: Extract<Assignment, { rule: "posterior" }>, c: number) {
  const d = rule.means.cols;
  const { data } = rule.covariances;
  const inverse = new Float64Array(d * d);
  let logDeterminant = 0;
  if (rule.covarianceType === "diag" || rule.covarianceType === "spherical") {
    for (let j = 0; j < d; j++) {
      const scale = Math.sqrt(rule.covarianceType === "diag" ? data[c * d + j]! : data[c]!);
      inverse[j * d + j] = 1 / scale;
      logDeterminant += 2 * log(scale);
    }
    return { inverse, logDeterminant };
  }
  const first = rule.covarianceType === "full" ? c * d * d : 0;
  const factor = cholesky({ rows: d, cols: d, data: data.subarray(first, first + d * d) });
  if (factor === null) throw new Error(`the covariance of component ${c} is not positive definite`);
  const lower = factor.data;
  for (let column = 0; column < d; column++) {
    for (let row = column; row < d; row++) {
      let value = row === column ? 1 : 0;
      for (let i = column; i < row; i++) value -= lower[row * d + i]! * inverse[i * d + column]!;
      inverse[row * d + column] = value / lower[row * d + row]!;
    }
    logDeterminant += 2 * log(lower[column * d + column]!);
  }
  return { inverse, logDeterminant };
}
