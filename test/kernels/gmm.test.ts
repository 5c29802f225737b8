import { describe, expect, test } from "vitest";
import { takeRows } from "../../src/core/matrix.js";
import { stream } from "../../src/core/rng.js";
import { type CovarianceType, emFromLabels } from "../../src/kernels/gmm.js";
import { emFromLabels as slowEm } from "../oracle/em.js";
import { blobs, shapes } from "./shapes.js";

const types: CovarianceType[] = ["full", "tied", "diag", "spherical"];
const options = { tol: 1e-3, maxIter: 30, regCovar: 1e-6 };

/** Largest difference, relative to the largest value there is. */
function difference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  let [most, size] = [0, 1e-300];
  for (let i = 0; i < a.length; i++) {
    most = Math.max(most, Math.abs(a[i]! - b[i]!));
    size = Math.max(size, Math.abs(b[i]!));
    if (Number.isNaN(a[i]! - b[i]!)) return Number.NaN;
  }
  return most / size;
}

describe.each(types)("mixtures, %s", (type) => {
  describe.each([1, 2].flatMap((seed) => shapes(seed)))("on $name", ({ name, x }) => {
    test("take the path of the plain EM", () => {
      const { rows: n, cols: d } = x;
      const rng = stream(1, "test/labels");
      // densities are only well defined in float64 near 0: both sides get the rows less the first one
      const middle = x.data.slice(0, d);
      const centred = x.data.map((value, e) => value - middle[e % d]!);
      for (const k of [1, 2, 5].filter((count) => count <= n)) {
        const labels = Int32Array.from({ length: n }, () => rng.int(k));
        const fast = emFromLabels(x, labels, k, type, { ...options, middle });
        const slow = slowEm(centred, n, d, labels, k, type, options);
        // a component on the covariance floor magnifies the last digit 1e6 times and more
        const soundFull = n / k > 3 * d && !/constant|equal|tied|ties|three/.test(name);
        const near = soundFull || type === "diag" || type === "spherical" ? 1e-9 : 1e-5;
        if (near === 1e-9) {
          expect(fast.bounds.length).toBe(slow.bounds.length);
          expect(fast.converged).toBe(slow.converged);
          expect(difference(fast.responsibilities, slow.responsibilities)).toBeLessThan(1e-7);
        }
        fast.bounds.slice(0, 3).forEach((bound, t) => {
          expect(Math.abs(bound - slow.bounds[t]!)).toBeLessThan(near * Math.max(1, Math.abs(bound)));
        });
      }
    });
  });

  test("equals the plain EM to 1e-9 in every bound, mean and covariance", () => {
    for (const [n, d, k] of [
      [700, 5, 4],
      [130, 2, 3],
      [64, 3, 2],
      [1000, 1, 3],
      [2000, 18, 6],
    ] as const) {
      const x = blobs(n, d, k, 6, n);
      const labels = Int32Array.from({ length: n }, (_, i) => (i % (k + 1)) % k);
      const fast = emFromLabels(x, labels, k, type, { tol: 1e-5, maxIter: 60, regCovar: 1e-6 });
      const slow = slowEm(x.data, n, d, labels, k, type, { tol: 1e-5, maxIter: 60, regCovar: 1e-6 });
      expect(fast.bounds.length).toBe(slow.bounds.length);
      expect(difference(fast.bounds, slow.bounds)).toBeLessThan(1e-9);
      expect(difference(fast.logLikelihoods, slow.logLikelihoods)).toBeLessThan(1e-9);
      expect(difference(fast.mixture.weights, slow.mixture.weights)).toBeLessThan(1e-9);
      expect(difference(fast.mixture.means, slow.mixture.means)).toBeLessThan(1e-9);
      expect(difference(fast.mixture.covariances, slow.mixture.covariances)).toBeLessThan(1e-9);
      expect(difference(fast.responsibilities, slow.responsibilities)).toBeLessThan(1e-7);
    }
  });
});

test("clusters a million deviations apart lose no digits", () => {
  const x = blobs(400, 2, 2, 1, 3);
  for (let i = 0; i < 400; i += 2) x.data[i * 2] = x.data[i * 2]! + 1e6;
  const labels = Int32Array.from({ length: 400 }, (_, i) => i % 2);
  for (const type of types) {
    const fast = emFromLabels(x, labels, 2, type, options);
    const slow = slowEm(x.data, 400, 2, labels, 2, type, options);
    expect(difference(fast.mixture.covariances, slow.mixture.covariances)).toBeLessThan(1e-9);
  }
});

test("more rows than a slice of chunks give the sums of each slice", () => {
  const few = blobs(500, 2, 3, 8, 4);
  const many = takeRows(
    few,
    Int32Array.from({ length: 5000 }, (_, i) => i % 500),
  );
  const labels = Int32Array.from({ length: 5000 }, (_, i) => (i % 500) % 3);
  const one = emFromLabels(few, labels.slice(0, 500), 3, "full", options);
  const ten = emFromLabels(many, labels, 3, "full", options);
  expect(difference(ten.mixture.means, one.mixture.means)).toBeLessThan(1e-9);
});
