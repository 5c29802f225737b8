import { describe, expect, test } from "vitest";
import { type Matrix, matrix } from "../../src/core/matrix.js";
import { type Rng, stream } from "../../src/core/rng.js";
import {
  borderGaps,
  densityGaps,
  fallingP,
  halfSampleMode,
  mixedShare,
  mutualReachability,
  pairsOf,
  withoutSteps,
} from "../../src/stability/borders.js";

const table = (n: number, seed: number, row: (rng: Rng, i: number) => number[]): Matrix => {
  const rng = stream(seed, "test/borders");
  return matrix(Array.from({ length: n }, (_, i) => row(rng, i)));
};
const labelsOf = (n: number, label: (i: number) => number) => Int32Array.from({ length: n }, (_, i) => label(i));
/** The smaller half of a column against the larger one. */
const halves = (x: Matrix, column: number) => {
  const values = Array.from({ length: x.rows }, (_, i) => x.data[i * x.cols + column]!);
  const middle = [...values].sort((a, b) => a - b)[x.rows >> 1]!;
  return Int32Array.from(values, (value) => (value < middle ? 0 : 1));
};

test("pairs come in order", () => {
  expect(pairsOf(3)).toEqual([
    [0, 1],
    [0, 2],
    [1, 2],
  ]);
});

describe("a density that falls", () => {
  test("by hand: of ten values of which the last five come after a gap, the distribution is .45 off", () => {
    // From 0 the others are at .1, .2, .3, .4 and 5 at 1: m = 9; the majorant runs straight from (.4, 4/9) to (1, 1),
    // and just before the last step the distribution is still 4/9: T = 3 · 5/9 = 1.67.
    const p = fallingP(Float64Array.of(0, 0.1, 0.2, 0.3, 0.4, 1, 1, 1, 1, 1));
    const t = 3 * (5 / 9) + 0.15 / 3;
    expect(p).toBeCloseTo(2.8 * Math.exp(-1.955 * t * t), 10);
  });

  test("has small p in about as many uniform samples as p says", () => {
    const rng = stream(1, "test/falling");
    const ps = Array.from({ length: 2000 }, () =>
      fallingP(Float64Array.from({ length: 60 }, () => rng.uniform()).sort()),
    );
    const share = (level: number) => ps.filter((p) => p <= level).length / ps.length;
    expect(share(0.05)).toBeGreaterThan(0.035);
    expect(share(0.05)).toBeLessThan(0.068);
    expect(share(0.01)).toBeLessThan(0.018);
  });

  test("says nothing of fewer than eight values, or of equal ones", () => {
    expect(fallingP(Float64Array.of(0, 1, 1, 1, 1, 1, 1))).toBe(1);
    expect(fallingP(new Float64Array(20).fill(3))).toBe(1);
  });

  test("starts at the mode, found by halving", () => {
    expect(halfSampleMode(Float64Array.of(0, 4, 4.1, 4.2, 9, 20))).toBeCloseTo(4.1, 12);
    expect(halfSampleMode(Float64Array.of(7))).toBe(7);
  });
});

describe("a gap along a line", () => {
  const groups = (sizes: readonly number[], apart: number) => {
    const n = sizes.reduce((sum, size) => sum + size, 0);
    const label = (i: number) => (i < sizes[0]! ? 0 : 1);
    return {
      labels: labelsOf(n, label),
      x: (seed: number) => table(n, seed, (rng, i) => [apart * label(i) + rng.normal(), rng.normal(), rng.normal()]),
    };
  };

  test.each([
    ["of like size", [200, 200], 5],
    ["of 420 and 60 rows", [420, 60], 6],
    ["of 95 and 5 %", [570, 30], 8],
  ] as const)("is seen between groups %s", (_, sizes, apart) => {
    const { labels, x } = groups(sizes, apart);
    for (let seed = 1; seed <= 8; seed++) expect(borderGaps(x(seed), labels, 1)[0]).toBeLessThan(0.02);
  });

  test.each([
    ["Gaussian", (rng: Rng) => [rng.normal(), rng.normal(), rng.normal()]],
    ["exponential", (rng: Rng) => [-Math.log(rng.uniform()), -Math.log(rng.uniform())]],
    ["uniform", (rng: Rng) => [rng.uniform(), rng.uniform()]],
  ] as const)("is not seen where one cloud (%s) is cut in halves", (_, row) => {
    let seen = 0;
    for (let seed = 1; seed <= 40; seed++) {
      const x = table(300, seed, row);
      if (borderGaps(x, halves(x, 0), 1)[0]! <= 0.05) seen++;
    }
    expect(seen).toBeLessThanOrEqual(4);
  });

  test("does not depend on the order of rows in more than chance, nor on unit or place", () => {
    const { labels, x } = groups([200, 200], 5);
    const here = x(1);
    const moved = { ...here, data: here.data.map((value) => 1000 + 8 * value) };
    expect(borderGaps(moved, labels, 1)[0]! / borderGaps(here, labels, 1)[0]!).toBeCloseTo(1, 6);
  });

  test("noise takes no part, and a segment of too few rows has no gap", () => {
    const x = table(100, 3, (rng, i) => [i < 97 ? rng.normal() : 50 + rng.normal()]);
    expect(
      borderGaps(
        x,
        labelsOf(100, (i) => (i < 97 ? 0 : 1)),
        1,
      ),
    ).toEqual([1]);
    const noisy = table(120, 3, (rng, i) => [i < 60 ? rng.normal() : i < 115 ? 9 + rng.normal() : 4.5]);
    expect(
      borderGaps(
        noisy,
        labelsOf(120, (i) => (i < 60 ? 0 : i < 115 ? 1 : -1)),
        1,
      )[0],
    ).toBeLessThan(1e-6);
  });
});

describe("a gap by density", () => {
  const ratio = (x: Matrix, labels: Int32Array) => densityGaps(mutualReachability(x), labels);

  test("by hand: two rows of six points a step apart, three steps between them", () => {
    // The fifth neighbour of an inner point is 3 steps away, of an end 5: all steps are core distances.
    const x = matrix([0, 1, 2, 3, 4, 5, 20, 21, 22, 23, 24, 25].map((at) => [at]));
    expect(
      ratio(
        x,
        labelsOf(12, (i) => (i < 6 ? 0 : 1)),
      )[0],
    ).toBeCloseTo(15 / 5, 12);
  });

  test("is seen between rings, which no line parts", () => {
    const x = table(500, 4, (rng, i) => {
      const angle = 2 * Math.PI * rng.uniform();
      const r = 1 + 2 * (i % 2) + 0.1 * rng.normal();
      return [r * Math.cos(angle), r * Math.sin(angle)];
    });
    const labels = labelsOf(500, (i) => i % 2);
    expect(ratio(x, labels)[0]).toBeGreaterThan(2);
    expect(ratio(x, halves(x, 0))[0]).toBeLessThan(1);
  });

  test("is above 1 in no half of a Gaussian, a square or an exponential cloud", () => {
    for (let seed = 1; seed <= 10; seed++) {
      for (const row of [
        (rng: Rng) => [rng.normal(), rng.normal()],
        (rng: Rng) => [rng.uniform(), rng.uniform()],
        (rng: Rng) => [-Math.log(rng.uniform()), -Math.log(rng.uniform())],
      ]) {
        const x = table(300, seed, row);
        expect(ratio(x, halves(x, 0))[0]).toBeLessThan(1);
      }
    }
  });
});

describe("steps of a scale", () => {
  test("are spread half-way to their neighbours, flags are left out, and other columns stay", () => {
    const x = table(300, 5, (rng, i) => [rng.normal(), 1 + (i % 5), i % 2]);
    const even = withoutSteps(x, 1)!;
    expect(even.cols).toBe(2);
    for (let i = 0; i < 300; i++) {
      expect(even.data[2 * i]).toBe(x.data[3 * i]);
      expect(Math.abs(even.data[2 * i + 1]! - x.data[3 * i + 1]!)).toBeLessThanOrEqual(0.5);
    }
    expect(borderGaps(even, halves(x, 1), 1)[0]).toBeGreaterThan(0.05);
  });

  test("nothing is left of flags alone; a table without steps is not copied", () => {
    expect(
      withoutSteps(
        table(50, 6, (_, i) => [i % 2, i % 3 === 0 ? 1 : 0]),
        1,
      ),
    ).toBeNull();
    const x = table(50, 7, (rng) => [rng.normal()]);
    expect(withoutSteps(x, 1)).toBe(x);
  });
});

test("the share that is mixed: rows outside the part that most of their segment is in", () => {
  const apart = Int32Array.of(0, 0, 0, 1, 1, 1, -1);
  expect(mixedShare(Int32Array.of(0, 0, 0, 1, 1, 1, 1), apart)).toBe(0);
  expect(mixedShare(Int32Array.of(0, 0, 1, 2, 2, 2, 2), apart)).toBe(0);
  expect(mixedShare(Int32Array.of(0, 0, 1, 1, 1, 1, 0), apart)).toBeCloseTo(1 / 6, 12);
});
