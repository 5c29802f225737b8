/** Where a table lies: which format its name says, and what is wrong when it cannot be opened. */
import { readdirSync, type Stats, statSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import { UserError } from "../core/errors.js";
import { nearestName } from "../core/suggest.js";

export type Format = "csv" | "parquet" | "json" | "xlsx";

/** What the end of a file name says about its content. */
const formats: Readonly<Record<string, Format>> = {
  ".csv": "csv",
  ".tsv": "csv",
  ".txt": "csv",
  ".parquet": "parquet",
  ".pq": "parquet",
  ".json": "json",
  ".jsonl": "json",
  ".ndjson": "json",
  ".xlsx": "xlsx",
};

const readable = "tables are read from .csv, .tsv, .txt, .parquet, .pq, .json, .jsonl, .ndjson and .xlsx files";

/**
 * The format of a table file that is there and is not empty.
 *
 * @throws UserError `NOT_FOUND` with the nearest file name in that folder, `NOT_READABLE` for a folder, a
 *   forbidden file or an unknown extension, `EMPTY_TABLE` for a file of no bytes
 */
export function formatOf(path: string): Format {
  const stats = statsOf(path);
  if (stats.isDirectory()) {
    const inside = tablesIn(path);
    throw new UserError("NOT_READABLE", {
      what: `"${path}" is a folder, not a table`,
      mend: inside.length > 0 ? `name a file in it: ${inside.slice(0, 10).join(", ")}` : readable,
    });
  }
  const format = formats[extname(path).toLowerCase()];
  if (format === undefined) {
    throw new UserError("NOT_READABLE", {
      what: `cannot tell the format of "${basename(path)}" from its extension "${extname(path)}"`,
      where: path,
      mend: readable,
    });
  }
  if (stats.size === 0) {
    throw new UserError("EMPTY_TABLE", {
      what: `"${basename(path)}" is empty: 0 bytes`,
      where: path,
      mend: "give a file with a header and at least one row",
    });
  }
  return format;
}

function statsOf(path: string): Stats {
  try {
    return statSync(path);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code !== "ENOENT" && code !== "ENOTDIR") throw notReadable(path, String(code), cause);
    const folder = dirname(path);
    const near = nearestName(basename(path), tablesIn(folder));
    throw new UserError("NOT_FOUND", {
      what: `no file "${path}"`,
      mend: near === undefined ? "check the path; it is taken from the current folder" : mendNear(join(folder, near)),
    });
  }
}

function mendNear(path: string): string {
  return `did you mean "${path}"?`;
}

/** The names of the table files in a folder, sorted; none if it cannot be listed. */
function tablesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => formats[extname(name).toLowerCase()] !== undefined)
      .sort();
  } catch {
    return [];
  }
}

/** The error of a file that is there but does not hold a table of its format. */
export function notReadable(path: string, reason: string, cause?: unknown): UserError {
  return new UserError("NOT_READABLE", {
    what: `cannot read "${basename(path)}": ${reason}`,
    where: path,
    mend: "check that the file is whole, may be read, and is what its extension says",
    cause,
  });
}
