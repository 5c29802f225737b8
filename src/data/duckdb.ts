/**
 * DuckDB, opened for one piece of work and closed after it. It is imported here and nowhere else in `data`,
 * inside the function, so that what reads no table does not pay for loading it.
 *
 * It parses and streams; it never computes a number that we write (its threads change the last bits of sums).
 */
import { createRequire } from "node:module";
import type { DuckDBConnection, DuckDBDataChunk, DuckDBVector } from "@duckdb/node-api";

export type { DuckDBConnection };

/**
 * Run `work` with a connection to a fresh in-memory database. Nothing is downloaded: extensions that are not
 * bundled stay out.
 */
export async function withConnection<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
  const opened = await openConnection();
  try {
    return await work(opened.connection);
  } finally {
    opened.close();
  }
}

/** A connection and how to close it, for work that outlives one call, such as an iterator. */
export async function openConnection(): Promise<{ connection: DuckDBConnection; close: () => void }> {
  // `require`, not `import()`: that would first search 150 CommonJS files for their export names (0.2 s).
  const { DuckDBInstance } = createRequire(import.meta.url)("@duckdb/node-api") as typeof import("@duckdb/node-api");
  const instance = await DuckDBInstance.create(":memory:", {
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
  });
  const connection = await instance.connect();
  const close = () => {
    connection.closeSync();
    instance.closeSync();
  };
  return { connection, close };
}

/** The rows of a small answer. */
export async function smallAnswer(connection: DuckDBConnection, sql: string): Promise<unknown[][]> {
  const reader = await connection.runAndReadAll(sql);
  return reader.getRows() as unknown[][];
}

/** The chunks of an answer in row order; the next one is fetched while the caller works on this one. */
export async function* chunksOf(
  connection: DuckDBConnection,
  sql: string,
  signal?: AbortSignal,
): AsyncGenerator<DuckDBDataChunk> {
  const result = await connection.stream(sql);
  let next = result.fetchChunk();
  try {
    for (;;) {
      const chunk = await next;
      if (chunk === null || chunk.rowCount === 0) return;
      signal?.throwIfAborted();
      next = result.fetchChunk();
      yield chunk;
    }
  } finally {
    // Left early: the fetch that is under way must end before the connection closes.
    await next.catch(() => null);
  }
}

/**
 * Copy a chunk's DOUBLE column into `out` from row `at` on. The query must leave no NULL in it
 * (`coalesce(…, 'nan')`): a NULL slot holds whatever was in memory.
 */
export function copyDoubles(chunk: DuckDBDataChunk, column: number, out: Float64Array, at: number): void {
  const vector = chunk.getColumnVector(column);
  const items = wholeItems(vector);
  if (items) {
    out.set(items, at);
    return;
  }
  for (let i = 0; i < chunk.rowCount; i++) out[at + i] = vector.getItem(i) as number;
}

/** The vector's numbers as they lie in memory, 4 times quicker than one by one; undefined if this DuckDB hides them. */
function wholeItems(vector: DuckDBVector): Float64Array | undefined {
  const items: unknown = (vector as unknown as { items?: unknown }).items;
  return items instanceof Float64Array && items.length === vector.itemCount ? items : undefined;
}

/** A chunk's VARCHAR column as texts; null is missing. */
export function textsOf(chunk: DuckDBDataChunk, column: number): (string | null)[] {
  return chunk.getColumnValues(column) as (string | null)[];
}

/** An SQL text literal. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** An SQL name. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
