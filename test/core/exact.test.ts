import { expect, test } from "vitest";
import { boxDiagonal, gridConstant, unitSum } from "../../src/core/exact.js";
import { compensatedSum } from "../../src/core/math.js";
import { stream } from "../../src/core/rng.js";

test.each([
  { terms: 1, largest: 1 },
  { terms: 8950, largest: 5.3 },
  { terms: 100_000, largest: 1e-9 },
  { terms: 77, largest: 1e12 },
])("rounded values add exactly in any order: $terms terms up to $largest", ({ terms, largest }) => {
  const c = gridConstant(terms, largest);
  const rng = stream(5, "test/exact");
  const values = Float64Array.from({ length: terms }, () => rng.uniform() * largest);
  values[0] = largest;
  const rounded = values.map((v) => v + c - c);
  const sum = rounded.reduce((a, b) => a + b, 0);
  expect(rng.shuffle(rounded).reduce((a, b) => a + b, 0)).toBe(sum);
  expect(Math.abs(sum - compensatedSum(values))).toBeLessThanOrEqual((terms * terms * largest) / 2 ** 53);
});

test("the grid is the finest that keeps sums exact: half of it would overflow 2^53", () => {
  const unit = gridConstant(1000, 3) / 6755399441055744;
  expect(1000 * (3 / unit)).toBeLessThanOrEqual(2 ** 53);
  expect(1000 * (3 / unit)).toBeGreaterThan(2 ** 51);
});

test("nothing is rounded where every value is 0", () => {
  expect(gridConstant(10, 0)).toBe(0);
});

test("a sum of values in [-1, 1] has the same bits in any order, and is right to the last", () => {
  const rng = stream(6, "test/exact");
  const values = Float64Array.from({ length: 9999 }, () => 2 * rng.uniform() - 1);
  values.set([1, -1, 1e-20, 0], 0);
  const sum = unitSum(values);
  for (let round = 0; round < 5; round++) expect(unitSum(rng.shuffle(values))).toBe(sum);
  expect(sum).toBeCloseTo(compensatedSum(values), 13);
});

test("the diagonal of a 3 by 4 box is 5", () => {
  expect(boxDiagonal(Float64Array.of(0, 1, 3, 5, 1, 2), 3, 2)).toBe(5);
});
