import { describe, expect, test } from "vitest";
import { cutTree, type Linkage, type LinkageTree } from "../../src/cluster/agglomerative.js";
import { treeOf } from "../../src/cluster/dendrogram.js";
import { canonicalLabels } from "../../src/core/labels.js";
import { type Matrix, matrix } from "../../src/core/matrix.js";
import { stream } from "../../src/core/rng.js";
import type { Joins } from "../../src/kernels/joins.js";
import { averageLinkage, completeLinkage } from "../../src/kernels/linkage.js";
import { minimumSpanningTree } from "../../src/kernels/mst.js";
import { wardLinkage } from "../../src/kernels/ward.js";
import { greedyError, greedyHeights } from "../oracle/linkage.js";
import { reference, referenceRows, referenceSets } from "../reference.js";
import { blobs, farRow, fill, shapes } from "./shapes.js";

const kernels: Record<Linkage, (x: Matrix) => Joins> = {
  ward: wardLinkage,
  complete: completeLinkage,
  average: averageLinkage,
  single: (x) => minimumSpanningTree(x),
};
const names = Object.keys(kernels) as Linkage[];
/** Small data would do all its work on the matrix: here also with both phases, and with the first one alone. */
const ways: [string, Linkage, (x: Matrix) => Joins][] = [
  ...names.map((name): [string, Linkage, (x: Matrix) => Joins] => [name, name, kernels[name]]),
  ["complete in two phases", "complete", (x) => completeLinkage(x, Math.ceil(x.rows / 4))],
  ["average in two phases", "average", (x) => averageLinkage(x, Math.ceil(x.rows / 4))],
  ["complete without a matrix", "complete", (x) => completeLinkage(x, 1)],
  ["average without a matrix", "average", (x) => averageLinkage(x, 1)],
];

function expectTree({ merges, heights, sizes }: LinkageTree): void {
  const n = heights.length + 1;
  const size = (id: number): number => (id < n ? 1 : sizes[id - n]!);
  for (let t = 0; t < n - 1; t++) {
    const [left, right] = [merges[2 * t]!, merges[2 * t + 1]!];
    expect(left).toBeLessThan(right);
    expect(right).toBeLessThan(n + t);
    expect(sizes[t]).toBe(size(left) + size(right));
    if (t > 0) expect(heights[t]).toBeGreaterThanOrEqual(heights[t - 1]!);
  }
  expect(new Set(merges).size).toBe(merges.length);
}

describe.each(ways)("%s linkage", (_way, linkage, kernel) => {
  test.each([...shapes(1), ...shapes(2), farRow])("of $name merges a nearest pair at every step", ({ x }) => {
    const tree = treeOf(kernel(x));
    expectTree(tree);
    const top = tree.heights.at(-1) ?? 0;
    expect(greedyError(x, linkage, tree)).toBeLessThanOrEqual(1e-9 * top);
  });

  test.each([
    ["blobs", blobs(500, 2, 6, 10, 3)],
    ["blobs in 17 columns", blobs(400, 17, 4, 4, 4)],
    ["a plane, several groups of groups", fill(1300, 2, stream(5, "test/plane"), (r) => r.uniform())],
    ["each row twice", fill(400, 2, stream(6, "test/twice"), (_, i, k) => Math.sin((i % 200) * 12.9 + k * 78.2))],
  ] as const)("of %s has all n−1 heights of the slow one", (_, x) => {
    const { heights } = treeOf(kernel(x));
    const slow = greedyHeights(x, linkage);
    const worst = slow.reduce((error, height, t) => Math.max(error, Math.abs(height - heights[t]!)), 0);
    expect(worst).toBeLessThanOrEqual(1e-11 * slow.at(-1)!);
  });

  test.each(referenceSets)("equals SciPy and fastcluster on %s where ties do not decide", (set) => {
    const { x } = referenceRows(set);
    const expected = reference(set, "hierarchical")[linkage];
    const tree = treeOf(kernel(x));
    const tolerance = (set === "edge" ? 1e-7 : 1e-9) * tree.heights.at(-1)!;
    if (expected.heights_order_independent) {
      const heights: number[] = expected.Z?.map((row: number[]) => row[2]) ?? expected.last_50_heights;
      const ours = tree.heights.slice(-heights.length);
      heights.forEach((height, t) => {
        expect(Math.abs(height - ours[t]!)).toBeLessThanOrEqual(tolerance);
      });
    }
    for (const [k, labels] of Object.entries<number[]>(expected.labels)) {
      if (!expected.labels_order_independent[k]) continue;
      expect(cutTree(tree, Number(k)), `k = ${k}`).toEqual(canonicalLabels(labels));
    }
  });
});

test("four points on a line, worked by hand", () => {
  // 0 and 1 join at 1; 4 and 6 at 2; then centroids 0.5 and 5: ward √(2·2·2/4)·4.5, average (4+6+3+5)/4
  const x = matrix([[0], [1], [4], [6]]);
  const heights = (linkage: Linkage): number[] => [...treeOf(kernels[linkage](x)).heights];
  expect(heights("ward")).toEqual([1, 2, Math.sqrt(2 * 4.5 * 4.5)]);
  expect(heights("complete")).toEqual([1, 2, 6]);
  expect(heights("average")).toEqual([1, 2, 4.5]);
  expect(heights("single")).toEqual([1, 2, 3]);
});

test("joins are sorted by height, equal heights in the order made, and renumbered as SciPy does", () => {
  // 3 and 4 join first but at 2, after 0 and 1 at 1; then 2 joins {0 1} at 2, and all join at 5
  const tree = treeOf({
    a: Int32Array.of(3, 0, 2, 4),
    b: Int32Array.of(4, 1, 1, 0),
    heights: Float64Array.of(2, 1, 2, 5),
  });
  expect(tree).toEqual({
    merges: Int32Array.of(0, 1, 3, 4, 2, 5, 6, 7),
    heights: Float64Array.of(1, 2, 2, 5),
    sizes: Int32Array.of(2, 2, 3, 5),
  });
});

test("one row makes a tree without merges", () => {
  for (const name of names) {
    const tree = treeOf(kernels[name](matrix([[1, 2]])));
    expect(tree.heights.length).toBe(0);
    expect([...cutTree(tree, 1)]).toEqual([0]);
  }
});
