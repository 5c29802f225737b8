// A whole sweep, from process start to written tables, beside the same sweep in Python: plain scikit-learn, and as an
// expert would arrange it (one tree for every k, all silhouettes from one pass over the distances, FasterPAM in
// numba, its compilation left out). Needs a built dist/ and, for the peers, SEGMENTA_SHARED with its folder
// `baseline` and a python3 that has scikit-learn, fastcluster and numba. One thread each; CPU seconds of the
// processes, in turn.
//
//   SEGMENTA_SHARED=… node test/bench/sweep.bench.mjs [rounds]
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const rounds = Number(process.argv[2] ?? 1);
const shared = process.env.SEGMENTA_SHARED ?? "";
const root = fileURLToPath(new URL("../../", import.meta.url));
const real = join(shared, "data/cc-general.csv");
const data = existsSync(real) ? real : join(root, "experiments/data/credit-cards.csv");
const folder = mkdtempSync(join(tmpdir(), "segmenta-sweep-"));

const sweep = (space, eps, medoids) => `name: ${space}
data: { path: ${JSON.stringify(data)}, id: CUST_ID }
prepare:
  minmax:
    - impute: median
    - log1p: [BALANCE, PURCHASES, ONEOFF_PURCHASES, INSTALLMENTS_PURCHASES, CASH_ADVANCE, CASH_ADVANCE_TRX,
              PURCHASES_TRX, CREDIT_LIMIT, PAYMENTS, MINIMUM_PAYMENTS]
    - scale: min-max
reduce: [ ${space === "plane" ? "pca: { components: 2 }" : "none"} ]
sweep:
  kmeans: { k: 2..10, nInit: 10 }
  gmm: { k: 2..10, covarianceType: full }
  agglomerative: { k: 2..10, linkage: ward }
${medoids ? "  kmedoids: { k: 2..10, nInit: 1 }\n" : ""}  dbscan: { eps: [${eps}], minSamples: [5, 20] }
seeds: 1
score: { space: ${space === "plane" ? "reduced" : "minmax"} }
select: { rule: majority }
`;
const spaces = { plane: "0.02, 0.03, 0.05, 0.08, 0.12, 0.2", columns: "0.2, 0.3, 0.4, 0.5, 0.6, 0.8" };

/** CPU seconds (user and system) of a command, children included. */
function cpu(command, args) {
  const script = 'TIMEFORMAT="CPU %U %S"; time "$@" >"$0" 2>&1';
  const log = join(folder, "log");
  const ran = spawnSync("bash", ["-c", script, log, command, ...args], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1", NUMBA_NUM_THREADS: "1" },
  });
  if (ran.status !== 0) throw new Error(`${command} ${args.join(" ")}: exit ${ran.status}, see ${log}`);
  const [, user, system] = /CPU (\S+) (\S+)/.exec(ran.stderr);
  return Number(user) + Number(system);
}

function ours(medoids) {
  mkdirSync(join(folder, "experiments"), { recursive: true });
  let sum = 0;
  for (const [space, eps] of Object.entries(spaces)) {
    rmSync(join(folder, "results"), { recursive: true, force: true });
    writeFileSync(join(folder, "experiments", `${space}.yaml`), sweep(space, eps, medoids));
    sum += cpu(process.execPath, [join(root, "dist/cli/main.js"), "run", space, "--jobs", "1"]);
  }
  return sum;
}

const python = "/usr/bin/python3";
const scripts = join(shared, "baseline");
const peers = {
  "plain scikit-learn": () =>
    cpu(python, [
      join(scripts, "sklearn_sweep.py"),
      data,
      "--space",
      "both",
      "--threads",
      "1",
      "--no-extra",
      "--repeat",
      "1",
    ]),
  "an expert's Python": () => cpu(python, [join(scripts, "strong_sweep.py"), data, "--threads", "1", "--reps", "1"]),
};
const hasPeers = shared !== "" && existsSync(join(scripts, "sklearn_sweep.py"));
if (!hasPeers) console.error("LEFT OUT: SEGMENTA_SHARED has no baseline scripts, so there is no peer");

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const times = {
  segmenta: [],
  "segmenta, no k-medoids": [],
  ...Object.fromEntries(Object.keys(peers).map((name) => [name, []])),
};
for (let round = 0; round < rounds; round++) {
  times.segmenta.push(ours(true));
  times["segmenta, no k-medoids"].push(ours(false));
  if (hasPeers) for (const [name, run] of Object.entries(peers)) times[name].push(run());
}
const own = median(times.segmenta);
console.log("| the whole sweep, both spaces | CPU s | times ours |\n|---|--:|--:|");
for (const [name, values] of Object.entries(times)) {
  if (values.length > 0)
    console.log(`| ${name} | ${median(values).toFixed(1)} | ${(median(values) / own).toFixed(1)}× |`);
}
rmSync(folder, { recursive: true, force: true });
