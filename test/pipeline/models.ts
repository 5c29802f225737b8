/** Small models for tests: one table, one preparation, every assignment rule. */
import { assign } from "../../src/cluster/assign.js";
import type { Assignment } from "../../src/cluster/define.js";
import { canonicalLabels, countClusters, type Labels } from "../../src/core/labels.js";
import { type Matrix, matrix, takeRows } from "../../src/core/matrix.js";
import { stream } from "../../src/core/rng.js";
import { type Table, toMatrix } from "../../src/core/table.js";
import { reducerNamed } from "../../src/decomposition/registry.js";
import { measureAgreement } from "../../src/pipeline/agreement.js";
import { buildModel, type ModelIngredients } from "../../src/pipeline/build.js";
import type { Model } from "../../src/pipeline/schema.js";
import { fitPreparation } from "../../src/preprocessing/preparation.js";
import { tableOf } from "../preprocessing/tables.js";

/** 120 customers in two crowds; SPEND has gaps, NOTES is dropped, CHANNEL is a text. */
export function customers(): Table {
  const rng = stream(20260109, "test/customers");
  const rows = Array.from({ length: 120 }, (_, i) => ({ big: i % 3 === 0, i }));
  return tableOf(
    {
      SPEND: rows.map(({ big, i }) => (i % 17 === 5 ? null : Math.round((big ? 900 : 90) * (1 + rng.uniform())))),
      RATE: rows.map(({ big }) => (big ? 0.6 : 0.1) + 0.3 * rng.uniform()),
      NOTES: rows.map((_, i) => (i % 2 === 0 ? null : i)),
      CHANNEL: rows.map(({ big }) => (rng.uniform() < (big ? 0.8 : 0.2) ? "web" : "shop")),
      VISITS: rows.map(({ big }) => rng.int(big ? 30 : 6)),
    },
    rows.map(({ i }) => `C${1000 + i}`),
  );
}

export interface Prepared {
  readonly table: Table;
  readonly space: Matrix;
  readonly preparation: ModelIngredients["preparation"];
  readonly reduction: ModelIngredients["reduction"];
}

export function prepared(reduce: "pca" | "none" = "pca"): Prepared {
  const table = customers();
  const { table: made, fitted } = fitPreparation(table, [
    { name: "drop", params: ["NOTES"] },
    { name: "impute", params: { strategy: "median", indicator: true } },
    { name: "log1p", params: ["SPEND", "VISITS"] },
    { name: "winsorise", params: { columns: ["RATE"] } },
    { name: "one-hot", params: ["CHANNEL"] },
    { name: "scale", params: "standard" },
  ]);
  const reducer = reducerNamed(reduce);
  const x = toMatrix(made);
  const { fitted: reduced } = reducer.fit(x, reduce === "pca" ? { components: 2 } : {});
  return {
    table,
    space: reducer.transform(x, reduced),
    preparation: fitted,
    reduction: { name: reducer.name, version: reducer.version, fitted: reduced },
  };
}

/** A rule of every kind in the PCA plane, made by hand. */
export function rules(x: Matrix): Assignment[] {
  const centres = takeRows(x, [0, 1]);
  const every = (step: number) => Array.from({ length: Math.ceil(x.rows / step) }, (_, i) => i * step);
  const halves = (rows: readonly number[]) => Int32Array.from(rows, (row) => (row % 3 === 0 ? 0 : 1));
  return [
    { rule: "nearest-centre", centres },
    { rule: "nearest-medoid", medoids: centres, medoidRows: [0, 1] },
    { rule: "posterior", covarianceType: "full", weights: Float64Array.of(0.4, 0.6), means: centres, covariances: matrix([[1, 0.2], [0.2, 1], [2, 0], [0, 1]]) }, // biome-ignore format: one rule a line
    { rule: "posterior", covarianceType: "spherical", weights: Float64Array.of(0.4, 0.6), means: centres, covariances: matrix([[1], [2]]) }, // biome-ignore format: one rule a line
    { rule: "nearest-neighbour", points: x, labels: halves(every(1)) },
    { rule: "nearest-core-point", eps: 0.5, points: takeRows(x, every(3)), labels: halves(every(3)).fill(1, 20) },
    { rule: "thresholds", column: 0, thresholds: [0], labels: [1, 0] },
    { rule: "cells", columns: [0, 1], floors: [0, 0], cells: [0, 1, 3], labels: [0, 1, 2] },
    { rule: "nearest-medoid", medoids: centres, medoidRows: [0, 1], metric: "manhattan" },
    { rule: "nearest-neighbour", points: x, labels: halves(every(1)), metric: "manhattan" },
  ];
}

/** A model of that rule, its labels the rule's own. */
export function modelOf(made: Prepared, rule: Assignment): { model: Model; labels: Labels; rule: Assignment } {
  // Number the clusters as the rows first show them, and the rule alike.
  const raw = assign(rule, made.space).labels;
  const labels = canonicalLabels(raw);
  const renumbered = renumberRule(rule, raw, labels);
  const k = countClusters(labels);
  const model = buildModel({
    name: "customers",
    ...made,
    algorithm: { name: "by-hand", version: 1, params: { k, note: "for tests" }, seed: 0 },
    assignment: renumbered,
    labels,
    names: Array.from({ length: k }, (_, c) => `Segment ${c + 1}`),
    agreement: measureAgreement(made.space, labels, renumbered),
    provenance: { experiment: "test", data: { checksum: "0".repeat(64) } },
  });
  return { model, labels, rule: renumbered };
}

function renumberRule(rule: Assignment, raw: Labels, labels: Labels): Assignment {
  const to = new Map(Array.from(raw, (old, i) => [old, labels[i]!]));
  const move = (old: number) => to.get(old) ?? old;
  if ("labels" in rule) {
    return rule.rule === "nearest-neighbour" || rule.rule === "nearest-core-point"
      ? { ...rule, labels: Int32Array.from(rule.labels, move) }
      : { ...rule, labels: rule.labels.map(move) };
  }
  return rule;
}
