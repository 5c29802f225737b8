/** Writing CSV: small texts at once, long tables batch by batch. */

import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { type CsvCell, csvLine } from "../core/csv.js";
import { UserError } from "../core/errors.js";
import type { Column, Table } from "../core/table.js";
import { besideOf, placeOf, removeLeftovers } from "../sweep/store/temporary.js";

/** The rows of a table as CSV cells, the id first when there is one, then `extra` columns. */
export function* tableRows(table: Table, extra: readonly Column[] = []): Generator<CsvCell[]> {
  const columns = [...table.columns, ...extra];
  for (let i = 0; i < table.rows; i++) {
    const cells: CsvCell[] = table.id ? [table.id.values[i]] : [];
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
  write(rows: Iterable<readonly CsvCell[]>): Promise<void>;
  /** Flush the file and give it its name. */
  close(): Promise<void>;
  /** Remove what was written; an older file of that name stays as it was. */
  discard(): Promise<void>;
}

/**
 * A CSV file that is written row by row, beside its place, and put there when it is whole: an older file of that
 * name may be read meanwhile.
 *
 * @throws UserError `NOT_WRITABLE`, also from `write` and `close`, if the file cannot be written
 */
export function openCsvWriter(path: string, header: readonly string[]): CsvWriter {
  const { target, mode } = placeFor(path);
  const beside = target && besideOf(target);
  const file = beside ? createWriteStream(beside, { mode, flush: true }) : createWriteStream(path);
  let failure: Error | undefined;
  file.on("error", (error) => {
    failure = error;
  });
  const requireNoFailure = () => {
    if (failure) throw notWritable(path, failure);
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
    if (target) await removeLeftovers(dirname(target), basename(target));
    await push(csvLine(header));
  };
  const discard = async () => {
    if (!file.closed) {
      file.destroy();
      await once(file, "close").catch(() => undefined);
    }
    if (beside) await rm(beside, { force: true }).catch(() => undefined);
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
      try {
        await start();
        requireNoFailure();
        file.end();
        await once(file, "close").catch(() => undefined);
        requireNoFailure();
        if (beside) await rename(beside, target);
      } catch (error) {
        await discard();
        throw notWritable(path, error);
      }
    },
    discard,
  };
}

function placeFor(path: string): ReturnType<typeof placeOf> {
  try {
    return placeOf(path);
  } catch (error) {
    throw notWritable(path, error);
  }
}

function notWritable(path: string, cause: unknown): UserError {
  if (cause instanceof UserError) return cause;
  const { code, message } = cause as NodeJS.ErrnoException;
  return new UserError("NOT_WRITABLE", {
    what: `cannot write "${path}": ${code ?? message}`,
    mend: "check that the folder is there, may be written, and has room",
    cause,
  });
}
