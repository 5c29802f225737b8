/** SQL over results: typed columns, all experiments, every format, clear errors. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { readTable } from "../../src/data/index.js";
import { segmenta, workFolder } from "../cli/harness.js";

let root: string;
beforeAll(() => {
  const metrics = (extra: string, ...lines: string[]) =>
    `algorithm,prepare,reduce,params,k,seed,status,reason,space,coverage,smallest,silhouette${extra},labels\n${lines.map((l) => `${l}\n`).join("")}`;
  const selection = (outcome: string, winner: object | null) =>
    JSON.stringify({
      format: 1,
      experiment: "any",
      data: { checksum: "0", rows: 3, columns: ["a"] },
      rule: { name: "majority", version: 1, hash: "0" },
      outcome,
      winner: winner && {
        ...{ prepare: "standard", reduce: "none", seed: 1, space: "standard", coverage: 1 },
        ...{ shares: [0.5, 0.5], scores: {}, labels: "0a1b" },
        ...winner,
      },
      reasons: [],
      flags: [],
      ranking: [],
      config: { prepare: {}, score: { space: "standard" } },
    });
  const run = JSON.stringify({
    type: "run",
    format: 1,
    experiment: "a",
    at: "2026-01-02T03:04:05.678Z",
    node: "20.19.0",
    argv: ["run", "a"],
    git: { commit: "c0ffee", dirty: null },
    config: { name: "a" },
  });
  root = workFolder({
    "results/a/metrics.csv": metrics(
      "",
      "kmeans,standard,none,k=2,2,1,ok,,standard,1,0.4,0.25,0a1b",
      "kmeans,standard,none,k=3,3,1,gated,small-cluster;not-converged,standard,1,0.01,0.125,0a1c",
      'dbscan,standard,none,"eps=0.4, wide",,,incomplete,memory,standard,,,,',
    ),
    "results/a/selection.json": selection("chosen", { algorithm: "kmeans", params: "k=2", k: 2 }),
    "results/a/.runs/x.jsonl": `${run}\n{"type":"fit","key":"k"}\n{"type":"run","torn`,
    "results/b/metrics.csv": metrics(",dunn", "gmm,plain,none,k=2,2,,ok,,plain,1,0.3,0.5,1.5,ff"),
    "results/b/selection.json": selection("no-structure", null),
  });
});

const query = (sql: string, ...more: string[]) => segmenta(root, "query", sql, ...more);

describe("segmenta query", () => {
  test("answers as a table", async () => {
    const { code, out } = await query("select algorithm, max(silhouette) from trials group by 1 order by 1");
    expect(out).toMatchInlineSnapshot(`
      "algorithm  max(silhouette)
      dbscan
      gmm                    0.5
      kmeans                0.25
        3 rows
      "
    `);
    expect(code).toBe(0);
  });

  test("knows the types: numbers are numbers, an empty field is null, one table's columns are null in another's rows", async () => {
    const { out } = await query(
      "select experiment, k + 1 as more, seed is null as none, dunn, reason from trials order by experiment, k",
      "--format",
      "json",
    );
    expect(JSON.parse(out)).toEqual([
      { experiment: "a", more: 3, none: false, dunn: null, reason: null },
      { experiment: "a", more: 4, none: false, dunn: null, reason: "small-cluster;not-converged" },
      { experiment: "a", more: null, none: true, dunn: null, reason: "memory" },
      { experiment: "b", more: 3, none: true, dunn: 1.5, reason: null },
    ]);
  });

  test("knows the decisions and the runs, torn lines apart", async () => {
    const decisions = await query("select * from decisions order by 1", "--format", "csv");
    expect(decisions.out).toBe(
      "experiment,outcome,rule,algorithm,params,k\na,chosen,majority,kmeans,k=2,2\nb,no-structure,majority,,,\n",
    );
    const runs = await query('select experiment, "at", argv, "commit" from runs', "--format", "csv");
    expect(runs.out).toBe("experiment,at,argv,commit\na,2026-01-02 03:04:05.678,run a,c0ffee\n");
  });

  test("equals the file: its CSV read back has the same values", async () => {
    const { out } = await query(
      "select algorithm, params, silhouette from trials where experiment = 'a'",
      "--format",
      "csv",
    );
    expect(out).toBe('algorithm,params,silhouette\nkmeans,k=2,0.25\nkmeans,k=3,0.125\ndbscan,"eps=0.4, wide",\n');
  });

  test("writes Parquet and other files", async () => {
    expect((await query("select * from trials;", "--format", "parquet", "--out", join(root, "t.parquet"))).code).toBe(
      0,
    );
    const table = await readTable({ path: join(root, "t.parquet"), columns: ["silhouette"] });
    expect(Array.from(table.columns[0]!.values as Float64Array)).toEqual([0.25, 0.125, Number.NaN, 0.5]);
    expect((await query("select 1 as one", "--format", "csv", "--out", join(root, "one.csv"))).err).toContain(
      "wrote 1 rows",
    );
    expect(readFileSync(join(root, "one.csv"), "utf8")).toBe("one\n1\n");
  });

  test("fits the screen, and says what does not", async () => {
    const { out } = await query("select * from trials");
    expect(Math.max(...out.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(out).toMatch(/more columns do not fit/);
  });

  test.each<[string, string[], RegExp]>([
    ["a wrong word", ["selct 1"], /syntax error at or near "selct"/],
    ["an unknown column", ["select silhuette from trials"], /silhuette[\s\S]*silhouette/],
    ["an unknown table", ["select * from trails"], /trails[\s\S]*trials/],
    ["Parquet on the screen", ["select 1", "--format", "parquet"], /Parquet is a binary format/],
    [
      "a folder that is not there for a file",
      ["select 1", "--format", "parquet", "--out", "no/where.parquet"],
      /cannot write/,
    ],
    ["no results", ["select 1", "--results", "nowhere"], /no results in .*nowhere/],
  ])("%s: 2, in clear words", async (_, [sql, ...more], message) => {
    const { code, err } = await query(sql!, ...more);
    expect(err).toMatch(message);
    expect(code).toBe(2);
  });

  test("without a journal, runs is empty", async () => {
    mkdirSync(join(root, "fresh/b"), { recursive: true });
    writeFileSync(join(root, "fresh/b/metrics.csv"), readFileSync(join(root, "results/b/metrics.csv")));
    const { code, out } = await query(
      "select count(*) as n from runs",
      "--results",
      join(root, "fresh"),
      "--format",
      "csv",
    );
    expect({ code, out }).toEqual({ code: 0, out: "n\n0\n" });
  });
});

test("results that were damaged are named, with file and line", async () => {
  const metrics = readFileSync(join(root, "results/a/metrics.csv"), "utf8");
  const selection = readFileSync(join(root, "results/a/selection.json"), "utf8");
  const broken = workFolder({
    "table/x/metrics.csv": metrics.replace(",3,1,gated", ",three,1,gated"),
    "header/x/metrics.csv": "",
    "decision/x/metrics.csv": metrics,
    "decision/x/selection.json": selection.replace('"rule"', '"rules"'),
  });
  for (const [folder, place] of [
    ["table", "table/x, metrics.csv, line 3"],
    ["header", "header/x, metrics.csv, line 1"],
    ["decision", "decision/x, selection.json, line 1"],
  ] as const) {
    const { code, err } = await segmenta(broken, "query", "select * from trials", "--results", folder);
    expect(err).toContain("[BAD_RESULTS]");
    expect(err).toContain(place);
    expect(code).toBe(2);
  }
});
