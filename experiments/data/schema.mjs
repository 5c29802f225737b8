// The columns of the credit-card table, and what both scripts must agree on.

/** How a column behaves: amounts are continuous, counts whole, frequencies shares of months, limits and months few values. */
export const columns = {
  BALANCE: "amount",
  BALANCE_FREQUENCY: "frequency",
  PURCHASES: "sum",
  ONEOFF_PURCHASES: "amount",
  INSTALLMENTS_PURCHASES: "amount",
  CASH_ADVANCE: "amount",
  PURCHASES_FREQUENCY: "frequency",
  ONEOFF_PURCHASES_FREQUENCY: "frequency",
  PURCHASES_INSTALLMENTS_FREQUENCY: "frequency",
  CASH_ADVANCE_FREQUENCY: "frequency",
  CASH_ADVANCE_TRX: "count",
  PURCHASES_TRX: "count",
  CREDIT_LIMIT: "limit",
  PAYMENTS: "amount",
  MINIMUM_PAYMENTS: "amount",
  PRC_FULL_PAYMENT: "frequency",
  TENURE: "months",
};

/** A cell is which of these are above zero … */
export const habits = ["ONEOFF_PURCHASES", "INSTALLMENTS_PURCHASES", "CASH_ADVANCE"];

/** … and, where both parts are large enough, whether these are above a limit: other customers behave otherwise. */
export const splits = [
  { column: "PRC_FULL_PAYMENT", limit: 0 },
  { column: "BALANCE", limit: 150 },
];

/** Columns that are zero wherever none of these habits is there. */
const needs = {
  ONEOFF_PURCHASES: ["ONEOFF_PURCHASES"],
  ONEOFF_PURCHASES_FREQUENCY: ["ONEOFF_PURCHASES"],
  INSTALLMENTS_PURCHASES: ["INSTALLMENTS_PURCHASES"],
  PURCHASES_INSTALLMENTS_FREQUENCY: ["INSTALLMENTS_PURCHASES"],
  CASH_ADVANCE: ["CASH_ADVANCE"],
  CASH_ADVANCE_FREQUENCY: ["CASH_ADVANCE"],
  CASH_ADVANCE_TRX: ["CASH_ADVANCE"],
  PURCHASES_FREQUENCY: ["ONEOFF_PURCHASES", "INSTALLMENTS_PURCHASES"],
  PURCHASES_TRX: ["ONEOFF_PURCHASES", "INSTALLMENTS_PURCHASES"],
};

/** The columns that are drawn in a cell; PURCHASES is the sum of its two parts. */
export function drawnColumns(cell) {
  return Object.keys(columns).filter(
    (name) =>
      columns[name] !== "sum" && (needs[name] === undefined || needs[name].some((habit) => cell.includes(habit))),
  );
}

/** Mid-ranks 1 … n; equal values share the mean of their ranks. */
export function midRanks(values) {
  const order = Array.from(values, (_, i) => i).sort((a, b) => values[a] - values[b] || a - b);
  const ranks = new Float64Array(values.length);
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    while (end < order.length && values[order[end]] === values[order[start]]) end++;
    for (let i = start; i < end; i++) ranks[order[i]] = (start + end + 1) / 2;
    start = end;
  }
  return ranks;
}

/**
 * Spearman's correlation of every pair of columns, over the rows where both are there; 0 where one is constant.
 *
 * @returns lower triangle: answer[i][j] for j < i
 */
export function rankCorrelations(list) {
  const gaps = list.map((values) => values.some(Number.isNaN));
  const whole = list.map((values, i) => (gaps[i] ? null : centredRanks(values)));
  return list.map((a, i) =>
    list.slice(0, i).map((b, j) => {
      if (!gaps[i] && !gaps[j]) return cosine(whole[i], whole[j]);
      const both = [];
      for (let row = 0; row < a.length; row++) if (!Number.isNaN(a[row]) && !Number.isNaN(b[row])) both.push(row);
      return cosine(centredRanks(both.map((row) => a[row])), centredRanks(both.map((row) => b[row])));
    }),
  );
}

function centredRanks(values) {
  const middle = (values.length + 1) / 2;
  return midRanks(values).map((rank) => rank - middle);
}

function cosine(x, y) {
  let xy = 0;
  let xx = 0;
  let yy = 0;
  for (let i = 0; i < x.length; i++) {
    xy += x[i] * y[i];
    xx += x[i] * x[i];
    yy += y[i] * y[i];
  }
  return xx === 0 || yy === 0 ? 0 : xy / Math.sqrt(xx * yy);
}
