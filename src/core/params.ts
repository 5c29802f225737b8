/** Read parameters with a schema, and say in one plain sentence what is wrong with them. */
import type { z } from "zod";
import { UserError } from "./errors.js";
import { didYouMean } from "./suggest.js";

type Issue = z.core.$ZodIssue;

/**
 * Parameters checked and completed with their defaults.
 *
 * @param where - for the message, such as `prepare.standard, impute`
 * @throws UserError `BAD_CONFIG` for the first thing that is wrong
 */
export function parseParams<T>(schema: z.ZodType<T>, value: unknown, where: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = mostTelling(result.error.issues)[0]!;
  const path = issue.path.map(String).join(".");
  const place = path === "" ? where : `${where}.${path}`;
  if (issue.code === "unrecognized_keys") {
    const known = keysOf(schema);
    const key = issue.keys[0]!;
    const mend = known.length > 0 ? didYouMean(key, known) : undefined;
    throw new UserError("BAD_CONFIG", { what: `unknown option "${key}"`, where: place, mend });
  }
  const received = at(value, issue);
  if (issue.code === "invalid_value" && typeof received === "string") {
    const mend = didYouMean(received, issue.values.map(String));
    throw new UserError("BAD_CONFIG", { what: `unknown value "${received}"`, where: place, mend });
  }
  throw new UserError("BAD_CONFIG", {
    what: `${lowerFirst(issue.message)}, got ${show(received)}`,
    where: place,
  });
}

/**
 * A value that fits no branch of a union fails once per branch. The branch that got furthest is the one the
 * user meant: it has the longest path, or knew the value's type and met an unknown key or a wrong word.
 */
function mostTelling(issues: readonly Issue[]): readonly Issue[] {
  const first = issues[0]!;
  if (first.code !== "invalid_union" || first.errors.length === 0) return issues;
  const depth = (branch: readonly Issue[]) => {
    const issue = branch[0];
    if (issue === undefined) return -1;
    const known = issue.code === "unrecognized_keys" ? 1 : issue.code === "invalid_type" ? 0 : 0.5;
    return issue.path.length + known;
  };
  const branches = first.errors.map((branch) => mostTelling(branch as readonly Issue[]));
  const deepest = Math.max(...branches.map(depth));
  const best = branches.filter((branch) => depth(branch) === deepest);
  const chosen = best[0]!.map((issue) => ({ ...issue, path: [...first.path, ...issue.path] }));
  if (deepest > 0 || best.length === 1) return chosen;
  const messages = best.map((branch) => lowerFirst(branch[0]!.message.replace(/^Invalid (input|option): /, "")));
  return [{ ...chosen[0]!, message: messages.join(", or ") }];
}

/** The option names an object schema, or any branch of a union, knows. */
function keysOf(schema: unknown): string[] {
  const parts = schema as { shape?: object; options?: readonly unknown[]; in?: unknown };
  const own = parts.shape === undefined ? [] : Object.keys(parts.shape);
  const branches = [...(parts.options ?? []), ...(parts.in === undefined ? [] : [parts.in])];
  return [...own, ...branches.flatMap(keysOf)];
}

function at(value: unknown, issue: Issue): unknown {
  return issue.path.reduce((inner: unknown, key) => (inner as Record<PropertyKey, unknown> | undefined)?.[key], value);
}

function lowerFirst(message: string): string {
  const text = message.replace(/^Invalid (input|option): /, "");
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function show(value: unknown): string {
  return value === undefined ? "nothing" : (JSON.stringify(value) ?? String(value));
}
