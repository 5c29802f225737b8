/**
 * The credit-card table as the reference's `scaled17` has it: median imputation, log1p of ten columns, min–max.
 * Written here on its own, so that a fault in `preprocessing` does not show up as one of `cluster`.
 */
import { readFileSync } from "node:fs";
import { type Matrix, matrix } from "../../src/core/matrix.js";
import { realCards } from "../reference.js";

const logged = new Set([
  "BALANCE",
  "PURCHASES",
  "ONEOFF_PURCHASES",
  "INSTALLMENTS_PURCHASES",
  "CASH_ADVANCE",
  "CASH_ADVANCE_TRX",
  "PURCHASES_TRX",
  "CREDIT_LIMIT",
  "PAYMENTS",
  "MINIMUM_PAYMENTS",
]);

export function scaledCards(): Matrix {
  const [header, ...lines] = readFileSync(realCards!, "utf8").trim().split(/\r?\n/);
  const cells = lines.map((line) => line.split(","));
  const columns = header!.split(",").flatMap((name, j) => {
    if (name === "CUST_ID") return [];
    const present = cells.filter((row) => row[j] !== "").map((row) => Number(row[j]));
    const sorted = present.toSorted((a, b) => a - b);
    const median = (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
    const imputed = cells.map((row) => (row[j] === "" ? median : Number(row[j])));
    const values = logged.has(name) ? imputed.map(Math.log1p) : imputed;
    const low = Math.min(...values);
    const high = Math.max(...values);
    return [values.map((value) => (value - low) / (high - low))];
  });
  return matrix(lines.map((_, i) => columns.map((column) => column[i]!)));
}
