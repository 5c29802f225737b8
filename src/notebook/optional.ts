/** Packages that only notebooks need are loaded when asked for, and their absence says what to install. */
import { createRequire } from "node:module";
import { UserError } from "../core/errors.js";

const require = createRequire(import.meta.url);

/**
 * A package loaded when it is first needed, at once (cells see no promise).
 *
 * @throws UserError `MISSING_OPTIONAL` if it is not installed
 */
export function loadOptional<T>(name: string, why: string): T {
  try {
    return require(name) as T;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    // The package is there, but something within it is not: that is another fault.
    if (code !== "MODULE_NOT_FOUND" || !message.includes(`'${name}'`)) throw error;
    throw missingPackage(name, why, error);
  }
}

/** Where a file of an optional package lies. */
export function locateOptional(file: string, why: string): string {
  try {
    return require.resolve(file);
  } catch (error) {
    const name = file.startsWith("@") ? file.split("/").slice(0, 2).join("/") : file.split("/")[0]!;
    throw missingPackage(name, why, error);
  }
}

function missingPackage(name: string, why: string, cause: unknown): UserError {
  return new UserError("MISSING_OPTIONAL", {
    what: `${why} needs the package "${name}", which is not installed`,
    mend: `npm install --save-dev ${name}`,
    cause,
  });
}
