/** The shape of a command: light to load, so that help is quick; the work is imported when it runs. */
import type { Argv } from "yargs";
import type { Io } from "./io.js";

export interface Command {
  /** As yargs reads it: `run <experiment> [overrides..]`. */
  readonly usage: string;
  readonly summary: string;
  options(yargs: Argv): Argv;
  /** Do it; answers the exit code. */
  run(args: Readonly<Record<string, unknown>>, io: Io): Promise<number>;
}
