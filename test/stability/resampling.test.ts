import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonicalLabels } from "../../src/core/labels.js";
import { matrix, takeRows } from "../../src/core/matrix.js";
import { stream } from "../../src/core/rng.js";
import { bootstrapRows, clusterStability, clusterwiseJaccard } from "../../src/stability/bootstrap.js";
import {
  aggregate,
  allDistances,
  calibrate,
  distancesAmong,
  growFrom,
  growths,
  randomStarts,
} from "../../src/stability/calibration.js";
import { maxNull } from "../../src/stability/max-null.js";
import { pairsKept, predictionStrength, splitHalves } from "../../src/stability/prediction-strength.js";

const ints = (...values: number[]) => Int32Array.from(values);

describe("bootstrap", () => {
  test("rows are unique, ascending, about 63 % and the same for the same seed and counter", () => {
    const rows = bootstrapRows(5000, 3, 7);
    expect([...rows]).toEqual([...new Set(rows)].sort((a, b) => a - b));
    expect(rows.length / 5000).toBeGreaterThan(0.61);
    expect(rows.length / 5000).toBeLessThan(0.655);
    expect(bootstrapRows(5000, 3, 7)).toEqual(rows);
    expect(bootstrapRows(5000, 3, 8)).not.toEqual(rows);
  });

  test("Jaccard of seven rows, worked by hand", () => {
    // rows           0 1 2 3 4 5 6
    // original       0 0 0 1 1 2 −
    // drawn          0 1   3 4   6      (cluster 2's only row is not drawn)
    // resampled      0 0   0 1   1
    // cluster 0 = {0,1}: with {0,1,3} 2/3.  cluster 1 = {3,4}: with {0,1,3} 1/4, with {4,6} 1/3.  cluster 2: 0.
    const values = clusterwiseJaccard(ints(0, 0, 0, 1, 1, 2, -1), ints(0, 0, 0, 1, 1), ints(0, 1, 3, 4, 6));
    expect([...values]).toEqual([2 / 3, 1 / 3, 0]);
  });

  test("a cluster that turns into noise is dissolved, and stability is the worst cluster's", () => {
    const values = clusterwiseJaccard(ints(0, 0, 1, 1), ints(0, 0, -1, -1), ints(0, 1, 2, 3));
    expect([...values]).toEqual([1, 0]);
    expect(clusterStability([values, Float64Array.of(1, 0.8), Float64Array.of(0.75, 0.5)])).toEqual({
      means: [2.75 / 3, 1.3 / 3],
      dissolved: [0, 2],
      recovered: [2, 1],
      worst: 1.3 / 3,
    });
    expect(clusterStability([new Float64Array(0)]).worst).toBe(0);
  });

  test("labels for other rows are refused", () => {
    expect(() => clusterwiseJaccard(ints(0, 1), ints(0), ints(0, 1))).toThrow("1 labels for a resample of 2 rows");
  });

  test("stays in [0, 1], is 1 for the same labels, and ignores the numbering of the resample", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: -1, max: 4 }), fc.integer({ min: -1, max: 4 })), {
          minLength: 1,
          maxLength: 50,
        }),
        (pairs) => {
          const original = canonicalLabels(pairs.map(([a]) => a));
          const found = canonicalLabels(pairs.map(([, b]) => b));
          const rows = Int32Array.from(pairs.keys());
          const values = clusterwiseJaccard(original, found, rows);
          for (const value of values) expect(value >= 0 && value <= 1).toBe(true);
          expect(clusterwiseJaccard(original, original, rows).every((value) => value === 1)).toBe(true);
          const highest = Math.max(...found);
          expect(
            clusterwiseJaccard(
              original,
              found.map((label) => (label < 0 ? label : highest - label)),
              rows,
            ),
          ).toEqual(values);
        },
      ),
      { seed: 31, numRuns: 300 },
    );
  });
});

describe("prediction strength", () => {
  test("halves are disjoint, whole, and the first is the smaller", () => {
    const { first, second } = splitHalves(11, 5, 2);
    expect([first.length, second.length]).toEqual([5, 6]);
    expect([...first, ...second].sort((a, b) => a - b)).toEqual(Array.from({ length: 11 }, (_, i) => i));
    expect(splitHalves(11, 5, 3).first).not.toEqual(first);
  });

  test("pairs kept, worked by hand", () => {
    // own 0: rows predicted 5 5 7 → 2 of 6 ordered pairs; own 1: predicted 5 5 → all; own 2: one row → 1.
    expect([...pairsKept(ints(0, 0, 0, 1, 1, 2), [5, 5, 7, 5, 5, 7])]).toEqual([2 / 6, 1, 1]);
    // Predicted noise is together with nobody, not even with other noise.
    expect([...pairsKept(ints(0, 0, 0), [-1, -1, 2])]).toEqual([0]);
    // The mean of the two halves' worst clusters: (1/3 + 1) / 2.
    const bad = { own: ints(0, 0, 0), predicted: [0, 0, 1] };
    const good = { own: ints(0, 0, 1, 1), predicted: [1, 1, 0, 0] };
    expect(predictionStrength(bad, good)).toBeCloseTo((1 / 3 + 1) / 2, 15);
    expect(predictionStrength(good, { own: ints(-1, -1), predicted: [0, 0] })).toBe(0.5);
    expect(() => pairsKept(ints(0, 0), [0])).toThrow("2 own labels, but 1 predicted ones");
  });
});

describe("maximum null", () => {
  test("two candidates and three null sets, worked by hand", () => {
    // Candidate 0: observed 4, nulls 0 0 0: mean 1, sd 2; z = 1.5, nulls −.5.
    // Candidate 1: observed 1, nulls 3 1 1: mean 1.5, sd 1; z = −.5, nulls 1.5 −.5 −.5.
    // Largest null z per set: 1.5, −.5, −.5.  Candidate 0: one is as large: p = 2/4.  Candidate 1: all: p = 4/4.
    const { z, p, decision } = maxNull(
      [4, 1],
      [
        [0, 3],
        [0, 1],
        [0, 1],
      ],
    );
    expect(z).toEqual([1.5, -0.5]);
    expect(p).toEqual([0.5, 1]);
    expect(decision).toBe(0.5);
  });

  test("what has no score found no structure", () => {
    const nulls = Array.from({ length: 19 }, () => [null, 0.1]);
    const { z, p } = maxNull([0.5, null], nulls);
    // Candidate 0 alone has a score: nothing to compare, z = 0; every null's best is candidate 1's, also z = 0.
    expect(z).toEqual([0, null]);
    expect(p).toEqual([1, 1]);
    expect(maxNull([], []).decision).toBe(1);
  });

  test("a clear winner gets the smallest p there is, 1 / (B + 1)", () => {
    const rng = stream(1, "test/max-null");
    const nulls = Array.from({ length: 99 }, () => [rng.normal(), rng.normal(), rng.normal()]);
    expect(maxNull([0, 30, 0], nulls).p[1]).toBe(1 / 100);
  });

  test("holds its level for the whole family: without structure p ≤ .05 in about 5 % of decisions", () => {
    let rejected = 0;
    for (let trial = 0; trial < 1000; trial++) {
      const rng = stream(trial, "test/level");
      // Twenty correlated candidates of very different scale.
      const draw = () => {
        const common = rng.normal();
        return Array.from({ length: 20 }, (_, c) => 100 * c + (c + 1) * (common + rng.normal()));
      };
      if (maxNull(draw(), Array.from({ length: 99 }, draw)).decision <= 0.05) rejected++;
    }
    // Binomial(1000, .05): mean 50, sd 6.9.
    expect(rejected).toBeGreaterThan(28);
    expect(rejected).toBeLessThan(72);
  });
});

describe("calibration", () => {
  test("z-scores are turned so that higher is better", () => {
    expect(calibrate(0.5, [0.1, 0.2, 0.3], "higher")).toBeCloseTo(3, 12);
    expect(calibrate(0.5, [0.1, 0.2, 0.3], "lower")).toBeCloseTo(-3, 12);
    expect(calibrate(0.5, [0.1, null, 0.2, 0.3], "higher")).toBeCloseTo(3, 12);
    expect(calibrate(0.5, new Array(19).fill(0.1), "higher")).toBe(0);
    expect(calibrate(null, [0.1, 0.2], "higher")).toBeNull();
    expect(calibrate(0.5, [0.1, null], "higher")).toBeNull();
    expect(aggregate([1, 2, 6])).toBe(3);
    expect(aggregate([1, null])).toBeNull();
  });

  test.each(growths)(
    "%s joins the row and cluster of the smallest value, ties to the first row, then the first start",
    (growth) => {
      for (let seed = 0; seed < 20; seed++) {
        const rng = stream(seed, "test/growth-oracle");
        // Whole numbers, so that there are ties.
        const x = matrix(Array.from({ length: 25 }, () => [rng.int(6), rng.int(6)]));
        const starts = randomStarts(25, 3, seed, growth, 0);
        const apart = (i: number, j: number) =>
          Math.sqrt((x.data[2 * i]! - x.data[2 * j]!) ** 2 + (x.data[2 * i + 1]! - x.data[2 * j + 1]!) ** 2);
        const labels = new Int32Array(25).fill(-1);
        starts.forEach((row, c) => {
          labels[row] = c;
        });
        const members = (c: number) =>
          growth === "centroid" ? [starts[c]!] : [...labels.keys()].filter((i) => labels[i] === c);
        const value = (i: number, c: number) => {
          const to = members(c).map((j) => apart(i, j));
          if (growth === "average") return to.reduce((sum, each) => sum + each, 0) / to.length;
          return growth === "farthest" ? Math.max(...to) : Math.min(...to);
        };
        while (labels.includes(-1)) {
          let best = { i: -1, c: -1, at: Number.POSITIVE_INFINITY };
          for (let i = 0; i < 25; i++) {
            if (labels[i]! >= 0) continue;
            for (let c = 0; c < 3; c++) {
              const at = value(i, c);
              if (at < best.at - 1e-12) best = { i, c, at };
            }
          }
          labels[best.i] = best.c;
        }
        expect(growFrom(x, starts, growth), `seed ${seed}`).toEqual(canonicalLabels(labels));
      }
    },
  );

  test("distances among some rows are those of the rows themselves", () => {
    const x = matrix([[0], [3], [7], [12]]);
    const rows = ints(0, 2, 3);
    expect([...distancesAmong(allDistances(x), 4, rows)]).toEqual([0, 7, 12, 7, 0, 5, 12, 5, 0]);
    const starts = ints(0, 2);
    expect(growFrom(takeRows(x, rows), starts, "average", distancesAmong(allDistances(x), 4, rows))).toEqual(
      growFrom(takeRows(x, rows), starts, "average"),
    );
  });

  test.each(growths)("%s gives k clusters that hold every row, and starts that depend on the seed alone", (growth) => {
    const rng = stream(4, "test/growth");
    const x = matrix(Array.from({ length: 40 }, () => [rng.normal(), rng.normal()]));
    const starts = randomStarts(40, 4, 9, growth, 1);
    expect(randomStarts(40, 4, 9, growth, 1)).toEqual(starts);
    expect(randomStarts(40, 6, 9, growth, 1).slice(0, 4)).toEqual(starts);
    const labels = growFrom(x, starts, growth);
    expect(new Set(labels)).toEqual(new Set([0, 1, 2, 3]));
    expect(new Set(Array.from(starts, (row) => labels[row])).size).toBe(4);
  });

  test("rows that are copies of each other still give k clusters", () => {
    const x = matrix(Array.from({ length: 6 }, () => [1, 1]));
    for (const growth of growths) expect(new Set(growFrom(x, ints(5, 2, 0), growth)).size).toBe(3);
    expect(() => randomStarts(3, 4, 1, "nearest", 0)).toThrow("cannot start 4 clusters from 3 rows");
  });
});
