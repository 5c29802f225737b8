/** What a rerun does not do: it fits nothing twice, starts nothing, writes nothing, and says what changed and why. */
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { algorithms } from "../../src/cluster/registry.js";
import { metrics } from "../../src/metrics/registry.js";
import { resultFiles } from "../../src/results/output.js";
import { parseExperiment } from "../../src/sweep/config/experiment.js";
import type { SweepEvent } from "../../src/sweep/events.js";
import { inThread } from "../../src/sweep/execute.js";
import { runSweep } from "../../src/sweep/run.js";
import { memoryStore, type Store } from "../../src/sweep/store/store.js";
import { segmenta } from "../cli/harness.js";
import { referenceTable } from "../reference.js";
import { experiment, tables, workFolder } from "./processes.js";

const text = experiment.replace(", id: id", "");

async function sweep(store: Store, overrides: string[] = []) {
  const events: SweepEvent[] = [];
  const result = await runSweep({
    experiment: parseExperiment(text, "small.yaml", overrides),
    table: referenceTable("iris"),
    store,
    executor: inThread(),
    onEvent: (event) => events.push(event),
  });
  const fitted = new Map<string, number>();
  for (const event of events) {
    if (event.type === "fit") fitted.set(event.algorithm, (fitted.get(event.algorithm) ?? 0) + event.trials);
  }
  const scored = events.flatMap((event) => (event.type === "score" ? [event.metric] : []));
  return { rows: resultFiles(result, []).get("metrics.csv")!.split("\n"), fitted, scored };
}

describe("what a change makes anew", () => {
  const undo: (() => void)[] = [];
  afterEach(() => {
    for (const each of undo.splice(0)) each();
  });

  /** Raise a version for one test. */
  function raise(entry: { readonly version: number } | undefined): void {
    const mutable = entry as { version: number };
    const before = mutable.version;
    mutable.version++;
    undo.push(() => {
      mutable.version = before;
    });
  }

  test("a new version of an algorithm: its trials, and no other's", async () => {
    const store = memoryStore();
    const before = await sweep(store, ["seeds=1"]);
    raise(algorithms.find(({ name }) => name === "kmedoids"));
    const after = await sweep(store, ["seeds=1"]);
    expect([...after.fitted]).toEqual([["kmedoids", 12]]);
    // It finds the same labels, so there is nothing to score either.
    expect(after.scored).toEqual([]);
    expect(after.rows).toEqual(before.rows);
  });

  test("a new version of an index: its scores, and no fit", async () => {
    const store = memoryStore();
    const before = await sweep(store, ["seeds=1"]);
    raise(metrics.find(({ name }) => name === "davies-bouldin"));
    const after = await sweep(store, ["seeds=1"]);
    expect([...after.fitted]).toEqual([]);
    expect(new Set(after.scored)).toEqual(new Set(["davies-bouldin"]));
    expect(after.rows).toEqual(before.rows);
  });

  test.each<[string, string[], Record<string, number>]>([
    ["one more k: that k in each space", ["sweep.kmeans.k=2..6"], { kmeans: 4 }],
    ["one more seed: the algorithms that draw", ["seeds=2"], { kmeans: 16, kmedoids: 12, gmm: 16 }],
    ["one more index: no fit", ["score.metrics=[silhouette, davies-bouldin, calinski-harabasz, dunn]"], {}],
    ["another rule: no fit", ["select.rule=borda"], {}],
  ])("%s; every older row stays", async (_, overrides, expected) => {
    const store = memoryStore();
    const before = await sweep(store, ["seeds=1"]);
    const after = await sweep(store, ["seeds=1", ...overrides]);
    expect(Object.fromEntries(after.fitted)).toEqual(expected);
    if (overrides[0]!.startsWith("score")) return;
    const rows = new Set(after.rows);
    expect(before.rows.filter((row) => !rows.has(row))).toEqual([]);
  });
});

describe("the command", () => {
  let root: string;
  const small = ["sweep={kmeans: {k: [2, 3], nInit: 2}}", "seeds=1"];
  beforeAll(async () => {
    root = workFolder();
    expect((await segmenta(root, "run", "small", ...small)).code).toBe(0);
  });

  /** Path and time of change of everything in the results folder. */
  const state = () =>
    readdirSync(join(root, "results"), { recursive: true, encoding: "utf8" })
      .sort()
      .map((name) => [name, statSync(join(root, "results", name)).mtimeMs]);

  test("run again fits, scores and writes nothing", async () => {
    const before = { state: state(), tables: tables(root) };
    const { code, err } = await segmenta(root, "run", "small", "--json", ...small);
    expect(code).toBe(0);
    const types = err
      .trimEnd()
      .split("\n")
      .map((line) => (JSON.parse(line) as { type: string }).type);
    expect(types).toEqual(["plan", "select", "done"]);
    expect({ state: state(), tables: tables(root) }).toEqual(before);
  });

  test.each<[string, string[], RegExp]>([
    ["nothing", [], /8 trials: cached 8, run 0/],
    ["a parameter", ["sweep={kmeans: {k: [2, 4], nInit: 2}}"], /run\s+kmeans k=4[^\n]*: params k [23] → 4/],
    ["the number of starts", ["sweep={kmeans: {k: [2, 3], nInit: 3}}"], /kmeans k=3[^\n]*: params nInit 2 → 3\n/],
    ["a seed", ["seeds=[7]"], /seed 1 → 7/],
    ["a preparation", ["prepare.standard=[{impute: mean}, {scale: standard}]"], /in standard: prepare/],
    ["a reduction", ["reduce=[none, {pca: {components: 3}}]"], /in standard\/pca-3: reduce/],
    ["the algorithm", ["sweep={kmedoids: {k: 2}}"], /no kmedoids is stored yet/],
  ])("explains what %s changed", async (_, overrides, message) => {
    const given = [
      ...small.filter((each) => !overrides.some((o) => o.split("=")[0] === each.split("=")[0])),
      ...overrides,
    ];
    const { code, out } = await segmenta(root, "run", "small", ...given, "--dry-run", "--explain");
    expect(out).toMatch(message);
    expect(code).toBe(0);
  });

  test("explains one byte of the data by its checksum, old → new, for every trial", async () => {
    const path = join(root, "iris.csv");
    const table = readFileSync(path, "utf8");
    writeFileSync(path, table.replace("5.1", "5.2"));
    // Other data would go to a folder of its own; here the same one is asked.
    const asked = ["--out", "results/small", "--dry-run", "--explain"];
    const { out } = await segmenta(root, "run", "small", ...small, ...asked);
    writeFileSync(path, table);
    expect(out.match(/run .*: data [0-9a-f]{8}… → [0-9a-f]{8}…/g)).toHaveLength(8);
  });
});
