import { describe, expect, test } from "vitest";
import type { Matrix } from "../../src/core/matrix.js";
import { stream } from "../../src/core/rng.js";
import { fasterPam, type MedoidResult } from "../../src/kernels/kmedoids.js";
import { fasterPam as slowPam } from "../oracle/faster-pam.js";
import { blobs, fill, shapes } from "./shapes.js";

const searchesFor = (x: Matrix, ks: readonly number[], seed: number, maxIter = 100) => {
  const firsts = stream(seed, "kmedoids/init").permutation(x.rows);
  return ks.filter((k) => k <= x.rows).map((k) => ({ medoids: firsts.slice(0, k), maxIter }));
};
const candidatesFor = (x: Matrix, seed: number) => stream(seed, "kmedoids/candidates").permutation(x.rows);

const deviationOf = (x: Matrix, medoids: ArrayLike<number>): number => {
  let total = 0;
  for (let i = 0; i < x.rows; i++) {
    let least = Number.POSITIVE_INFINITY;
    for (let m = 0; m < medoids.length; m++) {
      let squared = 0;
      for (let k = 0; k < x.cols; k++) {
        const t = x.data[i * x.cols + k]! - x.data[medoids[m]! * x.cols + k]!;
        squared += t * t;
      }
      least = Math.min(least, Math.sqrt(squared));
    }
    total += least;
  }
  return total;
};

const ks = [2, 3, 5, 9, 20, 40];

// Where many exchanges are equally good, float32 may take another one than float64: those shapes only have to reach
// an optimum (below). Here every step must be the same.
const untied = [...shapes(1), ...shapes(2), ...shapes(3)].filter(
  ({ name }) => !/ties|grid|equal|three times|one row|two rows/.test(name),
);

describe.each([
  ...untied,
  { name: "blobs in 17 columns", x: blobs(500, 17, 6, 8, 5) },
  { name: "uniform in the plane", x: fill(700, 2, stream(6, "test/plane"), (r) => r.uniform()) },
])("FasterPAM in float32 on $name", ({ x }) => {
  test("takes the swaps of the float64 search, and reports in float64", () => {
    const fast = fasterPam(x, candidatesFor(x, 1), searchesFor(x, ks, 1));
    const slow = searchesFor(x, ks, 1).map((search) => slowPam(x.data, x.rows, x.cols, candidatesFor(x, 1), search));
    expect(fast).toEqual(slow);
  });
});

describe.each(shapes(4))("FasterPAM on $name", ({ x }) => {
  const candidates = candidatesFor(x, 2);
  const fast = fasterPam(x, candidates, searchesFor(x, ks, 2));

  test("ends where no exchange gains more than a millionth", () => {
    for (const { medoids, deviation, converged } of fast.filter((result) => result.medoids.length < 10)) {
      expect(converged).toBe(true);
      expect(deviation).toBeCloseTo(deviationOf(x, medoids), 9 - Math.ceil(Math.log10(1 + deviation)));
      for (let m = 0; m < medoids.length; m++) {
        for (let row = 0; row < x.rows; row++) {
          expect(deviationOf(x, medoids.with(m, row))).toBeGreaterThanOrEqual(deviation * (1 - 1e-6));
        }
      }
    }
  });

  test("each k alone gives the same, to the bit", () => {
    searchesFor(x, ks, 2).forEach((search, i) => {
      expect(fasterPam(x, candidates, [search])).toEqual([fast[i]]);
    });
    expect(fasterPam(x, candidates, searchesFor(x, ks, 2).reverse())).toEqual(fast.toReversed());
  });
});

test("the pass limit ends a search unconverged, each at its own", () => {
  const x = blobs(400, 3, 7, 5, 9);
  const [first, second] = searchesFor(x, [7, 7], 3);
  const [limited, free] = fasterPam(x, candidatesFor(x, 3), [{ ...first!, maxIter: 1 }, second!]) as [
    MedoidResult,
    MedoidResult,
  ];
  expect(limited).toMatchObject({ iterations: 1, converged: false });
  expect(free.converged).toBe(true);
  expect(free.deviation).toBeLessThanOrEqual(limited.deviation);
});

test("start medoids are not changed", () => {
  const x = blobs(100, 2, 3, 5, 1);
  const [search] = searchesFor(x, [3], 1);
  const before = search!.medoids.slice();
  fasterPam(x, candidatesFor(x, 1), [search!]);
  expect(search!.medoids).toEqual(before);
});
