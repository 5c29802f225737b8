// Does the default rule find what is there, and nothing where there is nothing? 100 made-up tables of each kind.
//
//   node scripts/build.mjs && node test/bench/planted.mjs [seeds=100] [rows=400]
//
// Prints a table for the documentation: how often each answer was given, and the mean confidence.
import { availableParallelism } from "node:os";
import { exp } from "../../dist/core/math.js";
import { stream } from "../../dist/core/rng.js";
import { numberColumn } from "../../dist/core/table.js";
import { inThread, memoryStore, parseExperiment, runSweep, workerPool } from "../../dist/sweep/index.js";

const seeds = Number(process.argv[2] ?? 100);
const rows = Number(process.argv[3] ?? 400);

const nothing = {
  uniform: (rng) => Array.from({ length: 5 }, () => rng.uniform()),
  "isotropic Gaussian": (rng) => Array.from({ length: 5 }, () => rng.normal()),
  "one-factor Gaussian": (rng) => {
    const factor = rng.normal();
    return Array.from({ length: 5 }, () => 0.8 * factor + 0.6 * rng.normal());
  },
  "log-normal with zeros": (rng) => Array.from({ length: 5 }, () => (rng.uniform() < 0.4 ? 0 : exp(rng.normal()))),
};
const groups = (k, apart) => (rng, i) =>
  Array.from({ length: 5 }, (_, j) => rng.normal() + (j === i % k ? apart / Math.SQRT2 : 0));

const config = `
name: planted
data: { path: none }
prepare: { standard: [ scale: standard ] }
sweep:
  kmeans: { k: 2..7, nInit: 5 }
  gmm: { k: 2..6, covarianceType: diag, nInit: 1 }
seeds: 2
select: { rule: gated-stability, permutations: 0 }
score: { metrics: [silhouette] }
`;

function table(seed, row) {
  const rng = stream(seed, "bench/planted");
  const values = Array.from({ length: rows }, (_, i) => row(rng, i));
  const columns = values[0].map((_, j) =>
    numberColumn(
      `x${j + 1}`,
      Float64Array.from(values, (each) => each[j]),
    ),
  );
  return { rows, columns, id: null };
}

const executor = availableParallelism() > 1 ? workerPool() : inThread();
const experiment = parseExperiment(config, "planted.yaml");

/** Answers over seeds: `no-structure`, `nothing-passes` or the number of segments. */
async function answers(row) {
  const counts = new Map();
  let confidence = 0;
  for (let seed = 1; seed <= seeds; seed++) {
    const { verdict, winner } = await runSweep({ experiment, table: table(seed, row), store: memoryStore(), executor });
    const answer = winner ? String(winner.facts.k) : verdict.outcome;
    counts.set(answer, (counts.get(answer) ?? 0) + 1);
    confidence += verdict.details?.confidence?.overall ?? 0;
  }
  return { counts, confidence: confidence / seeds };
}

console.log(`| table (${rows} rows, 5 columns, ${seeds} seeds) | answers | mean confidence |`);
console.log("|---|---|---:|");
const report = async (name, row) => {
  const { counts, confidence } = await answers(row);
  const told = [...counts].sort((a, b) => b[1] - a[1]).map(([answer, count]) => `${answer}: ${count}`);
  console.log(`| ${name} | ${told.join(", ")} | ${confidence.toFixed(2)} |`);
};
for (const [name, row] of Object.entries(nothing)) await report(name, row);
for (const k of [3, 5]) await report(`${k} groups, 7 deviations apart`, groups(k, 7));
for (const apart of [6, 5, 4, 3.5, 3, 2]) await report(`3 groups, ${apart} deviations apart`, groups(3, apart));
await executor.close();
