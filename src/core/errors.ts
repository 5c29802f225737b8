/**
 * The one kind of error that is the user's to mend, and the table of its codes.
 *
 * A `UserError` is printed without a stack: what happened, where, how to mend it. Anything else that is
 * thrown is a fault of ours and is printed as one.
 */

/** Every code, with the HTTP status the service answers when a request causes it. */
export const errorCodes = {
  ALL_MISSING: 422,
  BAD_CONFIG: 400,
  BAD_JSON: 400,
  BAD_MODEL: 500,
  BAD_QUERY: 400,
  BAD_RESULTS: 409,
  BAD_USAGE: 400,
  BODY_TOO_LARGE: 413,
  CELL_FAILED: 422,
  DUPLICATE_ID: 422,
  EMPTY_TABLE: 422,
  ENGINE_FAILED: 502,
  FOREIGN_MODEL: 500,
  MISSING_OPTIONAL: 501,
  MISSING_VALUE: 422,
  NOT_DATE: 422,
  NOT_FINITE: 422,
  NOT_FOUND: 404,
  NOT_NUMBER: 422,
  NOT_READABLE: 400,
  NOT_WRITABLE: 507,
  OUT_OF_DOMAIN: 422,
  OUT_OF_MEMORY: 507,
  PARAM_RANGE: 422,
  PORT_TAKEN: 409,
  RULE_CHANGED: 409,
  SHAPE_MISMATCH: 422,
  SPACE_MISMATCH: 422,
  TOO_FEW_CLUSTERS: 422,
  TOO_FEW_ROWS: 422,
  UNKNOWN_COLUMN: 422,
  UNKNOWN_NAME: 400,
} as const;

export type ErrorCode = keyof typeof errorCodes;

export interface UserErrorParts {
  /** What happened, lower case, with the value received. */
  readonly what: string;
  /** File and line, or the name of the option, column or row. */
  readonly where?: string | undefined;
  /** How to mend it. */
  readonly mend?: string | undefined;
  readonly cause?: unknown;
}

export class UserError extends Error {
  readonly code: ErrorCode;
  readonly what: string;
  readonly where: string | undefined;
  readonly mend: string | undefined;

  constructor(code: ErrorCode, parts: UserErrorParts) {
    super(parts.what, parts.cause === undefined ? undefined : { cause: parts.cause });
    this.name = "UserError";
    this.code = code;
    this.what = parts.what;
    this.where = parts.where;
    this.mend = parts.mend;
  }
}

/** Several problems found at once, such as all the faults of a config. */
export class UserErrors extends Error {
  readonly errors: readonly UserError[];

  constructor(errors: readonly UserError[]) {
    super(errors.map((error) => error.what).join("; "));
    this.name = "UserErrors";
    this.errors = errors;
  }
}

/**
 * The text a person reads.
 *
 * ✘ eps must be a number greater than 0, got -0.5   [PARAM_RANGE]
 *   → experiments/density.yaml:14, sweep.dbscan.eps
 *   ✎ eps is a radius in scaled units; 0.2 to 2 is usual after standard scaling
 */
export function formatUserError(error: UserError): string {
  const lines = [`✘ ${error.what}   [${error.code}]`];
  if (error.where) lines.push(`  → ${error.where}`);
  if (error.mend) lines.push(`  ✎ ${error.mend}`);
  return lines.join("\n");
}

/** True for the errors that are the user's to mend. */
export function isUserError(error: unknown): error is UserError | UserErrors {
  return error instanceof UserError || error instanceof UserErrors;
}
