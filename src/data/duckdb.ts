/**
 * DuckDB, opened for one piece of work and closed after it. It is imported here and nowhere else in `data`,
 * inside the function, so that what reads no table does not pay for loading it.
 *
 * It parses and streams; it never computes a number that we write (its threads change the last bits of sums).
 */
import { createRequire } from "node:module";
import type { DuckDBConnection, DuckDBDataChunk } from "@duckdb/node-api";

export type { DuckDBConnection };

const require = createRequire(import.meta.url);

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
  const { DuckDBInstance } = require("@duckdb/node-api") as typeof import("@duckdb/node-api");
  const instance = await DuckDBInstance.create(":memory:", {
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
  });
  const connection = await instance.connect();
  const close = () => {
    connection.closeSync();
    instance.closeSync();
    for (const work of atClose.get(connection) ?? []) work();
  };
  return { connection, close };
}

const atClose = new WeakMap<DuckDBConnection, (() => void)[]>();

/** Do this when the connection is closed: remove a copy that it reads. */
export function onClose(connection: DuckDBConnection, work: () => void): void {
  atClose.set(connection, [...(atClose.get(connection) ?? []), work]);
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
 *
 * Through the low-level bindings: the column is one block of memory there, and 17 million calls of `getItem` are saved.
 */
export function copyDoubles(chunk: DuckDBDataChunk, column: number, out: Float64Array, at: number): void {
  const count = chunk.rowCount;
  const { vector_get_data, data_chunk_get_vector } = loadBindings();
  const bytes = vector_get_data(data_chunk_get_vector(chunk.chunk, column), count * 8);
  out.set(new Float64Array(bytes.buffer, bytes.byteOffset, count), at);
}

interface Bindings {
  data_chunk_get_vector(chunk: DuckDBDataChunk["chunk"], column: number): object;
  vector_get_data(vector: object, byteCount: number): Uint8Array;
}

let bindings: Bindings | undefined;

/** The bindings that @duckdb/node-api itself uses, wherever npm has put them. */
function loadBindings(): Bindings {
  bindings ??= createRequire(require.resolve("@duckdb/node-api"))("@duckdb/node-bindings") as Bindings;
  return bindings;
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
