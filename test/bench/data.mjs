// The data of the benchmarks, as raw float64 files that both languages read.
//
// cards17: the credit-card table (the real one where SEGMENTA_SHARED is set, else the bundled synthetic one), medians for
// missing values, log1p of the money and count columns, min-max. cards2: its first two principal components. With them
// come 405 labelings: the first 45 of five algorithms (9 each), then k-means of other seeds.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { PCA } from "ml-pca";

const LOGGED = new Set(
  `BALANCE PURCHASES ONEOFF_PURCHASES INSTALLMENTS_PURCHASES CASH_ADVANCE CASH_ADVANCE_TRX PURCHASES_TRX CREDIT_LIMIT
  PAYMENTS MINIMUM_PAYMENTS`.split(/\s+/),
);

/** Writes what the cases need; answers which table was read. */
export async function makeData(folder, names, dist) {
  const shared = process.env.SEGMENTA_SHARED;
  const bundled = fileURLToPath(new URL("../../experiments/data/credit-cards.csv", import.meta.url));
  const needsCards = [...names].some((name) => name.startsWith("cards"));
  const cards = needsCards
    ? prepareCards(readFileSync(shared ? join(shared, "data/cc-general.csv") : bundled, "utf8"))
    : [];
  for (const name of names) {
    if (name === "cards17") write(folder, name, cards);
    else if (name === "cards2") write(folder, name, new PCA(cards).predict(cards, { nComponents: 2 }).to2DArray());
    else await makeSynthetic(folder, name, dist);
    if (name.startsWith("cards")) await writeLabelings(folder, name, dist);
  }
  return shared ? "the real credit-card table" : "the bundled synthetic credit-card table";
}

function prepareCards(csv) {
  const [header, ...lines] = csv.trim().split("\n");
  const names = header.trim().split(",").slice(1);
  const rows = lines.map((line) =>
    line
      .trim()
      .split(",")
      .slice(1)
      .map((field) => (field === "" ? Number.NaN : Number(field))),
  );
  names.forEach((name, j) => {
    const present = rows.map((row) => row[j]).filter((value) => !Number.isNaN(value));
    present.sort((a, b) => a - b);
    const half = (present.length - 1) / 2;
    const middle = (present[Math.floor(half)] + present[Math.ceil(half)]) / 2;
    for (const row of rows) {
      if (Number.isNaN(row[j])) row[j] = middle;
      if (LOGGED.has(name)) row[j] = Math.log1p(row[j]);
    }
    const [low, high] = rows.reduce(([a, b], row) => [Math.min(a, row[j]), Math.max(b, row[j])], [Infinity, -Infinity]);
    for (const row of rows) row[j] = high > low ? (row[j] - low) / (high - low) : 0;
  });
  return rows;
}

/** uniform-<rows>-<columns> or blobs-<rows>-<columns> (eight blobs, four deviations apart). */
async function makeSynthetic(folder, name, dist) {
  const { stream } = await load(dist, "core/rng.js");
  const [kind, n, d] = [name.split("-")[0], ...name.split("-").slice(1).map(Number)];
  const rng = stream(1, `bench/${name}`);
  const centres = Array.from({ length: 8 * d }, () => rng.uniform() * 4);
  const values = new Float64Array(n * d);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < d; j++) {
      values[i * d + j] = kind === "uniform" ? rng.uniform() : centres[(i % 8) * d + j] + rng.normal();
    }
  }
  writeFileSync(join(folder, `${name}.f64`), values);
  writeFileSync(join(folder, `${name}.json`), JSON.stringify({ rows: n, cols: d }));
}

function write(folder, name, rows) {
  writeFileSync(join(folder, `${name}.f64`), Float64Array.from(rows.flat()));
  writeFileSync(join(folder, `${name}.json`), JSON.stringify({ rows: rows.length, cols: rows[0].length }));
}

async function writeLabelings(folder, name, dist) {
  const { x } = await contextOf(folder, name, dist);
  const { algorithmNamed } = await load(dist, "cluster/registry.js");
  const counts = [2, 3, 4, 5, 6, 7, 8, 9, 10];
  const labelsOf = (algorithm, grid, seed = 1) => {
    const entry = algorithmNamed(algorithm);
    const points = grid.map((params) => entry.params.parse(params));
    return entry.fitMany(x, points, { seed }).map(({ labels }) => labels);
  };
  const radii = counts.map((k) => (0.02 + 0.01 * k) * (x.cols > 2 ? 3 : 1));
  const labelings = [
    ...labelsOf(
      "kmeans",
      counts.map((k) => ({ k })),
    ),
    ...labelsOf(
      "gmm",
      counts.map((k) => ({ k })),
    ),
    ...labelsOf(
      "agglomerative",
      counts.map((k) => ({ k, linkage: "ward" })),
    ),
    ...labelsOf(
      "kmedoids",
      counts.map((k) => ({ k })),
    ),
    ...labelsOf(
      "dbscan",
      radii.map((eps) => ({ eps, minSamples: 10 })),
    ),
  ];
  for (let seed = 2; labelings.length < 405; seed++) {
    labelings.push(
      ...labelsOf(
        "kmeans",
        counts.map((k) => ({ k, nInit: 1 })),
        seed,
      ),
    );
  }
  const out = new Int32Array(labelings.length * x.rows);
  labelings.forEach((labels, l) => {
    out.set(labels, l * x.rows);
  });
  writeFileSync(join(folder, `${name}.i32`), out);
}

const load = (dist, path) => import(pathToFileURL(join(dist, path)).href);

/** What a case is given. */
export async function contextOf(folder, name, dist) {
  const { rows, cols } = JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8"));
  const { allocateMatrix } = await load(dist, "core/matrix.js");
  const x = allocateMatrix(rows, cols);
  const bytes = readFileSync(join(folder, `${name}.f64`));
  new Uint8Array(x.data.buffer).set(bytes);
  const labelings = () => {
    const all = readFileSync(join(folder, `${name}.i32`));
    const labels = new Int32Array(all.buffer, all.byteOffset, all.byteLength / 4);
    return Array.from({ length: labels.length / rows }, (_, l) => labels.slice(l * rows, (l + 1) * rows));
  };
  return { x, labelings, dist: (path) => load(dist, path) };
}
