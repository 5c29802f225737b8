/** Gower's distance for tables of numbers and texts: a preparation, and Manhattan distance. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { agglomerative, linkageTree } from "../../src/cluster/agglomerative.js";
import { assign } from "../../src/cluster/assign.js";
import { fitOne } from "../../src/cluster/define.js";
import { kmedoids } from "../../src/cluster/kmedoids.js";
import { UserError } from "../../src/core/errors.js";
import { matrix } from "../../src/core/matrix.js";
import { stream } from "../../src/core/rng.js";
import { toMatrix } from "../../src/core/table.js";
import { manhattanBetween } from "../../src/kernels/manhattan.js";
import { silhouetteManhattan } from "../../src/metrics/silhouette-manhattan.js";
import { fitPreparation } from "../../src/preprocessing/preparation.js";
import { fasterPam as oracle } from "../oracle/faster-pam.js";
import { tableOf } from "../preprocessing/tables.js";

const golden = JSON.parse(readFileSync(new URL("../golden/gower.json", import.meta.url), "utf8"));

/** The space whose Manhattan distances are Gower's, times the number of columns. */
function gowerSpace(columns: Record<string, (number | string)[]>) {
  const texts = Object.keys(columns).filter((name) => typeof columns[name]![0] === "string");
  const { table } = fitPreparation(tableOf(columns), [
    { name: "scale", params: "min-max" },
    { name: "one-hot", params: { columns: texts, weight: "mismatch" } },
  ]);
  return toMatrix(table);
}

const x = gowerSpace(golden.columns);
const columns = Object.keys(golden.columns).length;

test('four customers by hand, as R\'s daisy(metric = "gower") counts them', () => {
  // Ages 20, 30, 40, 60 (range 40), plans a, b, a, a.
  // d(1,2) = (10/40 + 1)/2 = .625   d(1,3) = (20/40 + 0)/2 = .25   d(1,4) = (40/40 + 0)/2 = .5
  // d(2,3) = (10/40 + 1)/2 = .625   d(2,4) = (30/40 + 1)/2 = .875  d(3,4) = (20/40 + 0)/2 = .25
  const four = gowerSpace({ age: [20, 30, 40, 60], plan: ["a", "b", "a", "a"] });
  const pairs = [[0, 1], [0, 2], [0, 3], [1, 2], [1, 3], [2, 3]] as const; // biome-ignore format: pairs
  expect(pairs.map(([i, j]) => manhattanBetween(four, i, j) / 2)).toEqual([0.625, 0.25, 0.5, 0.625, 0.875, 0.25]);
  // Average linkage: {1,3} at .25, {1,3} to 4 at (.5 + .25)/2 = .375, and 2 at (.625 + .625 + .875)/3.
  const { heights } = linkageTree(four, "average", "manhattan");
  [0.25, 0.375, (0.625 + 0.625 + 0.875) / 3].forEach((expected, m) => {
    expect(heights[m]! / 2).toBeCloseTo(expected, 14);
  });
});

test("distances are those of the definition", () => {
  golden.first.forEach((expected: number, j: number) => {
    expect(manhattanBetween(x, 0, j) / columns).toBeCloseTo(expected, 14);
  });
});

describe.each(["average", "complete", "single"] as const)("%s linkage", (linkage) => {
  test("has SciPy's heights and clusters", () => {
    const { heights } = linkageTree(x, linkage, "manhattan");
    heights.forEach((height, m) => {
      expect(height / columns).toBeCloseTo(golden.trees[linkage].heights[m], 12);
    });
    const fit = fitOne(agglomerative, x, agglomerative.params.parse({ k: 3, linkage, metric: "manhattan" }), {
      seed: 1,
    });
    expect(Array.from(fit.labels)).toEqual(golden.trees[linkage].k3);
  });

  test("has scikit-learn's silhouette of Gower's distances", () => {
    const { k3, silhouette } = golden.trees[linkage];
    const [scores] = silhouetteManhattan.scoreMany(x, [Int32Array.from(k3 as number[])]);
    expect(scores!["silhouette_manhattan"]).toBeCloseTo(silhouette, 12);
  });

  test("gives a new row the cluster of the nearest row, and a training row its own", () => {
    const params = agglomerative.params.parse({ k: 3, linkage, metric: "manhattan" });
    const fit = fitOne(agglomerative, x, params, { seed: 1 });
    const rule = agglomerative.assignment(x, params, fit);
    expect(rule).toMatchObject({ rule: "nearest-neighbour", metric: "manhattan" });
    expect(assign(rule, x).labels).toEqual(fit.labels);
  });
});

test("K-Medoids finds the best two medoids of all pairs", () => {
  const params = kmedoids.params.parse({ k: 2, metric: "manhattan", nInit: 10 });
  const fit = fitOne(kmedoids, x, params, { seed: 1 });
  expect(Array.from(fit.found["medoidRows"] as Int32Array).sort((a, b) => a - b)).toEqual(golden.medoids.rows);
  expect(fit.objective!.value / columns).toBeCloseTo(golden.medoids.deviation, 10);
  const rule = kmedoids.assignment(x, params, fit);
  expect(assign(rule, x).labels).toEqual(fit.labels);
});

test("K-Medoids goes the way of the definition, swap by swap", () => {
  const between = (i: number, j: number) => manhattanBetween(x, i, j);
  for (let seed = 0; seed < 5; seed++) {
    const params = kmedoids.params.parse({ k: 4, metric: "manhattan", nInit: 1 });
    const fit = fitOne(kmedoids, x, params, { seed });
    const candidates = stream(seed, "kmedoids/candidates", 0).permutation(x.rows);
    const medoids = stream(seed, "kmedoids/init", 0).permutation(x.rows).slice(0, 4);
    const expected = oracle(x.data, x.rows, x.cols, candidates, { medoids, maxIter: 100 }, between);
    expect(fit.outputs["swaps"]).toBe(expected.swaps);
    expect(fit.objective!.value).toBeCloseTo(expected.deviation, 10);
  }
});

test("both metrics in one grid answer as each alone", () => {
  const grid = ["manhattan", "euclidean"].flatMap((metric) => [2, 3].map((k) => kmedoids.params.parse({ k, metric })));
  const together = kmedoids.fitMany(x, grid, { seed: 3 });
  grid.forEach((params, i) => {
    expect(together[i]).toEqual(fitOne(kmedoids, x, params, { seed: 3 }));
  });
});

test("the margin is the way to the next cluster, and a tie goes to the lower label", () => {
  const medoids = matrix([[0, 0], [4, 0], [0, 10]]); // biome-ignore format: points
  const rule = { rule: "nearest-medoid", medoids, medoidRows: [0, 1, 2], metric: "manhattan" } as const;
  expect(
    assign(
      rule,
      matrix([
        [1, 0],
        [2, 5],
        [0, 9],
      ]),
    ),
  ).toEqual({
    // biome-ignore format: points
    labels: Int32Array.of(0, 0, 2),
    margins: Float64Array.of(2, 0, 8),
  });
});

test("ward is refused: it is about squared Euclidean distances", () => {
  const params = agglomerative.params.parse({ k: 2, linkage: "ward", metric: "manhattan" });
  expect(() => fitOne(agglomerative, x, params, { seed: 1 })).toThrow(UserError);
});
