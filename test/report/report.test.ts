/** A report from a real small sweep, and from hostile words. */
import { describe, expect, test } from "vitest";
import { html } from "../../src/core/html.js";
import { buildReport, gatherReport, plotlySource, type ReportInput, runnerUpOf } from "../../src/report/index.js";
import { parseExperiment } from "../../src/sweep/config/experiment.js";
import { inThread } from "../../src/sweep/execute.js";
import { assembleModel } from "../../src/sweep/model.js";
import { runSweep } from "../../src/sweep/run.js";
import { memoryStore } from "../../src/sweep/store/store.js";
import { referenceTable } from "../reference.js";

const config = `
name: iris
description: How many kinds of iris are there?
data: { path: iris.csv }
prepare:
  standard: [ impute: median, scale: standard ]
sweep:
  kmeans: { k: 2..3, nInit: 3 }
  agglomerative: { k: 2..3, linkage: [ward] }
  dbscan: { eps: [0.4], minSamples: 5 }
seeds: 2
score: { space: standard }
select: { rule: majority }
`;

async function gathered(overrides: string[] = []) {
  const experiment = parseExperiment(config, "iris.yaml", overrides);
  const table = referenceTable("iris");
  const store = memoryStore();
  const result = await runSweep({ experiment, table, store, executor: inThread() });
  const runnerUp = await runnerUpOf(result, store);
  return gatherReport(result, await assembleModel(result, table, store), table, { runnerUp });
}

/** The page without the bundle, which is not ours to judge. */
const page = (input: Omit<ReportInput, "plotly">) => buildReport({ ...input, plotly: "/* plotly */" });

/** What a reader may see: the page without its scripts. */
const seen = (text: string) => text.replace(/<script.*?<\/script>/gs, "");

describe("a report of iris", () => {
  test("holds the decision, the segments, the leaderboard and where it comes from", async () => {
    const input = await gathered();
    expect(input.headline).toMatch(/^2 segments, by /);
    expect(input.segments.map((segment) => segment.size).sort((a, b) => a - b)).toEqual([50, 100]);
    // 2 of kmeans, 2 of agglomerative, 1 of dbscan; exactly one is chosen.
    expect(input.leaderboard.rows).toHaveLength(5);
    expect(input.leaderboard.rows.filter((row) => row.chosen)).toHaveLength(1);
    expect(input.rules!.crossAccuracy).toBe(1);
    const text = page(input);
    for (const words of [
      "Why this answer?",
      "Who are they?",
      "How was it chosen?",
      "Where do the numbers come from?",
    ]) {
      expect(text).toContain(words);
    }
    for (const reason of input.decision.reasons) expect(text).toContain(html`${reason}`.source);
    for (const { name, reading } of input.segments) {
      expect(text).toContain(html`${name}`.source);
      expect(text).toContain(html`${reading}`.source);
    }
  });

  test("shows every figure with its words and its numbers", async () => {
    const input = await gathered();
    const text = page(input);
    const ids = input.figures.map((figure) => figure.id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(
      expect.arrayContaining([
        ...["profile", "snake", "map", "neighbours", "histogram-4"],
        ...["leaderboard", "curve-silhouette", "migration", "silhouette", "tree"],
      ]),
    );
    for (const { id, spec } of input.figures) {
      expect(text).toContain(`id="figure-${id}" role="group"`);
      expect(text).toContain(html`${spec.alt}`.source);
    }
    const stored = JSON.parse(/<script type="application\/json" id="figures">(.*?)<\/script>/s.exec(text)![1]!);
    expect(Object.keys(stored)).toEqual(ids.map((id) => `figure-${id}`));
  });

  test("draws the winner's own tree, and Ward's where it has none", async () => {
    const altOf = (input: Omit<ReportInput, "plotly">, id: string) =>
      input.figures.find((figure) => figure.id === id)?.spec.alt;
    const tree = await gathered(["sweep.agglomerative.linkage=complete", "sweep.kmeans.k=7"]);
    expect(tree.leaderboard.rows.find((row) => row.chosen)!.name).toContain("agglomerative");
    expect(JSON.stringify(tree.figures.find(({ id }) => id === "tree")!.spec.layout)).toContain("complete distance");
    const centres = await gathered(["sweep={kmeans: {k: [2, 3, 4]}}"]);
    expect(JSON.stringify(centres.figures.find(({ id }) => id === "tree")!.spec.layout)).toContain("ward distance");
    // Three k make a curve with a bend; the runner-up is the next partition, not the same again.
    expect(altOf(centres, "elbow")).toContain("kmeans");
    expect(altOf(centres, "migration")).toContain("kmeans k=3");
  });

  test("shows which k replicate where the rule asked", async () => {
    const input = await gathered([
      "sweep={kmeans: {k: [2, 3, 4], nInit: 3}}",
      "select={rule: gated-stability, nulls: 19, permutations: 3, bootstraps: 10, splits: 3, calibrationRuns: 2, strength: 0.5, alpha: 0.2}",
    ]);
    const stability = input.figures.find(({ id }) => id === "stability");
    expect(stability?.spec.alt).toContain("kmeans");
  });

  test("is the same to the byte when made again", async () => {
    expect(page(await gathered())).toBe(page(await gathered()));
  });

  test("asks the network for nothing and stays small", async () => {
    const input = await gathered();
    const text = page(input);
    expect(text).toContain("default-src &#39;none&#39;");
    expect(text).not.toMatch(/\b(src|href|action)\s*=\s*["']?(https?:|\/\/)/i);
    expect(text).not.toMatch(/@import|url\(/i);
    const whole = buildReport({ ...input, plotly: await plotlySource() });
    expect(whole.length).toBeLessThan(2_500_000);
    // Specs, bundle and our own script: three elements close, and nothing else does.
    expect(whole.match(/<\/script/g)).toHaveLength(3);
  });

  test("without a winner still tells why", async () => {
    const input = await gathered(["select.rule=majority", "select.minClusterShare=0.9"]);
    expect(input.segments).toEqual([]);
    const text = page(input);
    expect(text).toContain("There are no segments to describe.");
    expect(seen(text)).not.toMatch(/NaN|undefined/);
  });
});

test("names and reasons from data are text, never markup", () => {
  const evil = `</script><img src=x onerror="alert(1)">'&`;
  const input: ReportInput = {
    title: evil,
    question: evil,
    headline: evil,
    decision: { rule: evil, space: evil, reasons: [evil], flags: [{ code: evil, message: evil }], incomplete: 1 },
    segments: [
      {
        label: 0,
        name: evil,
        size: 1,
        share: 1,
        reading: evil,
        evidence: [evil],
        rule: { text: evil, precision: null, recall: 1 },
        features: [{ feature: evil, unit: evil, median: null, everyone: 1, effect: -0.5 }],
      },
    ],
    rules: null,
    leaderboard: {
      columns: [{ name: "a", title: evil, better: "lower" }],
      rows: [
        {
          name: evil,
          rank: null,
          k: null,
          scores: [{ mean: null, sd: null }],
          coverage: null,
          smallest: null,
          reasons: [evil],
          chosen: true,
          baseline: true,
        },
      ],
    },
    figures: [
      {
        id: "a",
        section: "choice",
        spec: {
          data: [{ type: "scatter", name: evil }],
          layout: { title: { text: evil, subtitle: { text: evil } } },
          alt: evil,
          table: { columns: [evil], rows: [[evil], [null], [1]] },
        },
      },
    ],
    notes: [{ code: "x", message: evil, hint: evil }],
    provenance: [[evil, evil]],
    config: evil,
    references: [evil],
    plotly: "",
  };
  const text = buildReport(input);
  expect(text).not.toContain("<img");
  expect(text.match(/<\/script/g)).toHaveLength(3);
  expect(seen(text)).not.toMatch(/NaN|undefined|>null</);
});
