/** Made-up customers with everything that makes a table hard: long tails, missing cells, NaN, ties, big offsets, a column that never differs. */
import { stream } from "../../src/core/rng.js";
import { numberColumn, type Table } from "../../src/core/table.js";

/** Missing as NULL, and missing as NaN. */
export const NULLS = 0.03;

export function customers(rows: number, seed = 1): Table {
  const rng = stream(seed, "test/customers");
  const amount = new Float64Array(rows);
  const visits = new Float64Array(rows);
  const since = new Float64Array(rows);
  const balance = new Float64Array(rows);
  const code = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    const group = i % 3;
    amount[i] = Math.max(0, 300 * (group + 1) * (1 + rng.normal()) * (1 + rng.normal() * rng.normal()));
    visits[i] = Math.floor(20 * rng.uniform() * (group + 1));
    since[i] = 1_600_000_000 + 5e6 * group + 1e6 * rng.normal();
    balance[i] = -500 + 400 * group + 150 * rng.normal();
    code[i] = rng.int(50);
    if (rng.uniform() < NULLS) amount[i] = Number.NaN;
    if (rng.uniform() < NULLS) balance[i] = Number.NaN;
  }
  return {
    rows,
    columns: [
      numberColumn("AMOUNT", amount),
      numberColumn("VISITS", visits),
      numberColumn("SINCE", since),
      numberColumn("BALANCE", balance),
      numberColumn("CODE", code),
      numberColumn("SAME", new Float64Array(rows).fill(0.1)),
    ],
    id: { name: "ID", values: Array.from({ length: rows }, (_, i) => `c${i}`) },
  };
}

/** As CSV; a missing number is an empty field, or, in odd rows, NaN. */
export function customersCsv(table: Table, missing: (row: number) => string = (row) => (row % 2 ? "NaN" : "")): string {
  const lines = [["ID", ...table.columns.map(({ name }) => name)].join(",")];
  for (let i = 0; i < table.rows; i++) {
    const cells = table.columns.map((column) => {
      const value = column.kind === "number" ? column.values[i]! : Number.NaN;
      return Number.isNaN(value) ? missing(i) : String(value);
    });
    lines.push([table.id!.values[i], ...cells].join(","));
  }
  return `${lines.join("\n")}\n`;
}
