/** Gathers every problem of a config, each with its line, so that all are shown at once. */
import type { z } from "zod";
import { complaintsOf } from "../../core/complaints.js";
import { UserError, UserErrors } from "../../core/errors.js";
import { didYouMean } from "../../core/suggest.js";
import type { ConfigSource, Path } from "./source.js";

export class Problems {
  readonly #source: ConfigSource;
  readonly #errors: UserError[] = [];

  constructor(source: ConfigSource) {
    this.#source = source;
  }

  get found(): boolean {
    return this.#errors.length > 0;
  }

  /** An unknown name where one of a list is expected. */
  unknown(kind: string, name: string, known: readonly string[], path: Path): void {
    this.#add("UNKNOWN_NAME", `unknown ${kind} "${name}"`, path, didYouMean(name, known));
  }

  bad(what: string, path: Path, mend?: string): void {
    this.#add("BAD_CONFIG", what, path, mend);
  }

  /**
   * Parse a part of the config by its schema; complaints are added under `path`.
   *
   * @param value - the part as written
   * @returns the parsed value, or undefined after a complaint
   */
  parse<T>(schema: z.ZodType<T>, value: unknown, path: Path): T | undefined {
    const result = schema.safeParse(value);
    if (result.success) return result.data;
    const name = String(path.at(-1) ?? "the config");
    for (const complaint of complaintsOf(schema, value, result.error, name)) {
      const code = complaint.kind === "unknown-key" ? "UNKNOWN_NAME" : "PARAM_RANGE";
      this.#add(code, complaint.what, [...path, ...complaint.path], complaint.mend);
    }
    return undefined;
  }

  /** @throws UserError or UserErrors if anything was added */
  throwIfAny(): void {
    if (this.#errors.length === 1) throw this.#errors[0];
    if (this.#errors.length > 1) throw new UserErrors(this.#errors);
  }

  #add(code: "UNKNOWN_NAME" | "BAD_CONFIG" | "PARAM_RANGE", what: string, path: Path, mend: string | undefined): void {
    this.#errors.push(new UserError(code, { what, where: this.#source.where(path), mend }));
  }
}
