import { describe, expect, test } from "vitest";
import { matrix } from "../../src/core/matrix.js";
import { stream } from "../../src/core/rng.js";
import { type DensityPoint, densityClusters } from "../../src/kernels/dbscan.js";
import { nearestNeighbours, squareWithin } from "../../src/kernels/knn.js";
import { memoryInUse } from "../../src/kernels/wasm.js";
import { densityClusters as slowClusters } from "../oracle/density.js";
import { blobs, fill, shapes } from "./shapes.js";

const counts = [1, 2, 4, 9, 40];

/** Radii that decide something: some exactly at a distance between rows, one tiny, one beyond everything. */
function radiiFor(x: Parameters<typeof nearestNeighbours>[0]): number[] {
  const { squared } = nearestNeighbours(x, 3);
  const distances = Array.from(squared, Math.sqrt)
    .filter((distance) => Number.isFinite(distance) && distance > 0)
    .sort((a, b) => a - b);
  const at = [0, 0.3, 0.6, 0.9].map((share) => distances[Math.floor(share * (distances.length - 1))] ?? 1);
  return [...at, at[3]! * 2.5, 1e-9, 1e12];
}

describe.each([
  ...shapes(1),
  ...shapes(2),
  { name: "blobs in 17 columns", x: blobs(400, 17, 4, 6, 3) },
  { name: "a dense plane", x: fill(900, 2, stream(4, "test/plane"), (r) => r.uniform()) },
])("DBSCAN of $name", ({ x }) => {
  const points: DensityPoint[] = radiiFor(x).flatMap((eps) => counts.map((minSamples) => ({ eps, minSamples })));
  const fast = densityClusters(x, points);

  test("every radius and count gives the cores and clusters of the slow one", () => {
    const slow = slowClusters(x.data, x.rows, x.cols, points);
    points.forEach((point, p) => {
      expect(fast[p], JSON.stringify(point)).toEqual(slow[p]);
    });
  });

  test("each point alone, and all in another order, give the same", () => {
    for (const p of [0, 7, 18, points.length - 1]) expect(densityClusters(x, [points[p]!])).toEqual([fast[p]]);
    expect(densityClusters(x, points.toReversed())).toEqual(fast.toReversed());
  });
});

test("a border row between two clusters joins the one whose first core comes first", () => {
  // 8 (row 2) and 4 (row 5) are the cores, with four rows within 2 each; 6 (row 6) touches both
  const x = matrix([[10], [9], [8], [2], [3], [4], [6]]);
  const [result] = densityClusters(x, [{ eps: 2, minSamples: 4 }]);
  expect([...result!.core]).toEqual([0, 0, 1, 0, 0, 1, 0]);
  expect([...result!.labels]).toEqual([2, 2, 2, 5, 5, 5, 2]);
});

test("an eps beyond all distances needs no more memory than a small one", () => {
  const x = fill(6000, 2, stream(1, "test/plane"), (r) => r.uniform());
  const [all] = densityClusters(x, [{ eps: 1e300, minSamples: 5 }]);
  expect(all!.labels.every((label) => label === 0)).toBe(true);
  expect(memoryInUse()).toBeLessThan(32 * 1024 * 1024);
});

test("squares decide as roots do, to the last bit", () => {
  const rng = stream(5, "test/roots");
  const view = new BigInt64Array(1);
  const value = new Float64Array(view.buffer);
  for (const reach of [0, 0.1, 0.3, 1, 1e-200, 1e200, ...Array.from({ length: 500 }, () => rng.uniform() * 10)]) {
    value[0] = squareWithin(reach);
    expect(Math.sqrt(value[0])).toBeLessThanOrEqual(reach);
    view[0]! += 1n;
    if (Number.isFinite(value[0])) expect(Math.sqrt(value[0])).toBeGreaterThan(reach);
  }
  expect(squareWithin(Number.POSITIVE_INFINITY)).toBe(Number.POSITIVE_INFINITY);
});

test("no points, no work; no rows, no labels", () => {
  expect(densityClusters(matrix([[1]]), [])).toEqual([]);
});
