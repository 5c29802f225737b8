// Ours beside scikit-learn (where a python3 with it is found) and JavaScript peers.
//
//   node test/bench/run.mjs [words in the name] [--rounds 3] [--dist folder] [--out page.md]
//
// Every figure is CPU time of one thread in a fresh process; contenders alternate and swap their order each
// round; `cold` is the first call, `warm` the median of the next; the table has medians over rounds. The
// quality column says what was computed: the fastest answer may be the worst. A run of all cases writes
// test/bench/RESULTS.md (or --out). Cases live in test/bench/cases/, one file per area: see cases.mjs.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { cases } from "./cases.mjs";
import { contextOf, makeData } from "./data.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const self = fileURLToPath(import.meta.url);
const oneThread = { OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1", MKL_NUM_THREADS: "1", PYTHONWARNINGS: "ignore" };

const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
/** Peak resident memory. Not `maxRSS`, which a child inherits from the process that started it. */
function peakMB() {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]) / 1024;
  } catch {
    return process.resourceUsage().maxRSS / 1024;
  }
}
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** In the fresh process: one contender of one case, repeated for about four seconds. */
async function child(name, contender, folder, dist) {
  const entry = cases.find((one) => one.name === name);
  const prepare = contender === "segmenta" ? entry.ours : entry.peers[contender];
  const run = await prepare(await contextOf(folder, entry.data, dist));
  const times = [];
  let quality;
  for (let spent = 0; times.length < 2 || (spent < 4000 && times.length < 10); ) {
    const start = cpuMs();
    quality = run();
    times.push(cpuMs() - start);
    spent += times.at(-1);
    if (times[0] > 20_000) break;
  }
  const [cold, ...rest] = times;
  const peak = peakMB();
  console.log(JSON.stringify({ cold, warm: rest.length > 0 ? median(rest) : cold, quality, peak }));
}

function measure(entry, contender, folder, dist, python) {
  const inPython = pythonPeers(entry)[contender];
  const inR = entry.r?.[contender];
  const command = inPython
    ? [python.command, [join(here, "peers.py"), inPython, folder, entry.data]]
    : inR
      ? ["Rscript", [join(here, "peers.R"), inR, folder, entry.data]]
      : [process.execPath, [self, "--child", entry.name, contender, folder, dist]];
  const run = spawnSync(command[0], command[1], { encoding: "utf8", env: { ...process.env, ...oneThread } });
  if (run.status !== 0) throw new Error(`${entry.name}, ${contender}: ${run.stderr || run.error}`);
  return JSON.parse(run.stdout.trim().split("\n").at(-1));
}

/** Contender → function in peers.py. */
function pythonPeers({ python = {} }) {
  return typeof python === "string" ? { "scikit-learn": python } : python;
}

/** Whether a command is there. */
const answers = (command, args) => spawnSync(command, args).status === 0;

/** The first Python that has scikit-learn. */
function findPython() {
  for (const command of [process.env.PYTHON, "python3", "/usr/bin/python3"]) {
    if (!command) continue;
    const found = spawnSync(command, [join(here, "peers.py"), "versions"], { encoding: "utf8" });
    if (found.status === 0) return { command, versions: found.stdout.trim() };
  }
  console.error("LEFT OUT: no python3 with scikit-learn, so there are no figures of it");
  return null;
}

function summarise(results) {
  const of = (key) => median(results.map((result) => result[key]));
  return { cold: of("cold"), warm: of("warm"), peak: of("peak"), quality: results[0].quality };
}

const ms = (value) => (value < 10 ? value.toFixed(1) : Math.round(value).toLocaleString("en-US"));
const times = (ratio) => `${ratio < 10 ? ratio.toFixed(1) : Math.round(ratio)}×`;
const qualityText = (value) => (typeof value === "number" ? String(Number(value.toPrecision(9))) : String(value ?? ""));

function table(rows) {
  const lines = [
    "| case | contender | cold ms | warm ms | peer / ours, warm | quality | peak MB |",
    "|---|---|--:|--:|--:|---|--:|",
  ];
  for (const { name, contender, cold, warm, ratio, quality, peak } of rows) {
    const cells = [
      name,
      contender,
      ms(cold),
      ms(warm),
      ratio === null ? "" : times(ratio),
      qualityText(quality),
      ms(peak),
    ];
    lines.push(`| ${cells.join(" | ")} |`);
  }
  return lines.join("\n");
}

function page(rows, { source, python, rounds, loadBefore }) {
  const measured = new Set(rows.map(({ name }) => name));
  const qualities = new Set(
    cases.filter(({ name, quality }) => quality && measured.has(name)).map(({ quality }) => quality),
  );
  return `# Measured

${cpus()[0].model}, ${cpus().length} cores; Node ${process.version}; ${python?.versions ?? "no scikit-learn"}; data: ${source};
${rounds} rounds. Load average ${loadBefore.toFixed(1)} at the start, ${loadavg()[0].toFixed(1)} at the end: CPU times suffer from
neighbours too, so read the ratios. One thread on both sides. Written by \`node test/bench/run.mjs\`.

${table(rows)}

\`quality\` by case: ${[...qualities].join("; ")}.
`;
}

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      rounds: { type: "string", default: "3" },
      out: { type: "string" },
      dist: { type: "string", default: fileURLToPath(new URL("../../dist", import.meta.url)) },
    },
  });
  const chosen = cases.filter(({ name }) => positionals.every((word) => name.includes(word)));
  const python = findPython();
  const out = values.out ?? (positionals.length === 0 ? join(here, "RESULTS.md") : undefined);
  const folder = mkdtempSync(join(tmpdir(), "segmenta-bench-"));
  const loadBefore = loadavg()[0];
  const rows = [];
  try {
    const source = await makeData(folder, new Set(chosen.map(({ data }) => data)), values.dist);
    for (const entry of chosen) {
      const contenders = ["segmenta", ...Object.keys(entry.peers ?? {})];
      if (python !== null) {
        const has = (name) => name !== "fastcluster" || answers(python.command, ["-c", "import fastcluster"]);
        contenders.push(...Object.keys(pythonPeers(entry)).filter(has));
      }
      if (entry.r && answers("Rscript", ["-e", "library(cluster)"])) contenders.push(...Object.keys(entry.r));
      const results = Object.fromEntries(contenders.map((contender) => [contender, []]));
      for (let round = 0; round < Number(values.rounds); round++) {
        const order = round % 2 === 0 ? contenders : [...contenders].reverse();
        for (const contender of order) results[contender].push(measure(entry, contender, folder, values.dist, python));
      }
      const ours = summarise(results.segmenta);
      for (const contender of contenders) {
        const summary = summarise(results[contender]);
        const ratio = contender === "segmenta" ? null : summary.warm / ours.warm;
        rows.push({ name: entry.name, contender, ...summary, ratio });
        console.log(table(rows.slice(-1)).split("\n").at(-1));
      }
      // after each case, so that a run that is stopped leaves what it has
      if (out !== undefined) writeFileSync(out, page(rows, { source, python, rounds: values.rounds, loadBefore }));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv[2] === "--child") await child(...process.argv.slice(3));
else await main();
