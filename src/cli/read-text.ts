/** A text file that a command was given. */
import { readFile } from "node:fs/promises";
import { UserError } from "../core/errors.js";

/**
 * @param shown - the path as the user wrote it
 * @throws UserError `NOT_READABLE`, such as for a folder
 */
export async function readText(path: string, shown: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    const isFolder = (cause as NodeJS.ErrnoException).code === "EISDIR";
    throw new UserError("NOT_READABLE", {
      what: `cannot read ${shown}: ${isFolder ? "it is a folder" : (cause as Error).message}`,
      where: shown,
      mend: "name a text file that may be read",
      cause,
    });
  }
}
