// Two workers on a queue against one, the overhead of a trial, and the recovery after kill -9. Needs a built dist/
// and redis-server. Prints a table; the figures depend on the machine and on what else it does.
import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const cli = join(root, "dist/cli/main.js");
const folder = mkdtempSync(join(tmpdir(), "segmenta-bench-"));
const starts = Number(process.argv[2] ?? 400);

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
const port = await freePort();
const url = `redis://127.0.0.1:${port}`;
const redis = spawn("redis-server", ["--port", String(port), "--save", "", "--dir", folder], { stdio: "ignore" });
await new Promise((resolve) => setTimeout(resolve, 700));

/** A work folder with the bundled customers and an experiment of so many equal trials. */
function work(name, sweep, seeds) {
  const at = join(folder, name);
  mkdirSync(join(at, "experiments"), { recursive: true });
  cpSync(join(root, "experiments/data/credit-cards.csv"), join(at, "customers.csv"));
  writeFileSync(
    join(at, "experiments/bench.yaml"),
    `name: bench
data: { path: customers.csv, id: CUST_ID }
prepare: { standard: [ impute: median, scale: standard ] }
sweep: ${sweep}
seeds: ${seeds}
select: { rule: majority }
`,
  );
  return at;
}

const start = (at, ...args) => spawn(process.execPath, [cli, ...args], { cwd: at, stdio: ["ignore", "pipe", "pipe"] });
const ended = (child) =>
  new Promise((resolve) => {
    let err = "";
    child.stderr.on("data", (text) => (err += text));
    child.on("close", (code) => resolve({ code, err }));
  });
const says = (child, text) =>
  new Promise((resolve) => {
    let said = "";
    child.stderr.on("data", (part) => {
      said += part;
      if (said.includes(text)) resolve();
    });
  });

async function seconds(at, out, ...args) {
  const from = performance.now();
  const { code, err } = await ended(start(at, "run", "bench", "--out", out, ...args));
  if (code !== 0) throw new Error(`exit ${code}: ${err}`);
  return (performance.now() - from) / 1000;
}

const workers = [];
async function worker() {
  const child = start(
    work(`worker-${workers.length}`, "{ kmeans: { k: 2 } }", 1),
    "worker",
    "--queue",
    url,
    "--jobs",
    "1",
  );
  workers.push(child);
  await says(child, "takes up to");
  return child;
}

try {
  const long = work("long", `{ kmeans: { k: 10, nInit: ${starts}, maxIter: 300 } }`, 24);
  await worker();
  const one = await seconds(long, "one", "--queue", url);
  await worker();
  const two = await seconds(long, "two", "--queue", url);

  const short = work("short", "{ kmeans: { k: 2..101, nInit: 1, maxIter: 1 } }", 2);
  const local = await seconds(short, "local", "--jobs", "2");
  const queued = await seconds(short, "queued", "--queue", url);

  // One trial alone: beyond its own time, what passes from the kill to the end is the wait for the lost lock.
  const single = work("single", `{ kmeans: { k: 10, nInit: ${starts}, maxIter: 300 } }`, 1);
  const alone = await seconds(single, "alone", "--queue", url);
  for (const child of workers.splice(0)) child.kill("SIGKILL");
  const victim = await worker();
  const running = ended(start(single, "run", "bench", "--out", "killed", "seeds=[7]", "--queue", url));
  await new Promise((resolve) => setTimeout(resolve, 600 * alone));
  victim.kill("SIGKILL");
  const killed = performance.now();
  await worker();
  await running;
  const recovered = (performance.now() - killed) / 1000 - alone;

  console.log(`| what | figure | wanted |
|---|---|---|
| a sweep of 24 trials, one worker | ${one.toFixed(1)} s | ≥ 60 s |
| two workers | ${two.toFixed(1)} s, ${(one / two).toFixed(2)}× | ≥ 1.7× |
| 200 trials of nothing: queue against local, per trial | ${((1000 * (queued - local)) / 200).toFixed(1)} ms | ≤ 20 ms |
| a worker killed in its only trial: from the kill to the end, less that trial's time | ${recovered.toFixed(1)} s | ≤ 15 s |`);
} finally {
  for (const child of workers) child.kill("SIGKILL");
  redis.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
}
