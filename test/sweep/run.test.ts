/** The sweep from a table to a decision, on small public sets, in one thread and in worker threads. */
import { describe, expect, test } from "vitest";
import { numberColumn, type Table } from "../../src/core/table.js";
import { resultFiles } from "../../src/results/output.js";
import { parseExperiment } from "../../src/sweep/config/experiment.js";
import type { SweepEvent } from "../../src/sweep/events.js";
import { type Executor, inThread, workerPool } from "../../src/sweep/execute.js";
import { runSweep } from "../../src/sweep/run.js";
import { memoryStore, type Store } from "../../src/sweep/store/store.js";
import { referenceTable } from "../reference.js";

const config = `
name: iris
data: { path: iris.csv }
prepare:
  standard: [ impute: median, scale: standard ]
  minmax: [ impute: median, scale: min-max ]
reduce: [ none, pca: { components: 2 } ]
sweep:
  kmeans: { k: 2..4, nInit: 3 }
  agglomerative: { k: 2..4, linkage: [ward, average] }
  dbscan: { eps: [0.4, 0.6], minSamples: 5 }
  gmm: { k: 2..3 }
  quantile-bins: { k: 3 }
seeds: 2
score: { space: standard }
select: { rule: majority }
`;

async function sweep(
  options: { overrides?: string[]; store?: Store; executor?: Executor; onEvent?: (event: SweepEvent) => void } = {},
) {
  return runSweep({
    experiment: parseExperiment(config, "iris.yaml", options.overrides),
    table: referenceTable("iris"),
    store: options.store ?? memoryStore(),
    executor: options.executor ?? inThread(),
    ...(options.onEvent ? { onEvent: options.onEvent } : {}),
  });
}

const files = async (options: Parameters<typeof sweep>[0] = {}) =>
  Object.fromEntries(resultFiles(await sweep(options), []));

describe("a sweep over iris", () => {
  test("has a row for every trial and every space it is judged in", async () => {
    const result = await sweep();
    // In each of 2 preparations × 2 reductions: kmeans 3×2 seeds, agglomerative 6, dbscan 2, gmm 2×2; the
    // baseline once in each preparation.
    expect(result.plan.trials.length).toBe(4 * (6 + 6 + 2 + 4) + 2);
    const ownPreparationToo = result.plan.trials.filter((trial) => trial.prepare === "minmax").length;
    expect(result.rows.length).toBe(result.plan.trials.length + ownPreparationToo);
    expect(result.rows.every((row) => row.status !== "incomplete")).toBe(true);
  });

  test("chooses two segments: setosa and the rest, as every index on iris does", async () => {
    const result = await sweep();
    expect(result.verdict.outcome).toBe("chosen");
    expect(result.winner!.facts!.k).toBe(2);
    expect([...result.winner!.facts!.sizes].sort((a, b) => a - b)).toEqual([50, 100]);
  });

  test("judges every candidate in the one space of the decision", async () => {
    const result = await sweep();
    const row = (space: string) =>
      result.rows.find((r) => r.prepare === "minmax" && r.algorithm === "kmeans" && r.space === space)!;
    expect(row("standard").scores["silhouette"]).not.toBe(row("minmax").scores["silhouette"]);
    const candidate = result.candidates.find((c) => c.prepare === "minmax" && c.algorithm === "kmeans")!;
    expect(candidate.scores["silhouette"]).toBe(row("standard").scores["silhouette"]);
  });

  test("a baseline is shown and never chosen", async () => {
    const result = await sweep({ overrides: ["sweep={quantile-bins: {k: [2, 3]}}"] });
    expect(result.verdict).toMatchObject({ winner: null, outcome: "nothing-passes" });
    expect(result.rows.every((row) => row.reason.includes("baseline"))).toBe(true);
  });

  test("gives the same bytes in worker threads, one or two, as in this thread", async () => {
    const here = await files();
    for (const jobs of [1, 2]) {
      const executor = workerPool(jobs);
      try {
        expect(await files({ executor })).toEqual(here);
      } finally {
        await executor.close();
      }
    }
  });

  test("a second run on the same store fits nothing and gives the same bytes", async () => {
    const store = memoryStore();
    const first = await files({ store });
    const events: SweepEvent[] = [];
    expect(await files({ store, onEvent: (event) => events.push(event) })).toEqual(first);
    expect(events.filter((event) => event.type === "fit" || event.type === "score")).toEqual([]);
  });

  test("one more k fits one k in each space, and leaves every older row as it was", async () => {
    const store = memoryStore();
    const before = (await files({ store, overrides: ["seeds=1"] }))["metrics.csv"]!.split("\n");
    const events: SweepEvent[] = [];
    const after = await files({ store, overrides: ["seeds=1", "sweep.kmeans.k=2..5"], onEvent: (e) => events.push(e) });
    const fitted = events.filter((event) => event.type === "fit").reduce((sum, event) => sum + event.trials, 0);
    expect(fitted).toBe(4);
    const rows = new Set(after["metrics.csv"]!.split("\n"));
    expect(before.filter((row) => !rows.has(row))).toEqual([]);
  });
});

describe("bad input is refused before any work", () => {
  const tiny = (rows: number): Table => ({
    rows,
    columns: [
      numberColumn(
        "a",
        Float64Array.from({ length: rows }, (_, i) => i),
      ),
    ],
    id: null,
  });
  const run = (table: Table) =>
    runSweep({ experiment: parseExperiment(config, "iris.yaml"), table, store: memoryStore(), executor: inThread() });

  test.each([
    ["one row", tiny(1), "TOO_FEW_ROWS"],
    ["fewer rows than k", tiny(3), "PARAM_RANGE"],
    ["no columns", { ...tiny(9), columns: [] }, "EMPTY_TABLE"],
  ])("%s", async (_, table, code) => {
    await expect(run(table)).rejects.toMatchObject({ code });
  });
});

test("a stopped run throws the reason and keeps what was finished", async () => {
  const store = memoryStore();
  const stopper = new AbortController();
  const running = runSweep({
    experiment: parseExperiment(config, "iris.yaml"),
    table: referenceTable("iris"),
    store,
    executor: inThread(),
    signal: stopper.signal,
    onEvent: (event) => {
      if (event.type === "fit" && event.done >= 10) stopper.abort(new Error("enough"));
    },
  });
  await expect(running).rejects.toThrow("enough");
  expect([...store.fits()].length).toBeGreaterThanOrEqual(10);
});
