/** Gaussian mixtures: a case worked by hand, EM bound by bound against the reference, and degenerate data. */
import { describe, expect, test } from "vitest";
import { fitOne } from "../../src/cluster/define.js";
import { countParameters, gmm } from "../../src/cluster/gmm.js";
import { type Matrix, matrix } from "../../src/core/matrix.js";
import { stream } from "../../src/core/rng.js";
import { type CovarianceType, emFromLabels } from "../../src/kernels/gmm.js";
import { reference, referenceRows, referenceSets } from "../reference.js";
import { expectNear, expectWithin } from "./near.js";

const cluster = (x: Matrix, params: Record<string, unknown>, seed = 1) =>
  fitOne(gmm, x, gmm.params.parse(params), { seed });

test("two pairs by hand: weights, means, variances and the first bound", () => {
  // Labels {0 2} {100 104}: weights 1/2, means 1 and 102, variances 1 and 4 (+1e-6). The pairs are so far apart that each
  // row belongs to its own component to the last digit, so the first bound is
  //   ln ½ − ½ ln 2π − ½ (½ ln 1 + ½ ln 4) − ½ · 1, every row standing one deviation from its mean.
  const x = matrix([[0], [2], [100], [104]]);
  const labels = Int32Array.of(0, 0, 1, 1);
  const { mixture, bounds } = emFromLabels(x, labels, 2, "full", { tol: 1e-3, maxIter: 100, regCovar: 1e-6 });
  expectWithin(bounds[0]!, Math.log(0.5) - 0.5 * Math.log(2 * Math.PI) - 0.25 * Math.log(4) - 0.5, 1e-6);
  expect(bounds.length).toBe(2);
  [0.5, 0.5].forEach((weight, c) => {
    expectWithin(mixture.weights[c]!, weight, 1e-6);
  });
  [1, 102].forEach((mean, c) => {
    expectWithin(mixture.means[c]!, mean, 1e-5);
  });
  [1, 4].forEach((variance, c) => {
    expectWithin(mixture.covariances[c]!, variance, 1e-4);
  });
});

test("a column far from 0 does not change the mixture", () => {
  // E[x²] − mean² would lose every digit here: 1e8² has 16 digits, the spread sits in the last.
  const rng = stream(3, "test/offset");
  const plain = Float64Array.from(
    { length: 120 },
    (_, i) => (i % 3 === 0 ? 8 : 0) + Math.round(rng.normal() * 64) / 64,
  );
  const x = matrix(Array.from(plain, (value) => [value]));
  const far = matrix(Array.from(plain, (value) => [value + 1e8]));
  const a = cluster(x, { k: 2 });
  const b = cluster(far, { k: 2 });
  expect(Array.from(b.labels)).toEqual(Array.from(a.labels));
  expectNear(b.outputs["loglik"]!, a.outputs["loglik"]!, 1e-9);
});

test("bic, aic and icl follow from the log-likelihood", () => {
  const { x } = referenceRows("iris");
  const { outputs, objective } = cluster(x, { k: 3, covarianceType: "tied" });
  const p = countParameters(3, 4, "tied");
  expect(p).toBe(24); // 3·4 means, 4·5/2 covariances, 2 free weights
  expectNear(outputs["bic"]!, -2 * 150 * objective!.value + p * Math.log(150), 1e-12);
  expectNear(outputs["aic"]!, -2 * 150 * objective!.value + 2 * p, 1e-12);
  expect(outputs["icl"]!).toBeGreaterThan(outputs["bic"]!);
});

test("a component on too few rows is singular", () => {
  // Three equal rows far from the rest: a component shrinks onto them.
  const rng = stream(1, "test/singular");
  const rows = Array.from({ length: 60 }, () => [rng.normal(), rng.normal()]);
  const x = matrix([...rows, [30, 30], [30, 30], [30, 30]]);
  for (const covarianceType of ["full", "diag", "spherical"]) {
    expect(cluster(x, { k: 2, covarianceType }).reasons).toContain("singular");
  }
  expect(cluster(matrix(rows), { k: 2, covarianceType: "tied" }).reasons).toEqual([]);
});

test("the iteration limit is a reason", () => {
  const { x } = referenceRows("moons");
  expect(cluster(x, { k: 3, covarianceType: "full", maxIter: 2 }).reasons).toContain("not-converged");
  expect(cluster(x, { k: 3, covarianceType: "full" }).reasons).toEqual([]);
});

const sets = referenceSets.filter((set) => reference(set, "gmm") !== undefined);

describe.each(sets)("as scikit-learn on %s", (set) => {
  const { x } = referenceRows(set);
  const { rows: n, cols: d } = x;
  const { from_fixed_labels: fixed, best_known: best } = reference(set, "gmm");
  const cases = Object.keys(fixed).filter((name) => !name.endsWith("init_labels"));

  test.each(cases)("from fixed labels, %s", (name) => {
    const [, digits, word] = /^k=(\d+) (\w+)$/.exec(name)!;
    const k = Number(digits);
    const type = word as CovarianceType;
    const start = Int32Array.from(fixed[`k=${k} init_labels`]);
    const expected = fixed[name];

    const { mixture, bounds, responsibilities, logLikelihoods } = emFromLabels(x, start, k, type, {
      tol: 1e-10,
      maxIter: 5000,
      regCovar: 1e-6,
    });
    expected.lower_bound_per_iteration_first_30.forEach((bound: number, t: number) => {
      expectWithin(bounds[t]!, bound, t < 10 ? 1e-8 : 1e-6);
    });
    const { final } = expected;
    const loglik = logLikelihoods.reduce((sum, value) => sum + value, 0) / n;
    expectWithin(loglik, final.mean_loglik, 1e-6);
    const p = countParameters(k, d, type);
    expect(p).toBe(final.n_parameters);
    expectNear(-2 * n * loglik + p * Math.log(n), final.bic, 1e-6);
    expectNear(-2 * n * loglik + 2 * p, final.aic, 1e-6);
    const labels = Array.from({ length: n }, (_, i) => {
      const row = Array.from(responsibilities.subarray(i * k, (i + 1) * k));
      return row.indexOf(Math.max(...row));
    });
    expect(labels).toEqual(final.labels);
    final.weights.forEach((weight: number, c: number) => {
      expectWithin(mixture.weights[c]!, weight, 1e-4);
    });

    // At scikit-learn's own tolerance: the same number of rounds.
    const early = emFromLabels(x, start, k, type, { tol: 1e-3, maxIter: 1000, regCovar: 1e-6 });
    const sklearn = expected["sklearn_default_tol_1e-3"];
    expect(early.bounds.length).toBe(sklearn.n_iter);
    expectWithin(early.bounds.at(-1)!, sklearn.lower_bound, 1e-6);
    expectWithin(early.logLikelihoods.reduce((sum, value) => sum + value, 0) / n, sklearn.score_mean_loglik, 1e-6);
  });

  const levels = Object.keys(best).flatMap((type) =>
    Object.keys(best[type])
      .filter((k) => Number(k) > 1 && !best[type][k].degenerate)
      .filter((k) => set !== "cc-pca2" || Number(k) <= 4)
      .map((k) => [type, Number(k), best[type][k].mean_loglik] as const),
  );
  test.each(levels)("restarts of our own reach the level known, %s k = %i", (covarianceType, k, level) => {
    // As many as the level took on the small sets; one on the large set, harder than asked and quicker.
    const nInit = set === "cc-pca2" ? 1 : 20;
    const result = cluster(x, { k, covarianceType, nInit, tol: 1e-5, maxIter: 1000 });
    expect(result.objective!.value).toBeGreaterThanOrEqual(level - 0.01);
  });
});
