/** A schema's complaints in the house form: what is wrong with the value received, and how to mend it. */
import type { z } from "zod";
import { didYouMean, nearestName } from "./suggest.js";

type Issue = z.core.$ZodIssue;
type Path = readonly (string | number)[];

export interface Complaint {
  readonly kind: "unknown-key" | "bad-value";
  /** From the value that was parsed to the part that is wrong. */
  readonly path: Path;
  /** `k must be a number of at least 2, got 1`. */
  readonly what: string;
  readonly mend: string | undefined;
}

/**
 * Everything that is wrong with a value.
 *
 * @param name - of the whole value, for a complaint about it as a whole
 */
export function complaintsOf(schema: z.ZodType, value: unknown, error: z.ZodError, name: string): Complaint[] {
  return error.issues.flatMap((issue) => complain(mostTelling(issue), schema, value, name));
}

function complain(issue: Issue, schema: z.ZodType, root: unknown, name: string): Complaint[] {
  const path = issue.path.map((part) => (typeof part === "symbol" ? String(part) : part));
  if (issue.code === "unrecognized_keys") {
    const known = keysOf(schemaAt(schema, path));
    return issue.keys.map((key) => ({
      kind: "unknown-key",
      path: [...path, key],
      what: `unknown key "${key}"`,
      mend: known.length > 0 ? didYouMean(key, known) : undefined,
    }));
  }
  const value = path.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown> | undefined)?.[key], root);
  const got = value === undefined ? "it is missing" : `got ${JSON.stringify(value) ?? String(value)}`;
  return [
    {
      kind: "bad-value",
      path,
      // A check across options says all there is to say in its own words.
      what: issue.code === "custom" ? `${issue.message}, ${got}` : `${path.at(-1) ?? name} ${mustBe(issue)}, ${got}`,
      mend: nearestChoice(value, issue) ?? descriptionAt(schema, path),
    },
  ];
}

/**
 * A value that fits no branch of a union fails once per branch. Where one branch got further than the others
 * (it knew the value's type and met an unknown key, or failed deeper inside), that one was meant.
 */
function mostTelling(issue: Issue): Issue {
  if (issue.code !== "invalid_union") return issue;
  const depth = (first: Issue | undefined) =>
    first === undefined ? -1 : first.path.length + (first.code === "unrecognized_keys" ? 1 : 0);
  const branches = issue.errors.map((branch) => branch[0]).map((first) => first && mostTelling(first));
  const deepest = Math.max(...branches.map(depth));
  const best = branches.filter((first) => depth(first) === deepest);
  if (deepest === 0 || best.length !== 1 || !best[0]) return issue;
  return { ...best[0], path: [...issue.path, ...best[0].path] };
}

/** What a value must be, in words. */
function mustBe(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type":
      return `must be ${article(issue.expected)}`;
    case "too_small":
      if (issue.origin === "number" || issue.origin === "int") {
        return `must be a number ${issue.inclusive ? "of at least" : "greater than"} ${issue.minimum}`;
      }
      return `must have at least ${issue.minimum} ${issue.origin === "string" ? "characters" : "entries"}`;
    case "too_big":
      if (issue.origin === "number" || issue.origin === "int") {
        return `must be a number ${issue.inclusive ? "of at most" : "less than"} ${issue.maximum}`;
      }
      return `must have at most ${issue.maximum} ${issue.origin === "string" ? "characters" : "entries"}`;
    case "invalid_value":
      return `must be one of ${issue.values.map((value) => String(value)).join(", ")}`;
    case "invalid_union": {
      const options = issue.errors.flatMap((errors) => errors.slice(0, 1).map(mustBe));
      return [...new Set(options)].join(", or ") || "has an unknown form";
    }
    default:
      return `is not as it should be: ${issue.message}`;
  }
}

const WORDS: Readonly<Record<string, string>> = {
  int: "a whole number",
  object: "a map",
  record: "a map",
  array: "a list",
};

const article = (expected: string) => WORDS[expected] ?? `${/^[aeiou]/.test(expected) ? "an" : "a"} ${expected}`;

/** A mistyped word of a list of words. */
function nearestChoice(value: unknown, issue: Issue): string | undefined {
  if (typeof value !== "string") return undefined;
  const issues = issue.code === "invalid_union" ? issue.errors.flat() : [issue];
  const choices = issues.flatMap((each) => (each.code === "invalid_value" ? each.values.map(String) : []));
  const nearest = nearestName(value, choices);
  return nearest === undefined ? undefined : `did you mean "${nearest}"?`;
}

/** What zod keeps of a schema, as far as we look. */
interface Parts {
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly options?: readonly z.ZodType[];
  readonly in?: z.ZodType;
  readonly def?: { readonly innerType?: z.ZodType };
}

/** Through defaults, optionals and transforms. */
function unwrap(schema: z.ZodType | undefined): z.ZodType | undefined {
  let current = schema as (z.ZodType & Parts) | undefined;
  for (;;) {
    const inner = current?.def?.innerType ?? current?.in;
    if (!inner) return current;
    current = inner as z.ZodType & Parts;
  }
}

function schemaAt(schema: z.ZodType, path: Path): z.ZodType | undefined {
  return path.reduce<z.ZodType | undefined>(
    (inner, part) => unwrap((inner as Parts | undefined)?.shape?.[String(part)]),
    unwrap(schema),
  );
}

/** The names an object, or any branch of a union, knows. */
function keysOf(schema: z.ZodType | undefined): string[] {
  const parts = unwrap(schema) as Parts | undefined;
  return [...Object.keys(parts?.shape ?? {}), ...(parts?.options ?? []).flatMap(keysOf)];
}

/** The description of a value's schema, which says what the option does. */
function descriptionAt(schema: z.ZodType, path: Path): string | undefined {
  const parent = schemaAt(schema, path.slice(0, -1)) as Parts | undefined;
  let current = path.length === 0 ? schema : parent?.shape?.[String(path.at(-1))];
  while (current) {
    const { description, unit } = (current.meta() ?? {}) as { description?: string; unit?: string };
    if (description) return unit && !description.includes(unit) ? `${description} (${unit})` : description;
    if (unit) return `its unit: ${unit}`;
    current = (current as Parts).def?.innerType;
  }
  return undefined;
}
