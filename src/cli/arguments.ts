/** Values of options, checked: yargs would turn `--jobs abc` into NaN without a word. */
import { UserError } from "../core/errors.js";

/** More threads than any machine has use for; some thousands end the process. */
const MOST_JOBS = 1024;

/** The option `--jobs`: worker threads. */
export const jobCount = (value: unknown): number | undefined => wholeNumber("jobs", value, MOST_JOBS);

/** A whole number of at least 1, or undefined when the option is not given. */
export function wholeNumber(name: string, value: unknown, most = Number.POSITIVE_INFINITY): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (Number.isInteger(number) && number >= 1 && number <= most && String(value).trim() !== "") return number;
  throw new UserError("BAD_USAGE", {
    what: `--${name} must be a whole number ${most < Number.POSITIVE_INFINITY ? `from 1 to ${most}` : "of at least 1"}, got ${JSON.stringify(value)}`,
    where: "command line",
    mend: `such as --${name} 2`,
  });
}

/** Milliseconds in each unit of a duration. */
const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** A duration such as `500ms`, `60s`, `2m` or `1h` in milliseconds, or undefined when the option is not given. */
export function duration(name: string, value: unknown): number | undefined {
  if (value === undefined) return undefined;
  const [, number, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(String(value)) ?? [];
  if (number !== undefined && unit !== undefined) return Math.round(Number(number) * UNITS[unit]!);
  throw new UserError("BAD_USAGE", {
    what: `--${name} must be a time with its unit, got ${JSON.stringify(value)}`,
    where: "command line",
    mend: `such as --${name} 60s, 2m or 1h`,
  });
}

/** Bytes in each unit of a size. */
const SIZES: Readonly<Record<string, number>> = { mb: 1e6, gb: 1e9 };

/** A size such as `500mb` or `4gb` in bytes, or undefined when the option is not given. */
export function byteSize(name: string, value: unknown): number | undefined {
  if (value === undefined) return undefined;
  const [, number, unit] = /^(\d+(?:\.\d+)?)(mb|gb)$/i.exec(String(value)) ?? [];
  if (number !== undefined && unit !== undefined) return Number(number) * SIZES[unit.toLowerCase()]!;
  throw new UserError("BAD_USAGE", {
    what: `--${name} must be a size with its unit, got ${JSON.stringify(value)}`,
    where: "command line",
    mend: `such as --${name} 500mb or 4gb`,
  });
}
