/** `segmenta run` with data.engine: the files it writes, what it refuses, and what happens when an engine goes away. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Io } from "../../src/cli/io.js";
import { runCommandLine } from "../../src/cli/run-cli.js";
import { openClickHouseTable } from "../../src/data/engine/clickhouse-engine.js";
import { openDuckDbTable } from "../../src/data/engine/duckdb-engine.js";
import { openPostgresTable } from "../../src/data/engine/postgres-engine.js";
import { readTable } from "../../src/data/index.js";
import { EngineLost } from "../../src/sweep/pushdown/engine.js";
import { workFolder } from "../cli/harness.js";
import { customers, customersCsv } from "./customers.js";
import { fillClickHouse, fillPostgres } from "./fill.js";
import { hasClickHouse, hasPostgres, startClickHousePair, startPostgres, tellClickHouse } from "./servers.js";

const PASSWORD = "not-to-be-written";
const rows = customers(3000);

/** An experiment on the customers, wherever they are. */
function experiment(data: string, more = ""): string {
  return `name: shop
data: ${data}
prepare:
  standard: [ drop: [CODE], impute: median, log1p: [AMOUNT], scale: standard ]
sweep: { kmeans: { k: 2..4, nInit: 2 } }
score: { metrics: [simplified-silhouette, davies-bouldin, calinski-harabasz] }
select: { rule: majority-simplified }
${more}`;
}

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function segmenta(
  cwd: string,
  argv: readonly string[],
  env: Record<string, string> = {},
  onErr: (text: string) => void = () => {},
): Promise<Ran> {
  let out = "";
  let err = "";
  const io: Io = {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
      onErr(text);
    },
    errIsTerminal: false,
    columns: 100,
    env,
    cwd,
    signal: new AbortController().signal,
  };
  const code = await runCommandLine(argv, io);
  return { code, out, err };
}

function folderWith(data: string, more = "", files: Record<string, string> = {}): string {
  return workFolder({ "experiments/shop.yaml": experiment(data, more), ...files });
}

const result = (folder: string, name: string) => readFileSync(join(folder, "results", "shop", name), "utf8");

/** Every text below a folder. */
function everything(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"))
    .join("\n");
}

describe("a file in DuckDB", () => {
  const csv = customersCsv(rows);
  const data = "{ path: customers.csv, id: ID, engine: { duckdb: { memory: 200MB } }, labels: segments.csv }";

  test("the tables, a model that predicts, and the segment of every row", async () => {
    const folder = folderWith(data, "", { "customers.csv": csv });
    const { code, out, err } = await segmenta(folder, ["run", "shop"]);
    expect(err).toContain("fitted 3 of 3 trials");
    expect(code).toBe(0);
    expect(out).toMatch(/\d segments, by kmeans k=\d/);
    expect(readdirSync(join(folder, "results", "shop")).sort()).toEqual(
      [".runs", "assignments.csv", "metrics.csv", "model.json", "selection.json", "summary.md"].sort(),
    );
    expect(result(folder, "metrics.csv").split("\n")[0]).toContain("simplified_silhouette");

    const model = JSON.parse(result(folder, "model.json"));
    const sizes = model.segments.map(({ size }: { size: number }) => size);
    expect(sizes.reduce((a: number, b: number) => a + b, 0)).toBe(rows.rows);
    const labels = await readTable({ path: join(folder, "segments.csv"), id: "ID" });
    expect(labels.rows).toBe(rows.rows);
    const predicted = join(folder, "predicted.csv");
    const predict = ["predict", "results/shop/model.json", "customers.csv", "--out", "predicted.csv"];
    expect((await segmenta(folder, predict)).code).toBe(0);
    const again = await readTable({ path: predicted, id: "ID", columns: ["segment"] });
    const own = new Map(labels.id!.values.map((id, i) => [id, labels.columns[0]!.values[i]]));
    const wrong = again.id!.values.filter((id, i) => own.get(id) !== again.columns[0]!.values[i]);
    expect(wrong).toEqual([]);
  });

  test("the decision and the numbers are those of the same experiment in memory", async () => {
    const folder = folderWith("{ path: customers.csv, id: ID, engine: duckdb }", "", { "customers.csv": csv });
    // To the bottom, from starts enough: the same partition, whatever the order of the rows they were drawn in.
    const words = ["sweep.kmeans.tol=0", "sweep.kmeans.nInit=8"];
    expect((await segmenta(folder, ["run", "shop", ...words])).code).toBe(0);
    const pushed = result(folder, "metrics.csv");
    const chosen = JSON.parse(result(folder, "selection.json")).winner.params;
    writeFileSync(join(folder, "experiments", "shop.yaml"), experiment("{ path: customers.csv, id: ID }"));
    expect((await segmenta(folder, ["run", "shop", "--out", "results/shop", ...words])).code).toBe(0);
    expect(JSON.parse(result(folder, "selection.json")).winner.params).toBe(chosen);
    const table = (text: string) => {
      const [head, ...lines] = text
        .trim()
        .split("\n")
        .map((line) => line.split(","));
      const columns = ["k", "smallest", "simplified_silhouette", "davies_bouldin", "calinski_harabasz"];
      return lines.map((cells) => columns.map((name) => Number(cells[head!.indexOf(name)])));
    };
    const [a, b] = [table(pushed), table(result(folder, "metrics.csv"))];
    expect(a.length).toBe(3);
    a.flat().forEach((value, i) => {
      expect(Math.abs(value / b.flat()[i]! - 1), `number ${i}`).toBeLessThan(1e-9);
    });
  });

  test("what is stored is not fitted again, and a run that changes nothing writes the same bytes", async () => {
    const folder = folderWith("{ path: customers.csv, id: ID, engine: duckdb }", "", { "customers.csv": csv });
    expect((await segmenta(folder, ["run", "shop", "sweep.kmeans.k=[2,3]"])).code).toBe(0);
    const first = result(folder, "metrics.csv");
    const again = await segmenta(folder, ["run", "shop", "sweep.kmeans.k=[2,3]"]);
    expect(again.err).toContain("2 of them stored already");
    expect(result(folder, "metrics.csv")).toBe(first);
    const plan = await segmenta(folder, ["run", "shop", "--dry-run"]);
    expect(plan.out).toBe("3 trials: cached 2, run 1\n  kmeans in standard: cached 2, run 1: params k 2 → 4\n");
    const wider = await segmenta(folder, ["run", "shop"]);
    expect(wider.err).toContain("fitted 1 of 1 trials");
  });

  test("the gate compares two results by the segments of the sample", async () => {
    const folder = folderWith("{ path: customers.csv, id: ID, engine: duckdb }", "", { "customers.csv": csv });
    await segmenta(folder, ["run", "shop"]);
    await segmenta(folder, ["run", "shop", "--out", "same"]);
    const same = await segmenta(folder, ["diff", "shop", "--against", "same"]);
    expect([same.code, same.err]).toEqual([0, ""]);
    const assignments = join(folder, "same", "assignments.csv");
    const lines = readFileSync(assignments, "utf8").split("\n");
    writeFileSync(assignments, lines.map((line, i) => (i > 0 && i < 400 ? line.replace(/.$/, "0") : line)).join("\n"));
    const moved = await segmenta(folder, ["diff", "shop", "--against", "same"]);
    expect(moved.out).toContain("moved to another segment");
    expect(moved.code).toBe(3);
  });

  test("nothing is left in the temporary folder", async () => {
    const folder = folderWith("{ path: customers.csv, engine: { duckdb: { temp: scratch } } }", "", {
      "customers.csv": csv.replaceAll(/^[^,]*,/gm, ""),
      "scratch/keep.txt": "",
    });
    expect((await segmenta(folder, ["run", "shop"])).code).toBe(0);
    expect(readdirSync(join(folder, "scratch"))).toEqual(["keep.txt"]);
  });

  test.each([
    ["an unknown column", "{ path: c.csv, id: ID, drop: [NOPE], engine: duckdb }", "", 'unknown column to drop "NOPE"'],
    ["an unknown id", "{ path: c.csv, id: NAME, engine: duckdb }", "", 'unknown id column "NAME"'],
    ["no file", "{ path: nofile.csv, engine: duckdb }", "", 'no file "'],
    ["no path", "{ engine: duckdb }", "", "path is missing in data"],
    ["a table without id", "{ table: customers, engine: postgres }", "", "postgres needs data.id"],
    ["no table", "{ id: ID, engine: postgres }", "", "postgres needs data.table"],
    [
      "a password in the file",
      "{ table: t, id: ID, engine: { postgres: { url: postgres://a:secret@h/d } } }",
      "",
      "a password does not belong in this file",
    ],
    ["an engine nobody knows", "{ path: c.csv, engine: oracle }", "", "engine"],
    ["labels without engine", "{ path: c.csv, labels: l.csv }", "", "data.labels needs data.engine"],
    [
      "a size that is none",
      "{ path: c.csv, engine: { duckdb: { memory: much } } }",
      "",
      "write a size such as 512MB or 4GB",
    ],
  ])("%s is refused before any work", async (_, data, more, said) => {
    const folder = folderWith(data, more, { "c.csv": csv });
    const { code, err } = await segmenta(folder, ["run", "shop"]);
    expect(err).toContain(said);
    expect(code).toBe(2);
    expect(existsSync(join(folder, "results"))).toBe(false);
  });

  test("everything that cannot be pushed down is named at once, and what can", async () => {
    const folder = workFolder({
      "c.csv": csv,
      "experiments/shop.yaml": `name: shop
data: { path: c.csv, id: ID, engine: duckdb }
prepare: { plain: [ impute: { strategy: median, indicator: true }, one-hot: [CODE] ] }
sweep: { gmm: { k: 2 }, kmeans: { k: 2, engine: ml-kmeans } }
select: { rule: majority }
`,
    });
    const { code, err } = await segmenta(folder, ["run", "shop"]);
    expect(code).toBe(2);
    for (const word of [
      "impute with an indicator",
      "one-hot",
      "gmm",
      "kmeans of ml-kmeans",
      "silhouette",
      "the rule majority",
    ]) {
      expect(err).toContain(`${word} cannot be pushed down to duckdb`);
    }
    expect(err).toContain("use majority-simplified");
    expect(err).toContain("steps that can: impute, log1p, scale, winsorise, drop");
  });

  test("another command says that it needs the rows in memory", async () => {
    const folder = folderWith("{ path: customers.csv, id: ID, engine: duckdb }", "", { "customers.csv": csv });
    const { code, err } = await segmenta(folder, ["verify", "shop"]);
    expect(code).toBe(2);
    expect(err).toContain("the rows of shop stay in duckdb; this command needs them in memory");
    const sharded = await segmenta(folder, ["run", "shop", "--shard", "1/2"]);
    expect([sharded.code, sharded.err]).toEqual([
      2,
      expect.stringContaining("--shard cannot be used with data.engine duckdb"),
    ]);
  });

  test.each([
    [
      "missing cells that no step fills",
      "[ drop: [CODE], scale: standard ]",
      (text: string) => text,
      /column "AMOUNT" has \d+ missing values \(NULL or NaN\) in 3000 rows/,
    ],
    [
      "an infinite cell",
      "[ drop: [CODE], impute: median ]",
      (text: string) => text.replace(/^(c7,[^,]*,[^,]*),[^,]*/m, "$1,-inf"),
      /column "SINCE" is infinite in 1 row;/,
    ],
    [
      "a logarithm of a debt",
      "[ impute: median, log1p: [BALANCE] ]",
      (text: string) => text,
      /column "BALANCE" goes down to -\d+.*log1p needs values above −1/,
    ],
    [
      "a text",
      "[ impute: median ]",
      (text: string) => text.replaceAll(/^(c\d+.*),\d+,0\.1$/gm, "$1,abc,0.1"),
      /column "CODE" of .* holds text/,
    ],
    [
      "a column with nothing in it",
      "[ impute: median ]",
      (text: string) => text.replaceAll(/^(c\d+.*),\d+,0\.1$/gm, "$1,,0.1"),
      /column "CODE" is missing in all 3000 rows/,
    ],
    [
      "a row without an id",
      "[ impute: median ]",
      (text: string) => text.replace(/^c7,/m, ","),
      /1 of 3000 rows have no ID/,
    ],
  ])("%s: the message names column and count", async (_, steps, damage, said) => {
    const folder = folderWith("{ path: customers.csv, id: ID, engine: duckdb }", "", { "customers.csv": damage(csv) });
    const { code, err } = await segmenta(folder, ["run", "shop", `prepare.standard=${steps}`]);
    expect(err).toMatch(said);
    expect(code).toBe(2);
  });

  test("a function that the engine lacks, and too little memory, are said as such", async () => {
    const folder = workFolder({ "customers.csv": csv });
    const { engine } = await openDuckDbTable({ path: join(folder, "customers.csv") }, { memory: "100MB", threads: 1 });
    await expect(engine.query("SELECT no_such_function(1)")).rejects.toMatchObject({
      code: "BAD_QUERY",
      what: expect.stringMatching(/^DuckDB .* lacks the function no_such_function/),
    });
    await expect(engine.query("SELECT list(hash(i)) FROM range(20000000) AS t(i)")).rejects.toMatchObject({
      code: "OUT_OF_MEMORY",
      mend: expect.stringContaining("memory: 4GB"),
    });
    await engine.close();
  });

  test("a table of a DuckDB database is read where it lies", async () => {
    const folder = folderWith("{ path: shop.duckdb, table: customers, id: ID, engine: duckdb }", "", {
      "customers.csv": csv,
    });
    const { DuckDBInstance } = await import("@duckdb/node-api");
    const instance = await DuckDBInstance.create(join(folder, "shop.duckdb"));
    const connection = await instance.connect();
    await connection.run(`CREATE TABLE customers AS SELECT * FROM read_csv('${join(folder, "customers.csv")}')`);
    connection.closeSync();
    instance.closeSync();
    expect((await segmenta(folder, ["run", "shop"])).err).toContain("fitted 3 of 3 trials");
    const wrong = await segmenta(folder, ["run", "shop", "data.table=custmers"]);
    expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining('did you mean "customers"?')]);
  });
});

describe.runIf(hasPostgres)("a table in Postgres", () => {
  let server: Awaited<ReturnType<typeof startPostgres>>;
  const env = { PGPASSWORD: PASSWORD };
  const data = () => `{ table: customers, id: ID, engine: { postgres: { url: "${server.url}" } }, labels: segments }`;
  beforeAll(async () => {
    server = await startPostgres(PASSWORD);
    await fillPostgres(server.url, PASSWORD, rows);
  });
  afterAll(() => server?.stop());

  const ask = async (sql: string) => {
    const client = new pg.Client({ connectionString: server.url.replace("@", `:${PASSWORD}@`) });
    await client.connect();
    const answer = await client.query({ text: sql, rowMode: "array" });
    await client.end();
    return answer.rows;
  };

  test("a whole run; segments go to a new table, the password nowhere", async () => {
    const folder = folderWith(data());
    const { code, err } = await segmenta(folder, ["run", "shop"], env);
    expect(err).toContain("fitted 3 of 3 trials");
    expect(code).toBe(0);
    const { segments } = JSON.parse(result(folder, "model.json"));
    const counts = await ask("SELECT segment, count(*)::int FROM segments GROUP BY segment ORDER BY segment");
    expect(counts).toEqual(segments.map(({ label, size }: { label: number; size: number }) => [label, size]));
    expect(everything(folder)).not.toContain(PASSWORD);
    const again = await segmenta(folder, ["run", "shop"], env);
    expect([again.code, again.err]).toEqual([2, expect.stringContaining("the table segments is there already")]);
  });

  test.each([
    [
      "a wrong password",
      () => data(),
      { PGPASSWORD: "wrong" },
      /cannot connect to Postgres: password authentication failed[\s\S]*PGPASSWORD/,
    ],
    ["nobody there", () => data().replace(String(server.port), "1"), env, /cannot connect to Postgres: .*ECONNREFUSED/],
    [
      "an unknown table",
      () => data().replace("customers", "custmers"),
      env,
      /no table "custmers" in the database[\s\S]*did you mean "customers"/,
    ],
    ["an unknown column", () => data().replace("id: ID", "id: ID, drop: [AGE]"), env, /unknown column to drop "AGE"/],
  ])("%s: exit 2 before any work", async (_, where, surroundings, said) => {
    const folder = folderWith(where());
    const { code, err } = await segmenta(folder, ["run", "shop"], surroundings);
    expect(err).toMatch(said);
    expect(err).not.toContain(PASSWORD);
    expect(code).toBe(2);
    expect(existsSync(join(folder, "results"))).toBe(false);
  });

  test("the session may read and no more", async () => {
    const { engine } = await openPostgresTable({ table: "customers", id: "ID" }, { url: server.url, env });
    await expect(engine.query("CREATE TABLE mine (x int)")).rejects.toThrow("read-only transaction");
    await expect(engine.query("SELECT no_such_function(1)")).rejects.toThrow(/lacks the function no_such_function/);
    await engine.close();
  });

  test("a query is stopped by its signal", async () => {
    const { engine } = await openPostgresTable({ table: "customers", id: "ID" }, { url: server.url, env });
    const stop = new AbortController();
    const asked = engine.query("SELECT pg_sleep(60)", stop.signal);
    setTimeout(() => stop.abort(new Error("enough")), 200);
    await expect(asked).rejects.toThrow("enough");
    await engine.close();
  });

  test("a server that is stopped mid-run: exit 4, what was finished is kept and not fitted again", async () => {
    const folder = folderWith(data().replace(", labels: segments", ""));
    let gone: Promise<unknown> | undefined;
    const ran = await segmenta(folder, ["run", "shop", "--json"], env, (text) => {
      if (text.includes('"type":"fit"')) {
        gone ??= ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'segmenta'");
      }
    });
    await gone;
    expect(ran.err).toContain("went away while it worked");
    expect(ran.code).toBe(4);
    expect(existsSync(join(folder, "results", "shop", "metrics.csv"))).toBe(false);
    const on = await segmenta(folder, ["run", "shop"], env);
    // One at least; all three where the machine was slow to stop it.
    expect(on.err).toMatch(/3 trials in 1 space, [123] of them stored already/);
    expect(on.code).toBe(0);
  });
});

describe.runIf(hasClickHouse)("a Distributed table of two shards in ClickHouse", () => {
  let pair: Awaited<ReturnType<typeof startClickHousePair>>;
  const env = { CLICKHOUSE_PASSWORD: PASSWORD };
  const data = () => `{ table: customers, id: ID, engine: { clickhouse: { url: "${pair.url}" } }, labels: segments }`;
  beforeAll(async () => {
    pair = await startClickHousePair(PASSWORD);
    await fillClickHouse(pair.shards, PASSWORD, rows);
  });
  afterAll(() => pair?.stop());

  test("a whole run; segments go to a new table, the password nowhere", async () => {
    const folder = folderWith(data());
    const { code, err } = await segmenta(folder, ["run", "shop"], env);
    expect(err).toContain("fitted 3 of 3 trials");
    expect(code).toBe(0);
    const { segments } = JSON.parse(result(folder, "model.json"));
    const counts = await tellClickHouse(
      pair.shards[0].port,
      PASSWORD,
      "SELECT segment, count() FROM segments GROUP BY segment ORDER BY segment",
    );
    expect(
      counts
        .trim()
        .split("\n")
        .map((line) => line.split("\t").map(Number)),
    ).toEqual(segments.map(({ label, size }: { label: number; size: number }) => [label, size]));
    expect(everything(folder)).not.toContain(PASSWORD);
  });

  test.each([
    [
      "a wrong password",
      () => data(),
      { CLICKHOUSE_PASSWORD: "wrong" },
      /cannot connect to ClickHouse: .*[Pp]assword[\s\S]*CLICKHOUSE_PASSWORD/,
    ],
    [
      "nobody there",
      () => data().replace(String(pair.shards[0].port), "1"),
      env,
      /cannot connect to ClickHouse: .*ECONNREFUSED/,
    ],
    [
      "an unknown table",
      () => data().replace("customers", "custmers"),
      env,
      /no table "custmers" in the database[\s\S]*did you mean "customers"/,
    ],
    ["an unknown column", () => data().replace("id: ID", "id: ID, drop: [AGE]"), env, /unknown column to drop "AGE"/],
  ])("%s: exit 2 before any work", async (_, where, surroundings, said) => {
    const folder = folderWith(where().replace(", labels: segments", ""));
    const { code, err } = await segmenta(folder, ["run", "shop"], surroundings);
    expect(err).toMatch(said);
    expect(code).toBe(2);
    expect(existsSync(join(folder, "results"))).toBe(false);
  });

  test("a function that this release lacks is named", async () => {
    const { engine } = await openClickHouseTable({ table: "customers", id: "ID" }, { url: pair.url, env });
    await expect(engine.query("SELECT no_such_function(1)")).rejects.toMatchObject({
      code: "BAD_QUERY",
      what: expect.stringMatching(/^ClickHouse [\d.]+ lacks the function no_such_function/),
    });
    await engine.close();
  });

  // The last test: it takes a shard away.
  test("a shard killed mid-query fails the query, then the run with exit 4: never half an answer", async () => {
    const { engine } = await openClickHouseTable({ table: "customers", id: "ID" }, { url: pair.url, env });
    // Three seconds of work on each shard, in blocks of one row.
    const slow = "SELECT count(), sum(sleepEachRow(0.001)) FROM customers";
    const whole = (await engine.query("SELECT count() FROM customers"))[0]![0];
    expect(Number(whole)).toBe(rows.rows);
    const asked = engine.query(slow).then(
      (answer) => ({ answer }),
      (error: unknown) => ({ error }),
    );
    await new Promise((resolve) => setTimeout(resolve, 500));
    await pair.shards[1].kill();
    const { error } = (await asked) as { error?: unknown };
    expect(error).toBeInstanceOf(EngineLost);
    await expect(engine.query("SELECT count() FROM customers")).rejects.toBeInstanceOf(EngineLost);
    await engine.close();

    const folder = folderWith(data().replace(", labels: segments", ""));
    const { code, err } = await segmenta(folder, ["run", "shop"], env);
    expect(err).toContain("went away while it worked");
    expect(code).toBe(4);
  });
});

test("a client that is not installed is asked for by name", async () => {
  const { missingPackage } = await import("../../src/data/engine/failures.js");
  const error = missingPackage("pg", "postgres", undefined);
  expect([error.code, error.what, error.mend]).toEqual([
    "MISSING_OPTIONAL",
    "data.engine postgres needs the package pg, which is not installed",
    "npm install pg",
  ]);
});
