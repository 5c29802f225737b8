import { describe, expect, test } from "vitest";
import { log } from "../../src/core/math.js";
import { stream } from "../../src/core/rng.js";
import { gridConstant } from "../../src/kernels/exact.js";
import { withKMeans } from "../../src/kernels/kmeans.js";
import { visitingOrder } from "../../src/kernels/kmeans-space.js";
import { slowKMeansPlusPlus, slowLloyd } from "../oracle/kmeans.js";
import { blobs, fill, shapes } from "./shapes.js";

const candidates = (k: number): number => 2 + Math.floor(log(k));

/** Few starts of many rows are visited in input order; no starts at all force that here. */
const modes = [
  { order: "spatial order", starts: 10 },
  { order: "input order", starts: 0 },
];
const all = [1, 2, 3].flatMap((seed) => shapes(seed)).flatMap((shape) => modes.map((mode) => ({ ...shape, ...mode })));

describe.each(all)("k-means on $name in $order", ({ x, starts }) => {
  const { rows: n, cols: d } = x;
  const order = visitingOrder(x, starts);
  const counts = [1, 2, 3, 10, 33, 70].filter((k) => k <= n);

  test.each([...new Set([...counts, Math.min(n, 90)])])(
    "takes the path of the plain algorithm to the bit, k = %s",
    (k) => {
      for (const start of [0, 1]) {
        const rows = withKMeans(x, starts, (space) =>
          space.kMeansPlusPlus(k, candidates(k), stream(start, "test/init")),
        );
        expect(rows).toEqual(slowKMeansPlusPlus(x, order, k, stream(start, "test/init")));
        const centres = Float64Array.from(
          Array.from(rows).flatMap((row) => [...x.data.subarray(row * d, row * d + d)]),
        );
        expect(withKMeans(x, starts, (space) => space.lloyd(centres, k, 300, 0))).toEqual(
          slowLloyd(x, order, centres, k, 300, 0),
        );
      }
    },
  );

  test("from bad starts: equal centres, centres without rows, few passes", () => {
    const k = Math.min(n, 6);
    const rng = stream(2, "test/start");
    for (const spread of [0, 1, 100]) {
      const start = Float64Array.from({ length: k * d }, (_, e) => x.data[e % d]! + spread * rng.normal());
      for (const maxIter of [0, 1, 3, 50]) {
        const fast = withKMeans(x, starts, (space) => space.lloyd(start, k, maxIter, 1e-4));
        expect(fast).toEqual(slowLloyd(x, order, start, k, maxIter, 1e-4));
      }
    }
  });
});

test("more rows than a slice, many iterations", () => {
  const x = blobs(3000, 2, 40, 9, 5);
  const start = x.data.slice(0, 60);
  const fast = withKMeans(x, 10, (space) => space.lloyd(start, 30, 300, 0));
  expect(fast.iterations).toBeGreaterThan(10);
  expect(fast).toEqual(slowLloyd(x, visitingOrder(x, 10), start, 30, 300, 0));
});

test("a fit does not depend on those before it in the same space", () => {
  const x = blobs(500, 3, 4, 6, 6);
  const alone = withKMeans(x, 10, (space) => space.lloyd(x.data.slice(0, 12), 4, 100, 0));
  const third = withKMeans(x, 10, (space) => {
    space.kMeansPlusPlus(7, 3, stream(1, "test"));
    space.lloyd(x.data.slice(30, 60), 10, 100, 0);
    return space.lloyd(x.data.slice(0, 12), 4, 100, 0);
  });
  expect(third).toEqual(alone);
});

test.each([
  { name: "nearer than float32 can tell", step: 1e-9 },
  { name: "equal to the last bit", step: 0 },
  { name: "a million ranges away", step: 1e6 },
])("centres that are $name are told apart in float64", ({ step }) => {
  const x = blobs(800, 3, 4, 1, 9);
  const start = Float64Array.from({ length: 5 * 3 }, (_, e) => x.data[e % 3]! + Math.floor(e / 3) * step);
  const fast = withKMeans(x, 10, (space) => space.lloyd(start, 5, 50, 0));
  expect(fast).toEqual(slowLloyd(x, visitingOrder(x, 10), start, 5, 50, 0));
});

describe("sums on a grid", () => {
  test.each([
    { terms: 1, largest: 1 },
    { terms: 8950, largest: 5.3 },
    { terms: 100_000, largest: 1e-9 },
    { terms: 77, largest: 1e12 },
  ])("are the same in any order: $terms terms up to $largest", ({ terms, largest }) => {
    const c = gridConstant(terms, largest);
    const rng = stream(5, "test/exact");
    const rounded = Float64Array.from(
      { length: terms },
      (_, i) => (i === 0 ? largest : rng.uniform() * largest) + c - c,
    );
    const sum = rounded.reduce((a, b) => a + b, 0);
    expect(rng.shuffle(rounded).reduce((a, b) => a + b, 0)).toBe(sum);
  });

  test("the grid is the finest that keeps them exact, and none where every value is 0", () => {
    const unit = gridConstant(1000, 3) / 6755399441055744;
    expect((1000 * 3) / unit).toBeLessThanOrEqual(2 ** 53);
    expect((1000 * 3) / unit).toBeGreaterThan(2 ** 51);
    expect(gridConstant(10, 0)).toBe(0);
  });
});

test("a heavy outlier does not keep the other rows from being drawn", () => {
  const x = fill(400, 2, stream(7, "test/outlier"), (rng, i) => (i === 0 ? 1e9 : rng.normal()));
  const rows = withKMeans(x, 10, (space) => space.kMeansPlusPlus(5, 3, stream(1, "test/init")));
  expect(new Set(rows).size).toBe(5);
});
