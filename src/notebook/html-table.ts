/** A table as HTML and as text: numbers to the right, missing values as a dash, what was left out said below. */
import { readable } from "../core/words.js";

export type CellValue = string | number | boolean | null | undefined;

export interface Rectangle {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly CellValue[])[];
  /** Said below, such as "8,950 rows, the first 10 shown". */
  readonly caption?: string | undefined;
  /** Significant digits of fractions (6). */
  readonly digits?: number | undefined;
}

export function htmlTable({ columns, rows, caption, digits }: Rectangle): string {
  const right = numericColumns({ columns, rows });
  const cell = (tag: "td" | "th", text: string, column: number) => {
    const style = `text-align:${right[column] ? "right" : "left"};padding:2px 10px`;
    return `<${tag}${tag === "th" ? ' scope="col"' : ""} style="${style}">${escapeHtml(text)}</${tag}>`;
  };
  const head = columns.map((name, j) => cell("th", name, j)).join("");
  const body = rows.map((row) => `<tr>${columns.map((_, j) => cell("td", cellText(row[j], digits), j)).join("")}</tr>`);
  const below = caption
    ? `<caption style="caption-side:bottom;text-align:left;white-space:nowrap">${escapeHtml(caption)}</caption>`
    : "";
  return [
    '<table style="border-collapse:collapse;font-variant-numeric:tabular-nums">',
    below,
    `<thead><tr>${head}</tr></thead>`,
    "<tbody>",
    ...body,
    "</tbody>",
    "</table>",
  ]
    .filter((line) => line !== "")
    .join("\n");
}

export function textTable({ columns, rows, caption, digits }: Rectangle): string {
  const right = numericColumns({ columns, rows });
  const texts = [columns, ...rows.map((row) => columns.map((_, j) => cellText(row[j], digits)))];
  const widths = columns.map((_, j) => Math.max(...texts.map((row) => row[j]!.length)));
  const lines = texts.map((row) =>
    row
      .map((text, j) => (right[j] ? text.padStart(widths[j]!) : text.padEnd(widths[j]!)))
      .join("  ")
      .trimEnd(),
  );
  return [...lines, ...(caption ? [caption] : [])].join("\n");
}

/** Up to so many significant digits; a dash for what is missing. */
function cellText(value: CellValue, digits = 6): string {
  if (value === null || value === undefined) return "–";
  if (typeof value !== "number") return String(value);
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "–" : value > 0 ? "∞" : "−∞";
  if (value !== 0 && (Math.abs(value) < 1e-6 || Math.abs(value) >= 1e15)) return value.toExponential(3);
  return readable(value, Number.isInteger(value) ? 15 : digits);
}

function numericColumns({ columns, rows }: Rectangle): boolean[] {
  return columns.map((_, j) => rows.some((row) => typeof row[j] === "number"));
}

export function escapeHtml(text: string): string {
  const names: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return text.replace(/[&<>"']/g, (character) => names[character]!);
}
