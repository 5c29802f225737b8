/** Small tables for tests, and the reference sets as tables. */
import { readFileSync } from "node:fs";
import { type Column, numberColumn, type Table } from "../../src/core/table.js";
import { referenceRows } from "../reference.js";

type Cell = number | string | null;

/** Columns by name; a column with any text in it is a text column, null is missing. */
export function tableOf(columns: Record<string, readonly Cell[]>, ids?: readonly string[]): Table {
  const made = Object.entries(columns).map(([name, values]): Column => {
    if (values.some((value) => typeof value === "string")) {
      return { kind: "text", name, values: values.map((value) => (value === null ? null : String(value))) };
    }
    return numberColumn(
      name,
      Float64Array.from(values, (value) => (value === null ? Number.NaN : Number(value))),
    );
  });
  return {
    rows: Object.values(columns)[0]?.length ?? 0,
    columns: made,
    id: ids ? { name: "CUST_ID", values: ids } : null,
  };
}

/** The values of a column as plain cells, null where missing. */
export function cells(table: Table, name: string): Cell[] {
  const column = table.columns.find((candidate) => candidate.name === name);
  if (column === undefined) throw new Error(`no column ${name}; there are ${names(table).join(", ")}`);
  if (column.kind === "text") return [...column.values];
  return Array.from(column.values, (value) => (Number.isNaN(value) ? null : value));
}

export function names(table: Table): string[] {
  return table.columns.map((column) => column.name);
}

/** A reference set as a table. */
export function referenceTable(set: string): Table {
  const { names: header, rows } = referenceRows(set);
  return fromRows(header, rows);
}

/** The real credit-card table as it stands in its file, ids apart. */
export function cardTable(path: string): Table {
  const [header, ...lines] = readFileSync(path, "utf8").trimEnd().split(/\r?\n/);
  const fields = lines.map((line) => line.split(","));
  const rows = fields.map((row) => row.slice(1).map((field) => (field === "" ? Number.NaN : Number(field))));
  const [id, ...features] = header!.split(",");
  return { ...fromRows(features, rows), id: { name: id!, values: fields.map((row) => row[0]!) } };
}

function fromRows(header: readonly string[], rows: readonly (readonly number[])[]): Table {
  const columns = header.map((name, j) =>
    numberColumn(
      name,
      Float64Array.from(rows, (row) => row[j]!),
    ),
  );
  return { rows: rows.length, columns, id: null };
}
