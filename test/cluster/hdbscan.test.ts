/** HDBSCAN: a tree worked by hand, R's clusters, and ties. */
import { describe, expect, test } from "vitest";
import { lastingClusters, partsOf } from "../../src/cluster/condensed-tree.js";
import { fitOne } from "../../src/cluster/define.js";
import { hdbscan } from "../../src/cluster/hdbscan.js";
import { canonicalLabels, countClusters } from "../../src/core/labels.js";
import { type Matrix, matrix, takeRows } from "../../src/core/matrix.js";
import { stream } from "../../src/core/rng.js";
import { nearestNeighbours, squaredCoreDistances } from "../../src/kernels/knn.js";
import { minimumSpanningTree } from "../../src/kernels/mst.js";
import { slowHdbscan } from "../oracle/hdbscan.js";
import { reference, referenceRows, referenceSets } from "../reference.js";
import { expectNear } from "./near.js";

const cluster = (x: Matrix, params: Record<string, unknown>) =>
  fitOne(hdbscan, x, hdbscan.params.parse(params), { seed: 1 });

describe("seven rows on a line by hand, minSamples 1 and minClusterSize 2", () => {
  //   0   1       4   5       9       20  21          gaps 1 3 1 4 11 1
  // At 11 the root splits into {0 1 4 5 9} (A) and {20 21} (B), λ = 1/11. At 4 row 9 drops off A; at 3 A splits into
  // {0 1} (C) and {4 5} (D), λ = 1/3; C, D and B end at 1.
  // A: 1·(1/4 − 1/11) + 4·(1/3 − 1/11) = 1.1288; C and D: 2·(1 − 1/3) each, together 8/3 > A. B: 2·(1 − 1/11).
  const x = matrix([[0], [1], [4], [5], [9], [20], [21]]);

  test("C, D and B are kept, and row 9, above them, is noise", () => {
    const fit = cluster(x, { minClusterSize: 2, minSamples: 1 });
    expect(Array.from(fit.labels)).toEqual([0, 0, 1, 1, -1, 2, 2]);
    expect(fit.outputs["noise"]).toBe(1);
    expectNear(fit.outputs["stability"]!, 8 / 3 + 20 / 11, 1e-12);
  });

  test("with minClusterSize 3 the root never splits: all is noise, and says so", () => {
    const fit = cluster(x, { minClusterSize: 3, minSamples: 1 });
    expect(Array.from(fit.labels)).toEqual(Array(7).fill(-1));
    expect(fit.reasons).toEqual(["all-noise"]);
    expect(fit.notes.map(({ code }) => code)).toEqual(["no-split"]);
  });
});

test("a cluster that outlasts its parts is kept whole, with the rows that fell off it", () => {
  // two tight groups 1 apart, and a third 50 away; inside {0 … 3} the split is short-lived
  const x = matrix([[0], [0.9], [1.9], [2.8], [50], [50.9], [51.8], [52.7]]);
  expect(Array.from(cluster(x, { minClusterSize: 2, minSamples: 1 }).labels)).toEqual([0, 0, 0, 0, 1, 1, 1, 1]);
});

describe.each(referenceSets)("as R's dbscan package on %s", (set) => {
  const { x } = referenceRows(set);
  const runs = set === "cc-pca2" ? reference(set, "hdbscan") : reference(set, "others").hdbscan_R_dbscan_package;

  test.each(Object.keys(runs))("%s", (key) => {
    const expected = runs[key];
    const minPts = Number(key.replace("minPts=", ""));
    const cores = squaredCoreDistances(nearestNeighbours(x, minPts - 1), x.rows, minPts);
    const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0);
    expectNear(sum(cores.map(Math.sqrt)), expected.core_distance_sum, 1e-12);
    expected.core_distance_first_20.forEach((distance: number, i: number) => {
      expectNear(Math.sqrt(cores[i]!), distance, 1e-12);
    });
    const tree = minimumSpanningTree(x, cores);
    expectNear(sum(tree.heights), expected.mutual_reachability_mst_weight_sum, 1e-12);
    const last = tree.heights.toSorted().slice(-10);
    expected.mst_last_10_heights.forEach((height: number, i: number) => {
      expectNear(last[i]!, height, 1e-12);
    });

    if (expected.labels_order_independent === false) return;
    const { labels } = cluster(x, { minClusterSize: minPts, minSamples: minPts });
    const theirs = canonicalLabels(expected.labels);
    expect(countClusters(labels)).toBe(expected.n_clusters);
    // R takes edges of equal length one at a time: where a cluster splits, a row tied with the split may stay with one
    // side, at random. Here the tied rows leave together, as the paper has it. 2 of 8,950 rows for minPts 15.
    const differ = Array.from(labels.keys()).filter((i) => labels[i] !== theirs[i]);
    expect(differ.length).toBeLessThanOrEqual(set === "cc-pca2" ? 2 : 0);
    expect(differ.every((i) => labels[i] === -1)).toBe(true);
  });
});

test("stabilities are R's cluster scores, which take equal distances one at a time and not together", () => {
  for (const set of ["iris", "blobs", "moons"]) {
    const { x } = referenceRows(set);
    const expected = reference(set, "others").hdbscan_R_dbscan_package["minPts=5"];
    const cores = squaredCoreDistances(nearestNeighbours(x, 4), x.rows, 5);
    const { stabilities } = lastingClusters(partsOf(minimumSpanningTree(x, cores)), 5);
    const scores = stabilities.toSorted((a, b) => a - b);
    expect(scores.length).toBe(expected.cluster_scores_sorted.length);
    expected.cluster_scores_sorted.forEach((score: number, i: number) => {
      expectNear(scores[i]!, score, 1e-3);
    });
  }
});

describe("against the slow one, by removing edges from the complete graph", () => {
  for (let seed = 0; seed < 12; seed++) {
    test(`seed ${seed}`, () => {
      const rng = stream(seed, "test/hdbscan");
      const ties = seed % 3 === 0;
      const x = matrix(
        Array.from({ length: 40 + 5 * seed }, (_, i) => {
          const value = () => (i % 3) * 2 + (ties ? rng.int(5) : rng.normal());
          return [value(), value()];
        }),
      );
      for (const [minClusterSize, minSamples] of [
        [2, 1],
        [4, 4],
        [8, 3],
        [5, 9],
      ] as const) {
        const { labels } = cluster(x, { minClusterSize, minSamples });
        expect(Array.from(labels)).toEqual(Array.from(slowHdbscan(x, minClusterSize, minSamples)));
      }
    });
  }
});

test("ties do not make the answer depend on the order of the rows", () => {
  const rng = stream(3, "test/ties");
  const x = matrix(Array.from({ length: 120 }, (_, i) => [rng.int(4) + (i % 2) * 8, rng.int(4)]));
  const straight = cluster(x, { minClusterSize: 5, minSamples: 4 }).labels;
  expect(countClusters(straight)).toBeGreaterThan(1);
  for (let seed = 0; seed < 5; seed++) {
    const order = stream(seed, "test/order").permutation(x.rows);
    const shuffled = cluster(takeRows(x, order), { minClusterSize: 5, minSamples: 4 }).labels;
    expect(shuffled).toEqual(canonicalLabels(Int32Array.from(order, (row) => straight[row]!)));
  }
});

test("duplicates do not last for ever: distances of 0 count as the smallest positive one", () => {
  const rows = [...Array(6).fill([0]), [1], [2], ...Array(6).fill([10]), [11], [12]];
  const fit = cluster(matrix(rows), { minClusterSize: 3, minSamples: 2 });
  expect(Number.isFinite(fit.outputs["stability"])).toBe(true);
  expect(Array.from(fit.labels)).toEqual([...Array(8).fill(0), ...Array(8).fill(1)]);
});

test("fewer rows than minSamples are all noise", () => {
  const fit = cluster(matrix([[0], [1], [5]]), { minClusterSize: 2, minSamples: 4 });
  expect(Array.from(fit.labels)).toEqual([-1, -1, -1]);
});

test("a sample's counts shrink with it, and never to nothing", () => {
  const shrink = (share: number) => hdbscan.underResample!({ minClusterSize: 40, minSamples: 10 }, share, 2);
  expect(shrink(0.5)).toEqual({ minClusterSize: 20, minSamples: 5 });
  expect(shrink(0.001)).toEqual({ minClusterSize: 2, minSamples: 2 });
});
