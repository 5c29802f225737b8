/** Assignment rules to JSON and back: typed arrays become lists, matrices become lists of rows. */

import { columnsOf } from "../cluster/assign.js";
import type { Assignment } from "../cluster/define.js";
import { UserError } from "../core/errors.js";
import { type Matrix, matrix } from "../core/matrix.js";
import type { AssignmentJson } from "./schema.js";

/** The rule as a model file keeps it. `embedsRows` says whether it holds rows of the training table. */
export function toJson(assignment: Assignment): AssignmentJson {
  switch (assignment.rule) {
    case "nearest-centre":
      return {
        rule: assignment.rule,
        embedsRows: false,
        centres: rowsOf(assignment.centres),
        ...(assignment.weights ? { weights: Array.from(assignment.weights) } : {}),
      };
    case "nearest-medoid":
      return {
        rule: assignment.rule,
        embedsRows: true,
        medoids: rowsOf(assignment.medoids),
        medoidRows: [...assignment.medoidRows],
        ...metricOf(assignment),
      };
    case "posterior":
      return {
        rule: assignment.rule,
        embedsRows: false,
        covarianceType: assignment.covarianceType,
        weights: Array.from(assignment.weights),
        means: rowsOf(assignment.means),
        covariances: rowsOf(assignment.covariances),
        ...(assignment.texts ? { texts: assignment.texts.map((columns) => [...columns]) } : {}),
      };
    case "nearest-core-point":
      return {
        rule: assignment.rule,
        embedsRows: true,
        eps: assignment.eps,
        points: rowsOf(assignment.points),
        labels: Array.from(assignment.labels),
      };
    case "nearest-neighbour":
      return {
        rule: assignment.rule,
        embedsRows: true,
        points: rowsOf(assignment.points),
        labels: Array.from(assignment.labels),
        ...metricOf(assignment),
      };
    case "thresholds":
      return {
        rule: assignment.rule,
        embedsRows: false,
        column: assignment.column,
        thresholds: [...assignment.thresholds],
        labels: [...assignment.labels],
      };
    case "cells":
      return {
        rule: assignment.rule,
        embedsRows: false,
        columns: [...assignment.columns],
        floors: [...assignment.floors],
        cells: [...assignment.cells],
        labels: [...assignment.labels],
      };
  }
}

/** Only what is not the default, so that older models read as they are. */
function metricOf({ metric }: { readonly metric?: "euclidean" | "manhattan" | undefined }) {
  return metric === "manhattan" ? { metric } : {};
}

/** The rule ready for arithmetic. */
export function fromJson(json: AssignmentJson): Assignment {
  switch (json.rule) {
    case "nearest-centre":
      return {
        rule: json.rule,
        centres: matrix(json.centres),
        ...(json.weights ? { weights: Float64Array.from(json.weights) } : {}),
      };
    case "nearest-medoid":
      return { rule: json.rule, medoids: matrix(json.medoids), medoidRows: json.medoidRows, ...metricOf(json) };
    case "posterior":
      return {
        rule: json.rule,
        covarianceType: json.covarianceType,
        weights: Float64Array.from(json.weights),
        means: matrix(json.means),
        covariances: matrix(json.covariances),
        ...(json.texts ? { texts: json.texts } : {}),
      };
    case "nearest-core-point":
      return { rule: json.rule, eps: json.eps, points: matrix(json.points), labels: Int32Array.from(json.labels) };
    case "nearest-neighbour":
      return {
        rule: json.rule,
        points: matrix(json.points),
        labels: Int32Array.from(json.labels),
        ...metricOf(json),
      };
    case "thresholds":
    case "cells":
      return json;
  }
}

/**
 * A rule whose parts do not fit each other, or the space they are to judge, must not be asked.
 *
 * @param cols - columns of the space
 * @param segments - how many segments there are names for
 * @throws UserError `SHAPE_MISMATCH`
 */
export function requireShape(assignment: Assignment, cols: number, segments: number): void {
  const highest = highestLabel(assignment);
  const nameless = highest >= segments ? `answers label ${highest}, and there are ${segments} segments` : undefined;
  const wrong = misfit(assignment, cols) ?? nameless;
  if (wrong === undefined) return;
  throw new UserError("SHAPE_MISMATCH", { what: `the ${assignment.rule} rule ${wrong}`, where: "assignment" });
}

function highestLabel(assignment: Assignment): number {
  switch (assignment.rule) {
    case "nearest-centre":
      return assignment.centres.rows - 1;
    case "nearest-medoid":
      return assignment.medoids.rows - 1;
    case "posterior":
      return assignment.means.rows - 1;
    default:
      return (assignment.labels as readonly number[]).reduce((most, label) => Math.max(most, label), -1);
  }
}

function misfit(assignment: Assignment, cols: number): string | undefined {
  const own = columnsOf(assignment);
  const empty = "points" in assignment && assignment.points.rows === 0;
  if (own !== undefined && own !== cols && !empty) return `is made for ${own} columns, and the space has ${cols}`;
  switch (assignment.rule) {
    case "nearest-centre":
      return (assignment.weights?.length ?? cols) === cols ? undefined : "needs a weight for each column";
    case "nearest-core-point":
    case "nearest-neighbour":
      return assignment.labels.length === assignment.points.rows ? undefined : "needs a label for each point";
    case "posterior": {
      const { covarianceType: type, weights, means, covariances } = assignment;
      const k = means.rows;
      const rows = { full: k * cols, tied: cols, diag: k, spherical: k }[type];
      const fits = weights.length === k && covariances.rows === rows;
      return fits && covariances.cols === (type === "spherical" ? 1 : cols)
        ? undefined
        : `has parts that do not fit ${k} components in ${cols} columns`;
    }
    case "thresholds":
      if (assignment.column < 0 || assignment.column >= cols) return `reads column ${assignment.column} of ${cols}`;
      return assignment.labels.length === assignment.thresholds.length + 1
        ? undefined
        : "needs one label more than thresholds";
    case "cells":
      if (assignment.columns.some((column) => column < 0 || column >= cols)) return `reads a column beyond ${cols}`;
      return assignment.floors.length === assignment.columns.length &&
        assignment.labels.length === assignment.cells.length
        ? undefined
        : "needs a floor for each column and a label for each cell";
    default:
      return undefined;
  }
}

function rowsOf(x: Matrix): number[][] {
  return Array.from({ length: x.rows }, (_, i) => Array.from(x.data.subarray(i * x.cols, (i + 1) * x.cols)));
}
