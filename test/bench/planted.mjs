// Does the default rule find what is there, and nothing where there is nothing? Made-up tables of many kinds
// (planted-tables.mjs), each through the whole sweep, beside what other rules would have answered on the same candidates.
//
//   node scripts/build.mjs && node test/bench/planted.mjs [seeds=20] [rows=500] [first seed=1001] [--resume]
//
// Writes test/bench/PLANTED.md (another file if PLANTED_OUT names one) after every kind, so that a stopped run leaves what it
// has; with --resume last, kinds that stand in the file's data already are kept.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { adjustedRand } from "../../dist/metrics/agreement.js";
import { memoryStore, parseExperiment, runSweep, workerPool } from "../../dist/sweep/index.js";
import { experimentOf, plant, withGroups, without } from "./planted-tables.mjs";

const [seeds, rows, firstSeed] = [20, 500, 1001].map((value, i) => Number(process.argv[2 + i] ?? value));
const out = process.env.PLANTED_OUT ?? fileURLToPath(new URL("PLANTED.md", import.meta.url));
const others = ["max-silhouette", "majority", "bic"];
const executor = workerPool();

/** What the rule says of one table, and what the others would have said. */
async function answers(name, row, seed) {
  const { table, groups } = plant(row, rows, seed);
  const text = experimentOf(table, name);
  const store = memoryStore();
  const result = await runSweep({ experiment: parseExperiment(text, "planted.yaml"), table, store, executor });
  const truth = groups[0] === null ? null : Int32Array.from(groups);
  const right = (k, labels) =>
    truth !== null && k === new Set(truth).size && adjustedRand.compare(truth, labels) >= 0.8;
  const { verdict, winner, candidates, outcomes } = result;
  const told = {
    ours: {
      answer: winner ? `${winner.facts.k}` : verdict.outcome,
      nature: verdict.details?.nature ?? null,
      right: winner ? right(winner.facts.k, result.labels) : truth === null,
      repeatability: verdict.details?.repeatability?.overall ?? null,
    },
  };
  for (const rule of others) {
    const { select } = parseExperiment(text.replace(/select: .*/, `select: { rule: ${rule} }`), "planted.yaml");
    const judged = rule === "bic" ? candidates.filter(({ algorithm }) => algorithm === "gmm") : candidates;
    const id = select.rule.select(judged, select.params).winner;
    const chosen = candidates.find((candidate) => candidate.id === id);
    const fit = chosen && outcomes.find(({ trial }) => trial.candidate === id && trial.seed === chosen.seed);
    const labels = fit && (await store.labels(fit.fit.labels));
    told[rule] = {
      answer: chosen ? `${chosen.k}` : "nothing",
      right: chosen ? right(chosen.k, labels) : truth === null,
    };
  }
  return told;
}

const command = `node test/bench/planted.mjs ${seeds} ${rows} ${firstSeed}`;
const before = process.argv.includes("--resume") && existsSync(out) ? readFileSync(out, "utf8") : "";
const kept = before.includes(`\`${command}\``) ? JSON.parse(before.match(/<!-- (.*) -->/)?.[1] ?? "{}") : {};
const found = {};

const counted = (told) => {
  const counts = new Map();
  for (const { answer, nature } of told) {
    const said = nature ? `${answer} ${nature}` : answer;
    counts.set(said, (counts.get(said) ?? 0) + 1);
  }
  return [...counts]
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .map(([said, n]) => `${said}: ${n}`)
    .join(", ");
};
const share = (told) => `${told.filter(({ right }) => right).length} of ${told.length}`;

function write() {
  const lines = (kinds) =>
    Object.keys(kinds)
      .filter((name) => found[name])
      .map((name) => {
        const all = found[name];
        const cells = others.map((rule) => share(all.map((each) => each[rule])));
        const ours = all.map((each) => each.ours);
        return `| ${name} | ${share(ours)} | ${counted(ours)} | ${cells.join(" | ")} |`;
      });
  const chosen = Object.values(found)
    .flatMap((all) => all.map(({ ours }) => ours))
    .filter(({ nature }) => nature);
  const bands = [
    [0.95, 1.01],
    [0.8, 0.95],
    [0.6, 0.8],
    [0, 0.6],
  ];
  const nulls = Object.keys(without).flatMap((name) => found[name] ?? []);
  const left = Object.keys({ ...without, ...withGroups }).filter((name) => !found[name]);
  const wrong = nulls.filter(({ ours }) => !ours.right).length;
  writeFileSync(
    out,
    `# Planted tables

Made by \`${command}\`: ${seeds} made-up tables of each kind, one per seed, ${rows} rows each, through a sweep of k-means,
full Gaussian mixtures and Ward with k = 2 … 9 and DBSCAN with \`eps: auto\`, under \`gated-stability\` with its defaults. The rule was tuned on
seeds below 1,000; these are others. The kinds are in \`planted-tables.mjs\`. The same seeds give the same tables on any machine.

Beside it, what other rules choose from the same candidates: the largest silhouette, the majority of three metrics, and the
smallest BIC among the mixtures.
${left.length > 0 ? `\nNot run: ${left.join("; ")}.\n` : ""}
## Nothing there

Right is any answer without segments: \`no-structure\`, or \`nothing-passes\` (something exceeds the null, but no partition of it comes back).
False segments in ${wrong} of ${nulls.length} tables.

| table | right | all answers | max-silhouette | majority | BIC |
|---|---:|---|---:|---:|---:|
${lines(without).join("\n")}

## Groups there

Right is their number, with an adjusted Rand index of at least .8.

| table | right | all answers | max-silhouette | majority | BIC |
|---|---:|---|---:|---:|---:|
${lines(withGroups).join("\n")}

## What repeatability is worth

Of the answers with segments on all these tables:

| repeatability | answers | right |
|---|---:|---:|
${bands
  .map(([from, to]) => {
    const within = chosen.filter(({ repeatability }) => repeatability >= from && repeatability < to);
    const name = from === 0 ? `below ${to}` : to > 1 ? `${from} and more` : `${from} to ${to}`;
    return `| ${name} | ${within.length} | ${within.filter(({ right }) => right).length} |`;
  })
  .join("\n")}

<!-- ${JSON.stringify(found)} -->
`,
  );
}

for (const [name, row] of Object.entries({ ...without, ...withGroups })) {
  const told = kept[name] ?? new Array(seeds);
  let next = kept[name] ? seeds : 0;
  const go = async () => {
    while (next < seeds) {
      const i = next++;
      told[i] = await answers(name, row, firstSeed + i);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, go));
  found[name] = told;
  write();
  console.log(`${name}: ${share(told.map(({ ours }) => ours))} (${counted(told.map(({ ours }) => ours))})`);
}
await executor.close();
