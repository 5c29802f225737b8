/** Tables on a screen, without a frame. */
import Table from "cli-table3";

/** Words that run over several columns. */
export interface Span {
  readonly content: string;
  readonly colSpan: number;
}

/** A plain table: two spaces between columns, a line under the header. */
export function plainTable(
  head: readonly string[],
  rows: readonly (readonly (string | Span)[])[],
  right: readonly number[],
): string {
  const table = new Table({
    head: [...head],
    colAligns: head.map((_, i) => (right.includes(i) ? "right" : "left")),
    style: { head: [], border: [], "padding-left": 0, "padding-right": 2, compact: true },
    chars: {
      top: "",
      "top-mid": "",
      "top-left": "",
      "top-right": "",
      bottom: "",
      "bottom-mid": "",
      "bottom-left": "",
      "bottom-right": "",
      left: "",
      "left-mid": "",
      mid: "",
      "mid-mid": "",
      right: "",
      "right-mid": "",
      middle: "",
    },
  });
  for (const row of rows) {
    table.push(row.map((cell) => (typeof cell === "string" ? cell : { ...cell, hAlign: "left" })));
  }
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}
