/** From a schema's complaints to the house form: what happened, where, how to mend it. */
import type { z } from "zod";
import { UserError, UserErrors } from "../../core/errors.js";
import { didYouMean, nearestName } from "../../core/suggest.js";
import type { ConfigSource, Path } from "./source.js";

/** Gathers every problem of a config, so that all are shown at once. */
export class Problems {
  readonly #source: ConfigSource;
  readonly #errors: UserError[] = [];

  constructor(source: ConfigSource) {
    this.#source = source;
  }

  get found(): boolean {
    return this.#errors.length > 0;
  }

  add(error: UserError): void {
    this.#errors.push(error);
  }

  /** An unknown name where one of a list is expected. */
  unknown(kind: string, name: string, known: readonly string[], path: Path): void {
    this.add(
      new UserError("UNKNOWN_NAME", {
        what: `unknown ${kind} "${name}"`,
        where: this.#source.where(path),
        mend: didYouMean(name, known),
      }),
    );
  }

  bad(what: string, path: Path, mend?: string): void {
    this.add(new UserError("BAD_CONFIG", { what, where: this.#source.where(path), mend }));
  }

  /**
   * Parse a part of the config by its schema; complaints are added under `path`.
   *
   * @param value - the part as written
   * @param known - the keys the schema knows, for suggestions
   * @returns the parsed value, or undefined after a complaint
   */
  parse<T>(schema: z.ZodType<T>, value: unknown, path: Path, known: readonly string[] = []): T | undefined {
    const result = schema.safeParse(value);
    if (result.success) return result.data;
    for (const issue of result.error.issues) this.#complain(issue, value, path, known, schema);
    return undefined;
  }

  #complain(issue: z.core.$ZodIssue, root: unknown, path: Path, known: readonly string[], schema: z.ZodType): void {
    const inner = issue.path.map((part) => (typeof part === "symbol" ? String(part) : part));
    const full = [...path, ...inner];
    const value = valueAt(root, inner);
    if (issue.code === "unrecognized_keys") {
      const keys = inner.length === 0 && known.length > 0 ? known : keysAt(schema, inner);
      for (const key of issue.keys) this.unknown("key", key, keys, [...full, key]);
      return;
    }
    const name = full.at(-1) ?? "the config";
    const got = value === undefined ? "it is missing" : `got ${JSON.stringify(value)}`;
    this.add(
      new UserError("PARAM_RANGE", {
        what: `${name} ${describe(issue)}, ${got}`,
        where: this.#source.where(full),
        mend: nearestChoice(value, issue) ?? descriptionAt(schema, inner),
      }),
    );
  }

  /** @throws UserError or UserErrors if anything was added */
  throwIfAny(): void {
    if (this.#errors.length === 1) throw this.#errors[0];
    if (this.#errors.length > 1) throw new UserErrors(this.#errors);
  }
}

/** What a value must be, in words. */
function describe(issue: z.core.$ZodIssue): string {
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
      const options = issue.errors.flatMap((errors) => errors.slice(0, 1).map(describe));
      return [...new Set(options)].join(", or ") || "has an unknown form";
    }
    default:
      return `is not as it should be: ${issue.message}`;
  }
}

/** A mistyped word of a list of words. */
function nearestChoice(value: unknown, issue: z.core.$ZodIssue): string | undefined {
  if (typeof value !== "string") return undefined;
  const issues = issue.code === "invalid_union" ? issue.errors.flat() : [issue];
  const choices = issues.flatMap((each) => (each.code === "invalid_value" ? each.values.map(String) : []));
  const nearest = nearestName(value, choices);
  return nearest === undefined ? undefined : `did you mean "${nearest}"?`;
}

const WORDS: Readonly<Record<string, string>> = {
  int: "a whole number",
  object: "a map",
  array: "a list",
  record: "a map",
};

const article = (expected: string) => WORDS[expected] ?? `${/^[aeiou]/.test(expected) ? "an" : "a"} ${expected}`;

function valueAt(root: unknown, path: Path): unknown {
  let value = root;
  for (const part of path) value = (value as Record<string | number, unknown> | undefined)?.[part];
  return value;
}

/** Walk a schema along a path, through defaults and optionals. */
function schemaAt(schema: unknown, path: Path): z.ZodType | undefined {
  let current = unwrap(schema);
  for (const part of path) {
    const shape = (current as { shape?: Record<string, unknown> } | undefined)?.shape;
    const next = shape?.[String(part)];
    if (next === undefined) return undefined;
    current = unwrap(next);
  }
  return current;
}

function unwrap(schema: unknown): z.ZodType | undefined {
  let current = schema as { def?: { innerType?: unknown } } | undefined;
  while (current?.def?.innerType) current = current.def.innerType as typeof current;
  return current as z.ZodType | undefined;
}

function keysAt(schema: unknown, path: Path): string[] {
  return Object.keys((schemaAt(schema, path) as { shape?: object } | undefined)?.shape ?? {});
}

/** The description of a value's schema, which says what the option does. */
function descriptionAt(schema: z.ZodType, path: Path): string | undefined {
  const parent = schemaAt(schema, path.slice(0, -1)) as { shape?: Record<string, z.ZodType> } | undefined;
  const own = path.length === 0 ? schema : parent?.shape?.[String(path.at(-1))];
  const meta = own?.meta() as { description?: string; unit?: string } | undefined;
  const inner = unwrap(own)?.meta() as { description?: string; unit?: string } | undefined;
  const description = meta?.description ?? inner?.description;
  const unit = meta?.unit ?? inner?.unit;
  if (description) return unit && !description.includes(unit) ? `${description} (${unit})` : description;
  return unit ? `its unit: ${unit}` : undefined;
}
