/** The world outside, as the commands see it: two streams, a screen, a folder, a way to be stopped. */
import { resolve } from "node:path";
import { formatUserError, isUserError, UserErrors } from "../core/errors.js";

export interface Io {
  /** Results. */
  out(text: string): void;
  /** Resolves when `out` may be given more, for those who print much; without it, at once. */
  drained?(): Promise<void>;
  /** True when the reader of `out` has left: what prints row after row may stop. */
  outIsClosed?(): boolean;
  /** Progress and errors. */
  err(text: string): void;
  readonly errIsTerminal: boolean;
  readonly columns: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Aborts on Ctrl-C. */
  readonly signal: AbortSignal;
}

/** A path as the user wrote it, where that still names the file; so messages show the user's own words. */
export function pathFrom(io: Pick<Io, "cwd">, path: string): string {
  return io.cwd === process.cwd() ? path : resolve(io.cwd, path);
}

/** One table of exit codes for all commands. */
export const EXIT = {
  good: 0,
  /** Our fault. */
  fault: 1,
  /** The user's to mend: usage, config, data, an error in a notebook cell. */
  usage: 2,
  /** A gate, `--check` or `verify` found something worse or different. */
  regressed: 3,
  /** Failed or missing trials, a spent budget, nothing compared, other data. */
  incomplete: 4,
  interrupted: 130,
} as const;

/** Print an error the way its kind deserves, and answer the exit code. */
export function reportError(error: unknown, io: Io): number {
  if (io.signal.aborted) {
    io.err("\nstopped; what was finished is kept, the same command goes on from there\n");
    return EXIT.interrupted;
  }
  if (isUserError(error)) {
    const errors = error instanceof UserErrors ? error.errors : [error];
    io.err(`${errors.map(formatUserError).join("\n\n")}\n`);
    return EXIT.usage;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  io.err(`✘ this is a fault of segmenta, not yours\n${text}\n`);
  return EXIT.fault;
}
