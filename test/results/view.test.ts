/** view.json: what it holds, that it holds no row, that the same result gives the same bytes. */
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { linkageTree } from "../../src/cluster/agglomerative.js";
import { topBranches } from "../../src/cluster/branches.js";
import { cutTree } from "../../src/cluster/dendrogram.js";
import { canonicalLabels } from "../../src/core/labels.js";
import { allocateMatrix, matrix } from "../../src/core/matrix.js";
import { stream } from "../../src/core/rng.js";
import { readTable } from "../../src/data/index.js";
import { parseView, serializeView, type View } from "../../src/pipeline/index.js";
import { buildView } from "../../src/results/view.js";
import { parseExperiment } from "../../src/sweep/config/experiment.js";
import { inThread } from "../../src/sweep/execute.js";
import { assembleModel } from "../../src/sweep/model.js";
import { runSweep } from "../../src/sweep/run.js";
import { memoryStore } from "../../src/sweep/store/store.js";
import { referenceTable } from "../reference.js";

const iris = `
name: iris
description: How many kinds of iris are there?
data: { path: iris.csv }
prepare: { standard: [ impute: median, scale: standard ] }
sweep: { kmeans: { k: 2..3, nInit: 3 }, dbscan: { eps: [0.4], minSamples: 5 } }
seeds: 2
score: { space: standard }
`;

async function ran(config: string, table = referenceTable("iris")) {
  const experiment = parseExperiment(config, "test.yaml");
  const store = memoryStore();
  const result = await runSweep({ experiment, table, store, executor: inThread() });
  return { result, table, assembled: (await assembleModel(result, table, store))! };
}

describe("the view of iris", () => {
  let view: View;
  let again: View;
  let from: Awaited<ReturnType<typeof ran>>;
  beforeAll(async () => {
    from = await ran(iris);
    view = buildView(from.result, from.assembled, from.table);
    again = buildView(from.result, from.assembled, from.table);
  });

  test("is the same bytes each time, and reads back as it was", () => {
    const text = serializeView(view);
    expect(serializeView(again) === text).toBe(true);
    expect(parseView(text)).toEqual(view);
    expect(view.model).toBe(from.assembled.model.hash);
  });

  test("has one place, segment and branch per row, and the sizes of the segments", () => {
    expect(view.map.rows).toBe(150);
    for (const list of [view.map.labels, view.map.pca!.x, view.map.pca!.y, view.map.tsne!.x, view.map.tsne!.y]) {
      expect(list).toHaveLength(150);
    }
    for (const { label, size } of view.segments) {
      expect(view.map.labels.filter((own) => own === label)).toHaveLength(size);
    }
    // Two components explain 73 % and 23 % of the four standardised columns.
    expect(view.map.pca!.explained.map((share) => Math.round(100 * share))).toEqual([73, 23]);
  });

  test("counts every row once in each histogram, in bins the segments share", () => {
    expect(view.histograms.map(({ feature }) => feature)).toEqual(view.features.map(({ name }) => name));
    for (const { edges, counts } of view.histograms) {
      expect(counts.map((list) => list.reduce((sum, n) => sum + n, 0))).toEqual(view.segments.map(({ size }) => size));
      for (const list of counts) expect(list).toHaveLength(edges.length - 1);
    }
  });

  test("has a tree per linkage whose cuts, row by row, are those of the whole tree", () => {
    expect(view.trees.map(({ linkage }) => linkage)).toEqual(["ward", "complete", "average", "single"]);
    const { x } = from.result.spaces.get("standard")!;
    for (const tree of view.trees) {
      expect(tree.sizes.reduce((sum, n) => sum + n, 0)).toBe(150);
      expect(tree.cuts.map(({ k }) => k)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10]);
      const whole = linkageTree(x, tree.linkage);
      for (const { k, segments } of tree.cuts) {
        expect(tree.branches.map((branch) => segments[branch])).toEqual(Array.from(cutTree(whole, k)));
      }
    }
  });

  test("holds no row: neither raw nor prepared values of a customer stand in it", () => {
    expect(view.embeds).toEqual({ rows: false, coordinates: 150 });
    const wide = (value: unknown): number =>
      Array.isArray(value)
        ? Math.max(
            value.length > 0 && value.every((item) => typeof item === "object") ? value.length : 0,
            ...value.map(wide),
          )
        : value !== null && typeof value === "object"
          ? Math.max(0, ...Object.values(value).map(wide))
          : 0;
    // No list of records is as long as the table: what has a place per row are single lists of numbers.
    expect(wide(view)).toBeLessThan(20);
  });

  test("takes map, trees and rules of an earlier view only where nothing under them changed", () => {
    const marked = {
      ...view,
      map: { ...view.map, tsne: { ...view.map.tsne!, divergence: 7 } },
      trees: [],
      rules: { trainAccuracy: 0.125, crossAccuracy: 0.25 },
    };
    const { result, assembled, table } = from;
    const again = buildView(result, assembled, table, { earlier: marked });
    expect(again.map.tsne!.divergence).toBe(7);
    expect([again.trees, again.rules]).toEqual([marked.trees, marked.rules]);
    const otherSpace = { ...marked, map: { ...marked.map, key: "0".repeat(64) } };
    expect(buildView(result, assembled, table, { earlier: otherSpace })).toEqual(view);
    // Another model in the same space: its places stand, its rules do not.
    const otherModel = buildView(result, assembled, table, { earlier: { ...marked, model: "0".repeat(64) } });
    expect(otherModel.map.tsne!.divergence).toBe(7);
    expect(otherModel.rules).toEqual(view.rules);
    expect(buildView(result, assembled, table, { earlier: view })).toEqual(view);
  });

  test("shows the leaderboard of the decision, its winner marked", () => {
    expect(view.leaderboard.rows).toHaveLength(3);
    expect(view.leaderboard.rows.filter((row) => row.chosen).map((row) => row.rank)).toEqual([1]);
    expect(view.leaderboard.columns[0]).toEqual({ name: "silhouette", title: "silhouette", better: "higher" });
    expect(view.segments.map((segment) => segment.reading.length > 40)).toEqual(view.segments.map(() => true));
  });

  test.each([
    ["no JSON", "{", /not JSON/],
    ["another format", '{"format":"x","formatVersion":1}', /it is "x" of version 1/],
    ["a newer version", '{"format":"segmenta-view","formatVersion":9}', /of version 9/],
    ["a missing part", '{"format":"segmenta-view","formatVersion":1}', /name: /],
  ])("%s is refused with what is wrong", (_, text, message) => {
    expect(() => parseView(text)).toThrow(message);
  });

  test("a changed number is noticed", () => {
    const text = serializeView(view).replace('"of": 150', '"of": 151');
    expect(() => parseView(text)).toThrow(/changed after it was written/);
  });
});

test("one column has no plane, and two rows have no neighbourhoods", async () => {
  const values = Float64Array.from([0, 0.1, 9, 9.1]);
  const table = { rows: 4, columns: [{ kind: "number" as const, name: "a", values, valid: null }], id: null };
  const config = `
name: line
data: { path: line.csv }
prepare: { standard: [ scale: standard ] }
sweep: { kmeans: { k: 2, nInit: 2 } }
score: { space: standard }
select: { rule: majority }
`;
  const { result, assembled } = await ran(config, table);
  const view = buildView(result, assembled, table);
  expect(view.map.pca).toBeNull();
  expect(view.map.tsne).toBeNull();
  expect(view.trees[0]!.sizes).toEqual([1, 1, 1, 1]);
  expect(view.trees[0]!.cuts.map(({ k }) => k)).toEqual([2, 3, 4]);
});

test("the view of the bundled customers stays below 400 kB", async () => {
  const path = fileURLToPath(new URL("../../experiments/data/credit-cards.csv", import.meta.url));
  const table = await readTable({ path, id: "CUST_ID" });
  const config = `
name: cards
data: { path: cards.csv, id: CUST_ID }
prepare: { standard: [ impute: median, scale: standard ] }
sweep: { kmeans: { k: 8, nInit: 1 } }
score: { space: standard }
select: { rule: max-silhouette, minClusterShare: 0 }
`;
  const { result, assembled } = await ran(config, table);
  const view = buildView(result, assembled, table);
  expect(view.map.rows).toBe(2000);
  expect(view.map.of).toBe(8950);
  expect(serializeView(view).length).toBeLessThan(400_000);
});

describe("the top of a tree", () => {
  // Rows at 0, 1, 10, 11, 50: {0,1} and {10,11} join at 1, both at 9 (single linkage), the last row at 39.
  const x = matrix([[0], [10], [1], [11], [50]]);

  test("kept to three branches: sizes, merges and heights worked by hand", () => {
    const top = topBranches(linkageTree(x, "single"), 3);
    expect(Array.from(top.of)).toEqual([0, 1, 0, 1, 2]);
    expect(top.sizes).toEqual([2, 2, 1]);
    // Branch 0 joins branch 1 (node 3), branch 2 joins that.
    expect(top.merges.slice(0, 2).sort()).toEqual([0, 1]);
    expect(top.merges.slice(2).sort()).toEqual([2, 3]);
    expect(top.heights).toEqual([9, 39]);
  });

  test("rows alike are one branch however many are asked for", () => {
    const top = topBranches(linkageTree(matrix([[1], [1], [1], [4]]), "ward"), 4);
    expect(top.sizes).toEqual([3, 1]);
    expect(top.heights).toHaveLength(1);
  });

  test("cut into k, gives the clusters of the whole tree", () => {
    const rng = stream(3, "test/branches");
    const points = allocateMatrix(60, 2);
    for (let i = 0; i < points.data.length; i++) points.data[i] = rng.normal();
    const tree = linkageTree(points, "average");
    const top = topBranches(tree, 12);
    for (let k = 2; k <= 12; k++) {
      const kept = {
        merges: Int32Array.from(top.merges),
        heights: Float64Array.from(top.heights),
        sizes: new Int32Array(11),
      };
      const cut = cutTree(kept, k);
      expect(Array.from(canonicalLabels(top.of.map((branch) => cut[branch]!)))).toEqual(Array.from(cutTree(tree, k)));
    }
  });
});
