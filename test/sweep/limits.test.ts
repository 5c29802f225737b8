/** Work that is too large: refused before it starts, or judged on a draw of rows; and work that is split. */
import { describe, expect, test } from "vitest";
import { algorithms } from "../../src/cluster/registry.js";
import { stream } from "../../src/core/rng.js";
import { numberColumn, type Table } from "../../src/core/table.js";
import { resultFiles } from "../../src/results/output.js";
import { parseExperiment } from "../../src/sweep/config/experiment.js";
import { deadlineAfter } from "../../src/sweep/deadline.js";
import { type Executor, inThread, workerPool } from "../../src/sweep/execute.js";
import { type RunOptions, runSweep } from "../../src/sweep/run.js";
import { EXACT_SILHOUETTE_ROWS, forRows } from "../../src/sweep/score.js";
import { memoryStore } from "../../src/sweep/store/store.js";

/** Three groups in the plane. */
function groups(rows: number): Table {
  const rng = stream(7, "test/limits");
  const column = (name: string, step: number) =>
    numberColumn(
      name,
      Float64Array.from({ length: rows }, (_, i) => step * (i % 3) + rng.normal()),
    );
  return { rows, columns: [column("a", 4), column("b", -3)], id: null };
}

const config = (sweep: string) => `
name: groups
data: { path: groups.csv }
prepare: { plain: [] }
sweep: ${sweep}
select: { rule: max-silhouette }
`;

const run = (sweep: string, rows: number, more: Partial<RunOptions> & { executor?: Executor } = {}) =>
  runSweep({
    experiment: parseExperiment(config(sweep)),
    table: groups(rows),
    store: memoryStore(),
    executor: inThread(),
    ...more,
  });

describe("every algorithm says what it will cost", () => {
  test.each(algorithms.map((algorithm) => [algorithm.name, algorithm] as const))("%s", (_, algorithm) => {
    const grid = [
      algorithm.params.parse(
        algorithm.params.shape["k"] ? { k: 4 } : algorithm.name === "zero-cells" ? { columns: [0] } : {},
      ),
    ];
    const small = algorithm.cost(1_000, 10, grid);
    const large = algorithm.cost(100_000, 10, grid);
    for (const value of [small.bytes, small.seconds]) expect(value).toBeGreaterThan(0);
    expect(small.seconds).toBeLessThan(60);
    expect(large.bytes).toBeGreaterThan(small.bytes);
    expect(large.seconds).toBeGreaterThan(small.seconds);
  });
});

test("a stage beyond the limits is refused before it starts: an incomplete row with its reason, the rest go on", async () => {
  const sweep = "{ kmeans: { k: 2..3 }, agglomerative: { k: 2..3, linkage: average } }";
  for (const [limits, reason] of [
    [{ bytes: 1e6, seconds: 3600 }, "memory"],
    [{ bytes: 1e12, seconds: 1e-3 }, "time"],
  ] as const) {
    const result = await run(sweep, 900, { limits });
    const refused = result.rows.filter((row) => row.status === "incomplete");
    expect(refused.length).toBeGreaterThan(0);
    expect([...new Set(refused.flatMap((row) => row.reason))]).toEqual([reason]);
    expect(result.counts.incomplete).toBe(refused.length);
  }
});

test("one, two and eight workers give the same bytes, also where a score is split among them", async () => {
  const sweep =
    "{ kmeans: { k: 2..4, nInit: 2 }, dbscan: { eps: [0.3, 0.6], minSamples: 5 }, agglomerative: { k: 2..4 } }";
  const bytes = async (executor: Executor) => {
    try {
      return Object.fromEntries(resultFiles(await run(sweep, 2_600, { executor }), []));
    } finally {
      await executor.close();
    }
  };
  const alone = await bytes(inThread());
  for (const jobs of [1, 2, 8]) expect(await bytes(workerPool(jobs)), `${jobs} workers`).toEqual(alone);
});

test("above a stated number of rows the silhouette is sampled, under its own name, and still decides", async () => {
  const few = parseExperiment(config("{ kmeans: { k: 2..4, nInit: 1 } }"));
  expect(forRows(few, EXACT_SILHOUETTE_ROWS).score.metrics.map(({ name }) => name)).toContain("silhouette");
  const result = await run("{ kmeans: { k: 2..4, nInit: 1 } }", EXACT_SILHOUETTE_ROWS + 2);
  const [row] = result.rows;
  expect(Object.keys(row!.scores)).toEqual(expect.arrayContaining(["silhouette_sampled", "silhouette_sampled_se"]));
  expect(row!.scores).not.toHaveProperty("silhouette");
  expect(result.winner!.facts!.k).toBe(3);
});

test.each([700, 1300])("a budget of %i hours, more than a timer holds, is no short one", async (hours) => {
  const signal = deadlineAfter(hours * 3_600_000)!;
  await new Promise((done) => setTimeout(done, 20));
  expect(signal.aborted).toBe(false);
});
