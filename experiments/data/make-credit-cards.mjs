// Make the bundled synthetic customers from the facts beside this file:
//
//   node experiments/data/make-credit-cards.mjs [where to write]      (default: credit-cards.csv beside this file)
//
// Needs a built dist/ (for its random streams). The same facts and seed give the same bytes.
//
// Customers are drawn cell by cell (which of one-off purchases, instalments and cash advances they use), because
// one Gaussian copula over the whole table loses the story that the zero pattern tells. Within a cell the columns
// are joined by a Gaussian copula. Ties and the rules between columns weaken rank correlations, so the latent ones are
// adjusted until the drawn customers have those of the facts.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expm1, log1p } from "../../dist/core/math.js";
import { stream } from "../../dist/core/rng.js";
import { cholesky, symmetricEigen } from "../../dist/core/symmetric.js";
import { columns, drawnColumns, rankCorrelations } from "./schema.mjs";

const seed = 20261120;
const adjustments = 12;

const facts = JSON.parse(readFileSync(new URL("credit-cards.facts.json", import.meta.url), "utf8"));

/** Whole numbers that add up to `total`, in proportion to the shares (largest remainders). */
function apportion(shares, total) {
  const sum = shares.reduce((a, b) => a + b, 0);
  const exact = shares.map((share) => (share / sum) * total);
  const counts = exact.map(Math.floor);
  const left = total - counts.reduce((a, b) => a + b, 0);
  const order = exact.map((_, i) => i).sort((a, b) => exact[b] - counts[b] - (exact[a] - counts[a]) || a - b);
  for (const i of order.slice(0, left)) counts[i]++;
  return counts;
}

/** The nearest matrix with unit diagonal that has a Cholesky factor: small eigenvalues are lifted. */
function factorOf(correlations) {
  const d = correlations.length;
  const data = Float64Array.from(correlations.flat());
  const { values, vectors } = symmetricEigen({ rows: d, cols: d, data });
  const lifted = new Float64Array(d * d);
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < d; j++) {
      for (let e = 0; e < d; e++) {
        lifted[i * d + j] += Math.max(values[e], 1e-4) * vectors.data[e * d + i] * vectors.data[e * d + j];
      }
    }
  }
  const unit = lifted.map((value, at) => {
    const i = Math.floor(at / d);
    const j = at % d;
    return value / Math.sqrt(lifted[i * d + i] * lifted[j * d + j]);
  });
  return cholesky({ rows: d, cols: d, data: unit });
}

/** n rows of d numbers, correlated: each normal row times the factor. */
function correlate(normals, n, factor) {
  const d = factor.rows;
  return Array.from({ length: d }, (_, j) => {
    const column = new Float64Array(n);
    for (let i = 0; i < n; i++) for (let e = 0; e <= j; e++) column[i] += factor.data[j * d + e] * normals[i * d + e];
    return column;
  });
}

/** Where each of the chosen rows stands among them: (rank − ½) / count, so that the marginals are hit exactly. */
function standing(latent, rows) {
  const order = rows.slice().sort((a, b) => latent[a] - latent[b] || a - b);
  const level = new Float64Array(latent.length).fill(Number.NaN);
  order.forEach((row, rank) => {
    level[row] = (rank + 0.5) / order.length;
  });
  return level;
}

/** The value at a level: a step of the quantiles, or between two of them (amounts on a logarithmic scale). */
function valueAt(level, { quantiles, zero = 0 }, kind) {
  if (level < zero) return 0;
  const rest = (level - zero) / (1 - zero);
  if (kind !== "amount" && kind !== "count")
    return quantiles[Math.min(Math.floor(rest * quantiles.length), quantiles.length - 1)];
  const at = rest * (quantiles.length - 1);
  const low = Math.floor(at);
  const a = log1p(quantiles[low]);
  const b = log1p(quantiles[Math.min(low + 1, quantiles.length - 1)]);
  const value = expm1(a + (b - a) * (at - low));
  return kind === "count" ? Math.round(value) : value;
}

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
const cents = (value) => Math.round(value * 100) / 100;

const nameOf = (cell) => [...cell.above, ...cell.where].join(" & ");

/** The customers of one cell, column by column, from their latent positions. */
function drawCell(cell, drawn, latent, n) {
  const all = Array.from({ length: n }, (_, i) => i);
  const out = Object.fromEntries(Object.keys(columns).map((name) => [name, new Float64Array(n)]));
  const chance = stream(seed, `credit-cards/missing/${nameOf(cell)}`);
  const has = Object.fromEntries(cell.above.map((habit) => [habit, true]));

  drawn.forEach((name, j) => {
    if (name === "MINIMUM_PAYMENTS") return;
    const level = standing(latent[j], all);
    for (let i = 0; i < n; i++) out[name][i] = valueAt(level[i], cell.marginals[name], columns[name]);
  });

  for (let i = 0; i < n; i++) {
    const months = out.TENURE[i];
    /** A share of months with something in them, at least `least` of them. */
    const ofMonths = (share, least, whole = months) => clamp(Math.round(share * whole), least, whole) / whole;
    out.BALANCE_FREQUENCY[i] =
      out.BALANCE[i] === 0 ? 0 : ofMonths(out.BALANCE_FREQUENCY[i], 1, months === 12 ? 11 : months);
    // Payments fall due a month after the statement: the real table counts them in all months or in all but one.
    const full = out.PRC_FULL_PAYMENT[i];
    const [inAll, butOne] = [ofMonths(full, 0), ofMonths(full, 0, months - 1)];
    out.PRC_FULL_PAYMENT[i] = Math.abs(inAll - full) <= Math.abs(butOne - full) ? inAll : butOne;
    if (has.ONEOFF_PURCHASES) {
      out.ONEOFF_PURCHASES[i] = Math.max(cents(out.ONEOFF_PURCHASES[i]), 0.01);
      out.ONEOFF_PURCHASES_FREQUENCY[i] = ofMonths(out.ONEOFF_PURCHASES_FREQUENCY[i], 1);
    }
    if (has.INSTALLMENTS_PURCHASES) {
      out.INSTALLMENTS_PURCHASES[i] = Math.max(cents(out.INSTALLMENTS_PURCHASES[i]), 0.01);
      out.PURCHASES_INSTALLMENTS_FREQUENCY[i] = ofMonths(out.PURCHASES_INSTALLMENTS_FREQUENCY[i], 1);
    }
    out.PURCHASES[i] = cents(out.ONEOFF_PURCHASES[i] + out.INSTALLMENTS_PURCHASES[i]);
    if (out.PURCHASES[i] > 0) {
      // A month with a purchase has a one-off or an instalment in it (a first instalment may fall due a month later).
      const [oneoff, instalments] = [out.ONEOFF_PURCHASES_FREQUENCY[i], out.PURCHASES_INSTALLMENTS_FREQUENCY[i]];
      const most = has.INSTALLMENTS_PURCHASES ? Math.min(1, oneoff + instalments + 1 / months) : oneoff;
      out.PURCHASES_FREQUENCY[i] = clamp(ofMonths(out.PURCHASES_FREQUENCY[i], 1), Math.max(oneoff, instalments), most);
      out.PURCHASES_TRX[i] = Math.max(out.PURCHASES_TRX[i], Math.round(out.PURCHASES_FREQUENCY[i] * months));
    }
    if (has.CASH_ADVANCE) {
      out.CASH_ADVANCE_FREQUENCY[i] = ofMonths(out.CASH_ADVANCE_FREQUENCY[i], 1);
      out.CASH_ADVANCE_TRX[i] = Math.max(out.CASH_ADVANCE_TRX[i], Math.round(out.CASH_ADVANCE_FREQUENCY[i] * months));
    }
  }

  // Who paid nothing has no minimum payment on record; of the others a few have none either.
  const recorded = all.filter((i) => chance.uniform() >= cell.minimumPaymentsMissingWherePaid && out.PAYMENTS[i] > 0);
  const level = standing(latent[drawn.indexOf("MINIMUM_PAYMENTS")], recorded);
  out.MINIMUM_PAYMENTS.fill(Number.NaN);
  for (const i of recorded) out.MINIMUM_PAYMENTS[i] = valueAt(level[i], cell.marginals.MINIMUM_PAYMENTS, "amount");
  return out;
}

function makeCell(cell, n) {
  const drawn = drawnColumns(cell.above);
  const d = drawn.length;
  const random = stream(seed, `credit-cards/${nameOf(cell)}`);
  const normals = Float64Array.from({ length: n * d }, () => random.normal());
  const wanted = drawn.map((_, i) =>
    drawn.map((_, j) => (i === j ? 1 : cell.rankCorrelations[Math.max(i, j)][Math.min(i, j)])),
  );
  let latent = wanted;
  for (let round = 0; ; round++) {
    const customers = drawCell(cell, drawn, correlate(normals, n, factorOf(latent)), n);
    if (round === adjustments) return customers;
    const got = rankCorrelations(drawn.map((name) => customers[name]));
    latent = latent.map((row, i) =>
      row.map((value, j) => {
        if (i === j) return 1;
        return clamp(value + 0.7 * (wanted[i][j] - got[Math.max(i, j)][Math.min(i, j)]), -0.98, 0.98);
      }),
    );
  }
}

/** At most six decimals, no exponent. */
const written = (value) => (Number.isNaN(value) ? "" : String(Number(value.toFixed(6))));

/** Let the smallest and the largest value above zero of a column be those of the facts: min–max scaling hangs on them. */
function stretch(rows, name, [smallest, largest]) {
  const above = rows.filter((row) => row[name] > 0);
  const least = above.reduce((a, b) => (b[name] < a[name] ? b : a));
  const most = above.reduce((a, b) => (b[name] > a[name] ? b : a));
  least[name] = columns[name] === "count" ? least[name] : smallest;
  most[name] = largest;
}

/**
 * A few customers of short tenure took cash in more months than they had, as in the real table, the first of
 * them by most.
 */
function exceedOne(rows, { share, most }) {
  const eligible = rows.filter((row) => row.CASH_ADVANCE_FREQUENCY === 1 && row.TENURE < 12);
  eligible.sort(
    (a, b) => a.TENURE - b.TENURE || b.CASH_ADVANCE_TRX - a.CASH_ADVANCE_TRX || a.CASH_ADVANCE - b.CASH_ADVANCE,
  );
  eligible.slice(0, Math.round(share * rows.length)).forEach((row, rank) => {
    const months = Math.max(Math.floor(row.TENURE * (rank === 0 ? most : 1) + 0.001), row.TENURE + 1);
    row.CASH_ADVANCE_FREQUENCY = months / row.TENURE;
    row.CASH_ADVANCE_TRX = Math.max(row.CASH_ADVANCE_TRX, months);
  });
}

export function makeCreditCards() {
  const counts = apportion(
    facts.cells.map((cell) => cell.share),
    facts.rows,
  );
  const rows = facts.cells.flatMap((cell, c) => {
    const customers = makeCell(cell, counts[c]);
    return Array.from({ length: counts[c] }, (_, i) => {
      return Object.fromEntries(Object.keys(columns).map((name) => [name, customers[name][i]]));
    });
  });
  for (const [name, range] of Object.entries(facts.ranges)) stretch(rows, name, range);
  exceedOne(rows, facts.cashAdvanceFrequencyAboveOne);
  for (const row of rows) row.PURCHASES = cents(row.ONEOFF_PURCHASES + row.INSTALLMENTS_PURCHASES);

  const order = stream(seed, "credit-cards/order").permutation(rows.length);
  const chance = stream(seed, "credit-cards/limit");
  const withoutLimit = new Set();
  while (withoutLimit.size < Math.round(facts.creditLimitMissing * facts.rows))
    withoutLimit.add(chance.int(facts.rows));

  const lines = [["CUST_ID", ...Object.keys(columns)].join(",")];
  order.forEach((from, to) => {
    const row = { ...rows[from] };
    if (withoutLimit.has(to)) row.CREDIT_LIMIT = Number.NaN;
    const cells = Object.keys(columns).map((name) => written(row[name]));
    lines.push(`S${10001 + to},${cells.join(",")}`);
  });
  return `${lines.join("\n")}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(process.argv[2] ?? new URL("credit-cards.csv", import.meta.url), makeCreditCards());
}
