/** `show(x)`: a table, a figure, rows of anything, a matrix or words, in the form a page shows best. */

import { UserError } from "../core/errors.js";
import type { Matrix } from "../core/matrix.js";
import type { Table } from "../core/table.js";
import { readable } from "../core/words.js";
import { display } from "./display.js";
import { showFigure } from "./figure-output.js";
import { type CellValue, htmlTable, type Rectangle, textTable } from "./html-table.js";
import type { PlotlyFigure } from "./static-image.js";

/** A row of a leaderboard or a profile: a name for each value. Objects within are shown as JSON. */
export type Row = Readonly<Record<string, unknown>>;

/** The part of a danfojs DataFrame (and of like ones) that is shown. */
export interface FrameLike {
  readonly columns: readonly string[];
  readonly values: unknown;
  readonly shape: readonly number[];
}

export type Showable = Table | Rectangle | Matrix | PlotlyFigure | FrameLike | readonly Row[] | string;

export interface ShowOptions {
  /** How many rows of a table (10). */
  readonly rows?: number;
  /** Said below a table. */
  readonly caption?: string;
  /** Which columns, in which order; all if left out. */
  readonly columns?: readonly string[];
  /** Significant digits of fractions in a table (6). */
  readonly digits?: number;
}

/**
 * Show something in the page; outside a notebook, print it.
 *
 * @throws UserError `UNKNOWN_COLUMN` for a column that is not there, `BAD_USAGE` for something it cannot show
 * @remarks A figure takes about a second the first time (a still picture is drawn for viewers without scripts).
 */
export function show(thing: Showable, options: ShowOptions = {}): void {
  if (typeof thing === "string") {
    display({ "text/plain": thing, "text/markdown": thing });
  } else if (isFigure(thing)) {
    showFigure(thing);
  } else {
    const table = { ...chosen(rectangle(thing, options.rows ?? 10), options), digits: options.digits };
    display({ "text/plain": textTable(table), "text/html": htmlTable(table) });
  }
}

function isFigure(thing: Showable): thing is PlotlyFigure {
  return typeof thing === "object" && "data" in thing && Array.isArray(thing.data);
}

function rectangle(thing: Exclude<Showable, string>, most: number): Rectangle {
  if (Array.isArray(thing)) return fromRows(thing as readonly Row[], most);
  if (isTable(thing)) return fromTable(thing, most);
  if (isMatrix(thing)) return fromMatrix(thing, most);
  if (isFrame(thing)) return fromGrid(thing.columns, thing.values as readonly (readonly unknown[])[], most);
  if ("rows" in thing && Array.isArray(thing.rows)) return fromGrid((thing as Rectangle).columns, thing.rows, most);
  throw new UserError("BAD_USAGE", {
    what: `show cannot show an object with ${Object.keys(thing).slice(0, 5).join(", ")}`,
    where: "show",
    mend: "give it a table, rows of objects, a matrix, a figure ({ data, layout }) or a text",
  });
}

function isTable(thing: object): thing is Table {
  return "rows" in thing && typeof thing.rows === "number" && "columns" in thing;
}

function isMatrix(thing: object): thing is Matrix {
  return "data" in thing && "cols" in thing;
}

function isFrame(thing: object): thing is FrameLike {
  return "values" in thing && "shape" in thing && "columns" in thing;
}

function fromTable(table: Table, most: number): Rectangle {
  const id = table.id;
  const rows = Array.from({ length: Math.min(most, table.rows) }, (_, i): CellValue[] => [
    ...(id ? [id.values[i]] : []),
    ...table.columns.map((column) => column.values[i]),
  ]);
  const columns = [...(id ? [id.name] : []), ...table.columns.map((column) => column.name)];
  return { columns, rows, caption: sizeWords(table.rows, columns.length, most) };
}

function fromMatrix(matrix: Matrix, most: number): Rectangle {
  const columns = Array.from({ length: matrix.cols }, (_, j) => String(j + 1));
  const rows = Array.from({ length: Math.min(most, matrix.rows) }, (_, i) =>
    columns.map((_, j) => matrix.data[i * matrix.cols + j]),
  );
  return { columns, rows, caption: sizeWords(matrix.rows, matrix.cols, most) };
}

function fromGrid(columns: readonly string[], grid: readonly (readonly unknown[])[], most: number): Rectangle {
  const rows = grid.slice(0, most).map((row) => row.map(plain));
  return { columns, rows, caption: sizeWords(grid.length, columns.length, most) };
}

function fromRows(items: readonly Row[], most: number): Rectangle {
  const columns = [...new Set(items.flatMap((item) => Object.keys(item)))];
  const rows = items.slice(0, most).map((item) => columns.map((name) => plain(item[name])));
  return { columns, rows, caption: items.length > most ? sizeWords(items.length, columns.length, most) : undefined };
}

function chosen(table: Rectangle, { columns, caption }: ShowOptions): Rectangle {
  const below = [caption, table.caption].filter((text) => text !== undefined).join("; ") || undefined;
  if (!columns) return { ...table, caption: below };
  const places = columns.map((name) => table.columns.indexOf(name));
  const missing = places.indexOf(-1);
  if (missing >= 0) {
    throw new UserError("UNKNOWN_COLUMN", {
      what: `unknown column "${columns[missing]}"`,
      where: "show",
      mend: `columns: ${table.columns.join(", ")}`,
    });
  }
  return { columns, rows: table.rows.map((row) => places.map((place) => row[place])), caption: below };
}

function plain(value: unknown): CellValue {
  if (value === null || value === undefined) return null;
  if (typeof value === "object") return JSON.stringify(value);
  return typeof value === "function" || typeof value === "symbol" ? null : (value as CellValue);
}

function sizeWords(rows: number, columns: number, shown: number): string {
  const count = (n: number, word: string) => `${readable(n, 15)} ${word}${n === 1 ? "" : "s"}`;
  const size = `${count(rows, "row")} × ${count(columns, "column")}`;
  return rows > shown ? `${size}; the first ${shown} shown` : size;
}
