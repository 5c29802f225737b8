/** Columns that were meant as numbers: `1,5` is read as text. */
import type { Table } from "../core/table.js";

const NUMBER = /^[-+]?(\d+|\d{1,3}([. ']\d{3})+)(,\d+)?$/;

/** Text columns in which every value reads as a number with a decimal comma, and one of those values. */
export function decimalCommas(table: Table): { readonly name: string; readonly example: string }[] {
  return table.columns.flatMap((column) => {
    if (column.kind !== "text") return [];
    const values = column.values.filter((value) => value !== null);
    const example = values.find((value) => value.includes(","));
    return example !== undefined && values.every((value) => NUMBER.test(value.trim()))
      ? [{ name: column.name, example: example.trim() }]
      : [];
  });
}
