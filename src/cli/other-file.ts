/** An answer never takes the place of what it was made from. */
import { statSync } from "node:fs";
import { UserError } from "../core/errors.js";
import { type Io, pathFrom } from "./io.js";

/**
 * Require that `out` is none of the files that are read: the same file by whatever name or link.
 *
 * @throws UserError `BAD_USAGE`
 */
export function requireOther(io: Pick<Io, "cwd">, out: string | undefined, inputs: readonly string[]): void {
  if (out === undefined) return;
  const factsOf = (path: string) => statSync(pathFrom(io, path), { throwIfNoEntry: false, bigint: true });
  const there = factsOf(out);
  if (!there?.isFile()) return;
  const same = inputs.find((input) => {
    const facts = factsOf(input);
    return facts !== undefined && facts.dev === there.dev && facts.ino === there.ino;
  });
  if (same === undefined) return;
  throw new UserError("BAD_USAGE", {
    what:
      same === out ? `${out} would be written over what is read` : `${out} is the same file as ${same}, which is read`,
    where: "command line, --out",
    mend: "name another file",
  });
}
