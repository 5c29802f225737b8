// Make the bundled synthetic log of purchases:
//
//   node experiments/data/make-purchases.mjs [where to write]      (default: purchases.parquet beside this file)
//
// Needs a built dist/ (for its random streams). The same seed gives the same purchases.
//
// 200,000 purchases of 5,000 customers over two years. Each customer is of one of five kinds, which differ in how often they
// come, how much they spend, on what, and whether they still come; nothing in the log says which.
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { exp, log as ln } from "../../dist/core/math.js";
import { stream } from "../../dist/core/rng.js";

const rows = 200_000;
const days = 731; // 2024-01-01 to 2025-12-31
const categories = ["food", "home", "clothes", "toys"];

/** Share of customers, mean days between purchases, median amount and its spread, shares of the categories. */
const kinds = [
  { share: 0.3, gap: 6, amount: 18, spread: 0.4, mix: [0.85, 0.1, 0.03, 0.02], returns: 0.01 }, // weekly shoppers
  { share: 0.25, gap: 30, amount: 95, spread: 0.5, mix: [0.5, 0.3, 0.15, 0.05], returns: 0.02 }, // monthly baskets
  { share: 0.2, gap: 25, amount: 60, spread: 0.6, mix: [0.02, 0.18, 0.78, 0.02], returns: 0.3 }, // who try on and send back
  { share: 0.1, gap: 12, amount: 40, spread: 0.5, mix: [0.05, 0.25, 0.1, 0.6], returns: 0.03, season: true }, // before the holidays
  { share: 0.15, gap: 10, amount: 30, spread: 0.5, mix: [0.6, 0.2, 0.15, 0.05], returns: 0.03, leaves: true }, // who left
];
const customers = 5000;

const draw = stream(20251231, "purchases");
const pick = (shares) => {
  let left = draw.uniform();
  for (let i = 0; i < shares.length; i++) {
    left -= shares[i];
    if (left < 0) return i;
  }
  return shares.length - 1;
};
const day = (number) => new Date(Date.UTC(2024, 0, 1 + number)).toISOString().slice(0, 10);
const isSeason = (number) => day(number).slice(5, 7) >= "11";

const log = [];
for (let c = 0; c < customers; c++) {
  const kind = kinds[pick(kinds.map(({ share }) => share))];
  const name = `C${String(10001 + c)}`;
  const pace = kind.gap * exp(0.25 * draw.normal());
  const size = kind.amount * exp(0.3 * draw.normal());
  const begin = draw.int(240);
  const end = kind.leaves ? begin + 60 + draw.int(300) : days;
  for (let at = begin; at < end; at += 1 + Math.floor(-ln(1 - draw.uniform()) * pace)) {
    if (kind.season && !isSeason(at) && draw.uniform() < 0.9) continue;
    const amount = Math.round(100 * size * exp(kind.spread * draw.normal())) / 100;
    const category = categories[pick(kind.mix)];
    log.push([name, at, amount, category]);
    const back = at + 3 + draw.int(20);
    if (draw.uniform() < kind.returns && back < days) log.push([name, back, -amount, category]);
  }
}

// Exactly so many: each row is kept with the same chance, customers without purchases aside.
const keyed = log.map((row, i) => [draw.uniform(), i, row]).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
if (keyed.length < rows) throw new Error(`only ${keyed.length} purchases were drawn`);
const kept = keyed.slice(0, rows).map(([, i, row]) => [i, row]);
kept.sort((a, b) => a[1][1] - b[1][1] || a[0] - b[0]);
console.log(`${log.length} drawn, ${rows} kept, ${new Set(kept.map(([, row]) => row[0])).size} customers`);

const { DuckDBInstance } = createRequire(import.meta.url)("@duckdb/node-api");
const connection = await (await DuckDBInstance.create(":memory:", { threads: "1" })).connect();
await connection.run("CREATE TABLE log (customer VARCHAR, day VARCHAR, amount DOUBLE, category VARCHAR)");
const appender = await connection.createAppender("log");
for (const [, [name, at, amount, category]] of kept) {
  appender.appendVarchar(name);
  appender.appendVarchar(day(at));
  appender.appendDouble(amount);
  appender.appendVarchar(category);
  appender.endRow();
}
appender.closeSync();
const out = process.argv[2] ?? fileURLToPath(new URL("purchases.parquet", import.meta.url));
await connection.run(
  `COPY (SELECT customer, CAST(day AS DATE) AS date, amount, category FROM log) TO '${out}' (FORMAT parquet, COMPRESSION zstd)`,
);
