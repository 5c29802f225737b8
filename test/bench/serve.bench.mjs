// Two figures of the service: one-row POST /predict over 32 connections, and a million rows through `segmenta predict`.
//
//   node scripts/build.mjs && node test/bench/serve.bench.mjs [seconds] [rows]
//
// The model is made here, on the bundled credit-card customers. The load comes from a second process over plain
// sockets with keep-alive, so that the generator costs little beside the service. Goals on an idle machine: at least
// 20,000 requests a second with p99 of at most 5 ms; a million rows in at most 10 s within 500 MB.
import { spawn } from "node:child_process";
import { createReadStream, createWriteStream, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { createConnection } from "node:net";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const dist = process.env.SEGMENTA_DIST ?? join(root, "dist");
const cli = join(dist, "cli", "main.js");
const customers = join(root, "experiments", "data", "credit-cards.csv");
const CONNECTIONS = 32;

if (process.argv[2] === "--load") await load(Number(process.argv[3]), Number(process.argv[4]));
else await bench(Number(process.argv[2] ?? 10), Number(process.argv[3] ?? 1_000_000));

async function bench(seconds, rows) {
  const folder = mkdtempSync(join(tmpdir(), "segmenta-bench-"));
  try {
    console.log(
      `${cpus()[0].model}, ${cpus().length} cores, Node ${process.version}, load ${loadavg()[0].toFixed(1)} before`,
    );
    const out = join(folder, "results");
    await run([cli, "run", "credit-cards-classic", "sweep={kmeans: {k: 8}}", "seeds=1", "--out", out]);
    const model = join(out, "model.json");
    await requests(model, seconds);
    await table(model, rows, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function requests(model, seconds) {
  const child = spawn(process.execPath, [cli, "serve", model, "--port", "0"], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
  });
  try {
    const port = await new Promise((resolve, reject) => {
      let said = "";
      child.stderr.on("data", (text) => {
        said += text;
      });
      child.stdout.on("data", (text) => {
        said += text;
        const found = /http:\/\/127\.0\.0\.1:(\d+)/.exec(said);
        if (found) resolve(Number(found[1]));
      });
      child.on("exit", () => reject(new Error(said)));
    });
    const before = cpuOf(child.pid);
    const { out } = await run([fileURLToPath(import.meta.url), "--load", String(port), String(seconds)], {
      MODEL: model,
    });
    console.log(out.trim());
    const spent = cpuOf(child.pid) - before;
    const sent = Number(/(\d+) sent/.exec(out)[1]);
    console.log(
      `service: ${((spent * 1e6) / sent).toFixed(1)} µs of CPU a request (what to read on a busy machine), ${Math.round(memoryOf(child.pid).peak / 1e6)} MB at its peak`,
    );
  } finally {
    child.kill("SIGTERM");
  }
}

async function table(model, rows, folder) {
  const file = join(folder, "rows.csv");
  const [header, ...lines] = readFileSync(customers, "utf8").trimEnd().split("\n");
  const writer = createWriteStream(file);
  writer.write(`${header}\n`);
  for (let i = 0; i < rows; ) {
    let text = "";
    for (const line of lines) {
      if (i++ >= rows) break;
      text += `R${i}${line.slice(line.indexOf(","))}\n`;
    }
    if (!writer.write(text)) await new Promise((resolve) => writer.once("drain", resolve));
  }
  await new Promise((resolve) => writer.end(resolve));
  const scored = join(folder, "segments.csv");
  const start = performance.now();
  const { peak, cpu } = await run([cli, "predict", model, file, "--out", scored]);
  const took = (performance.now() - start) / 1000;
  let written = -1;
  for await (const _ of createInterface({ input: createReadStream(scored) })) written++;
  console.log(
    `predict: ${written} rows (${Math.round(statSync(file).size / 1e6)} MB) in ${took.toFixed(2)} s (${cpu.toFixed(2)} s of CPU), ${Math.round(peak / 1e6)} MB at its peak`,
  );
}

/** Run node; answers what it printed and its peak memory. */
function run(args, env = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: root, env: { ...process.env, ...env } });
    let out = "";
    let err = "";
    let peak = 0;
    let cpu = 0;
    const watch = setInterval(() => {
      peak = Math.max(peak, memoryOf(child.pid).peak);
      cpu = Math.max(cpu, cpuOf(child.pid));
    }, 50);
    child.stdout.on("data", (text) => {
      out += text;
    });
    child.stderr.on("data", (text) => {
      err += text;
    });
    child.on("exit", (code) => {
      clearInterval(watch);
      if (code === 0) resolve({ out, err, peak, cpu });
      else reject(new Error(`${args.join(" ")}: exit ${code}\n${err}`));
    });
  });
}

/** Linux alone tells the peak of another process. */
function memoryOf(pid) {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return { peak: Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024 };
  } catch {
    return { peak: 0 };
  }
}

/** Seconds of CPU another process has spent; Linux again. */
function cpuOf(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return 0;
  }
}

/** The second process: each connection sends its next request when the answer to the last is whole. */
async function load(port, seconds) {
  const { input } = JSON.parse(readFileSync(process.env.MODEL, "utf8"));
  const bodies = Array.from({ length: 64 }, (_, i) =>
    JSON.stringify(
      Object.fromEntries(
        input.features.map(({ name, quantiles }, j) => [name, Object.values(quantiles)[(i * 7 + j * 3) % 7]]),
      ),
    ),
  );
  const wires = bodies.map((body) =>
    Buffer.from(
      `POST /predict HTTP/1.1\r\nhost: localhost:${port}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    ),
  );
  let times = [];
  let failed = 0;
  let end = performance.now() + 2000;
  const once = () =>
    Promise.all(
      Array.from(
        { length: CONNECTIONS },
        (_, c) =>
          new Promise((resolve, reject) => {
            const socket = createConnection({ port, host: "127.0.0.1", noDelay: true });
            let sent = 0;
            let at = c;
            let got = Buffer.alloc(0);
            const next = () => {
              if (performance.now() >= end) return socket.end(resolve);
              sent = performance.now();
              socket.write(wires[at++ % wires.length]);
            };
            socket.on("connect", next);
            socket.on("error", reject);
            socket.on("data", (data) => {
              got = got.length === 0 ? data : Buffer.concat([got, data]);
              const head = got.indexOf("\r\n\r\n");
              if (head < 0) return;
              const text = got.latin1Slice(0, head);
              const length = Number(/content-length: (\d+)/i.exec(text)[1]);
              if (got.length < head + 4 + length) return;
              if (!text.startsWith("HTTP/1.1 200")) failed++;
              times.push(performance.now() - sent);
              got = Buffer.alloc(0);
              next();
            });
          }),
      ),
    );
  await once(); // warm-up
  const warm = times.length;
  times = [];
  const start = performance.now();
  end = start + seconds * 1000;
  await once();
  const took = (performance.now() - start) / 1000;
  const sorted = Float64Array.from(times).sort();
  const at = (p) => sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))].toFixed(2);
  console.log(
    `POST /predict, one row, ${CONNECTIONS} connections, ${seconds} s: ${Math.round(sorted.length / took)} requests/s, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, ${failed} failed; ${warm + sorted.length} sent with the warm-up`,
  );
}
