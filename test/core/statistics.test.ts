import fc from "fast-check";
import { expect, test } from "vitest";
import { quantileSorted } from "../../src/core/math.js";
import {
  describeNumbers,
  mean,
  pearson,
  quantiles,
  range,
  sorted,
  standardDeviation,
} from "../../src/core/statistics.js";

const of = (...values: number[]) => Float64Array.from(values);

test("five numbers by hand", () => {
  // Mean 3; squares 4 1 0 1 4 sum to 10; cubes cancel; fourth powers 16 1 0 1 16 sum to 34.
  expect(describeNumbers(of(5, 1, 4, 2, 3))).toEqual({
    count: 5,
    min: 1,
    q25: 2,
    median: 3,
    q75: 4,
    max: 5,
    mean: 3,
    sd: Math.sqrt(2),
    sampleSd: Math.sqrt(2.5),
    skewness: 0,
    excessKurtosis: 34 / 5 / 4 - 3,
  });
});

test("one value and a constant column have no shape", () => {
  expect(describeNumbers(of(7))).toMatchObject({
    mean: 7,
    sd: 0,
    sampleSd: null,
    skewness: null,
    excessKurtosis: null,
  });
  expect(describeNumbers(of(0.1, 0.1, 0.1))).toMatchObject({ mean: 0.1, sd: 0, sampleSd: 0, skewness: null });
});

test("a large offset costs no digits", () => {
  expect(standardDeviation(of(1e9 + 1, 1e9 + 2, 1e9 + 3), 1)).toBe(1);
  expect(mean(of(1e308, 1e308))).toBe(1e308);
});

test("correlation is 1 and −1 on lines, and undefined for a constant", () => {
  expect(pearson(of(1, 2, 3), of(2, 4, 6))).toBeCloseTo(1, 14);
  expect(pearson(of(1, 2, 3), of(3, 2, 1))).toBeCloseTo(-1, 14);
  expect(pearson(of(1, 2, 3), of(4, 4, 4))).toBeNull();
});

test("quantiles by selection equal those of the sorted values", () => {
  const seed = 20260107;
  const value = fc.oneof(fc.integer({ min: 0, max: 9 }), fc.double({ noNaN: true, min: -1e9, max: 1e9 }));
  fc.assert(
    fc.property(
      fc.array(value, { minLength: 1, maxLength: 700 }),
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 5 }),
      (list, shares) => {
        // −0 and 0 are one value, though the sort tells them apart.
        const values = Float64Array.from(list, (number) => number + 0);
        const order = sorted(values);
        const before = values.slice();
        expect(quantiles(values, shares)).toEqual(shares.map((share) => quantileSorted(order, share)));
        expect(values).toEqual(before);
        expect(range(values)).toEqual({ min: order[0], max: order[order.length - 1] });
      },
    ),
    { seed, numRuns: 300 },
  );
});

test.each([
  ["ascending", (i: number) => i],
  ["all alike", () => 5],
  ["organ pipe", (i: number) => Math.min(i, 9999 - i)],
  ["saw", (i: number) => i % 100],
])("selection holds on %s values", (_, make) => {
  const values = Float64Array.from({ length: 10_000 }, (__, i) => make(i));
  const shares = [0.99, 0, 0.5, 1, 0.25];
  expect(quantiles(values, shares)).toEqual(shares.map((share) => quantileSorted(sorted(values), share)));
});
