/** k-means: a case worked by hand, the reference, and what happens where there is little to cluster. */
import { describe, expect, test } from "vitest";
import { fitOne } from "../../src/cluster/define.js";
import { kMeansFrom, kmeans } from "../../src/cluster/kmeans.js";
import { pickRows } from "../../src/cluster/rows.js";
import { canonicalLabels } from "../../src/core/labels.js";
import { type Matrix, matrix } from "../../src/core/matrix.js";
import { reference, referenceRows, referenceSets, sharedFolder } from "../reference.js";
import { scaledCards } from "./scaled-cards.js";

const cluster = (x: Matrix, params: Record<string, unknown>, seed = 1) =>
  fitOne(kmeans, x, kmeans.params.parse(params), { seed });

test("five rows by hand: labels, centres, inertia and passes", () => {
  // Start at 0 and 1. Pass 1: {0} {1 9 10 11}, centres 0 and 7.75. Pass 2: {0 1} {9 10 11}, centres 0.5 and 10.
  // Pass 3 changes nothing. Inertia: 2 · 0.25 + 1 + 0 + 1 = 2.5.
  const x = matrix([[0], [1], [9], [10], [11]]);
  const result = kMeansFrom(x, Float64Array.of(0, 1), { maxIter: 300, tol: 0 });
  expect(Array.from(result.labels)).toEqual([0, 0, 1, 1, 1]);
  expect(Array.from(result.centres)).toEqual([0.5, 10]);
  expect(result.inertia).toBe(2.5);
  expect(result.iterations).toBe(3);
  expect(result.converged).toBe(true);
});

test("an empty cluster takes the row farthest from its centre", () => {
  // Start at 0 and 100. Pass 1: every row is nearer to 0, so cluster 1 is empty and takes row 11, the farthest;
  // centres (0+1+9+10)/4 = 5 and 11. Pass 2: {0 1} {9 10 11}, centres 0.5 and 10. Pass 3 changes nothing.
  const x = matrix([[0], [1], [9], [10], [11]]);
  const result = kMeansFrom(x, Float64Array.of(0, 100), { maxIter: 300, tol: 0 });
  expect(Array.from(result.centres)).toEqual([0.5, 10]);
  expect(result.iterations).toBe(3);
});

test("the iteration limit is a reason, and the labels still fit the centres", () => {
  const x = matrix([[0], [1], [9], [10], [11], [30], [31], [50]]);
  const stopped = cluster(x, { k: 3, maxIter: 1, nInit: 1, tol: 0 });
  expect(stopped.reasons).toContain("not-converged");
  expect(stopped.notes.map((note) => note.code)).toEqual(["not-converged"]);
  expect(cluster(x, { k: 3, nInit: 1, tol: 0 }).reasons).toEqual([]);
});

test("more starts never end higher", () => {
  const { x } = referenceRows("iris");
  let before = Number.POSITIVE_INFINITY;
  for (const nInit of [1, 2, 5, 10]) {
    const { value } = cluster(x, { k: 8, nInit }).objective!;
    expect(value).toBeLessThanOrEqual(before);
    before = value;
  }
});

test("ml-kmeans from the same starts reaches the same clusters", () => {
  const { x } = referenceRows("blobs");
  for (const k of [2, 3, 5]) {
    const ours = cluster(x, { k, tol: 0 });
    const theirs = cluster(x, { k, tol: 0, engine: "ml-kmeans" });
    expect(Array.from(theirs.labels)).toEqual(Array.from(ours.labels));
    expect(theirs.objective!.value).toBeCloseTo(ours.objective!.value, 8);
  }
});

const near = (actual: number, expected: number, relative: number) =>
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(relative * Math.max(Math.abs(expected), 1e-300));

function compareWithReference(x: Matrix, expected: NonNullable<ReturnType<typeof reference>>, worst: number) {
  describe.each(Object.keys(expected.from_fixed_init))("from fixed start rows, k = %s", (k) => {
    const { init_rows, tol0, "tol1e-4_default": tolerant, max_iter_1: one } = expected.from_fixed_init[k];
    const start = pickRows(x.data, x.cols, init_rows);

    test("until no label changes", () => {
      const result = kMeansFrom(x, start, { maxIter: 2000, tol: 0 });
      expect(Array.from(result.labels)).toEqual(tol0.labels);
      expect(result.iterations).toBe(tol0.n_iter);
      near(result.inertia, tol0.inertia, 1e-10);
      tol0.centers.flat().forEach((value: number, e: number) => {
        expect(Math.abs(result.centres[e]! - value)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(value)));
      });
    });

    test("until the centres hardly move", () => {
      const result = kMeansFrom(x, start, { maxIter: 300, tol: 1e-4 });
      expect(result.iterations).toBe(tolerant.n_iter);
      near(result.inertia, tolerant.inertia, 1e-10);
    });

    test("for one pass", () => {
      const result = kMeansFrom(x, start, { maxIter: 1, tol: 1e-4 });
      near(result.inertia, one.inertia, 1e-10);
      (one.centers ?? []).flat().forEach((value: number, e: number) => {
        expect(Math.abs(result.centres[e]! - value)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(value)));
      });
    });
  });

  test.each(Object.keys(expected.best_known))("ten starts of our own come near the best known, k = %s", (key) => {
    const k = Number(key);
    const best = expected.best_known[key];
    const result = cluster(x, { k });
    const { value } = result.objective!;
    expect(value).toBeLessThanOrEqual(best.inertia * (k <= 5 ? Math.min(worst, 1.02) : worst));
    // Lower than any search has found would be a record, or a wrong sum.
    expect(value).toBeGreaterThanOrEqual(best.inertia * (1 - 1e-9));
    expect(result.reasons).toEqual([]);
    if (best.labels && value <= best.inertia * (1 + 1e-9)) {
      expect(Array.from(result.labels)).toEqual(Array.from(canonicalLabels(best.labels)));
    }
  });
}

describe.each(referenceSets)("as scikit-learn on %s", (set) => {
  compareWithReference(referenceRows(set).x, reference(set, "kmeans"), set === "edge" ? 1.1 : 1.06);
});

describe.runIf(sharedFolder !== undefined)("as scikit-learn on the 17 scaled columns", () => {
  const expected = reference("cc-pca2", "scaled17") ?? { kmeans: { from_fixed_init: {}, best_known: {} } };
  const x = sharedFolder === undefined ? matrix([[0], [1]]) : scaledCards();
  test("the rows are the reference's", () => {
    expected.first_2_rows.flat().forEach((value: number, e: number) => {
      near(x.data[e]!, value, 1e-12);
    });
    near(
      x.data.reduce((sum, value) => sum + value, 0),
      expected.sum_all,
      1e-12,
    );
  });
  compareWithReference(x, expected.kmeans, 1.06);
});
