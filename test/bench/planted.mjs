// Does the default rule find what is there, and nothing where there is nothing? Made-up tables of each kind, one per
// seed, through the whole sweep.
//
//   node scripts/build.mjs && node test/bench/planted.mjs [seeds=100] [rows=300] [first seed=1] [--resume]
//
// Writes test/bench/PLANTED.md (another file if PLANTED_OUT names one), after every kind of table, so that a stopped
// run leaves what it has; with --resume last, kinds that stand in the file already are kept.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { exp } from "../../dist/core/math.js";
import { stream } from "../../dist/core/rng.js";
import { numberColumn } from "../../dist/core/table.js";
import { memoryStore, parseExperiment, runSweep, workerPool } from "../../dist/sweep/index.js";

const seeds = Number(process.argv[2] ?? 100);
const rows = Number(process.argv[3] ?? 300);
const firstSeed = Number(process.argv[4] ?? 1);
const out = process.env.PLANTED_OUT ?? fileURLToPath(new URL("PLANTED.md", import.meta.url));

const columns = (count, value) => Array.from({ length: count }, (_, j) => value(j));
const nothing = {
  "uniform, 5 columns": (rng) => columns(5, () => rng.uniform()),
  "isotropic Gaussian, 5 columns": (rng) => columns(5, () => rng.normal()),
  "one-factor Gaussian, 5 columns, correlations .64": (rng) => {
    const factor = rng.normal();
    return columns(5, () => 0.8 * factor + 0.6 * rng.normal());
  },
  "log-normal with 40 % zeros, 5 independent columns": (rng) =>
    columns(5, () => (rng.uniform() < 0.4 ? 0 : exp(rng.normal()))),
};
/** k Gaussian groups of like size in 8 columns, every two centres so many standard deviations apart; k ≤ 8. */
const groups = (k, apart) => (rng, i) => columns(8, (j) => rng.normal() + (j === i % k ? apart / Math.SQRT2 : 0));

const config = `
name: planted
data: { path: none }
prepare: { standard: [ scale: standard ] }
sweep:
  kmeans: { k: 2..10, nInit: 5 }
  gmm: { k: 2..10, covarianceType: diag }
  agglomerative: { k: 2..10, linkage: ward }
seeds: 2
select: { rule: gated-stability, permutations: 0 }
score: { metrics: [silhouette] }
`;

function table(seed, row) {
  const rng = stream(seed, "bench/planted-tables");
  const values = Array.from({ length: rows }, (_, i) => row(rng, i));
  const made = values[0].map((_, j) =>
    numberColumn(
      `x${j + 1}`,
      Float64Array.from(values, (each) => each[j]),
    ),
  );
  return { rows, columns: made, id: null };
}

const executor = workerPool();
const experiment = parseExperiment(config, "planted.yaml");

/** What the rule says of each seed's table, in the order of the seeds: an answer and how sure. */
async function answers(row, count) {
  const told = new Array(count);
  let next = 0;
  const go = async () => {
    while (next < count) {
      const i = next++;
      const { verdict, winner } = await runSweep({
        experiment,
        table: table(firstSeed + i, row),
        store: memoryStore(),
        executor,
      });
      told[i] = {
        answer: winner ? `${winner.facts.k}` : verdict.outcome,
        confidence: verdict.details?.confidence?.overall ?? null,
      };
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, go));
  return told;
}

const command = `node test/bench/planted.mjs ${seeds} ${rows} ${firstSeed}`;
const before = process.argv.includes("--resume") && existsSync(out) ? readFileSync(out, "utf8") : "";
const known = before.includes(`\`${command}\``) ? before.split("\n").filter((line) => / of \d+ \|/.test(line)) : [];
const lines = [];
const write = () => {
  const { params } = experiment.select;
  writeFileSync(
    out,
    `# Planted tables

Made by \`${command}\`: ${seeds} made-up tables of each kind (half as many of
groups pushed together), one per seed, ${rows} rows each, through a sweep of k-means, diagonal Gaussian mixtures and Ward
with k = 2 … 10 under \`gated-stability\` with its defaults (${params.nulls} null data sets, p ≤ ${params.alpha}, prediction strength ≥ ${params.strength},
worst-cluster Jaccard ≥ ${params.jaccard}). The same seeds give the same table on any machine.

\`no-structure\`: nothing exceeds the null. \`nothing-passes\`: something does, but no partition of it replicates. A number:
so many segments were chosen. The confidence is the mean over tables.

| table | expected | as expected | all answers | confidence |
|---|---|---:|---|---:|
${lines.join("\n")}
`,
  );
};

const report = async (name, expected, row, count = seeds) => {
  const stored = known.find((line) => line.startsWith(`| ${name} |`));
  if (stored) return void lines.push(stored);
  const told = await answers(row, count);
  const counts = new Map();
  for (const { answer } of told) counts.set(answer, (counts.get(answer) ?? 0) + 1);
  const all = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([what, n]) => `${what}: ${n}`);
  const sure = told.flatMap(({ confidence }) => confidence ?? []);
  const mean = sure.length === 0 ? "–" : (sure.reduce((sum, value) => sum + value, 0) / sure.length).toFixed(2);
  lines.push(`| ${name} | ${expected} | ${counts.get(expected) ?? 0} of ${count} | ${all.join(", ")} | ${mean} |`);
  console.log(lines.at(-1));
  write();
};
for (const [name, row] of Object.entries(nothing)) await report(name, "no-structure", row);
for (const k of [3, 4, 5, 6, 7, 8]) await report(`${k} groups, 7 deviations apart, 8 columns`, `${k}`, groups(k, 7));
for (const apart of [5, 4, 3.5, 3]) {
  await report(`3 groups, ${apart} deviations apart, 8 columns`, "3", groups(3, apart), Math.ceil(seeds / 2));
}
await executor.close();
