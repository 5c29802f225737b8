/** Latent classes: an M step by hand, EM against NumPy, planted classes, and the posterior as a diagonal mixture. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { assign } from "../../src/cluster/assign.js";
import { fitOne } from "../../src/cluster/define.js";
import { gmm } from "../../src/cluster/gmm.js";
import { latentClass } from "../../src/cluster/latent-class.js";
import { type Matrix, matrix, takeRows } from "../../src/core/matrix.js";
import { stream } from "../../src/core/rng.js";
import { toMatrix } from "../../src/core/table.js";
import { latentClassesFrom, type MixedRows } from "../../src/kernels/latent-class.js";
import { adjustedRand } from "../../src/metrics/agreement.js";
import { refitRule } from "../../src/pipeline/refit.js";
import { applyPreparation, fitPreparation, type StepChoice } from "../../src/preprocessing/preparation.js";
import { tableOf } from "../preprocessing/tables.js";

const golden = JSON.parse(readFileSync(new URL("../golden/latent-class.json", import.meta.url), "utf8"));
const options = { tol: 1e-9, maxIter: 1, regCovar: 0 };

test("one M step by hand: weights, means, and shares with one imaginary row", () => {
  // Rows a a b | b with numbers 1 3 | 7 9 in classes 0 0 1 1. Of all rows half are a and half b.
  // Class 0: mean 2, variance 1, shares (2 + .5)/(2 + 1) and (0 + .5)/3. Class 1: mean 8, variance 1, the other way round.
  const rows: MixedRows = {
    n: 4,
    numbers: Float64Array.of(1, 3, 7, 9),
    numberCount: 1,
    values: Int32Array.of(0, 0, 1, 1),
    valueCounts: Int32Array.of(2),
  };
  const { classes, logLikelihood } = latentClassesFrom(rows, [0, 0, 1, 1], 2, { ...options, maxIter: 0 });
  expect(Array.from(classes.weights)).toEqual([0.5, 0.5]);
  expect(Array.from(classes.means)).toEqual([2, 8]);
  expect(Array.from(classes.variances)).toEqual([1, 1]);
  const logShares = [2.5 / 3, 0.5 / 3, 0.5 / 3, 2.5 / 3].map(Math.log);
  expect(Array.from(classes.logShares)).toEqual(logShares.map((value) => expect.closeTo(value, 14)));
  // Each row: ½ · N(±1; 0, 1) · 5/6, and the other class, 5 or 7 deviations away, at most e^−12 beside it.
  expect(logLikelihood).toBeCloseTo(Math.log(0.5) - 0.5 - Math.log(2 * Math.PI) / 2 + Math.log(2.5 / 3), 4);
});

function goldenRows(): MixedRows {
  const texts = Object.values(golden.texts as Record<string, (string | null)[]>);
  const known = Object.keys(golden.texts).map((name) => Object.keys(golden.shares[name]));
  return {
    n: golden.numbers.length,
    numbers: Float64Array.from(golden.numbers.flat()),
    numberCount: 2,
    values: Int32Array.from(golden.numbers.flatMap((_: unknown, i: number) => texts.map((col, t) => (col[i] === null ? -1 : known[t]!.indexOf(col[i]!))))), // biome-ignore format: one line
    valueCounts: Int32Array.from(known, (values) => values.length),
  };
}

test("forty rounds are those of NumPy", () => {
  const { k, start, rounds, weights, means, variances, shares, trace, posteriors } = golden;
  const result = latentClassesFrom(goldenRows(), start, k, { tol: 1e-300, maxIter: rounds, regCovar: 1e-6 });
  const near = (values: ArrayLike<number>, expected: number[]) => {
    expect(values.length).toBe(expected.length);
    expected.forEach((value, i) => {
      expect(values[i]).toBeCloseTo(value, 9);
    });
  };
  near(result.classes.weights, weights);
  near(result.classes.means, means.flat());
  near(result.classes.variances, variances.flat());
  near(result.responsibilities, posteriors.flat());
  expect(result.logLikelihood).toBeCloseTo(trace.at(-1), 11);
  const all = Object.keys(golden.texts).flatMap((name) => Object.values(shares[name] as Record<string, number[]>));
  near(result.classes.logShares, Array.from({ length: k }, (_, c) => all.map((of) => Math.log(of[c]!))).flat());
});

const steps: StepChoice[] = [
  { name: "scale", params: "standard" },
  { name: "one-hot", params: { columns: ["plan", "region"], weight: "column" } },
];

/** Classes that differ in two numbers a little and in one text a lot. */
function planted(seed: number, n = 400) {
  const rng = stream(seed, "test/latent-class");
  const truth = Array.from({ length: n }, (_, i) => i % 3);
  const pick = (words: readonly string[], shares: readonly number[]) => {
    const u = rng.uniform();
    const reached = shares.map((_, i) => shares.slice(0, i + 1).reduce((sum, share) => sum + share, 0));
    return words.find((_, i) => u < reached[i]!) ?? words.at(-1)!;
  };
  const table = tableOf({
    x: truth.map((g) => 3 * g + rng.normal()),
    y: truth.map((g) => (g === 1 ? 4 : 0) + rng.normal()),
    plan: truth.map((g, i) => (i % 23 === 0 ? null : pick(["a", "b", "c"], [0, 1, 2].map((v) => (v === g ? 0.8 : 0.1))))), // biome-ignore format: one column a line
    region: truth.map(() => pick(["n", "s", "e", "w"], [0.4, 0.3, 0.2, 0.1])),
  });
  const { table: prepared, fitted } = fitPreparation(table, steps);
  return { table, x: toMatrix(prepared), fitted, truth: Int32Array.from(truth) };
}

const classesOf = (x: Matrix, k: number, seed = 1) => fitOne(latentClass, x, latentClass.params.parse({ k }), { seed });

test("finds planted classes, and BIC their number", () => {
  for (const seed of [1, 2, 3]) {
    const { x, truth } = planted(seed);
    const fits = [2, 3, 4, 5].map((k) => classesOf(x, k));
    const best = fits.reduce((a, b) => (b.outputs["bic"]! < a.outputs["bic"]! ? b : a));
    expect(best.reasons).toEqual([]);
    expect(adjustedRand.compare(best.labels, truth)).toBeGreaterThan(0.85);
  }
});

test("BIC counts a mean and a variance a number, and all shares but one a text", () => {
  const { x } = planted(1);
  const { outputs } = classesOf(x, 3);
  const free = 2 + 3 * (2 * 2 + 2 + 3);
  expect(outputs["bic"]).toBeCloseTo(-2 * 400 * outputs["loglik"]! + free * Math.log(400), 8);
});

describe("the rule for new rows", () => {
  const { x, fitted } = planted(7);
  const found = classesOf(x, 3);
  const rule = latentClass.assignment(x, latentClass.params.parse({ k: 3 }), found);

  test("gives training rows their class", () => {
    expect(assign(rule, x).labels).toEqual(found.labels);
  });

  test("made anew from the rows and their classes, it answers alike", () => {
    const again = refitRule(rule)(x, found.labels);
    expect(again).toMatchObject({ rule: "posterior", texts: x.texts });
    const same = assign(again, x).labels.filter((label, i) => label === found.labels[i]).length;
    expect(same / x.rows).toBeGreaterThan(0.98);
  });

  test("says nothing of a value never seen, and nothing of a missing one", () => {
    const row = (plan: string | null) => {
      const made = tableOf({ x: [1, 1], y: [1, 1], plan: ["a", plan], region: ["n", "n"] });
      const answer = assign(rule, toMatrix(applyPreparation(made, fitted)));
      return [answer.labels[1], answer.margins[1]];
    };
    expect(row("never seen")).toEqual(row(null));
  });

  test("its margin is the logarithm of the odds, as EM has them", () => {
    const rows = { k: 3, ...golden };
    const { prepared, fitted: learnt } = (() => {
      const made = tableOf({ x: rows.numbers.map(([a]: number[]) => a), y: rows.numbers.map(([, b]: number[]) => b), ...rows.texts }); // biome-ignore format: one line
      const out = fitPreparation(made, [
        { name: "one-hot", params: { columns: ["plan", "region"], weight: "column" } },
      ]);
      return { prepared: toMatrix(out.table), fitted: out.fitted };
    })();
    expect(learnt).toHaveLength(1);
    const own = fitOne(latentClass, prepared, latentClass.params.parse({ k: 3, nInit: 5, tol: 1e-12, maxIter: 5000 }), { seed: 1 }); // biome-ignore format: one line
    const params = latentClass.params.parse({ k: 3 });
    const { labels, margins } = assign(latentClass.assignment(prepared, params, own), prepared);
    // The responsibilities once more, from the labels' own optimum.
    const again = latentClassesFrom(goldenRows(), own.labels, 3, { tol: 1e-12, maxIter: 5000, regCovar: 1e-6 });
    expect(again.logLikelihood).toBeCloseTo(own.outputs["loglik"]!, 9);
    labels.forEach((label, i) => {
      const r = Array.from(again.responsibilities.subarray(3 * i, 3 * i + 3));
      const [first, second] = [...r].sort((a, b) => b - a);
      expect(r[label]).toBe(first);
      if (second! > 1e-12) expect(margins[i]).toBeCloseTo(Math.log(first! / second!), 4);
    });
  });
});

test("scaled after one-hot, texts are read all the same", () => {
  const { table, x } = planted(2);
  const { table: scaled } = fitPreparation(table, [
    { name: "one-hot", params: ["plan", "region"] },
    { name: "scale", params: "standard" },
  ]);
  const other = toMatrix(scaled);
  expect(other.texts).toEqual(x.texts);
  expect(adjustedRand.compare(classesOf(other, 3).labels, classesOf(x, 3).labels)).toBe(1);
  const params = latentClass.params.parse({ k: 3 });
  const found = fitOne(latentClass, other, params, { seed: 1 });
  expect(assign(latentClass.assignment(other, params, found), other).labels).toEqual(found.labels);
});

test("without texts it is the diagonal Gaussian mixture", () => {
  const rng = stream(4, "test/latent-class");
  const rows = Array.from({ length: 200 }, (_, i) => [5 * (i % 2) + rng.normal(), rng.normal()]);
  const own = classesOf(matrix(rows), 2);
  const other = fitOne(gmm, matrix(rows), gmm.params.parse({ k: 2, covarianceType: "diag", tol: 1e-9, maxIter: 1000 }), { seed: 1 }); // biome-ignore format: one line
  expect(own.labels).toEqual(other.labels);
  expect(own.outputs["bic"]).toBeCloseTo(other.outputs["bic"]!, 2);
});

test("a resample that lacks a value, and one in which a text is constant", () => {
  const { x } = planted(3);
  const yes = x.texts![0]![0]!;
  const rows = Array.from({ length: x.rows }, (_, i) => i);
  const without = takeRows(
    x,
    rows.filter((i) => x.data[i * x.cols + yes] === 0),
  );
  const only = takeRows(
    x,
    rows.filter((i) => x.data[i * x.cols + yes]! > 0),
  );
  for (const some of [without, only]) {
    const params = latentClass.params.parse({ k: 2 });
    const found = fitOne(latentClass, some, params, { seed: 1 });
    expect(assign(latentClass.assignment(some, params, found), some).labels).toEqual(found.labels);
  }
});
