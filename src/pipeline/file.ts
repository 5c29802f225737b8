/** Model files: written for diffs, read with suspicion. */
import { isUserError, UserError } from "../core/errors.js";
import { hashOf } from "../core/hash.js";
import { reducerNamed } from "../decomposition/registry.js";
import { stepNamed } from "../preprocessing/registry.js";
import { type CompiledModel, compileModel } from "./compile.js";
import { formatJson, withoutSpaces } from "./format-json.js";
import { goldenFault } from "./golden.js";
import { FORMAT, FORMAT_VERSION, type Model, modelSchema } from "./schema.js";

/** The text of `model.json`, one trailing newline. */
export function serializeModel(model: Model): string {
  return `${formatJson(model)}\n`;
}

export interface LoadedModel {
  readonly model: Model;
  readonly compiled: CompiledModel;
}

/**
 * Read a model file: its format and version, its schema, its hash, every byte of it (spaces between tokens
 * apart), the versions of its steps, and its golden rows. Nothing of it is ever run as code.
 *
 * @param where - the file's name, for messages
 * @throws UserError `FOREIGN_MODEL` for another format, a newer version, or steps this program does not know;
 * `BAD_MODEL` for a damaged or changed file
 */
export function loadModel(text: string, where = "model.json"): LoadedModel {
  const json = parse(text, where);
  const model = check(json, where);
  requireHash(model, where);
  // Two texts may be one number (0.1 and 0.10000000000000001): the hash cannot tell them, so we look at the text.
  if (withoutSpaces(text) !== JSON.stringify(json)) {
    throw damaged(where, "its text is not as it was written: a number or key was changed by hand");
  }
  requireVersions(model, where);
  const compiled = refusing(where, () => compileModel(model));
  const fault = refusing(where, () => goldenFault(model, compiled));
  if (fault !== undefined) throw damaged(where, fault);
  return { model, compiled };
}

/** The model alone, checked as by `loadModel`. */
export function parseModel(text: string, where?: string): Model {
  return loadModel(text, where).model;
}

function parse(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw damaged(where, `it is not JSON: ${(cause as Error).message}`, cause);
  }
}

function check(json: unknown, where: string): Model {
  const { format, formatVersion } = (json ?? {}) as { format?: unknown; formatVersion?: unknown };
  if (format !== FORMAT) {
    throw foreign(
      where,
      `its format is ${JSON.stringify(format) ?? "not given"}, not "${FORMAT}"`,
      "give a model.json that segmenta wrote",
    );
  }
  if (formatVersion !== FORMAT_VERSION) {
    const newer = typeof formatVersion === "number" && formatVersion > FORMAT_VERSION;
    throw foreign(
      where,
      `its format version is ${JSON.stringify(formatVersion) ?? "not given"}; this program reads version ${FORMAT_VERSION}`,
      newer ? "update segmenta" : "run the experiment again",
    );
  }
  const result = modelSchema.safeParse(json);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  throw damaged(where, `${issue.path.join(".") || "the file"}: ${issue.message}`);
}

function requireHash({ hash, ...rest }: Model, where: string): void {
  const found = hashOf(rest);
  if (found === hash) return;
  throw damaged(
    where,
    `its content has the hash ${found.slice(0, 12)}…, but it was written with ${hash.slice(0, 12)}…`,
  );
}

/** A step of another version may treat rows otherwise than the model's makers saw. */
function requireVersions({ preparation, reduction }: Model, where: string): void {
  const parts = [
    ...preparation.map((step) => ({ step, own: () => stepNamed(step.name, where) })),
    { step: reduction, own: () => reducerNamed(reduction.name, where) },
  ];
  for (const { step, own } of parts) {
    const known = knownVersion(own);
    if (known === step.version) continue;
    const says = known === undefined ? "which this program does not know" : `and this program has version ${known}`;
    throw foreign(
      where,
      `it uses ${step.name} version ${step.version}, ${says}`,
      "use the segmenta that wrote it, or run the experiment again",
    );
  }
}

function knownVersion(own: () => { version: number }): number | undefined {
  try {
    return own().version;
  } catch (error) {
    if (isUserError(error)) return undefined;
    throw error;
  }
}

/** Whatever goes wrong in making ready is the file's fault, and says so. */
function refusing<T>(where: string, run: () => T): T {
  try {
    return run();
  } catch (cause) {
    throw damaged(where, `its parts do not fit each other: ${(cause as Error).message}`, cause);
  }
}

function damaged(where: string, what: string, cause?: unknown): UserError {
  return new UserError("BAD_MODEL", {
    what: `the model cannot be trusted: ${what}`,
    where,
    mend: "take the file from version control again, or run the experiment again",
    cause,
  });
}

function foreign(where: string, what: string, mend: string): UserError {
  return new UserError("FOREIGN_MODEL", { what: `this is not a model for this program: ${what}`, where, mend });
}
