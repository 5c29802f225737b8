/** Small tables for the tests of segments. */
import { readFileSync } from "node:fs";
import { stream } from "../../src/core/rng.js";
import { type Column, numberColumn, type Table } from "../../src/core/table.js";

/** A table from columns; an array with a string or only nulls is a text column, and NaN is missing. */
export function tableOf(columns: Record<string, readonly (number | string | null)[]>): Table {
  const made = Object.entries(columns).map(([name, values]): Column => {
    if (values.some((value) => typeof value === "string")) {
      return { kind: "text", name, values: values as readonly (string | null)[] };
    }
    return numberColumn(name, Float64Array.from(values as number[]));
  });
  return { rows: Object.values(columns)[0]?.length ?? 0, columns: made, id: null };
}

/** Four segments that part by two questions, with a third column of noise and a few missing values. */
export function fourCorners(n = 400): { table: Table; labels: Int32Array } {
  const rng = stream(11, "test/segments/corners");
  const labels = Int32Array.from({ length: n }, (_, i) => i % 4);
  const spend = Array.from(labels, (label) => (label % 2 === 0 ? 10 : 100) + 5 * rng.uniform());
  const cash = Array.from(labels, (label) => (label < 2 ? 0 : 50 + 20 * rng.uniform()));
  const noise = Array.from(labels, () => (rng.uniform() < 0.05 ? Number.NaN : rng.normal()));
  return { table: tableOf({ spend, cash, noise }), labels };
}

/** The real credit-card table, read plainly: an empty field is missing. */
export function readCards(path: string): Table {
  const [header, ...lines] = readFileSync(path, "utf8").trimEnd().split("\n");
  const names = header!.split(",").slice(1);
  const rows = lines.map((line) => line.split(",").slice(1));
  const columns = names.map((name, j) =>
    numberColumn(
      name,
      Float64Array.from(rows, (row) => (row[j] === "" ? Number.NaN : Number(row[j]))),
    ),
  );
  return { rows: rows.length, columns, id: null };
}

/** No NaN, infinity or undefined anywhere in a result. */
export function everyValue(value: unknown, visit: (value: unknown, path: string) => void, path = "$"): void {
  visit(value, path);
  if (Array.isArray(value)) for (const [i, item] of value.entries()) everyValue(item, visit, `${path}[${i}]`);
  else if (typeof value === "object" && value !== null) {
    for (const [key, item] of Object.entries(value)) everyValue(item, visit, `${path}.${key}`);
  }
}
