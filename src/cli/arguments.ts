/** Values of options, checked: yargs would turn `--jobs abc` into NaN without a word. */
import { UserError } from "../core/errors.js";

/** A whole number of at least 1, or undefined when the option is not given. */
export function wholeNumber(name: string, value: unknown): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (Number.isInteger(number) && number >= 1 && String(value).trim() !== "") return number;
  throw new UserError("BAD_USAGE", {
    what: `--${name} must be a whole number of at least 1, got ${JSON.stringify(value)}`,
    where: "command line",
    mend: `such as --${name} 2`,
  });
}
