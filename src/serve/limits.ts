/** How much a request may bring, and how long it may take. What is more belongs to `segmenta predict`. */

export interface Limits {
  /** Bytes of a JSON or form body. */
  readonly jsonBytes: number;
  /** Rows of a JSON body. */
  readonly jsonRows: number;
  /** Above so many rows the answer leaves the reasons out: they cost as much as the answer for each feature. */
  readonly reasonRows: number;
  /** Bytes of a CSV body. */
  readonly csvBytes: number;
  /** Rows of a CSV body. */
  readonly csvRows: number;
  /** Characters of one CSV record. */
  readonly recordChars: number;
}

export const defaultLimits: Limits = {
  jsonBytes: 8 * 1024 * 1024,
  jsonRows: 10_000,
  reasonRows: 1_000,
  csvBytes: 64 * 1024 * 1024,
  csvRows: 100_000,
  recordChars: 256 * 1024,
};

/** Milliseconds. */
export interface Timeouts {
  /** Until the headers of a request are there. */
  readonly headersMs: number;
  /** Until all of a request is there. */
  readonly requestMs: number;
  /** An idle connection is kept so long. */
  readonly keepAliveMs: number;
  /** Requests in flight may end within this time after a stop. */
  readonly stopMs: number;
}

export const defaultTimeouts: Timeouts = {
  headersMs: 10_000,
  requestMs: 60_000,
  keepAliveMs: 5_000,
  stopMs: 10_000,
};
