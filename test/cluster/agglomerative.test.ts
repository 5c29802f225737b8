/** The linkage tree: worked by hand, against SciPy, and cut. */
import { describe, expect, test } from "vitest";
import { agglomerative, cutTree, type Linkage, linkageTree } from "../../src/cluster/agglomerative.js";
import { fitOne } from "../../src/cluster/define.js";
import { matrix } from "../../src/core/matrix.js";
import { stream } from "../../src/core/rng.js";
import { reference, referenceRows, referenceSets } from "../reference.js";
import { expectNear, expectWithin } from "./near.js";

const linkages: readonly Linkage[] = ["ward", "complete", "average", "single"];

test.each<[Linkage, number[]]>([
  // Rows 0, 1, 5, 11. First {0 1} at 1, then row 2 joins them, then row 3. Ward's heights are
  // √(2·2·1/3)·4.5 for 5 against 0.5, and √(2·3·1/4)·9 for 11 against 2.
  ["single", [1, 4, 6]],
  ["complete", [1, 5, 11]],
  ["average", [1, 4.5, 9]],
  ["ward", [1, Math.sqrt(4 / 3) * 4.5, Math.sqrt(6 / 4) * 9]],
])("four rows on a line by hand: %s", (linkage, heights) => {
  const tree = linkageTree(matrix([[0], [1], [5], [11]]), linkage);
  expect(Array.from(tree.merges)).toEqual([0, 1, 2, 4, 3, 5]);
  expect(Array.from(tree.sizes)).toEqual([2, 3, 4]);
  heights.forEach((height, m) => {
    expectNear(tree.heights[m]!, height, 1e-15);
  });
  expect(Array.from(cutTree(tree, 2))).toEqual([0, 0, 0, 1]);
  expect(Array.from(cutTree(tree, 3))).toEqual([0, 0, 1, 2]);
  expect(Array.from(cutTree(tree, 4))).toEqual([0, 1, 2, 3]);
});

test("a fit says between which heights its cut lies", () => {
  const x = matrix([[0], [1], [5], [11]]);
  const fit = fitOne(agglomerative, x, { k: 2, linkage: "single" }, { seed: 1 });
  expect(fit.outputs).toEqual({ lastHeight: 4, nextHeight: 6 });
  expect(fitOne(agglomerative, x, { k: 4, linkage: "single" }, { seed: 1 }).outputs).toEqual({
    lastHeight: 0,
    nextHeight: 1,
  });
});

test.each(linkages)("identical rows are never parted: %s", (linkage) => {
  const x = matrix([[0.1], [0.3], [0.1], [0.3], [0.1], [0.1], [0.3]]);
  const fit = fitOne(agglomerative, x, { k: 4, linkage }, { seed: 1 });
  expect(Array.from(fit.labels)).toEqual([0, 1, 0, 1, 0, 0, 1]);
  expect(fit.reasons).toEqual(["collapsed"]);
});

test.each(linkages)("a grid full of ties comes to an end, heights ascending: %s", (linkage) => {
  for (let seed = 0; seed < 20; seed++) {
    const rng = stream(seed, "test/ties");
    const x = matrix(Array.from({ length: 60 }, () => [rng.int(5) / 10, rng.int(5) / 10, rng.int(2) / 3]));
    const { heights, sizes, merges } = linkageTree(x, linkage);
    for (let m = 1; m < heights.length; m++) {
      expect(heights[m]!, `seed ${seed}, merge ${m}`).toBeGreaterThanOrEqual(heights[m - 1]!);
    }
    expect(sizes.at(-1), `seed ${seed}`).toBe(60);
    // Every cluster but the last is joined into another exactly once.
    expect(
      Array.from(merges).toSorted((a, b) => a - b),
      `seed ${seed}`,
    ).toEqual(Array.from({ length: 118 }, (_, i) => i));
  }
});

test.each(linkages)("the slow way agrees: join the nearest pair of all, %s", (linkage) => {
  for (let seed = 0; seed < 10; seed++) {
    const rng = stream(seed, "test/slow-linkage");
    const rows = Array.from({ length: 24 }, () => [rng.normal(), rng.normal()]);
    const { heights } = linkageTree(matrix(rows), linkage);
    slowHeights(rows, linkage).forEach((height, m) => {
      expectNear(heights[m]!, height, 1e-12);
    });
  }
});

/** The definition: at every step compare all pairs of clusters by their rows. */
function slowHeights(rows: number[][], linkage: Linkage): number[] {
  const distance = (a: number[], b: number[]) => Math.sqrt(a.reduce((sum, v, j) => sum + (v - b[j]!) * (v - b[j]!), 0));
  const mean = (group: number[][]) =>
    group[0]!.map((_, j) => group.reduce((sum, row) => sum + row[j]!, 0) / group.length);
  const apart = (a: number[][], b: number[][]) => {
    const all = a.flatMap((p) => b.map((q) => distance(p, q)));
    if (linkage === "single") return Math.min(...all);
    if (linkage === "complete") return Math.max(...all);
    if (linkage === "average") return all.reduce((sum, v) => sum + v, 0) / all.length;
    return Math.sqrt((2 * a.length * b.length) / (a.length + b.length)) * distance(mean(a), mean(b));
  };
  let groups = rows.map((row) => [row]);
  const heights: number[] = [];
  while (groups.length > 1) {
    let best = { height: Number.POSITIVE_INFINITY, a: 0, b: 1 };
    for (let a = 0; a < groups.length; a++) {
      for (let b = a + 1; b < groups.length; b++) {
        const height = apart(groups[a]!, groups[b]!);
        if (height < best.height) best = { height, a, b };
      }
    }
    heights.push(best.height);
    const joined = [...groups[best.a]!, ...groups[best.b]!];
    groups = [...groups.filter((_, g) => g !== best.a && g !== best.b), joined];
  }
  return heights;
}

describe.each(referenceSets)("as SciPy on %s", (set) => {
  const expected = reference(set, "hierarchical");
  const { x } = referenceRows(set);

  describe.each(linkages)("%s", (linkage) => {
    const wanted = expected[linkage];
    const tree = linkageTree(x, linkage);
    const top = tree.heights.at(-1)!;
    const limit = (set === "edge" ? 1e-7 : 1e-9) * top;

    test("heights", () => {
      if (wanted.Z === undefined) {
        wanted.last_50_heights.forEach((height: number, m: number) => {
          expectWithin(tree.heights[tree.heights.length - 50 + m]!, height, limit);
        });
        expectNear(
          tree.heights.reduce((sum, height) => sum + height, 0),
          wanted.heights_sum,
          1e-9,
        );
      } else if (wanted.heights_order_independent) {
        expect(tree.heights.length).toBe(wanted.Z.length);
        wanted.Z.forEach((row: number[], m: number) => {
          expectWithin(tree.heights[m]!, row[2]!, limit);
        });
      } else {
        // Ties make the heights depend on the order of the rows: they agree as far as SciPy agrees with itself.
        wanted.Z.forEach((row: number[], m: number) => {
          expectWithin(tree.heights[m]!, row[2]!, 2 * wanted.heights_max_relative_deviation_over_permutations * top);
        });
      }
    });

    const stable = Object.keys(wanted.labels).filter((k) => wanted.labels_order_independent[k]);
    test.each(stable)("cut into %s", (k) => {
      expect(Array.from(cutTree(tree, Number(k)))).toEqual(wanted.labels[k]);
    });

    if (wanted.cophenetic_correlation !== undefined && wanted.heights_order_independent) {
      test("cophenetic correlation", () => {
        expectWithin(copheneticCorrelation(x.data, x.rows, x.cols, tree), wanted.cophenetic_correlation, 1e-9);
      });
    }
  });
});

/** Correlation over all pairs between their distance and the height at which the tree joins them. */
function copheneticCorrelation(
  x: Float64Array,
  n: number,
  d: number,
  { merges, heights }: ReturnType<typeof linkageTree>,
): number {
  const members: number[][] = Array.from({ length: n }, (_, i) => [i]);
  const pairs: [number, number][] = [];
  heights.forEach((height, m) => {
    const a = members[merges[2 * m]!]!;
    const b = members[merges[2 * m + 1]!]!;
    for (const i of a) {
      for (const j of b) {
        let squared = 0;
        for (let c = 0; c < d; c++) squared += (x[i * d + c]! - x[j * d + c]!) * (x[i * d + c]! - x[j * d + c]!);
        pairs.push([Math.sqrt(squared), height]);
      }
    }
    members.push([...a, ...b]);
  });
  const mean = (which: 0 | 1) => pairs.reduce((sum, pair) => sum + pair[which], 0) / pairs.length;
  const [p, q] = [mean(0), mean(1)];
  let [pp, qq, pq] = [0, 0, 0];
  for (const [u, v] of pairs) {
    pp += (u - p) * (u - p);
    qq += (v - q) * (v - q);
    pq += (u - p) * (v - q);
  }
  return pq / Math.sqrt(pp * qq);
}
