import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonicalLabels } from "../../src/core/labels.js";
import { type Matrix, matrix } from "../../src/core/matrix.js";
import { stream } from "../../src/core/rng.js";
import { quantumOf } from "../../src/metrics/quantum.js";
import { silhouette, silhouetteSamples } from "../../src/metrics/silhouette.js";
import { slowSilhouette } from "../oracle/silhouette.js";

const labels = (...values: number[]) => Int32Array.from(values);
const line = (...values: number[]) => matrix(values.map((value) => [value]));
const score = (x: Matrix, l: Int32Array) => silhouette.scoreMany(x, [l])[0]!;

test("four rows on a line, worked by hand", () => {
  // 0 1 | 9 10.  Row 0: a = 1, b = (9+10)/2 = 9.5.  Row 1: a = 1, b = (8+9)/2 = 8.5.  The other two mirror them.
  const { samples, clusterMeans } = silhouetteSamples(line(0, 1, 9, 10), labels(0, 0, 1, 1));
  const outer = 8.5 / 9.5;
  const inner = 7.5 / 8.5;
  [outer, inner, inner, outer].forEach((value, i) => {
    expect(samples[i]).toBeCloseTo(value, 15);
  });
  expect(clusterMeans[0]).toBeCloseTo((outer + inner) / 2, 15);
  expect(score(line(0, 1, 9, 10), labels(0, 0, 1, 1))["silhouette"]).toBeCloseTo((outer + inner) / 2, 15);
});

test("noise in four readings, worked by hand", () => {
  // 0 1 | 9 10 | noise at 5.
  // Noise left out: as above, S = (17/19 + 15/17) / 2; coverage 4/5.
  // Noise as a cluster: row 0 is 5 from it, b = 5, s = 4/5; row 1: b = 4, s = 3/4; mirrored; the noise row is alone: 0.
  const scores = score(line(0, 1, 9, 10, 5), labels(0, 0, 1, 1, -1));
  const clean = (17 / 19 + 15 / 17) / 2;
  expect(scores["silhouette"]).toBeCloseTo((2 * (4 / 5) + 2 * (3 / 4)) / 5, 15);
  expect(scores["silhouette_no_noise"]).toBeCloseTo(clean, 15);
  expect(scores["silhouette_coverage"]).toBeCloseTo(clean * 0.8, 15);
  expect(scores["silhouette_macro"]).toBeCloseTo(clean, 15);
});

test("the macro mean lets a small bad cluster show", () => {
  // Six rows near 0 are well placed; the pair {3, 20} is not: its rows are 17 apart.
  const x = line(0, 0, 0, 0, 0, 0, 3, 20);
  const { silhouette_no_noise: micro, silhouette_macro: macro } = score(x, labels(0, 0, 0, 0, 0, 0, 1, 1));
  // Rows at 0: a = 0, s = 1.  Row 3: a = 17, b = 3, s = −14/17.  Row 20: a = 17, b = 20, s = 3/20.
  const pair = (-14 / 17 + 3 / 20) / 2;
  expect(micro).toBeCloseTo((6 + 2 * pair) / 8, 15);
  expect(macro).toBeCloseTo((1 + pair) / 2, 15);
});

test("with one cluster beside noise, only the reading with noise as a cluster is defined", () => {
  expect(score(line(0, 1, 5, 6), labels(0, 0, -1, -1))).toEqual({
    silhouette: expect.closeTo((1 - 1 / 5.5) / 2 + (1 - 1 / 4.5) / 2, 14),
    silhouette_no_noise: null,
    silhouette_coverage: null,
    silhouette_macro: null,
  });
});

test("asking for samples of one cluster is the user's to mend", () => {
  expect(() => silhouetteSamples(line(0, 1, 2), labels(0, 0, 0))).toThrow("at least 2 clusters, got 1");
  expect(() => silhouetteSamples(line(0, 1, 2), labels(0, 0, -1), "leave-out")).toThrow("at least 2 clusters, got 1");
  expect(() => silhouetteSamples(line(0, 1, 2), labels(0, 1))).toThrow("2 labels for 3 rows");
  expect(() => silhouetteSamples(line(0, Number.NaN, 2), labels(0, 1, 1))).toThrow("not all finite");
});

describe("exact sums", () => {
  test("no order, block or set of labelings changes a bit", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 6, max: 60 }), (seed, n) => {
        const rng = stream(seed, "test/silhouette");
        const rows = Array.from({ length: n }, () => [rng.normal() * 10, rng.normal(), rng.uniform() * 1e-3]);
        const labelings = [2, 3, 5].map((k) => canonicalLabels(rows.map(() => rng.int(k + 1) - 1)));
        const x = matrix(rows);
        const together = silhouette.scoreMany(x, labelings);
        expect(silhouette.scoreMany(x, [...labelings].reverse()).reverse()).toEqual(together);
        labelings.forEach((labeling, l) => {
          expect(silhouette.scoreMany(x, [labeling])[0]).toEqual(together[l]);
        });
        // Rows in another order: each row keeps its value to the bit.
        const order = rng.permutation(n);
        const shuffled = matrix(Array.from(order, (i) => rows[i]!));
        const moved = Array.from(order, (i) => labelings[1]![i]!);
        if (new Set(moved).size < 2) return;
        const there = silhouetteSamples(shuffled, canonicalLabels(moved)).samples;
        const here = silhouetteSamples(x, labelings[1]!).samples;
        order.forEach((i, at) => {
          expect(there[at]).toBe(here[i]);
        });
      }),
      { seed: 21, numRuns: 60 },
    );
  });

  test("sums of n longest distances fit in 53 bits, and the unit is as small as that allows", () => {
    for (const [n, side] of [
      [2, 1],
      [1000, 3e-9],
      [8950, 1e6],
    ] as const) {
      const x = matrix(Array.from({ length: n }, (_, i) => [i % 2 ? side : 0, 0]));
      const { scale } = quantumOf(x)!;
      expect(n * side * scale).toBeLessThanOrEqual(2 ** 52);
      expect(n * side * scale).toBeGreaterThan(2 ** 51);
    }
  });

  test("equals the plain definition with compensated sums on random data", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 4, max: 50 }), (seed, n) => {
        const rng = stream(seed, "test/silhouette");
        const x = matrix(Array.from({ length: n }, () => [Math.round(rng.normal() * 3), rng.normal()]));
        const labeling = canonicalLabels(Array.from({ length: n }, (_, i) => (i < 2 ? i : rng.int(4) - 1)));
        const expected = slowSilhouette(x, labeling);
        const { samples } = silhouetteSamples(x, labeling);
        expected.forEach((value, i) => {
          expect(Math.abs(samples[i]! - value)).toBeLessThanOrEqual(1e-13);
        });
      }),
      { seed: 22, numRuns: 100 },
    );
  });

  // Two clusters of spread 1e-9, 1e-8 apart, and one row a million away: the coarse unit alone (1e6·n/2^52,
  // 4e-8 here) would see all distances within and between the clusters as 0.
  test.each([
    ["1e-9 beside 1e6", 1e-9, 1e6],
    ["1e-6 beside 1e6", 1e-6, 1e6],
    ["1e-3 beside 1e9", 1e-3, 1e9],
    ["1 beside 1e15", 1, 1e15],
  ])("tiny clusters beside a huge outlier keep their silhouette: %s", (_, small, huge) => {
    const rng = stream(5, "test/outlier");
    const rows = Array.from({ length: 100 }, (_, i) => [small * (rng.uniform() + (i % 2) * 10), small * rng.uniform()]);
    rows.push([huge, huge]);
    const x = matrix(rows);
    const labeling = canonicalLabels([...Array.from({ length: 100 }, (_, i) => i % 2), 2]);
    const expected = slowSilhouette(x, labeling);
    const { samples } = silhouetteSamples(x, labeling);
    let worst = 0;
    expected.forEach((value, i) => {
      worst = Math.max(worst, Math.abs(samples[i]! - value));
    });
    expect(expected[0]).toBeGreaterThan(0.8);
    expect(worst).toBeLessThanOrEqual(1e-9);
  });
});
