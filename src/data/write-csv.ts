/** Writing CSV: small texts at once, long tables batch by batch. */

import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { UserError } from "../core/errors.js";
import type { Column, Table } from "../core/table.js";

/** What a CSV cell may hold; null, undefined and NaN are written as an empty field. */
export type Cell = string | number | boolean | null | undefined;

/**
 * One line of CSV, its line end included. Numbers are the shortest decimals that read back to the same bits;
 * a text that holds a comma, a quote or a line end, or begins or ends with a blank, stands in quotes.
 */
export function csvLine(cells: readonly Cell[]): string {
  return `${cells.map(csvField).join(",")}\n`;
}

function csvField(cell: Cell): string {
  if (cell === null || cell === undefined) return "";
  if (typeof cell === "number") return Number.isNaN(cell) ? "" : String(cell);
  const text = String(cell);
  return /[",\n\r]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** CSV text of a header and rows. */
export function formatCsv(header: readonly string[], rows: Iterable<readonly Cell[]>): string {
  let text = csvLine(header);
  for (const row of rows) text += csvLine(row);
  return text;
}

/** The rows of a table as CSV cells, the id first when there is one, then `extra` columns. */
export function* tableRows(table: Table, extra: readonly Column[] = []): Generator<Cell[]> {
  const columns = [...table.columns, ...extra];
  for (let i = 0; i < table.rows; i++) {
    const cells: Cell[] = table.id ? [table.id.values[i]] : [];
    for (const column of columns) cells.push(column.values[i]);
    yield cells;
  }
}

/** The header that goes with `tableRows`. */
export function tableHeader(table: Table, extra: readonly Column[] = []): string[] {
  const names = [...table.columns, ...extra].map((column) => column.name);
  return table.id ? [table.id.name, ...names] : names;
}

export interface CsvWriter {
  /** Append rows; resolves when the next ones may come, so that memory stays bounded. */
  write(rows: Iterable<readonly Cell[]>): Promise<void>;
  /** Flush and close the file. */
  close(): Promise<void>;
}

/**
 * A CSV file that is written row by row.
 *
 * @throws UserError `NOT_WRITABLE` from `write` or `close` if the file cannot be written
 */
export function openCsvWriter(path: string, header: readonly string[]): CsvWriter {
  const file = createWriteStream(path);
  let failure: Error | undefined;
  file.on("error", (error) => {
    failure = error;
  });
  const requireNoFailure = () => {
    if (!failure) return;
    throw new UserError("NOT_WRITABLE", {
      what: `cannot write "${path}": ${(failure as NodeJS.ErrnoException).code ?? failure.message}`,
      mend: "check that the folder is there, may be written, and has room",
      cause: failure,
    });
  };
  const push = async (text: string) => {
    requireNoFailure();
    if (file.write(text)) return;
    // `drain` never comes after an error: `once` rejects on it, and the next line turns that into words.
    await once(file, "drain").catch(() => undefined);
    requireNoFailure();
  };
  let started = false;
  const start = async () => {
    if (started) return;
    started = true;
    await push(csvLine(header));
  };
  return {
    async write(rows) {
      await start();
      let text = "";
      for (const row of rows) {
        text += csvLine(row);
        if (text.length < 65536) continue;
        await push(text);
        text = "";
      }
      if (text !== "") await push(text);
    },
    async close() {
      await start();
      if (!failure) {
        file.end();
        await once(file, "close").catch(() => undefined);
      }
      requireNoFailure();
    },
  };
}
