/** Figures from spaces, labels and profiles: each shows the numbers the library has for them. */
import { describe, expect, test } from "vitest";
import { linkageTree } from "../../src/cluster/agglomerative.js";
import { matrix, takeRows } from "../../src/core/matrix.js";
import { stream } from "../../src/core/rng.js";
import { numberColumn } from "../../src/core/table.js";
import { pca } from "../../src/decomposition/pca.js";
import { tsne } from "../../src/decomposition/tsne.js";
import {
  dendrogramFigure,
  dendrogramOf,
  pcaMapOf,
  profileHeatmapOf,
  silhouettePlotOf,
  snakePlotOf,
  spacedRows,
  tsneMapOf,
} from "../../src/figures/index.js";
import { score } from "../../src/metrics/score.js";
import { profileSegments } from "../../src/segments/index.js";

const rng = stream(1, "test/views");
const labels = Int32Array.from({ length: 60 }, (_, i) => (i % 3 === 0 ? 1 : 0));
const x = matrix(Array.from(labels, (label) => [4 * label + rng.normal(), rng.normal(), rng.normal()]));
const space = { x, columns: ["a", "b", "c"] };
const names = { 0: "Near", 1: "Far" };

test("spaced rows are the same each time, ascending, and never more than there are", () => {
  expect([...spacedRows(10, 4)]).toEqual([0, 2, 5, 7]);
  expect([...spacedRows(3, 10)]).toEqual([0, 1, 2]);
  expect([...spacedRows(3, 0)]).toEqual([]);
});

test("the silhouette plot has the mean of the tables", () => {
  const { silhouette } = score(x, labels);
  expect(silhouettePlotOf(x, labels, names).layout.title.subtitle.text).toContain(
    `Mean silhouette ${silhouette!.toFixed(3)}`,
  );
});

describe("the map of principal components", () => {
  test("has axes fitted on all rows, also where fewer are drawn", () => {
    const all = pcaMapOf(space, labels, names);
    const few = pcaMapOf(space, labels, names, 24);
    expect(few.layout["xaxis"]).toEqual(all.layout["xaxis"]);
    expect(few.alt).toContain("Map of 24 rows");
    const { fitted } = pca.fit(x, { components: 2 });
    const scores = pca.transform(takeRows(x, spacedRows(60, 24)), fitted);
    const drawn = few.data.slice(0, 2).flatMap((trace) => trace["x"] as number[]);
    const expected = Array.from({ length: 24 }, (_, i) => Number(scores.data[2 * i]!.toPrecision(4)));
    expect(drawn.sort()).toEqual(expected.sort());
  });
});

test("the map of neighbours draws what tsne answers for the same rows", () => {
  const spec = tsneMapOf(x, labels, names, { most: 30, perplexity: 5, iterations: 60 });
  const map = tsne(takeRows(x, spacedRows(60, 30)), { perplexity: 5, iterations: 60 });
  const drawn = spec.data.slice(0, 2).flatMap((trace) => trace["y"] as number[]);
  const expected = Array.from({ length: 30 }, (_, i) => Number(map.data[2 * i + 1]!.toPrecision(4)));
  expect(drawn.sort()).toEqual(expected.sort());
  expect(spec.layout.title.subtitle.text).toContain("perplexity 5");
});

test("the tree is the linkage's own, with as many rows as there are", () => {
  const spec = dendrogramOf(x, "ward", 2, names);
  const { merges, heights } = linkageTree(x, "ward");
  expect(spec).toEqual(dendrogramFigure({ tree: { merges, heights }, k: 2, heightTitle: "ward distance", names }));
  expect(spec.alt).toContain("Merge tree of 60 rows");
});

test("profiles give heat map and snake plot the same effects and percentiles, noise left out", () => {
  const withNoise = Int32Array.from(labels, (label, i) => (i < 5 ? -1 : label));
  const table = { rows: 60, id: null, columns: ["a", "b"].map((name, j) => numberColumn(name, column(j))) };
  const profiles = profileSegments(table, withNoise);
  const heat = profileHeatmapOf(profiles, names);
  expect(heat.table.columns).toEqual(["feature", "Near", "Far"]);
  expect(heat.table.rows[0]![1]).toBeCloseTo(profiles[0]!.features[0]!.effect!, 2);
  const snake = snakePlotOf(profiles, names);
  expect(snake.table.rows[1]![2]).toBeCloseTo(profiles[1]!.features[1]!.percentile!, 0);
});

function column(j: number): Float64Array {
  return Float64Array.from({ length: x.rows }, (_, i) => x.data[i * x.cols + j]!);
}
