/** DBSCAN: a case worked by hand, scikit-learn's labels, and radii read off the data. */
import { describe, expect, test } from "vitest";
import { dbscan } from "../../src/cluster/dbscan.js";
import { fitOne } from "../../src/cluster/define.js";
import { autoEps, kneeShare } from "../../src/cluster/k-distance.js";
import { canonicalLabels, clusterSizes } from "../../src/core/labels.js";
import { type Matrix, matrix } from "../../src/core/matrix.js";
import { kDistances } from "../../src/kernels/knn.js";
import { reference, referenceRows, referenceSets } from "../reference.js";

const cluster = (x: Matrix, params: Record<string, unknown>) =>
  fitOne(dbscan, x, dbscan.params.parse(params), { seed: 1 });

describe("rows on a line by hand", () => {
  //     0   1   2   3     4.5   5   6   6.5         20
  // At eps 1 and minSamples 3 a core has two others within 1: rows 1 and 2 on the left, 5 and 6 on the right.
  const x = matrix([[0], [1], [2], [3], [4.5], [5], [6], [6.5], [20]]);

  test("labels, cores and noise", () => {
    // 0, 3, 4.5 and 6.5 have one neighbour each, a core: they are border rows. 20 has none.
    const fit = cluster(x, { eps: 1, minSamples: 3 });
    expect(Array.from(fit.labels)).toEqual([0, 0, 0, 0, 1, 1, 1, 1, -1]);
    expect(Array.from(fit.found["coreRows"] as Int32Array)).toEqual([1, 2, 5, 6]);
    expect(fit.outputs).toEqual({ eps: 1, core: 4, noise: 1 });
    expect(fit.reasons).toEqual([]);
  });

  test("a border row in reach of two clusters joins the one whose first core comes first", () => {
    // Row 4 lies one step from both clusters and has too few neighbours to be a core at minSamples 4.
    const line = [[0], [0.1], [0.2], [1], [2], [3], [3.8], [3.9], [4]];
    const forwards = cluster(matrix(line), { eps: 1, minSamples: 4 });
    expect(Array.from(forwards.labels)).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 1]);
    const backwards = cluster(matrix(line.toReversed()), { eps: 1, minSamples: 4 });
    expect(Array.from(backwards.labels)).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 1]);
  });

  test("a distance of exactly eps counts", () => {
    expect(clusterSizes(cluster(x, { eps: 1, minSamples: 2 }).labels).noise).toBe(1);
    expect(clusterSizes(cluster(x, { eps: 0.999, minSamples: 2 }).labels).noise).toBe(5);
  });

  test("all noise and one cluster are reasons with advice", () => {
    const none = cluster(x, { eps: 0.1, minSamples: 2 });
    expect(none.reasons).toEqual(["all-noise"]);
    expect(none.notes.map(({ code }) => code)).toEqual(["mostly-noise"]);
    const one = cluster(x, { eps: 20, minSamples: 2 });
    expect(one.reasons).toEqual(["one-cluster"]);
    expect(one.notes.map(({ code }) => code)).toEqual(["one-cluster"]);
  });
});

describe.each(referenceSets)("as scikit-learn on %s", (set) => {
  const { x } = referenceRows(set);
  const { runs } = reference(set, "dbscan");
  const names = Object.keys(runs);
  const grid = names.map((name) => ({ eps: runs[name].eps, minSamples: runs[name].min_samples }));
  const fits = dbscan.fitMany(x, grid, { seed: 1 });

  test.each(names)("%s", (name) => {
    const expected = runs[name];
    const { labels, found, outputs } = fits[names.indexOf(name)]!;
    const { sizes, noise } = clusterSizes(labels);
    expect(sizes.length).toBe(expected.n_clusters);
    expect(noise).toBe(expected.n_noise);
    expect(outputs["core"]).toBe(expected.n_core);
    if (expected.core_sample_indices) {
      expect(Array.from(found["coreRows"] as Int32Array)).toEqual(expected.core_sample_indices);
    }
    // Ambiguous border rows included: our rule for them is scikit-learn's.
    expect(Array.from(labels)).toEqual(Array.from(canonicalLabels(expected.labels)));
  });
});

describe("eps: auto", () => {
  test("k-distances count the row itself", () => {
    const [one, two, three] = kDistances(matrix([[0], [1], [3], [7]]), [1, 2, 3]);
    expect(Array.from(one!)).toEqual([0, 0, 0, 0]);
    expect(Array.from(two!)).toEqual([1, 1, 2, 4]);
    expect(Array.from(three!)).toEqual([3, 2, 3, 6]);
  });

  test("the knee is where the curve lies farthest under its chord", () => {
    // 0 … 4 over 5 rows: the chord at row 3 is 3, the curve 1: two below, more than anywhere.
    expect(kneeShare(Float64Array.of(0, 0.5, 0.75, 1, 4))).toBe(0.75);
    expect(kneeShare(Float64Array.of(1, 2, 3))).toBe(1);
    expect(kneeShare(Float64Array.of(2, 2))).toBe(1);
    expect(kneeShare(Float64Array.of(2))).toBe(1);
  });

  test("six radii rise from below the knee to the whole curve, rounded up", () => {
    const curve = Float64Array.from({ length: 101 }, (_, i) => (i <= 80 ? 1 + i / 800 : 1.1 + (i - 80) / 10));
    const radii = [1, 2, 3, 4, 5, 6].map((which) => autoEps(curve, which));
    // Knee at row 80 of 100: shares .48, .64, .8, then .8667, .9333, 1.
    expect(radii).toEqual([1.06, 1.08, 1.1, 1.767, 2.434, 3.1]);
    expect(radii.at(-1)).toBeGreaterThanOrEqual(Math.max(...curve));
  });

  test("duplicates do not make a radius of 0", () => {
    expect(autoEps(Float64Array.of(0, 0, 0, 2, 2), 1)).toBe(2);
    expect(autoEps(Float64Array.of(0, 0), 1)).toBe(1);
  });

  test("expands into six points, and each says the radius it meant", () => {
    const { x } = referenceRows("blobs");
    const points = dbscan.expand!({ eps: "auto", minSamples: 10 });
    expect(points.map(({ eps }) => eps)).toEqual([1, 2, 3, 4, 5, 6].map((i) => `auto ${i} of 6`));
    const fits = dbscan.fitMany(x, points, { seed: 1 });
    const radii = fits.map(({ outputs }) => outputs["eps"]!);
    expect(radii).toEqual(radii.toSorted((a, b) => a - b));
    // At the whole curve every row is a core, and the radius given as a number says the same.
    expect(fits.at(-1)!.outputs["core"]).toBe(x.rows);
    expect(cluster(x, { eps: radii[2]!, minSamples: 10 })).toEqual(fits[2]);
    expect(cluster(x, { eps: "auto", minSamples: 10 })).toEqual(fits[2]);
    expect(dbscan.expand!({ eps: 0.5, minSamples: 10 })).toEqual([{ eps: 0.5, minSamples: 10 }]);
  });

  test("refuses other words and more samples than rows", () => {
    expect(dbscan.params.safeParse({ eps: "auto 7 of 6" }).success).toBe(false);
    expect(dbscan.params.safeParse({ eps: 0 }).success).toBe(false);
    expect(() => cluster(matrix([[0], [1], [2]]), { eps: "auto", minSamples: 5 })).toThrow(
      "minSamples 5 is more than the 3 rows",
    );
  });
});

test("a sample of the rows is thinner: as many neighbours lie within a wider radius", () => {
  const half = (columns: number) => dbscan.underResample!({ eps: 3, minSamples: 20 }, 0.5, columns);
  expect(half(1)).toEqual({ eps: expect.closeTo(6, 12), minSamples: 20 });
  expect(half(2)).toEqual({ eps: expect.closeTo(3 * Math.SQRT2, 12), minSamples: 20 });
});
