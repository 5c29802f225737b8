// How long reading a table takes beside bare DuckDB, and how much memory it needs.
//   node test/bench/read.bench.mjs [rows]        (needs a built dist/)
// The data are made in a temporary folder and removed. Every figure is of a fresh process; the order of the two
// is swapped each round; ratios are of the medians (that of CPU time is the one to read on a busy machine). Quality column: the checksum of what was read.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const features = 17;
const rounds = 5;
const self = fileURLToPath(import.meta.url);

const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
const peakMB = () => Math.round(process.resourceUsage().maxRSS / 1024);

async function makeData(folder, rows) {
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const connection = await (await DuckDBInstance.create(":memory:")).connect();
  const value = (j) =>
    `CASE WHEN (i * 7919 + ${j}) % 100 = 0 THEN NULL ELSE hash(i * ${features} + ${j}) / 1.8e19 END AS f${j}`;
  const columns = Array.from({ length: features }, (_, j) => value(j)).join(", ");
  await connection.run(
    `COPY (SELECT ${columns} FROM range(${rows}) t(i)) TO '${folder}/big.parquet' (COMPRESSION zstd)`,
  );
  await connection.run(`COPY (FROM '${folder}/big.parquet') TO '${folder}/big.csv'`);
}

/** DuckDB alone: every chunk of the file, as DOUBLE where it is text, and nothing done with it. */
async function bare(path) {
  const [start, cpu] = [performance.now(), cpuMs()];
  const { DuckDBInstance } = createRequire(import.meta.url)("@duckdb/node-api");
  const connection = await (await DuckDBInstance.create(":memory:")).connect();
  const result = await connection.stream(`SELECT * FROM '${path}'`);
  let rows = 0;
  for (;;) {
    const chunk = await result.fetchChunk();
    if (!chunk || chunk.rowCount === 0) break;
    rows += chunk.rowCount;
  }
  return { ms: performance.now() - start, cpu: cpuMs() - cpu, peakMB: peakMB(), quality: `${rows} rows` };
}

async function ours(path) {
  const { readTable } = await import("../../dist/data/index.js");
  const { tableChecksum } = await import("../../dist/core/table.js");
  const [start, cpu] = [performance.now(), cpuMs()];
  const table = await readTable({ path });
  return {
    ms: performance.now() - start,
    cpu: cpuMs() - cpu,
    peakMB: peakMB(),
    quality: tableChecksum(table).slice(0, 12),
  };
}

async function oursBatches(path) {
  const { readChunks } = await import("../../dist/data/index.js");
  const [start, cpu] = [performance.now(), cpuMs()];
  let rows = 0;
  for await (const table of readChunks({ path })) rows += table.rows;
  return { ms: performance.now() - start, cpu: cpuMs() - cpu, peakMB: peakMB(), quality: `${rows} rows` };
}

const ways = { bare, ours, "ours, batches": oursBatches };
const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];

async function main() {
  const [way, path] = process.argv.slice(2);
  if (ways[way]) {
    console.log(JSON.stringify(await ways[way](path)));
    return;
  }
  const rows = Number(way ?? 1e6);
  const folder = mkdtempSync(join(tmpdir(), "segmenta-read-"));
  try {
    await makeData(folder, rows);
    console.log(`${rows} rows × ${features}, Node ${process.version}, ${rounds} rounds, fresh processes`);
    for (const file of ["big.parquet", "big.csv"]) {
      const runs = Object.fromEntries(Object.keys(ways).map((name) => [name, []]));
      for (let round = 0; round < rounds; round++) {
        const names = Object.keys(ways);
        for (const name of round % 2 ? names.reverse() : names) {
          const child = spawnSync(process.execPath, [self, name, join(folder, file)], { encoding: "utf8" });
          if (child.status !== 0) throw new Error(child.stderr);
          runs[name].push(JSON.parse(child.stdout));
        }
      }
      const base = median(runs.bare.map((run) => run.ms));
      const baseCpu = median(runs.bare.map((run) => run.cpu));
      for (const [name, list] of Object.entries(runs)) {
        const ms = median(list.map((run) => run.ms));
        const least = Math.min(...list.map((run) => run.ms));
        const cpu = median(list.map((run) => run.cpu));
        const peak = Math.max(...list.map((run) => run.peakMB));
        console.log(
          `${file.padEnd(12)} ${name.padEnd(14)} median ${ms.toFixed(0)} ms  min ${least.toFixed(0)} ms  ratio ${(ms / base).toFixed(2)}  CPU ${cpu.toFixed(0)} ms, ratio ${(cpu / baseCpu).toFixed(2)}  peak ${peak} MB  ${list[0].quality}`,
        );
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

await main();
