// Data larger than memory: 1e7 rows × 17 columns in DuckDB under a limit of 1 GB, and one Lloyd step beside the plain
// step in memory. Every part runs in a process of its own, so that its peak of memory is its own.
//
//   node test/bench/scale-sql.bench.mjs [rows]
//
// Needs 4 GB of disk in the system's temporary folder and 4 GB of memory for the plain step; leaves nothing behind.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(import.meta.url);
const dist = (path) => new URL(`../../dist/${path}`, import.meta.url);
const COLUMNS = 17;
const GROUPS = 8;
const LIMIT = "1GB";

const [mode, ...rest] = process.argv.slice(2);
const parts = { make, sweep, "step-sql": stepSql, "step-plain": stepPlain };
if (parts[mode]) await parts[mode](...rest);
else await all(Number(mode ?? 1e7));

async function all(rows) {
  const folder = mkdtempSync(join(tmpdir(), "segmenta-bench-"));
  try {
    const cpu = `${cpus()[0].model}, ${availableParallelism()} cores, Node ${process.version}`;
    console.log(`${rows.toExponential()} rows × ${COLUMNS}, k = ${GROUPS}; ${cpu}`);
    const path = join(folder, "rows.parquet");
    inProcess("make", path, String(rows));
    console.log(
      `file        ${(statSync(path).size / 1e6).toFixed(0)} MB of Parquet, ${((rows * COLUMNS * 8) / 1e6).toFixed(0)} MB of doubles`,
    );
    const swept = inProcess("sweep", path, folder);
    console.log(
      `whole run   limit ${LIMIT}: ${swept.seconds.toFixed(1)} s for ${swept.trials} trials (k = 7 and 8, ${swept.iterations} iterations in all), ` +
        `peak RSS ${swept.peak} MB; chosen k = ${swept.k}, share of rows in their planted group ${swept.found}`,
    );
    const plain = inProcess("step-plain", path, folder);
    console.log(
      `plain step  ${plain.ms.toFixed(0)} ms on one thread, peak RSS ${plain.peak} MB, inertia ${plain.inertia}`,
    );
    for (const memory of [LIMIT, "8GB"]) {
      const sql = inProcess("step-sql", path, folder, memory);
      const off = Math.abs(sql.inertia - plain.inertia) / plain.inertia;
      console.log(
        `SQL step    ${sql.ms.toFixed(0)} ms with a limit of ${memory}, peak RSS ${sql.peak} MB, inertia ${sql.inertia} ` +
          `(${off.toExponential(1)} apart): ${(plain.ms / sql.ms).toFixed(2)} × the plain step`,
      );
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function inProcess(...args) {
  const done = spawnSync(process.execPath, [here, ...args], { encoding: "utf8", maxBuffer: 1e8 });
  if (done.status !== 0) throw new Error(`${args[0]} ended with ${done.status}\n${done.stdout}${done.stderr}`);
  return JSON.parse(done.stdout.trim().split("\n").at(-1));
}

function answer(value) {
  console.log(JSON.stringify({ ...value, peak: peakMb() }));
}

/** Peak resident memory of this process; not `maxRSS`, which a child inherits from the one that started it. */
function peakMb() {
  return Math.round(Number(/VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]) / 1024);
}

/** Eight groups at corners, each coordinate with the noise of three dice; the group is in the id. */
async function make(path, rows) {
  const { DuckDBInstance } = createRequire(import.meta.url)("@duckdb/node-api");
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  const die = (j, salt) => `((hash(i * ${COLUMNS * 3} + ${j * 3 + salt}) >> 11)::DOUBLE / 9007199254740992.0)`;
  const corner = (j) => `CASE WHEN (hash(g * 100 + ${j}) & 1) = 1 THEN 3e0 ELSE 0e0 END`;
  const columns = Array.from(
    { length: COLUMNS },
    (_, j) => `${corner(j)} + ${die(j, 0)} + ${die(j, 1)} + ${die(j, 2)} AS x${j}`,
  );
  await connection.run(
    `COPY (SELECT i * 10 + g AS id, ${columns.join(", ")} FROM (SELECT range AS i, range % ${GROUPS} AS g FROM range(${rows})))
     TO '${path}' (FORMAT parquet, COMPRESSION zstd)`,
  );
  answer({});
}

function experiment(path, labels) {
  return `
name: big
data: { path: ${path}, id: id, engine: { duckdb: { memory: ${LIMIT} } }, labels: ${labels} }
prepare: { standard: [ scale: standard ] }
sweep: { kmeans: { k: [7, 8], nInit: 3 } }
score: { metrics: [simplified-silhouette, davies-bouldin, calinski-harabasz] }
select: { rule: majority-simplified }
`;
}

/** \`segmenta run\` from end to end, labels of all rows included. */
async function sweep(path, folder) {
  const { runCommandLine } = await import(dist("cli/run-cli.js"));
  const labels = join(folder, "segments.parquet");
  mkdirSync(join(folder, "experiments"));
  writeFileSync(join(folder, "experiments", "big.yaml"), experiment(path, labels));
  let out = "";
  let err = "";
  const io = {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    errIsTerminal: false,
    columns: 80,
    env: {},
    cwd: folder,
    signal: new AbortController().signal,
  };
  const from = performance.now();
  const code = await runCommandLine(["run", "big", "--json"], io);
  const seconds = (performance.now() - from) / 1000;
  if (code !== 0) throw new Error(err);
  const peak = peakMb();
  const selection = JSON.parse(out);
  // What came of it, looked at after the peak was taken.
  const { DuckDBInstance } = createRequire(import.meta.url)("@duckdb/node-api");
  const connection = await (await DuckDBInstance.create(":memory:")).connect();
  const counts = await connection.runAndReadAll(
    `SELECT sum(most) / sum(n) FROM (SELECT g, max(n) AS most, sum(n) AS n FROM
       (SELECT id::BIGINT % 10 AS g, segment, count(*) AS n FROM '${labels}' GROUP BY ALL) GROUP BY g)`,
  );
  const runs = join(folder, "results", "big", ".runs");
  const journal = readdirSync(runs).filter((name) => name.endsWith(".jsonl"));
  const fits = journal.flatMap((name) =>
    readFileSync(join(runs, name), "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line)),
  );
  const iterations = fits.filter(({ stage }) => stage === "pushdown").map(({ values }) => values.fit[1]);
  console.log(
    JSON.stringify({
      seconds,
      peak,
      k: selection.winner?.k ?? null,
      found: Number(counts.getRows()[0][0]).toFixed(6),
      trials: iterations.length,
      iterations: iterations.reduce((sum, n) => sum + n, 0),
    }),
  );
}

async function stepSql(path, _folder, memory) {
  const { openDuckDbTable } = await import(dist("data/engine/duckdb-engine.js"));
  const { readStep, stepSql: statement } = await import(dist("sweep/pushdown/statements.js"));
  const { engine, columns, from } = await openDuckDbTable({ path, id: "id" }, { memory });
  const vector = {
    cols: COLUMNS,
    array: "s_x",
    at: Array.from({ length: COLUMNS }, (_, j) => `s_x[${j + 1}]`),
  };
  const list = columns.map(({ sql }) => sql).join(", ");
  await engine.query(`CREATE TABLE w AS SELECT array_value(${list}) AS s_x FROM ${from}`);
  const first = await engine.query(`SELECT ${columns.map(({ sql }) => sql).join(", ")} FROM ${from} LIMIT ${GROUPS}`);
  const centres = { k: GROUPS, values: Float64Array.from(first.flat()) };
  const sql = statement(engine.dialect, { from: "w", layers: [[["s_x", "s_x"]]] }, vector, centres);
  let ms = Number.POSITIVE_INFINITY;
  let inertia = 0;
  for (let i = 0; i < 4; i++) {
    const at = performance.now();
    ({ inertia } = readStep(await engine.query(sql), GROUPS, COLUMNS));
    ms = Math.min(ms, performance.now() - at);
  }
  await engine.close();
  answer({ ms, inertia });
}

async function stepPlain(path) {
  const { readTable } = await import(dist("data/index.js"));
  const table = await readTable({ path, drop: ["id"] });
  const n = table.rows;
  const x = new Float64Array(n * COLUMNS);
  table.columns.forEach(({ values }, j) => {
    for (let i = 0; i < n; i++) x[i * COLUMNS + j] = values[i];
  });
  const centres = x.slice(0, GROUPS * COLUMNS);
  let ms = Number.POSITIVE_INFINITY;
  let inertia = 0;
  for (let i = 0; i < 4; i++) {
    const at = performance.now();
    inertia = plainStep(x, n, COLUMNS, centres, GROUPS);
    ms = Math.min(ms, performance.now() - at);
  }
  answer({ ms, inertia });
}

/** Lloyd's step as anyone would write it: the nearest centre of each row, sums and sizes of the clusters. */
function plainStep(x, n, d, centres, k) {
  const sums = new Float64Array(k * d);
  const sizes = new Float64Array(k);
  let inertia = 0;
  for (let i = 0, row = 0; i < n; i++, row += d) {
    let best = 0;
    let least = Number.POSITIVE_INFINITY;
    for (let c = 0, at = 0; c < k; c++, at += d) {
      let sum = 0;
      for (let j = 0; j < d; j++) {
        const difference = x[row + j] - centres[at + j];
        sum += difference * difference;
      }
      if (sum < least) {
        least = sum;
        best = c;
      }
    }
    inertia += least;
    sizes[best]++;
    for (let j = 0; j < d; j++) sums[best * d + j] += x[row + j];
  }
  return inertia;
}
