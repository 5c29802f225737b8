import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { canonicalLabels } from "../../src/core/labels.js";
import { matrix } from "../../src/core/matrix.js";
import { stream } from "../../src/core/rng.js";
import { curveNamed, hartigan, krzanowskiLai } from "../../src/metrics/curves.js";
import { chooseGap, type GapPoint, gapCurve, pcaBox, uniformBox } from "../../src/metrics/gap.js";

// W(1..5) of 20 rows in 2 columns.
const within = [100, 40, 10, 8, 7].map((value, at) => ({ k: at + 1, within: value }));
const shape = { rows: 20, cols: 2 };

test("Hartigan, worked by hand", () => {
  // (W(k)/W(k+1) − 1)(n − k − 1): (100/40 − 1)·18 = 27, (40/10 − 1)·17 = 51, (10/8 − 1)·16 = 4, (8/7 − 1)·15.
  const points = hartigan.along(within, shape);
  expect(points.map(({ k }) => k)).toEqual([1, 2, 3, 4, 5]);
  [27, 51, 4, 15 / 7].forEach((value, at) => {
    expect(points[at]!.value).toBeCloseTo(value, 12);
  });
  expect(points[4]!.value).toBeNull();
  expect(hartigan.choose(points)).toBe(3);
  expect(hartigan.choose(points.slice(0, 2))).toBeNull();
});

test("Krzanowski–Lai, worked by hand", () => {
  // Two columns: k^(2/2) = k.  k·W: 100, 80, 30, 32, 35.  DIFF(2..5) = 20, 50, −2, −3.
  // KL(2) = 20/50, KL(3) = 50/2, KL(4) = 2/3; k = 1 and 5 lack a neighbour.
  const points = krzanowskiLai.along(within, shape);
  expect(points[0]!.value).toBeNull();
  [0.4, 25, 2 / 3].forEach((value, at) => {
    expect(points[at + 1]!.value).toBeCloseTo(value, 10);
  });
  expect(points[4]!.value).toBeNull();
  expect(krzanowskiLai.choose(points)).toBe(3);
});

test("a curve with holes answers null beside them, and W = 0 is no number", () => {
  const holed = within.filter(({ k }) => k !== 3);
  expect(hartigan.along(holed, shape).map(({ value }) => value === null)).toEqual([false, true, false, true]);
  expect(krzanowskiLai.along(holed, shape).every(({ value }) => value === null)).toBe(true);
  expect(
    hartigan.along(
      [
        { k: 1, within: 5 },
        { k: 2, within: 0 },
      ],
      shape,
    )[0]!.value,
  ).toBeNull();
});

describe("gap", () => {
  const { gap: peers } = JSON.parse(readFileSync(new URL("../golden/r/peers.json", import.meta.url), "utf8"));

  test.each(["original", "scaledPCA"])("equals R's clusGap on the same references and partitions (%s)", (space) => {
    const golden = peers[space];
    const labels = golden.labels as { k: [number]; labels: number[] }[];
    // The data and each reference set were clustered into 2, 3 and 4, in that order.
    const sets = [golden.data, ...golden.references].map(matrix);
    let call = 0;
    const points = gapCurve(sets[0]!, {
      ks: [1, 2, 3, 4],
      cluster: (x, k) => {
        call++;
        return canonicalLabels(labels[sets.indexOf(x) * 3 + k - 2]!.labels);
      },
      reference: (b) => sets[b + 1]!,
      references: 5,
    });
    expect(call).toBe(3 * 6);
    points.forEach(({ gap, standardError }, at) => {
      expect(Math.abs(gap! - golden.gap[at])).toBeLessThanOrEqual(1e-9);
      expect(Math.abs(standardError! - golden.standardError[at])).toBeLessThanOrEqual(1e-9);
    });
    // R's maxSE answers the largest k where no k qualifies; here that is null, as the range should be widened.
    expect(chooseGap(points) ?? 4).toBe(golden.chosen[0]);
  });

  test("takes the smallest k within one standard error of the next", () => {
    const points: GapPoint[] = [0.1, 0.5, 0.52, 0.9].map((gap, at) => ({ k: at + 1, gap, standardError: 0.05 }));
    // k = 1: .1 < .5 − .05.  k = 2: .5 ≥ .52 − .05.
    expect(chooseGap(points)).toBe(2);
    expect(chooseGap(points.slice(2))).toBeNull();
    expect(chooseGap([{ k: 1, gap: null, standardError: null }, ...points.slice(1)])).toBe(2);
  });

  test("its boxes hold the references and follow the data", () => {
    const rng = stream(3, "test/box");
    // A thin diagonal: the plain box is mostly empty of data, the turned one is not.
    const x = matrix(
      Array.from({ length: 500 }, () => {
        const t = rng.normal();
        return [t, t + 0.01 * rng.normal(), 5];
      }),
    );
    const plain = uniformBox(x, stream(1, "gap/reference", 0));
    const turned = pcaBox(x, stream(1, "gap/reference", 0));
    const spread = (y: typeof x) =>
      Math.max(...Array.from({ length: 500 }, (_, i) => Math.abs(y.data[i * 3]! - y.data[i * 3 + 1]!)));
    expect(spread(plain)).toBeGreaterThan(2);
    expect(spread(turned)).toBeLessThan(0.1);
    for (const y of [plain, turned]) {
      for (let i = 0; i < 500; i++) expect(y.data[i * 3 + 2]).toBeCloseTo(5, 12);
    }
    for (let j = 0; j < 2; j++) {
      const column = Array.from({ length: 500 }, (_, i) => x.data[i * 3 + j]!);
      const drawn = Array.from({ length: 500 }, (_, i) => plain.data[i * 3 + j]!);
      expect(Math.min(...drawn)).toBeGreaterThanOrEqual(Math.min(...column));
      expect(Math.max(...drawn)).toBeLessThanOrEqual(Math.max(...column));
    }
  });

  test("finds no gap where every row is alike, rather than a NaN", () => {
    const same = matrix(new Array(8).fill([1, 1]));
    const points = gapCurve(same, {
      ks: [1, 2],
      cluster: (x) => Int32Array.from({ length: x.rows }, (_, i) => i % 2),
      reference: (b) => uniformBox(same, stream(1, "gap/reference", b)),
      references: 3,
    });
    for (const { gap, standardError } of points) expect([gap, standardError]).toEqual([null, null]);
  });
});

test("curves are found by name", () => {
  expect(curveNamed("gap").needs).toBe("references");
  expect(() => curveNamed("hartigen")).toThrow('unknown curve index "hartigen"');
});
