/** Sparse k-means: the weights by hand, what they maximise, and groups in two of twelve columns. */
import { describe, expect, test } from "vitest";
import { assign } from "../../src/cluster/assign.js";
import { fitOne } from "../../src/cluster/define.js";
import { kmeans } from "../../src/cluster/kmeans.js";
import { sparseKmeans, sparseWeights } from "../../src/cluster/sparse-kmeans.js";
import { type Matrix, matrix } from "../../src/core/matrix.js";
import { stream } from "../../src/core/rng.js";
import { adjustedRand } from "../../src/metrics/agreement.js";

const sparse = (x: Matrix, params: Record<string, unknown>, seed = 1) =>
  fitOne(sparseKmeans, x, sparseKmeans.params.parse(params), { seed });

describe("weights", () => {
  test("by hand: 3 and 4 with room for both", () => {
    // Length 1 along (3, 4) is (.6, .8), whose sum 1.4 is below √2.
    expect(Array.from(sparseWeights(Float64Array.of(3, 4), Math.SQRT2), (w) => w)).toEqual([
      expect.closeTo(0.6, 14),
      expect.closeTo(0.8, 14),
    ]);
  });

  test("by hand: a bound of 1.2 cuts the smaller one down", () => {
    // (a, b) with a² + b² = 1 and a + b = 1.2: 2ab = .44, so b − a = √(1 − .44) = √.56.
    const half = Math.sqrt(0.56) / 2;
    expect(Array.from(sparseWeights(Float64Array.of(3, 4), 1.2))).toEqual([
      expect.closeTo(0.6 - half, 12),
      expect.closeTo(0.6 + half, 12),
    ]);
  });

  test("a bound of 1 leaves one column; nothing explained leaves all alike", () => {
    expect(Array.from(sparseWeights(Float64Array.of(1, 5, 2), 1))).toEqual([0, 1, expect.closeTo(0, 12)]);
    expect(Array.from(sparseWeights(new Float64Array(4), 1))).toEqual([0.5, 0.5, 0.5, 0.5]);
  });

  test("no other weights within the bounds explain more", () => {
    const rng = stream(3, "test/sparse");
    for (let trial = 0; trial < 50; trial++) {
      const explained = Float64Array.from({ length: 5 }, () => rng.uniform());
      const bound = 1 + rng.uniform();
      const own = sparseWeights(explained, bound);
      const worth = (w: ArrayLike<number>) => explained.reduce((sum, value, g) => sum + value * w[g]!, 0);
      expect(own.reduce((sum, w) => sum + w, 0)).toBeLessThan(bound + 1e-9);
      for (let other = 0; other < 200; other++) {
        const drawn = Array.from({ length: 5 }, () => Math.abs(rng.normal()));
        const size = Math.max(Math.hypot(...drawn), drawn.reduce((sum, w) => sum + w, 0) / bound);
        expect(worth(drawn.map((w) => w / size))).toBeLessThan(worth(own) + 1e-9);
      }
    }
  });
});

/** Three groups in the first two of twelve columns, each column of deviation 1 in all. */
function hidden(seed: number, n: number) {
  const rng = stream(seed, "test/sparse-rows");
  const truth = Int32Array.from({ length: n }, (_, i) => i % 3);
  const centres = [[0, 0], [6, 0], [3, 5.2]]; // biome-ignore format: points
  const rows = Array.from(truth, (g) => Array.from({ length: 12 }, (_, j) => (rng.normal() + (centres[g]![j] ?? 0)) / (j < 2 ? 2.65 : 1))); // biome-ignore format: one line
  return { x: matrix(rows), truth };
}

test("finds groups in two of twelve columns, where k-means does not, and says which columns", () => {
  let plain = 0;
  for (const seed of [1, 2, 3, 4]) {
    const { x, truth } = hidden(seed, 150);
    const fit = sparse(x, { k: 3 });
    expect(adjustedRand.compare(fit.labels, truth)).toBeGreaterThan(0.9);
    const weights = Array.from(fit.found["weights"] as Float64Array);
    expect(Math.min(weights[0]!, weights[1]!)).toBeGreaterThan(0.6);
    expect(Math.max(...weights.slice(2))).toBeLessThan(0.1);
    plain += adjustedRand.compare(fitOne(kmeans, x, kmeans.params.parse({ k: 3 }), { seed: 1 }).labels, truth) / 4;
  }
  expect(plain).toBeLessThan(0.95);
});

test("the rule gives training rows their cluster, whatever stands in columns without weight", () => {
  const { x } = hidden(5, 150);
  const params = sparseKmeans.params.parse({ k: 3, effectiveColumns: 2 });
  const fit = fitOne(sparseKmeans, x, params, { seed: 1 });
  const rule = sparseKmeans.assignment(x, params, fit);
  expect(assign(rule, x).labels).toEqual(fit.labels);
  const weights = fit.found["weights"] as Float64Array;
  const moved = Array.from({ length: x.rows }, (_, i) =>
    Array.from({ length: 12 }, (_, j) => x.data[i * 12 + j]! + (weights[j] === 0 ? 100 : 0)),
  );
  expect(assign(rule, matrix(moved)).labels).toEqual(fit.labels);
});

test("the values of a text share one weight", () => {
  const rng = stream(8, "test/sparse");
  const rows = Array.from({ length: 120 }, (_, i) => [rng.normal(), i % 2, 1 - (i % 2), rng.normal()]);
  const fit = sparse({ ...matrix(rows), texts: [[1, 2]] }, { k: 2, effectiveColumns: 1 });
  const weights = Array.from(fit.found["weights"] as Float64Array);
  expect(weights[1]).toBe(weights[2]);
});

test("grid points of one k share their starts and answer as each alone", () => {
  const { x } = hidden(6, 90);
  const grid = [2, 4, 12].map((effectiveColumns) => sparseKmeans.params.parse({ k: 3, effectiveColumns, nInit: 4 }));
  const together = sparseKmeans.fitMany(x, grid, { seed: 2 });
  grid.forEach((params, i) => {
    expect(together[i]).toEqual(fitOne(sparseKmeans, x, params, { seed: 2 }));
  });
});

test("fewer different rows than clusters is collapsed, not an error", () => {
  const fit = sparse(matrix([[0, 1], [0, 1], [5, 1], [5, 1]]), { k: 3 }); // biome-ignore format: points
  expect(fit.reasons).toEqual(["collapsed"]);
});
