import { describe, expect, test } from "vitest";
import { assign } from "../../src/cluster/assign.js";
import { fitOne } from "../../src/cluster/define.js";
import { algorithms } from "../../src/cluster/registry.js";
import { allocateMatrix, matrix } from "../../src/core/matrix.js";
import { stream } from "../../src/core/rng.js";
import { measureAgreement } from "../../src/pipeline/agreement.js";
import { refitRule } from "../../src/pipeline/refit.js";
import { referenceRows } from "../reference.js";
import { prepared, rules } from "./models.js";

// Five pairs of neighbours on a line; the last pair is torn apart by its labels.
const line = matrix([[0], [1], [10], [11], [20], [21], [30], [31], [40], [41]]);
const torn = Int32Array.of(0, 0, 1, 1, 2, 2, 3, 3, 4, 5);

test("a nearest neighbour finds itself in training, and must do without itself when left out", () => {
  const rule = { rule: "nearest-neighbour", points: line, labels: torn } as const;
  const { training, leaveOneOut, rows } = measureAgreement(line, torn, rule);
  // Without themselves, 40 gets label 5 and 41 gets label 4: eight of ten are right.
  expect({ training, leaveOneOut, rows }).toEqual({ training: 1, leaveOneOut: 0.8, rows: 10 });
});

test("leave-one-out of core points passes over the core itself, and noise rows count", () => {
  const x = matrix([[0], [1], [2], [50]]);
  const labels = Int32Array.of(0, 0, 0, -1);
  const rule = { rule: "nearest-core-point", eps: 1, points: matrix([[0], [1], [2]]), labels: Int32Array.of(0, 0, 0) } as const; // biome-ignore format: one line
  expect(measureAgreement(x, labels, rule)).toMatchObject({ training: 1, leaveOneOut: 1 });
  // Only the middle one is core: left out, it has no core within reach and becomes noise.
  const single = { ...rule, points: matrix([[1]]), labels: Int32Array.of(0) };
  expect(measureAgreement(x, labels, single)).toMatchObject({ training: 1, leaveOneOut: 0.75 });
});

test("cross-validation asks a rule that has not seen the row", () => {
  // 40 and 41 have a label each: a rule made without one of them cannot answer it.
  const centres = { rule: "nearest-centre", centres: matrix([[0.5], [10.5], [20.5], [30.5], [40], [41]]) } as const;
  const { training, crossValidated } = measureAgreement(line, torn, centres);
  expect([training, crossValidated]).toEqual([1, 0.8]);
});

test("a caller may make the rule its own way", () => {
  const asked: number[] = [];
  const rule = { rule: "thresholds", column: 0, thresholds: [], labels: [0] } as const;
  const { crossValidated } = measureAgreement(line, torn, rule, {
    refit: (x, labels) => {
      asked.push(x.rows, labels.length);
      return rule;
    },
  });
  expect(asked).toEqual(Array(10).fill(8));
  expect(crossValidated).toBe(0.2);
});

test("of many rows a fixed draw is measured", () => {
  const rule = { rule: "nearest-neighbour", points: line, labels: torn } as const;
  const some = measureAgreement(line, torn, rule, { maxRows: 5 });
  expect(some.rows).toBe(5);
  expect(measureAgreement(line, torn, rule, { maxRows: 5 })).toEqual(some);
});

describe("a rule made anew from all its rows and their labels", () => {
  const { space } = prepared();
  test.each(rules(space).map((rule) => [rule.rule, rule] as const))(
    "%s answers nearly all of them alike",
    (_, rule) => {
      const { labels } = assign(rule, space);
      const again = assign(refitRule(rule)(space, labels), space).labels;
      const equal = again.filter((label, i) => label === labels[i]).length;
      expect(equal / labels.length).toBeGreaterThanOrEqual(0.9);
    },
  );
});

test.each(["full", "tied"] as const)(
  "a %s mixture of columns of huge unit is made anew from few rows",
  (covarianceType) => {
    const rng = stream(1, "test/pipeline/units");
    const x = allocateMatrix(12, 9);
    for (let at = 0; at < x.data.length; at++) x.data[at] = 1e7 * rng.normal();
    const labels = Int32Array.from({ length: 12 }, (_, i) => Number(i > 5));
    const means = allocateMatrix(2, 9);
    const covariances = allocateMatrix(covarianceType === "full" ? 18 : 9, 9);
    const like = { rule: "posterior", covarianceType, weights: Float64Array.of(0.5, 0.5), means, covariances } as const;
    // Six rows span no nine columns: without a floor in their unit the covariance has no Cholesky factor.
    expect(assign(refitRule(like)(x, labels), x).labels).toEqual(labels);
  },
);

describe("on iris, every algorithm's own rule", () => {
  const { x } = referenceRows("iris");
  const params: Record<string, object> = {
    kmeans: { k: 3 },
    gmm: { k: 3 },
    agglomerative: { k: 3, linkage: "average" },
    kmedoids: { k: 3 },
    dbscan: { eps: 0.6, minSamples: 5 },
  };
  const known = algorithms.filter(({ name }) => params[name]);

  test.each(known.map((algorithm) => [algorithm.name, algorithm] as const))(
    "%s: repeats its labels, and holds for rows it has not seen",
    (name, algorithm) => {
      const chosen = algorithm.params.parse(params[name]);
      const fit = fitOne(algorithm, x, chosen, { seed: 1 });
      const agreement = measureAgreement(x, fit.labels, algorithm.assignment(x, chosen, fit));
      expect(agreement.training).toBeGreaterThanOrEqual(0.97);
      expect(agreement.crossValidated).toBeGreaterThanOrEqual(0.9);
      expect(agreement.crossValidated).toBeLessThanOrEqual(1);
    },
  );
});
