/** The same kind of rule from other rows: worked out by hand on a line. */
import { describe, expect, test } from "vitest";
import { matrix } from "../../src/core/matrix.js";
import { refitRule } from "../../src/pipeline/refit.js";

const line = (...values: number[]) => matrix(values.map((value) => [value]));
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

describe("a medoid moves to the row with the smallest total distance", () => {
  const medoidOf = (rows: readonly number[], old: number) => {
    const rule = { rule: "nearest-medoid", medoids: line(old), medoidRows: [0] } as const;
    const refitted = refitRule(rule)(line(...rows), new Int32Array(rows.length));
    if (refitted.rule !== "nearest-medoid") throw new Error(refitted.rule);
    return { row: refitted.medoidRows[0], value: refitted.medoids.data[0] };
  };

  test("which need not be the row nearest to the old one", () => {
    // 1 is nearest to 0; the totals of 1, 2, 3, 4, 5 are 10, 7, 6, 7, 10
    expect(medoidOf([1, 2, 3, 4, 5], 0)).toEqual({ row: 2, value: 3 });
  });

  test("ties go to the row nearest to the old one", () => {
    // the totals of 1 … 4 are 6, 4, 4, 6
    expect(medoidOf([1, 2, 3, 4], 0)).toEqual({ row: 1, value: 2 });
    expect(medoidOf([1, 2, 3, 4], 9)).toEqual({ row: 2, value: 3 });
  });

  test("among the 64 rows nearest to the old one", () => {
    // of 140 rows in a line the middle ones are best, but from 0 only 1 … 64 are tried
    expect(medoidOf(upTo(140), 0)).toEqual({ row: 63, value: 64 });
    expect(medoidOf(upTo(127), 0)).toEqual({ row: 63, value: 64 });
  });

  test("and a cluster without rows has none, and is never nearest", () => {
    const rule = { rule: "nearest-medoid", medoids: line(0, 10), medoidRows: [0, 1] } as const;
    const refitted = refitRule(rule)(line(9, 11, 12), Int32Array.of(1, 1, 1));
    expect(refitted).toMatchObject({ medoidRows: [-1, 1] });
    expect(Array.from((refitted as unknown as { medoids: { data: Float64Array } }).medoids.data)).toEqual([
      Number.NaN,
      11,
    ]);
  });
});

test("a centre moves to the mean of its rows; noise belongs to none", () => {
  const rule = { rule: "nearest-centre", centres: line(0, 0, 0) } as const;
  const refitted = refitRule(rule)(line(1, 3, 10, 99), Int32Array.of(0, 0, 1, -1));
  expect(refitted.rule).toBe("nearest-centre");
  expect(Array.from((refitted as unknown as { centres: { data: Float64Array } }).centres.data)).toEqual([
    2,
    10,
    Number.NaN,
  ]);
});
