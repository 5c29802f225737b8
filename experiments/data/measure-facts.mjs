// Measure the facts that the synthetic customers are made from, on the real table:
//
//   node experiments/data/measure-facts.mjs "path/to/CC GENERAL.csv" > experiments/data/credit-cards.facts.json
//
// Needs a built dist/. Only aggregates are written: shares of cells, at most 101 quantiles per column and cell (four
// digits, one per ten customers or fewer, the two ends replaced by means of five customers), rank correlations, and each
// column's range (two digits).
// A cell of fewer than 100 customers is left out. Nothing of the path is written.
import { readTable } from "../../dist/data/index.js";
import { columns, drawnColumns, habits, rankCorrelations, splits } from "./schema.mjs";

const smallestCell = 100;
const customersPerQuantile = 10;
const customersPerEnd = 5;

const path = process.argv[2];
if (!path) {
  console.error("usage: node experiments/data/measure-facts.mjs <real table>");
  process.exit(2);
}
const table = await readTable({ path, id: "CUST_ID" });
const real = Object.fromEntries(table.columns.map((column) => [column.name, column.values]));

const digits = (value, count) => Number(value.toPrecision(count));
const share = (part, whole) => digits(part / whole, 4);

/** The rows of each cell: by which habits are above zero, then split where both parts stay large enough. */
function cellsOf() {
  const byHabits = new Map();
  for (let row = 0; row < table.rows; row++) {
    const above = habits.filter((habit) => real[habit][row] > 0);
    const key = above.join(" ");
    if (!byHabits.has(key)) byHabits.set(key, { above, where: [], rows: [] });
    byHabits.get(key).rows.push(row);
  }
  let cells = [...byHabits.values()].filter(({ rows }) => rows.length >= smallestCell);
  for (const { column, limit } of splits) {
    cells = cells.flatMap((cell) => {
      const high = cell.rows.filter((row) => real[column][row] > limit);
      const low = cell.rows.filter((row) => real[column][row] <= limit);
      if (Math.min(high.length, low.length) < smallestCell) return [cell];
      return [
        { ...cell, where: [...cell.where, `${column} > ${limit}`], rows: high },
        { ...cell, where: [...cell.where, `${column} <= ${limit}`], rows: low },
      ];
    });
  }
  return cells.sort((a, b) => b.rows.length - a.rows.length);
}

/**
 * Quantiles at evenly spaced levels 0 … 1. Columns of few values take the value that is there (inverse of the
 * empirical distribution, at the middles of the levels), the others interpolate.
 */
function quantilesOf(values, kind) {
  const sorted = Float64Array.from(values).sort();
  const n = sorted.length;
  const steps = Math.min(100, Math.floor(n / customersPerQuantile));
  const stepwise = kind !== "amount" && kind !== "count";
  const levels = Array.from({ length: steps + (stepwise ? 0 : 1) }, (_, i) =>
    stepwise ? (i + 0.5) / steps : i / steps,
  );
  const quantiles = levels.map((level) => {
    if (stepwise) return sorted[Math.floor(level * n)];
    const at = level * (n - 1);
    const low = Math.floor(at);
    return sorted[low] + (sorted[Math.min(low + 1, n - 1)] - sorted[low]) * (at - low);
  });
  if (!stepwise) {
    const mean = (part) => part.reduce((sum, value) => sum + value, 0) / part.length;
    quantiles[0] = mean(sorted.slice(0, customersPerEnd));
    quantiles[steps] = mean(sorted.slice(-customersPerEnd));
  }
  return quantiles.map((value) => digits(value, kind === "frequency" ? 6 : 4));
}

function factsOf({ above, where, rows }) {
  const drawn = drawnColumns(above);
  const values = Object.fromEntries(drawn.map((name) => [name, rows.map((row) => real[name][row])]));
  const marginals = {};
  for (const name of drawn) {
    const present = values[name].filter((value) => !Number.isNaN(value));
    // The zeros of an amount are a lump of their own; its quantiles are of the rest.
    const rest = columns[name] === "amount" ? present.filter((value) => value > 0) : present;
    marginals[name] = { quantiles: quantilesOf(rest, columns[name]) };
    if (rest.length < present.length) marginals[name].zero = share(present.length - rest.length, present.length);
  }
  const paid = rows.filter((row) => real.PAYMENTS[row] > 0);
  const unknown = paid.filter((row) => Number.isNaN(real.MINIMUM_PAYMENTS[row]));
  return {
    above,
    where,
    share: share(rows.length, table.rows),
    minimumPaymentsMissingWherePaid: share(unknown.length, paid.length),
    marginals,
    rankCorrelations: rankCorrelations(drawn.map((name) => values[name])).map((row) =>
      row.map((value) => digits(value, 3)),
    ),
  };
}

/** The table's smallest and largest values, two digits: min–max scaling hangs on them. */
function rangesOf() {
  const ranges = {};
  for (const [name, kind] of Object.entries(columns)) {
    if (kind !== "amount" && kind !== "count" && kind !== "limit") continue;
    const above = real[name].filter((value) => value > 0);
    ranges[name] = [Math.min(...above), Math.max(...above)].map((value) => digits(value, 2));
  }
  return ranges;
}

const facts = {
  about: "Aggregates of the public credit-card table (8,950 customers); see README.md beside this file.",
  rows: table.rows,
  creditLimitMissing: share(real.CREDIT_LIMIT.filter(Number.isNaN).length, table.rows),
  // An oddity of the real table that min–max scaling feels: a few customers took cash in more months than they had.
  cashAdvanceFrequencyAboveOne: {
    share: share(real.CASH_ADVANCE_FREQUENCY.filter((value) => value > 1).length, table.rows),
    most: digits(Math.max(...real.CASH_ADVANCE_FREQUENCY), 2),
  },
  ranges: rangesOf(),
  cells: cellsOf().map(factsOf),
};
// One line per list of numbers: short, and still a readable difference.
console.log(
  JSON.stringify(facts, null, 1).replace(
    /\[\s+(?=[-\d"])([^[\]{}]*?)\s+\]/g,
    (_, list) => `[${list.replace(/\s+/g, " ")}]`,
  ),
);
