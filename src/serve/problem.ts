/**
 * Errors as RFC 9457 problems. A user's mistake says what, where and how to mend it; a fault of ours says only that
 * it is one: the log has the stack, the answer never.
 */
import { errorCodes, isUserError, type UserError, UserErrors } from "../core/errors.js";
import { respond } from "./respond.js";

export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly where?: string | undefined;
  readonly mend?: string | undefined;
  /** All of them, when there are several. */
  readonly errors?: readonly Pick<Problem, "code" | "detail" | "where" | "mend">[];
}

/** What only a server meets; all else has its code and status in `core/errors.ts`. */
const httpCodes = {
  METHOD_NOT_ALLOWED: 405,
  TOO_MANY_REQUESTS: 429,
  UNAUTHORIZED: 401,
  UNSUPPORTED_TYPE: 415,
} as const;

/** More than this many are not listed: a table of a thousand columns could have them all wrong. */
const LISTED = 20;

export function problem(code: keyof typeof httpCodes, detail: string, mend?: string): Problem {
  return make(code, httpCodes[code], detail, undefined, mend);
}

/** The problem an error is. */
export function problemOf(error: unknown): Problem {
  if (!isUserError(error)) {
    return make("INTERNAL", 500, "the fault is ours; it is in the log of the service", undefined, undefined);
  }
  const errors = error instanceof UserErrors ? error.errors : [error];
  const first = errors[0]!;
  const whole = make(first.code, errorCodes[first.code], first.what, first.where, first.mend);
  if (errors.length === 1) return whole;
  return { ...whole, detail: summary(errors), errors: errors.slice(0, LISTED).map(partOf) };
}

function summary(errors: readonly UserError[]): string {
  const more = errors.length - LISTED;
  const first = errors.slice(0, LISTED).map(({ what }) => what);
  return more > 0 ? `${first.join("; ")}; and ${more} more` : first.join("; ");
}

function partOf({ code, what, where, mend }: UserError) {
  return { code, detail: what, where, mend };
}

function make(
  code: string,
  status: number,
  detail: string,
  where: string | undefined,
  mend: string | undefined,
): Problem {
  const title = code.toLowerCase().replaceAll("_", " ");
  return { type: `urn:segmenta:problem:${title.replaceAll(" ", "-")}`, title, status, detail, code, where, mend };
}

/** The response of a problem. */
export function problemResponse(body: Problem, headers: Readonly<Record<string, string>> = {}): Response {
  return respond(JSON.stringify(body), "application/problem+json; charset=utf-8", body.status, headers);
}
