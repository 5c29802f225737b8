import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Matrix } from "../../src/core/matrix.js";
import { counterfactual, type FeatureRange } from "../../src/segments/counterfactual.js";

const range = (feature: string, rest: Partial<FeatureRange> = {}): FeatureRange => ({
  feature,
  low: 0,
  high: 100,
  scale: 10,
  ...rest,
});

/** A model from a rule on one row. */
const model = (label: (row: number[]) => number, margin?: (row: number[]) => number) => {
  let asked = 0;
  const predict = (rows: Matrix) => {
    asked += rows.rows;
    const list = Array.from({ length: rows.rows }, (_, i) =>
      Array.from(rows.data.subarray(i * rows.cols, (i + 1) * rows.cols)),
    );
    return { labels: list.map(label), ...(margin ? { margin: list.map(margin) } : {}) };
  };
  return { predict, asked: () => asked };
};

describe("a counterfactual", () => {
  test("worked by hand: the cheaper of two single changes, at the threshold", () => {
    // Segment 1 when x ≥ 60 or y ≥ 30; from (20, 20) with scales 10 and 10, y needs 1 unit, x 4.
    const { predict } = model(([x, y]) => (x! >= 60 || y! >= 30 ? 1 : 0));
    const found = counterfactual({ row: [20, 20], ranges: [range("x"), range("y")], target: 1, predict })!;
    expect(found.changes).toEqual([{ feature: "y", from: 20, to: 30 }]);
    expect(found.distance).toBeCloseTo(1, 2);
    expect([found.from, found.to]).toEqual([0, 1]);
  });

  test("weighs a change by the scale of its feature", () => {
    const { predict } = model(([x, y]) => (x! >= 60 || y! >= 30 ? 1 : 0));
    const ranges = [range("x", { scale: 100 }), range("y")];
    expect(counterfactual({ row: [20, 20], ranges, target: 1, predict })!.changes[0]!.feature).toBe("x");
  });

  test("changes two features where one does not do", () => {
    const { predict } = model(([x, y]) => (x! >= 60 && y! < 10 ? 1 : 0));
    const found = counterfactual({
      row: [20, 50, 7],
      ranges: [range("x"), range("y"), range("z")],
      target: 1,
      predict,
    })!;
    expect(found.changes.map((change) => change.feature)).toEqual(["x", "y"]);
    expect(found.changes[0]!.to).toBeCloseTo(60, 0);
    expect(found.row[2]).toBe(7);
  });

  test("of three features follows the margin, and is not looked for without one", () => {
    const label = (row: number[]) => (row.every((value) => value >= 50) ? 1 : 0);
    const margin = (row: number[]) => row.reduce((sum, value) => sum + Math.min(50, value), 0);
    const ranges = [range("x"), range("y"), range("z")];
    const input = { row: [10, 10, 10], ranges, target: 1 };
    expect(counterfactual({ ...input, predict: model(label).predict })).toBe(null);
    const found = counterfactual({ ...input, predict: model(label, margin).predict })!;
    expect(found.changes).toHaveLength(3);
    for (const change of found.changes) expect(change.to).toBeCloseTo(50, 0);
  });

  test("is null where the target lies outside the training range, or only a fixed feature leads there", () => {
    const far = model(([x]) => (x! > 100 ? 1 : 0));
    expect(counterfactual({ row: [20], ranges: [range("x")], target: 1, predict: far.predict })).toBe(null);
    const age = model(([x]) => (x! > 50 ? 1 : 0));
    const ranges = [range("age", { fixed: true }), range("y")];
    expect(counterfactual({ row: [20, 20], ranges, target: 1, predict: age.predict })).toBe(null);
  });

  test("keeps whole numbers whole", () => {
    const { predict } = model(([x]) => (x! >= 12.5 ? 1 : 0));
    const found = counterfactual({ row: [3], ranges: [range("trips", { whole: true })], target: 1, predict })!;
    expect(found.changes[0]!.to).toBe(13);
  });

  test("of a customer already there is no change", () => {
    const { predict } = model(() => 1);
    expect(counterfactual({ row: [3], ranges: [range("x")], target: 1, predict })).toMatchObject({
      changes: [],
      distance: 0,
    });
  });

  test("leaves a constant feature alone", () => {
    const { predict } = model(([x]) => (x! >= 60 ? 1 : 0));
    const ranges = [range("x"), range("same", { low: 5, high: 5, scale: 1 })];
    expect(counterfactual({ row: [20, 5], ranges, target: 1, predict })!.changes).toHaveLength(1);
  });

  test("refuses a missing value and a range that is none", () => {
    const { predict } = model(() => 0);
    expect(() => counterfactual({ row: [Number.NaN], ranges: [range("x")], target: 1, predict })).toThrow("x is NaN");
    expect(() => counterfactual({ row: [1], ranges: [range("x", { scale: 0 })], target: 1, predict })).toThrow(
      "scale 0",
    );
    expect(() => counterfactual({ row: [1, 2], ranges: [range("x")], target: 1, predict })).toThrow(
      "2 values for 1 features",
    );
  });

  test("once found always lands in the target, inside the range, with no change to spare", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 100, noNaN: true }), { minLength: 2, maxLength: 4 }),
        fc.array(fc.double({ min: 0, max: 100, noNaN: true }), { minLength: 4, maxLength: 4 }),
        (row, centre) => {
          // Two centres: the origin and a drawn one; the nearest wins.
          const near = (own: number[]) =>
            own.reduce((sum, value, j) => sum + (value - centre[j]!) * (value - centre[j]!), 0);
          const home = (own: number[]) => own.reduce((sum, value) => sum + value * value, 0);
          const label = (own: number[]) => (near(own) < home(own) ? 1 : 0);
          const { predict } = model(label, (own) => home(own) - near(own));
          const found = counterfactual({ row, ranges: row.map((_, j) => range(`f${j}`)), target: 1, predict });
          if (found === null) return;
          expect(label([...found.row])).toBe(1);
          expect(found.row.every((value) => value >= 0 && value <= 100)).toBe(true);
          if (found.changes.length < 2) return;
          for (const change of found.changes) {
            const j = Number(change.feature.slice(1));
            const less = found.row.map((value, at) => (at === j ? row[at]! : value));
            expect(label(less)).toBe(0);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  test("asks the model a bounded number of times", () => {
    const { predict, asked } = model(() => 0);
    const d = 17;
    expect(
      counterfactual({
        row: Array(d).fill(50),
        ranges: Array.from({ length: d }, (_, j) => range(`f${j}`)),
        target: 1,
        predict,
      }),
    ).toBe(null);
    expect(asked()).toBeLessThan(100 * d + 150 * d * d);
  });
});
