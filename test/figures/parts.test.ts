/** The pieces of the figures whose answers can be worked out by hand. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { percent, readable, shorten } from "../../src/core/words.js";
import { columnHistogramsFigure } from "../../src/figures/column-histograms.js";
import { correlationHeatmapFigure } from "../../src/figures/correlation-heatmap.js";
import { dendrogramFigure } from "../../src/figures/dendrogram.js";
import { elbowOf } from "../../src/figures/elbow.js";
import { segmentHistograms } from "../../src/figures/histograms.js";
import { leaderboardFigure, rankCandidates } from "../../src/figures/leaderboard.js";
import { spreadApart } from "../../src/figures/lines.js";
import { tsneMapFigure } from "../../src/figures/map.js";
import { rasterAbove } from "../../src/figures/points.js";
import { wrapped } from "../../src/figures/profile-heatmap.js";
import { silhouettePlotFigure } from "../../src/figures/silhouette-plot.js";
import { roundTo, tableCsv } from "../../src/figures/spec.js";
import { candidatesOf } from "../../src/figures/trials.js";
import { migrationOf } from "../../src/figures/views.js";
import { zeroPatterns, zeroPatternsFigure } from "../../src/figures/zero-patterns.js";
import { indices, sweepRows, treeOnALine } from "./examples.js";

test.each([
  [1234.567, "1,235"],
  [0.04567, "0.0457"],
  [-3, "−3"],
  [999.9, "1,000"],
  [1e7, "10,000,000"],
  [0, "0"],
  [null, "–"],
  [Number.NaN, "–"],
  [0.5, "0.5"],
  [12.34, "12.3"],
])("readable(%s) is %s", (value, text) => {
  expect(readable(value)).toBe(text);
});

test.each([
  [0.1234, "12 %"],
  [0.0421, "4.2 %"],
  [0.0004, "<0.1 %"],
  [0, "0 %"],
  [1, "100 %"],
])("percent(%s) is %s", (share, text) => {
  expect(percent(share)).toBe(text);
});

test("long names are cut with an ellipsis", () => {
  expect(shorten("agglomerative", 8)).toBe("agglome…");
});

test.each([
  ["Dormant", 10, "Dormant"],
  ["Instalment-heavy", 10, "Instalment-<br>heavy"],
  ["Instalment-heavy", 16, "Instalment-heavy"],
  ["Occasional one-off buyers", 10, "Occasional<br>one-off<br>buyers"],
  ["Cash-advance users", 12, "Cash-advance<br>users"],
  ["High PRC_FULL_PAYMENT, low x", 14, "High<br>PRC_FULL_PAYMENT,<br>low x"],
  ["−3 to -1", 20, "−3 to -1"],
  ["", 10, ""],
])("the name %j goes over lines of %i letters", (name, width, lines) => {
  expect(wrapped(name, width)).toBe(lines);
});

describe("candidates", () => {
  const row = sweepRows[0]!;

  test("gather the seeds: mean and sample deviation", () => {
    const values = [0.1, 0.2, 0.6];
    const rows = values.map((silhouette, seed) => ({ ...row, seed, scores: { silhouette } }));
    const [candidate] = candidatesOf(rows);
    expect(candidate!.scores["silhouette"]!.mean).toBeCloseTo(0.3, 12);
    // squares: .04 + .01 + .09 = .14; / 2 = .07
    expect(candidate!.scores["silhouette"]!.sd).toBeCloseTo(Math.sqrt(0.07), 12);
    expect(candidate!.name).toBe("kmeans k=2");
  });

  test("of two spaces are refused", () => {
    expect(() => candidatesOf([row, { ...row, space: "minmax" }])).toThrow(/2 spaces: minmax, standard/);
  });

  test("that a gate closed out come last, however good their index", () => {
    const ranked = rankCandidates(sweepRows, indices[0]);
    const dbscan = ranked.findIndex((candidate) => candidate.algorithm === "dbscan");
    expect(ranked[0]!.name).toBe("kmeans k=4");
    expect(ranked.slice(dbscan).every((candidate) => candidate.reason !== null)).toBe(true);
  });

  test("are named by what tells them apart", () => {
    const name = (params: string) => candidatesOf([{ ...row, params }])[0]!.name;
    expect(name("k=2 linkage=ward")).toBe("kmeans k=2 ward");
    expect(name("eps=0.5 minSamples=20")).toBe("kmeans k=2 eps=0.5 minSamples=20");
    const two = candidatesOf([row, { ...row, reduce: "pca" }]);
    expect(two.map((candidate) => candidate.name)).toEqual(["kmeans k=2 none", "kmeans k=2 pca"]);
  });

  test("the winner is shown even where the index puts it below the fold", () => {
    const spec = leaderboardFigure({ rows: sweepRows, metrics: indices, top: 5, winner: "gmm k=8" });
    expect(JSON.stringify(spec.layout["yaxis"])).toContain("<b>gmm k=8</b>");
  });

  test("an empty sweep gives an empty figure that says so", () => {
    expect(leaderboardFigure({ rows: [], metrics: indices }).alt).toContain("there is no candidate");
  });
});

describe("the elbow", () => {
  test("of a curve with one corner is that corner", () => {
    expect(elbowOf([1, 2, 3, 4, 5], [100, 60, 20, 15, 10])).toBe(3);
  });
  test.each([
    ["two points", [2, 3], [5, 4]],
    ["a straight line", [1, 2, 3], [30, 20, 10]],
    ["a rising curve", [1, 2, 3], [1, 2, 3]],
    ["a curve above its chord", [1, 2, 3], [30, 29, 0]],
  ])("of %s is none", (_, ks, inertia) => {
    expect(elbowOf(ks, inertia)).toBe(null);
  });
});

test("names spread apart keep their order and their distance", () => {
  expect(spreadApart([0, 0, 10], 2)).toEqual([-1, 1, 10]);
  fc.assert(
    fc.property(fc.array(fc.double({ min: -50, max: 50, noNaN: true }), { maxLength: 12 }), (places) => {
      const out = spreadApart(places, 1);
      const order = places.map((_, i) => i).sort((a, b) => places[a]! - places[b]! || a - b);
      for (let i = 1; i < order.length; i++) {
        expect(out[order[i]!]! - out[order[i - 1]!]!).toBeGreaterThanOrEqual(1 - 1e-9);
      }
    }),
  );
});

describe("histograms", () => {
  test("count every value once, the top edge included", () => {
    const { edges, segments } = segmentHistograms("x", [0, 1, 2, 3, 4], [0, 0, 1, 1, -1], { bins: 4 });
    expect(edges).toEqual([0, 1, 2, 3, 4]);
    expect(segments.map(({ label, counts }) => [label, counts])).toEqual([
      [0, [1, 1, 0, 0]],
      [1, [0, 0, 1, 1]],
      [-1, [0, 0, 0, 1]],
    ]);
  });
  test("of a constant column and of nothing have no empty range", () => {
    expect(segmentHistograms("x", [5, 5], [0, 0], { bins: 2 }).edges).toEqual([4.5, 5, 5.5]);
    expect(segmentHistograms("x", [Number.NaN], [0]).segments[0]!.counts.every((count) => count === 0)).toBe(true);
  });
  test("fall back to even bins where values are negative", () => {
    expect(segmentHistograms("x", [-5, 5], [0, 0], { log: true }).log).toBe(false);
  });
});

describe("the silhouette plot", () => {
  test("thins above 2,000 rows, keeping both ends of every blade", () => {
    const n = 9_000;
    const labels = Int32Array.from({ length: n }, (_, i) => (i < 100 ? 1 : 0));
    const silhouettes = Float64Array.from({ length: n }, (_, i) => ((i * 7919) % n) / n);
    const spec = silhouettePlotFigure({ silhouettes, labels });
    const drawn = spec.data.map((trace) => (trace["x"] as number[]).length);
    expect(drawn.reduce((a, b) => a + b)).toBeLessThan(2_100);
    expect(spec.table.rows[0]![1]).toBe(8_900);
    expect((spec.data[0]!["x"] as number[])[0]).toBe(spec.table.rows[0]![5]);
  });
  test("of all noise still draws", () => {
    expect(silhouettePlotFigure({ silhouettes: [0, 0], labels: [-1, -1] }).data).toHaveLength(1);
  });
});

describe("the dendrogram", () => {
  const tree = treeOnALine([0, 1, 3, 10, 12, 30]);

  test("numbers segments by the first row they hold, and sizes them", () => {
    const spec = dendrogramFigure({ tree, k: 3, heightTitle: "distance" });
    expect(spec.alt).toContain("Segment 0 3, Segment 1 2, Segment 2 1");
    expect(spec.alt).toContain("between heights 2 and 7");
  });
  test("keeps at most forty branches, whose rows add up to all", () => {
    const long = treeOnALine(Array.from({ length: 200 }, (_, i) => i + ((i * 37) % 11) / 20));
    const spec = dendrogramFigure({ tree: long, k: 5, heightTitle: "distance" });
    const texts = (spec.layout["xaxis"] as unknown as { ticktext: string[] }).ticktext;
    expect(texts).toHaveLength(40);
    expect(texts.reduce((sum, text) => sum + Number(text), 0)).toBe(200);
  });
  test("takes branch sizes for those of its first nodes, and leaves alone a tree that sizes its merges", () => {
    const words = (sizes: number[]) => dendrogramFigure({ tree: { ...tree, sizes }, k: 1, heightTitle: "d" }).alt;
    expect(words([10, 1, 1, 1, 1, 1])).toContain("Merge tree of 15 rows");
    expect(words([2, 2, 3, 5, 6])).toContain("Merge tree of 6 rows");
  });
  test.each([
    ["one row", [5], 1],
    ["k larger than n", [0, 1, 5], 9],
    ["k = 1", [0, 1, 5], 1],
  ])("of %s draws", (_, places, k) => {
    expect(dendrogramFigure({ tree: treeOnALine(places), k, heightTitle: "distance" }).alt).not.toMatch(
      /NaN|undefined/,
    );
  });
});

test("a map of more rows than can be told apart becomes a raster that keeps the colours", () => {
  const n = rasterAbove + 1;
  const x = Float64Array.from({ length: n }, (_, i) => (i * 2654435761) % 1000);
  const y = Float64Array.from({ length: n }, (_, i) => (i * 40503) % 997);
  const labels = Int32Array.from(x, (value) => (value < 500 ? 0 : 1));
  const spec = tsneMapFigure({ x, y, labels });
  const heat = spec.data.filter((trace) => trace.type === "heatmap");
  expect(heat).toHaveLength(2);
  expect(JSON.stringify(spec).length).toBeLessThan(500_000);
  expect(spec.table.rows.map((row) => row[1])).toEqual([
    labels.filter((label) => label === 0).length,
    labels.filter((label) => label === 1).length,
  ]);
});

test("rounding keeps significant digits and turns what is no number into null", () => {
  expect(roundTo(123456.789, 4)).toBe(123500);
  expect(roundTo(-0, 4)).toBe(0);
  expect(Object.is(roundTo(-0, 4), 0)).toBe(true);
  expect(roundTo(Number.POSITIVE_INFINITY, 4)).toBe(null);
});

test("a table as CSV quotes what needs it", () => {
  expect(
    tableCsv({
      columns: ["a", "b"],
      rows: [
        ["x, y", null],
        ['"', 1],
      ],
    }),
  ).toBe('a,b\n"x, y",\n"""",1\n');
});

describe("small histograms of many columns", () => {
  test("count every present value once, on both scales", () => {
    const values = [0, 1, 2, 3, 1000, Number.NaN];
    const spec = columnHistogramsFigure(
      [
        { name: "x", values },
        { name: "x", values, log: true },
      ],
      { bins: 4 },
    );
    const counts = spec.data.map((trace) => trace["y"] as number[]);
    expect(counts[0]).toEqual([4, 0, 0, 1]);
    // log(1 + x) is 0, .69, 1.10, 1.39 and 6.91; bins are 1.73 wide.
    expect(counts[1]).toEqual([4, 0, 0, 1]);
    expect(spec.table.rows.map((row) => row.slice(0, 5))).toEqual([
      ["x", "as it is", 5, 0, 1000],
      ["x", "log(1 + value)", 5, 0, 1000],
    ]);
  });
  test("say the skew by hand: of 0, 0, 3 it is 1/√2", () => {
    const spec = columnHistogramsFigure([{ name: "x", values: [0, 0, 3] }]);
    expect(spec.table.rows[0]![5]).toBeCloseTo(Math.SQRT1_2, 4);
  });
  test.each([
    ["negative values, which no logarithm has", { values: [-1, 2], log: true }],
    ["nothing but missing values", { values: [Number.NaN] }],
    ["a constant", { values: [5, 5] }],
  ])("draw %s", (_, panel) => {
    const spec = columnHistogramsFigure([{ name: "x", ...panel }]);
    expect(spec.table.rows[0]![1]).toBe("as it is");
    expect(spec.alt).not.toMatch(/NaN|undefined|Infinity/);
  });
});

describe("the correlation heat map", () => {
  test("puts each column beside the most alike that is left, and lists pairs strongest first", () => {
    const values = [
      [1, 0.1, 0.9, 0],
      [0.1, 1, 0.2, -0.8],
      [0.9, 0.2, 1, 0.3],
      [0, -0.8, 0.3, 1],
    ];
    const spec = correlationHeatmapFigure({ kind: "pearson", names: ["a", "b", "c", "d"], values });
    // c has most in common with all others; then a; then b (.1 against 0), then d.
    expect((spec.layout["xaxis"] as unknown as { ticktext: string[] }).ticktext).toEqual(["c", "a", "b", "d"]);
    expect(spec.table.rows.slice(0, 2)).toEqual([
      ["c", "a", 0.9],
      ["b", "d", -0.8],
    ]);
    expect(spec.layout.title.subtitle.text).toContain("2 pairs beyond .7");
  });
});

describe("patterns of zero", () => {
  const columns = [
    { name: "a", values: [0, 0, 1, 5, 0, Number.NaN] },
    { name: "b", values: [2, 0, 1, 0, 3, 1] },
  ];
  test("are counted over rows without a missing value, most rows first, ties with more in use first", () => {
    expect(zeroPatterns(columns)).toEqual({
      features: ["a", "b"],
      rows: 5,
      patterns: [
        { used: [false, true], rows: 2 },
        { used: [true, true], rows: 1 },
        { used: [true, false], rows: 1 },
        { used: [false, false], rows: 1 },
      ],
    });
  });
  test("are drawn with their share", () => {
    const spec = zeroPatternsFigure(zeroPatterns(columns));
    expect(spec.data[0]!["y"]).toEqual([40, 20, 20, 20]);
    expect(spec.alt).toContain("The most frequent, b, holds 40 % of 5 rows.");
    expect(zeroPatternsFigure(zeroPatterns([])).alt).not.toMatch(/NaN|undefined/);
  });
});

test("a matrix between labelings without a name in common asks where customers are, not who moved", () => {
  const spec = migrationOf(
    { title: "classic", labels: [0, 0, 1, -1], names: { 0: "Low", 1: "High" } },
    { title: "defended", labels: [1, 1, 0, 0] },
  );
  expect(spec.layout.title.text).toBe("Which defended segments hold the classic ones?");
  expect(spec.alt).not.toContain("stayed");
  expect(spec.table.rows.map((row) => row.slice(0, 3))).toEqual([
    ["Low", 0, 2],
    ["High", 1, 0],
    ["Noise", 1, 0],
  ]);
});
