import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type Rng, stream } from "../../src/core/rng.js";
import { dip, hasSeveralModes, withOneMode } from "../../src/stability/unimodal.js";

const { cases } = JSON.parse(readFileSync(new URL("../golden/dip.json", import.meta.url), "utf8")) as {
  cases: { name: string; values: number[]; dip: number }[];
};

const draw = (n: number, seed: number, value: (rng: Rng, i: number) => number) => {
  const rng = stream(seed, "test/unimodal");
  return Float64Array.from({ length: n }, (_, i) => value(rng, i)).sort();
};
const deviation = (values: Float64Array) => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
};

describe("the dip", () => {
  test.each(cases.map((each) => [each.name, each] as const))("of %s is that of diptest", (_, each) => {
    expect(dip(Float64Array.from(each.values))).toBeCloseTo(each.dip, 14);
  });

  test("of values on two points is a quarter: half of the rows would have to move half-way", () => {
    expect(dip(Float64Array.from([0, 0, 0, 0, 1, 1, 1, 1]))).toBeCloseTo(0.25, 15);
  });

  test("of one value, or of equal ones, is the smallest there is", () => {
    expect(dip(Float64Array.of(3))).toBe(0.5);
    expect(dip(Float64Array.of(3, 3, 3, 3))).toBe(0.125);
  });

  test("does not change with the unit or the sign", () => {
    const x = draw(80, 1, (rng, i) => rng.normal() + (i % 2) * 4);
    expect(dip(x.map((value) => 3 * value + 7))).toBeCloseTo(dip(x), 12);
    expect(dip(x.map((value) => -value).reverse())).toBeCloseTo(dip(x), 12);
  });
});

describe("several modes", () => {
  test("are seen where there are two groups, of equal size or 70 to 30, raw or in whole numbers", () => {
    for (let seed = 1; seed <= 10; seed++) {
      expect(hasSeveralModes(draw(400, seed, (rng, i) => rng.normal() + (i % 2) * 6))).toBe(true);
      expect(hasSeveralModes(draw(400, seed, (rng, i) => rng.normal() + (i % 10 < 3 ? 6 : 0)))).toBe(true);
      expect(hasSeveralModes(draw(400, seed, (rng, i) => Math.round(10 * (rng.normal() + (i % 2) * 6))))).toBe(true);
    }
  });

  test("are claimed of a single one in about 1 of 100 columns, for the least favourable shape", () => {
    let claimed = 0;
    for (let seed = 1; seed <= 600; seed++) if (hasSeveralModes(draw(300, seed, (rng) => rng.uniform()))) claimed++;
    expect(claimed).toBeGreaterThan(0);
    expect(claimed).toBeLessThanOrEqual(14); // 6 expected; 15 or more has a chance of .1 %
  });

  test("are not seen in rounding, skew or heavy tails", () => {
    for (let seed = 1; seed <= 20; seed++) {
      expect(hasSeveralModes(draw(500, seed, (rng) => Math.round(3 * rng.normal())))).toBe(false);
      expect(hasSeveralModes(draw(500, seed, (rng) => Math.exp(2 * rng.normal())))).toBe(false);
      expect(hasSeveralModes(draw(500, seed, (rng) => rng.normal() / rng.uniform()))).toBe(false);
    }
  });
});

describe("the values with one mode", () => {
  test("are the values themselves where one mode is not refuted", () => {
    const x = draw(300, 3, (rng) => rng.normal());
    expect(withOneMode(x)).toBe(x);
  });

  test("have one, and the deviation they had", () => {
    const x = draw(400, 4, (rng, i) => rng.normal() + (i % 2) * 8);
    const y = withOneMode(x);
    expect(hasSeveralModes(x)).toBe(true);
    expect(hasSeveralModes(y)).toBe(false);
    expect(deviation(y)).toBeCloseTo(deviation(x), 10);
    // The valley is filled: as many rows in the middle as at either side.
    const within = (values: Float64Array, a: number, b: number) => values.filter((v) => v >= a && v <= b).length;
    expect(within(x, 3, 5)).toBeLessThan(10);
    expect(within(y, 3, 5)).toBeGreaterThan(40);
  });

  test("are never negative where the values are not", () => {
    const y = withOneMode(draw(400, 5, (rng, i) => Math.abs(rng.normal() + (i % 2) * 1000)));
    expect(y[0]).toBeGreaterThanOrEqual(0);
  });

  test("stay as they are on a scale of few answers", () => {
    const x = draw(400, 6, (_, i) => (i % 2) * 4 + 1);
    expect(withOneMode(x)).toBe(x);
  });

  test("keep the heap of those who spend nothing: it is a state, not a mode", () => {
    const zeros = draw(400, 8, (rng, i) => (i % 2 === 0 ? 0 : 5 + Math.abs(rng.normal())));
    expect(hasSeveralModes(zeros)).toBe(false);
    const x = draw(600, 9, (rng, i) => (i % 3 === 0 ? 0 : 20 + rng.normal() + (i % 2) * 9));
    const y = withOneMode(x);
    expect(y).not.toBe(x);
    expect(y.filter((value) => value === 0).length).toBe(200);
  });

  test("leave a few far values where they are", () => {
    const x = draw(402, 7, (rng, i) => (i < 2 ? 1000 + i : rng.normal() + (i % 2) * 8));
    const y = withOneMode(x);
    expect(Array.from(y.slice(-2))).toEqual([1000, 1001]);
    expect(y[399]).toBeLessThan(20);
  });
});
