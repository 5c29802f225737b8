/** A temporary folder of small tables, removed after the test file. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { formatUserError, UserError } from "../../src/core/errors.js";
import { withConnection } from "../../src/data/duckdb.js";

export interface Files {
  readonly folder: string;
  /** Write a file and answer its path. */
  write(name: string, content: string | Uint8Array): string;
  path(name: string): string;
  /** Write a file through DuckDB, such as Parquet: `COPY (query) TO path`. */
  copy(name: string, query: string, options?: string): Promise<string>;
  makeFolder(name: string): string;
}

export function temporaryFiles(): Files {
  const folder = mkdtempSync(join(tmpdir(), "segmenta-data-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const path = (name: string) => join(folder, name);
  return {
    folder,
    path,
    write(name, content) {
      writeFileSync(path(name), content);
      return path(name);
    },
    async copy(name, query, options = "FORMAT parquet") {
      await withConnection((connection) => connection.run(`COPY (${query}) TO '${path(name)}' (${options})`));
      return path(name);
    },
    makeFolder(name) {
      mkdirSync(path(name));
      return path(name);
    },
  };
}

/** The text a user would see, with the temporary folder written as `<folder>`. */
export async function refusal(work: () => Promise<unknown>, folder: string): Promise<string> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return formatUserError(error).replaceAll(folder, "<folder>");
  }
  throw new Error("expected a refusal, but it went well");
}
