/** Evidence beyond the table: the same bits for any number of workers, computed once, and a clean answer to bad input. */
import { describe, expect, test } from "vitest";
import { matrix } from "../../src/core/matrix.js";
import { numberColumn, type Table } from "../../src/core/table.js";
import { resultFiles } from "../../src/results/output.js";
import { parseExperiment } from "../../src/sweep/config/experiment.js";
import type { SweepEvent } from "../../src/sweep/events.js";
import { rawRows, tableOf } from "../../src/sweep/evidence/raw.js";
import { resolved, someRows } from "../../src/sweep/evidence/subjects.js";
import { type Executor, inThread, workerPool } from "../../src/sweep/execute.js";
import { runSweep } from "../../src/sweep/run.js";
import { failedGates } from "../../src/sweep/select/gates.js";
import { memoryStore, type Store } from "../../src/sweep/store/store.js";
import { referenceTable } from "../reference.js";
import { groups, plantedTable, structureless } from "./planted.js";

const config = `
name: planted
data: { path: none }
prepare: { standard: [ scale: standard ] }
sweep:
  kmeans: { k: 2..6, nInit: 3 }
  agglomerative: { k: 2..5, linkage: ward }
  quantile-bins: { k: 2 }
seeds: 2
select: { rule: gated-stability, bootstraps: 20, nulls: 49, permutations: 5 }
score: { metrics: [silhouette, davies-bouldin, calinski-harabasz] }
`;

interface Given {
  readonly table: Table;
  readonly overrides?: readonly string[];
  readonly store?: Store;
  readonly executor?: Executor;
  readonly onEvent?: (event: SweepEvent) => void;
  readonly signal?: AbortSignal;
  readonly earlierRule?: string;
  readonly text?: string;
}

const run = ({ table, overrides = [], text = config, ...options }: Given) =>
  runSweep({
    experiment: parseExperiment(text, "planted.yaml", overrides),
    table,
    store: options.store ?? memoryStore(),
    executor: options.executor ?? inThread(),
    ...(options.onEvent ? { onEvent: options.onEvent } : {}),
    ...(options.signal ? { signal: options.signal } : {}),
    earlierRule: options.earlierRule,
  });

const files = async (given: Given) => Object.fromEntries(resultFiles(await run(given), []));

describe("planted tables", () => {
  test.each(Object.entries(structureless))("%s: there is nothing to find", async (_, row) => {
    const result = await run({ table: plantedTable(300, 1, row) });
    expect(result.verdict).toMatchObject({ winner: null, outcome: "no-structure" });
    const gates = { minCoverage: 0.9, minClusterShare: 0.05 };
    const unexplained = result.candidates.filter(
      (candidate) => failedGates(candidate, gates).length === 0 && !result.verdict.failed![candidate.id]?.length,
    );
    expect(unexplained).toEqual([]);
  });

  test.each([3, 5])("%i groups far apart are found", async (k) => {
    const result = await run({ table: plantedTable(300, 2, groups(k, 7)) });
    expect(result.verdict.outcome).toBe("chosen");
    expect(result.winner!.facts!.k).toBe(k);
    expect(result.verdict.flags.map(({ code }) => code)).not.toContain("CONTESTED");
  });
});

test("the repeatability falls as groups are pushed together, and then nothing is chosen", async () => {
  const told = async (apart: number) => {
    const { winner, verdict } = await run({ table: plantedTable(300, 2, groups(3, apart)) });
    const overall = (verdict.details!["repeatability"] as { overall: number } | null)?.overall ?? 0;
    return { k: winner?.facts?.k ?? null, overall, contested: verdict.flags.some(({ code }) => code === "CONTESTED") };
  };
  expect(await told(7)).toEqual({ k: 3, overall: 1, contested: false });
  const near = await told(3.75);
  expect(near).toMatchObject({ k: 3, contested: true });
  expect(near.overall).toBeLessThan(0.6);
  expect(await told(3.25)).toMatchObject({ k: null });
});

describe("evidence", () => {
  const table = plantedTable(200, 3, groups(3, 6));

  test("is the same in worker threads, one or two, as in this thread", async () => {
    const here = await files({ table });
    for (const jobs of [1, 2]) {
      const executor = workerPool(jobs);
      try {
        expect(await files({ table, executor })).toEqual(here);
      } finally {
        await executor.close();
      }
    }
  });

  test("is computed once: a second run draws nothing and gives the same bytes", async () => {
    const store = memoryStore();
    const first = await files({ table, store });
    const events: SweepEvent[] = [];
    expect(await files({ table, store, onEvent: (event) => events.push(event) })).toEqual(first);
    expect(events.filter(({ type }) => type === "evidence" || type === "fit" || type === "score")).toEqual([]);
  });

  test("that was stopped half-way goes on where it stopped", async () => {
    const store = memoryStore();
    const stopper = new AbortController();
    const stopped = run({
      table,
      store,
      signal: stopper.signal,
      onEvent: (event) => {
        if (event.type === "evidence" && event.stage === "null" && event.done === 10)
          stopper.abort(new Error("enough"));
      },
    });
    await expect(stopped).rejects.toThrow("enough");
    const draws: number[] = [];
    const onEvent = (event: SweepEvent) => {
      if (event.type === "evidence" && event.stage === "null") draws.push(event.total);
    };
    expect(await files({ table, store, onEvent })).toEqual(await files({ table }));
    expect(draws[0]).toBe(50 - 10);
  });

  test("of one more candidate leaves what is stored: only its own refits run", async () => {
    const store = memoryStore();
    await run({ table, store, overrides: ["sweep={kmeans: {k: [2, 3], nInit: 3}}"] });
    const alone = await files({ table, overrides: ["sweep={kmeans: {k: [2, 3, 4], nInit: 3}}"] });
    expect(await files({ table, store, overrides: ["sweep={kmeans: {k: [2, 3, 4], nInit: 3}}"] })).toEqual(alone);
  });

  test("is told to the last digit in selection.json, and no number in it is missing its meaning", async () => {
    const { "selection.json": text, "metrics.csv": table_ } = await files({ table });
    const record = JSON.parse(text!);
    expect(record.evidence.funnel).toMatchObject({ candidates: 9 });
    expect(record.evidence.repeatability.overall).toBeGreaterThan(0.5);
    expect(text).not.toMatch(/NaN|Infinity/);
    expect(table_).not.toMatch(/NaN|Infinity/);
    expect(record.ranking.every((entry: { failed: string[] }) => Array.isArray(entry.failed))).toBe(true);
  });
});

describe("a rule changed after the fact", () => {
  const table = plantedTable(120, 4, groups(2, 6));
  const small = "sweep={kmeans: {k: [2, 3], nInit: 2}}";
  const codes = async (given: Omit<Given, "table">) => {
    const { verdict } = await run({ table, ...given });
    return verdict.flags.map(({ code }) => code);
  };

  test("is flagged by the journal, also when everything is stored", async () => {
    const store = memoryStore();
    expect(await codes({ store, overrides: [small] })).not.toContain("RULE_CHANGED");
    expect(await codes({ store, overrides: [small, "select.jaccard=0.6"] })).toContain("RULE_CHANGED");
    expect(await codes({ store, overrides: [small, "select.jaccard=0.6"] })).toContain("RULE_CHANGED");
  });

  test("is flagged by the results of another machine, too", async () => {
    expect(await codes({ overrides: [small], earlierRule: "0".repeat(64) })).toContain("RULE_CHANGED");
  });
});

describe("bad input has a reason or a clear error, never a silent winner", () => {
  const column = (name: string, values: readonly number[]) => numberColumn(name, Float64Array.from(values));
  const few = plantedTable(7, 5, groups(2, 6));
  const range = (n: number) => Array.from({ length: n }, (_, i) => i);
  const cases: [string, Table, string[]][] = [
    [
      "constant data",
      {
        rows: 40,
        columns: [
          column(
            "a",
            range(40).map(() => 1),
          ),
          column(
            "b",
            range(40).map(() => 2),
          ),
        ],
        id: null,
      },
      [],
    ],
    ["k near n", few, ["sweep={kmeans: {k: [2, 5, 6, 7], nInit: 2}}"]],
    ["singletons", plantedTable(40, 5, groups(2, 6)), ["sweep={agglomerative: {k: [38, 39, 40], linkage: ward}}"]],
    [
      "one far row",
      {
        rows: 60,
        columns: [
          column(
            "a",
            range(60).map((i) => (i === 7 ? 1e6 : i % 5)),
          ),
        ],
        id: null,
      },
      [],
    ],
    ["all noise", plantedTable(60, 6, structureless["uniform"]!), ["sweep={dbscan: {eps: 0.001, minSamples: 5}}"]],
    ["one cluster", plantedTable(60, 7, structureless["uniform"]!), ["sweep={dbscan: {eps: 100, minSamples: 5}}"]],
    [
      "copies of two rows",
      {
        rows: 40,
        columns: [
          column(
            "a",
            range(40).map((i) => i % 2),
          ),
        ],
        id: null,
      },
      ["sweep={kmeans: {k: [2, 3], nInit: 2}}"],
    ],
  ];
  test.each(cases)("%s", async (_, table, overrides) => {
    const result = await run({ table, overrides });
    const { "metrics.csv": csv, "selection.json": json } = Object.fromEntries(resultFiles(result, []));
    expect(csv! + json!).not.toMatch(/NaN|Infinity/);
    const chosen = result.winner && `${result.winner.trial.algorithm.name} ${result.winner.trial.paramsText}`;
    expect({
      outcome: result.verdict.outcome,
      chosen,
      reasons: result.rows.map(({ reason }) => reason.join(";")),
    }).toMatchSnapshot();
  });

  test("too few nulls for alpha is refused before any work, with the line", () => {
    expect(() => parseExperiment(config, "planted.yaml", ["select.nulls=10"])).toThrow(/nothing could ever pass/);
  });
});

describe("numbers of different spaces", () => {
  const two = config
    .replace(
      "prepare: { standard: [ scale: standard ] }",
      "prepare: { standard: [ scale: standard ], minmax: [ scale: min-max ] }",
    )
    .replace("score: {", "score: { space: standard,");
  test.each(["bic", "gap-1se"])("%s refuses to rank them and names two", async (rule) => {
    const table = plantedTable(60, 8, groups(2, 6));
    const running = run({ table, text: two, overrides: [`select={rule: ${rule}}`, "sweep={gmm: {k: [2, 3]}}"] });
    await expect(running).rejects.toMatchObject({
      code: "SPACE_MISMATCH",
      what: expect.stringMatching(/standard and minmax/),
    });
  });

  test("gated-stability judges all in one, and names each preparation's own winner", async () => {
    const { verdict } = await run({ table: plantedTable(200, 9, groups(3, 7)), text: two });
    expect(verdict.details!["preparations"]).toMatchObject([
      { space: "standard", winner: { k: 3 } },
      { space: "minmax", winner: { k: 3 } },
    ]);
  });
});

describe("gap-1se", () => {
  const kmeans = "sweep={kmeans: {k: 2..6, nInit: 3}}";
  test("three groups: k = 3, and the curves stand in a table of their own", async () => {
    const result = await run({
      table: plantedTable(200, 10, groups(3, 7)),
      overrides: ["select={rule: gap-1se, references: 20}", kmeans],
    });
    expect(result.winner!.facts!.k).toBe(3);
    const lines = Object.fromEntries(resultFiles(result, []))["curves.csv"]!.trimEnd().split("\n");
    expect(lines.length).toBe(1 + 6);
    expect(lines[1]).toMatch(/^kmeans,standard,none,.*,standard,1,/);
  });

  test("one group: no structure", async () => {
    const table = plantedTable(200, 11, structureless["isotropic Gaussian"]!);
    const { verdict } = await run({ table, overrides: ["select={rule: gap-1se, references: 20}", kmeans] });
    expect(verdict).toMatchObject({ winner: null, outcome: "no-structure" });
  });
});

describe("raw rows", () => {
  const numbers = numberColumn("a", Float64Array.of(1, Number.NaN, 5, 3));

  test("numbers are filled with the median, texts stand where the numbers put them, and both come back", () => {
    const table: Table = {
      rows: 4,
      columns: [{ kind: "text", name: "b", values: ["y", "x", null, "x"] }, numbers],
      id: null,
    };
    const raw = rawRows(table, Int32Array.of(1, 2, 3));
    // Mean ranks of a: y has the lowest, then x, and the missing one the highest.
    expect(raw.codes).toEqual(
      matrix([
        [3, 1],
        [5, 2],
        [3, 1],
      ]),
    );
    const back = tableOf(raw, raw.codes);
    expect(back.columns[0]).toEqual({ kind: "text", name: "b", values: ["x", null, "x"] });
    expect(back.columns[1]).toMatchObject({ name: "a", values: Float64Array.of(3, 5, 3), valid: null });
  });

  test("how texts are spelled does not matter", () => {
    const spelled = (names: readonly string[]): Table => ({
      rows: 200,
      columns: [
        numberColumn(
          "a",
          Float64Array.from({ length: 200 }, (_, i) => (i * 37) % 101),
        ),
        { kind: "text", name: "b", values: Array.from({ length: 200 }, (_, i) => names[((i * 37) % 101) % 5]!) },
        { kind: "text", name: "c", values: Array.from({ length: 200 }, (_, i) => names[(i * i) % 3]!) },
      ],
      id: null,
    });
    const rows = Int32Array.from({ length: 200 }, (_, i) => i);
    const { codes } = rawRows(spelled(["A", "B", "C", "D", "E"]), rows);
    expect(rawRows(spelled(["north", "south", "east", "west", "mid"]), rows).codes).toEqual(codes);
    expect(new Set(codes.data).size).toBeGreaterThan(50);
  });

  test("texts of which one determines the other are drawn together", () => {
    const city = Array.from({ length: 60 }, (_, i) => ["Lyon", "Nice", "Bonn", "Kiel"][(i * 7) % 4]!);
    const region = city.map((each) => (each < "L" ? "DE" : "FR"));
    const table: Table = {
      rows: 60,
      columns: [
        { kind: "text", name: "city", values: city },
        { kind: "text", name: "region", values: region },
      ],
      id: null,
    };
    const raw = rawRows(
      table,
      Int32Array.from({ length: 60 }, (_, i) => i),
    );
    expect(raw.columns.map(({ kind }) => kind)).toEqual(["texts"]);
    expect(tableOf(raw, raw.codes).columns).toEqual(table.columns);
  });

  test("a subsample is sorted, without repeats, and all rows where they are few", () => {
    expect([...someRows(3, 5, 1, "test")]).toEqual([0, 1, 2]);
    const some = [...someRows(100, 10, 1, "test")];
    expect(some).toEqual([...new Set(some)].sort((a, b) => a - b));
    expect(some.length).toBe(10);
  });

  test("a word that meant a number on all rows is that number on others", () => {
    expect(resolved({ eps: "auto 3 of 6", minSamples: 5 }, { eps: 0.7, core: 9 })).toEqual({ eps: 0.7, minSamples: 5 });
    expect(resolved({ linkage: "ward", k: 2 }, { lastHeight: 1 })).toEqual({ linkage: "ward", k: 2 });
  });
});

test("missing cells and texts pass through the null model", async () => {
  const planted = plantedTable(120, 12, groups(2, 7));
  const values = Float64Array.from(planted.columns[0]!.values as Float64Array);
  values[3] = Number.NaN;
  const table: Table = {
    ...planted,
    columns: [
      numberColumn("x1", values),
      ...planted.columns.slice(1),
      {
        kind: "text",
        name: "kind",
        values: Array.from({ length: 120 }, (_, i) => (i % 7 === 0 ? null : i % 2 ? "odd" : "even")),
      },
    ],
  };
  const text = config.replace(
    "[ scale: standard ]",
    "[ impute: { strategy: median, columns: [x1] }, impute: { strategy: most-frequent, columns: [kind] }, one-hot: [kind], scale: standard ]",
  );
  const { verdict } = await run({ table, text, overrides: ["sweep={kmeans: {k: [2, 3], nInit: 3}}"] });
  expect(verdict.ranking.length).toBeGreaterThan(0);
});

test("iris: two segments, setosa and the rest", async () => {
  const result = await run({
    table: referenceTable("iris"),
    text: config.replace("permutations: 5", "permutations: 0"),
  });
  expect(result.verdict.outcome).toBe("chosen");
  expect(result.winner!.facts!.k).toBe(2);
});
