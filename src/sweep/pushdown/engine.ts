/**
 * What a sweep asks of an SQL engine. The sockets and files behind it are opened in `data/engine`; here are only its
 * words, so that the arithmetic can be read, and tested, without any of them.
 */
import { UserError } from "../../core/errors.js";
import type { Dialect } from "./dialect.js";

export type SqlCell = number | string | null;
export type SqlRow = readonly SqlCell[];

export interface SqlEngine {
  /** `DuckDB 1.5.5`, for messages. */
  readonly name: string;
  readonly dialect: Dialect;
  /**
   * The rows of a small answer. Numbers are doubles to the last bit; what is no number is text.
   *
   * @throws UserError `BAD_QUERY` for what the engine cannot do, `EngineLost` when the engine went away: never a part
   *   of an answer
   * @throws the signal's reason when it stops the query
   */
  query(sql: string, signal?: AbortSignal): Promise<SqlRow[]>;
  /** Close connections, and remove what was written for this run alone. */
  close(): Promise<void>;
}

export interface EngineColumn {
  readonly name: string;
  readonly kind: "number" | "text";
  /** SQL: the value as a double, NULL where it is missing (NaN too); of a text column, its text. */
  readonly sql: string;
}

/** A table in an engine. */
export interface EngineTable {
  readonly engine: SqlEngine;
  /** What messages call it: the path, or the name of the table. */
  readonly name: string;
  /** The FROM clause. */
  readonly from: string;
  /** Features, in order; the id is not among them. */
  readonly columns: readonly EngineColumn[];
  /** What tells rows apart, as text: the id column, or, with no name, the row's number. */
  readonly id: { readonly name: string | null; readonly sql: string };
  /**
   * Write the segment of every row to where `data.labels` says; undefined when it says nothing.
   *
   * @param select - a query with the columns `s_row` and `s_segment`
   */
  writeLabels?(select: string, signal?: AbortSignal): Promise<void>;
}

/** The engine went away while it worked. What is finished is kept; the same command goes on from there. */
export class EngineLost extends UserError {
  constructor(engine: string, reason: string, cause?: unknown) {
    super("ENGINE_FAILED", {
      what: `${engine} went away while it worked: ${reason}`,
      where: "data.engine",
      mend: "what was finished is kept; when the engine is back, the same command goes on from there",
      cause,
    });
  }
}
