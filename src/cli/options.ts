/**
 * The kinds of option a command may declare. Each says how yargs reads it and how its text becomes a value, so
 * that a command's arguments are typed from its declaration alone.
 */
import type { Options } from "yargs";
import { UserError } from "../core/errors.js";
import { didYouMean } from "../core/suggest.js";

/** One option or one word of a command line. */
export interface Option<T> {
  readonly yargs: Options;
  /** From what yargs parsed, undefined when it was not given, to the value. `where` names it in errors: `--jobs`. */
  readonly read: (given: unknown, where: string) => T;
}

/** True when it is given. */
export const flag = (describe: string): Option<boolean> => ({
  yargs: { type: "boolean", describe },
  read: (given) => given === true,
});

/** A text as it stands. */
export const text = (describe: string, more: Options = {}): Option<string | undefined> => ({
  yargs: { type: "string", describe, ...more },
  read: (given) => (given === undefined ? undefined : String(given)),
});

/** A text that must be given. */
export const required = (describe: string, more: Options = {}): Option<string> => ({
  yargs: { type: "string", describe, demandOption: true, ...more },
  read: String,
});

/** A text with a default. */
export const defaulting = (value: string, describe: string): Option<string> => ({
  yargs: { type: "string", describe, default: value },
  read: String,
});

/** Any number of texts. */
export const texts = (describe: string, more: Options = {}): Option<readonly string[]> => ({
  yargs: { type: "string", array: true, describe, ...more },
  read: (given) => (given === undefined ? [] : [given].flat().map(String)),
});

/** One of a few words; a near miss is suggested. `more` gives a default, or says that a word is required. */
export function oneOf<const W extends string>(words: readonly W[], describe: string): Option<W | undefined>;
export function oneOf<const W extends string>(
  words: readonly W[],
  describe: string,
  more: { readonly default: NoInfer<W> } | { readonly demandOption: true },
): Option<W>;
export function oneOf(words: readonly string[], describe: string, more: Options = {}): Option<string | undefined> {
  const listed = `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
  return {
    // Not `choices`: yargs would refuse a near miss before we could suggest the word that was meant.
    yargs: { type: "string", describe: `${describe}: ${listed}`, ...more },
    read(given, where) {
      const word = words.find((each) => each === given);
      if (word !== undefined || given === undefined) return word;
      throw new UserError("UNKNOWN_NAME", {
        what: `unknown ${where} ${JSON.stringify(given)}`,
        where: "command line",
        mend: didYouMean(String(given), words),
      });
    },
  };
}

/** A whole number of at least 1. */
export const count = (describe: string, most = Number.POSITIVE_INFINITY): Option<number | undefined> => ({
  yargs: { type: "string", describe },
  // yargs would turn `--jobs abc` into NaN without a word.
  read(given, where) {
    if (given === undefined) return undefined;
    const number = Number(given);
    if (Number.isInteger(number) && number >= 1 && number <= most && String(given).trim() !== "") return number;
    throw new UserError("BAD_USAGE", {
      what: `${where} must be a whole number ${most < Number.POSITIVE_INFINITY ? `from 1 to ${most}` : "of at least 1"}, got ${JSON.stringify(given)}`,
      where: "command line",
      mend: `such as ${where} 2`,
    });
  },
});

/** More threads than any machine has use for; some thousands end the process. */
const MOST_JOBS = 1024;

/** Worker threads. */
export const jobs = (describe = "worker threads; default: one per core") => count(describe, MOST_JOBS);

/** A duration such as `500ms`, `60s`, `2m` or `1h`, in milliseconds. */
export const duration = (describe: string) =>
  withUnit(describe, "time", { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }, "60s, 2m or 1h");

/** A size such as `500mb` or `4gb`, in bytes. */
export const byteSize = (describe: string) => withUnit(describe, "size", { mb: 1e6, gb: 1e9 }, "500mb or 4gb");

/** A number with its unit, in the smallest of the units. */
function withUnit(
  describe: string,
  kind: string,
  units: Readonly<Record<string, number>>,
  examples: string,
): Option<number | undefined> {
  const pattern = new RegExp(`^(\\d+(?:\\.\\d+)?)(${Object.keys(units).join("|")})$`, "i");
  return {
    yargs: { type: "string", describe },
    read(given, where) {
      if (given === undefined) return undefined;
      const [, number, unit] = pattern.exec(String(given)) ?? [];
      if (number !== undefined && unit !== undefined) return Math.round(Number(number) * units[unit.toLowerCase()]!);
      throw new UserError("BAD_USAGE", {
        what: `${where} must be a ${kind} with its unit, got ${JSON.stringify(given)}`,
        where: "command line",
        mend: `such as ${where} ${examples}`,
      });
    },
  };
}
