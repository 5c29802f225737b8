/** Shards on real processes: what they fit, what a merge makes of it, what it refuses. */
import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { parseShard } from "../../src/sweep/shard.js";
import { type Ended, experiment, fitCounts, segmenta, start, tables, workFolder } from "./processes.js";

describe("--shard reads", () => {
  test.each<[string, string, Record<string, string>, [number, number]]>([
    ["i/n", "2/4", {}, [2, 4]],
    ["a Slurm array from 0", "auto", slurm("3", "0", "3", "4"), [4, 4]],
    ["a Slurm array from 1", "auto", slurm("1", "1", "4", "4"), [1, 4]],
    ["a Slurm array from 5", "auto", slurm("7", "5", "8", "4"), [3, 4]],
    ["a Slurm array without its count", "auto", slurm("7", "5", "8"), [3, 4]],
    ["a Slurm array with a step", "auto", { ...slurm("4", "0", "6", "4"), SLURM_ARRAY_TASK_STEP: "2" }, [3, 4]],
    ["a Kubernetes indexed job, with the count given", "auto/4", { JOB_COMPLETION_INDEX: "0" }, [1, 4]],
    ["GitLab's parallel jobs", "auto", { CI_NODE_INDEX: "2", CI_NODE_TOTAL: "3" }, [2, 3]],
    ["CircleCI's parallelism", "auto", { CIRCLE_NODE_INDEX: "2", CIRCLE_NODE_TOTAL: "3" }, [3, 3]],
    ["any CI matrix", "auto", { SEGMENTA_SHARD_INDEX: "1", SEGMENTA_SHARD_COUNT: "2" }, [1, 2]],
  ])("%s", (_, text, env, [index, count]) => {
    expect(parseShard(text, env)).toEqual({ index, count });
  });

  test.each<[string, string, Record<string, string>]>([
    ["a word", "two", {}],
    ["a number alone", "2", {}],
    ["shard 0", "0/4", {}],
    ["a shard beyond the last", "5/4", {}],
    ["auto where nothing says which", "auto", {}],
    ["auto where nothing says of how many", "auto", { JOB_COMPLETION_INDEX: "0" }],
    ["a Slurm index that is no step", "auto", { ...slurm("3", "0", "6", "4"), SLURM_ARRAY_TASK_STEP: "2" }],
  ])("not %s", (_, text, env) => {
    expect(() => parseShard(text, env)).toThrow(expect.objectContaining({ code: "BAD_USAGE" }));
  });

  function slurm(id: string, min: string, max: string, count?: string): Record<string, string> {
    const bounds = { SLURM_ARRAY_TASK_ID: id, SLURM_ARRAY_TASK_MIN: min, SLURM_ARRAY_TASK_MAX: max };
    return count === undefined ? bounds : { ...bounds, SLURM_ARRAY_TASK_COUNT: count };
  }
});

describe("three shards", () => {
  let root: string;
  let ran: Ended[];
  const shards = ["one", "two", "three"];

  beforeAll(async () => {
    root = workFolder();
    await segmenta(root, "run", "small", "--out", "single");
    ran = await Promise.all([
      segmenta(root, "run", "small", "--shard", "1/3", "--out", "one"),
      segmenta(root, "run", "small", "--shard", "2/3", "--out", "two"),
      start(root, ["run", "small", "--shard", "auto/3", "--out", "three"], { env: { JOB_COMPLETION_INDEX: "2" } })
        .ended,
    ]);
  });

  test("each fit their own part, together all, and write no tables", () => {
    expect(ran.map(({ code }) => code)).toEqual([0, 0, 0]);
    const parts = shards.map((folder) => [...fitCounts(root, folder).keys()]);
    expect(parts.every((keys) => keys.length > 0)).toBe(true);
    expect(parts.flat().sort()).toEqual([...fitCounts(root, "single").keys()].sort());
    expect(shards.flatMap((folder) => Object.keys(tables(root, folder)))).toEqual([]);
  });

  test("merged give the tables of a single run, byte for byte, and fit nothing", async () => {
    const merged = await segmenta(root, "merge", "small", ...shards, "--out", "merged");
    expect(merged).toMatchObject({ code: 0, err: expect.not.stringContaining("fitted") });
    expect(tables(root, "merged")).toEqual(tables(root, "single"));
    expect((await segmenta(root, "merge", "small", ...shards, "--out", "merged")).code).toBe(0);
    expect(Math.max(...fitCounts(root, "merged").values())).toBe(1);
  });

  test("in one shared folder need only be finished", async () => {
    await Promise.all([1, 2, 3].map((i) => segmenta(root, "run", "small", "--shard", `${i}/3`, "--out", "shared")));
    expect((await segmenta(root, "merge", "small", "--out", "shared")).code).toBe(0);
    expect(tables(root, "shared")).toEqual(tables(root, "single"));
  });

  test("one of them missing is named, and the answer is labelled partial", async () => {
    const merged = await segmenta(root, "merge", "small", "one", "three", "--out", "gap");
    expect(merged.code).toBe(4);
    expect(merged.err).toMatch(/shard 2\/3 is missing: (\d+) of its \1 trials/);
    expect(JSON.parse(tables(root, "gap")["selection.json"]!).partial).toMatchObject({
      incomplete: expect.any(Number),
    });
  });

  test.each<[string, string, RegExp]>([
    ["of another config", "sweep.kmeans.k=2..3", /another config: sweep\.kmeans \(2 entries\) → \(4 entries\)/],
    ["of another experiment", "name=other", /belongs to experiment "other"/],
  ])("%s is refused by name, and nothing is copied", async (_, override, message) => {
    rmSync(join(root, "odd"), { recursive: true, force: true });
    await segmenta(root, "run", "small", override, "--shard", "1/9", "--out", "odd/two");
    cpSync(join(root, "one"), join(root, "odd", "one"), { recursive: true });
    const merged = await segmenta(root, "merge", "small", "odd/one", "odd/two", "--out", "odd/merged");
    expect(merged.code).toBe(2);
    expect(merged.err).toMatch(message);
    expect(merged.err).toContain("→ odd/two");
    expect(() => tables(root, "odd/merged")).toThrow("ENOENT");
  });

  test("of other data is refused by name", async () => {
    const other = workFolder(experiment.replace("id: id", "id: id, drop: [sepal_width]"));
    await segmenta(other, "run", "small", "--shard", "1/3", "--out", "odd");
    const merged = await segmenta(root, "merge", "small", "one", join(other, "odd"), "--out", "never");
    expect(merged).toMatchObject({ code: 2, err: expect.stringContaining("of other data") });
  });

  test("a folder without a journal is refused by name", async () => {
    const merged = await segmenta(root, "merge", "small", "one", "nowhere", "--out", "never");
    expect(merged).toMatchObject({ code: 2, err: expect.stringContaining("no journal of a run in nowhere") });
  });
});
