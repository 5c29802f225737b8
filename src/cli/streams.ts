/**
 * Standard output and error as a command needs them: every byte out or an error, and no death by a reader that left.
 *
 * Node writes files by one `write` and forgets what a full disk did not take; so files are written here.
 */
import { once } from "node:events";
import { fstatSync, writeSync } from "node:fs";
import { isatty } from "node:tty";
import { UserError } from "../core/errors.js";

export interface Printer {
  /** @throws UserError `NOT_WRITABLE` when the file takes no more */
  write(text: string): void;
  /** Resolves when more may be given. */
  drained(signal: AbortSignal): Promise<void>;
  /** True when the reader has left: what is written from then on goes nowhere. */
  isClosed(): boolean;
  /** Resolves when all is out. */
  finished(): Promise<void>;
}

/** Print to a stream of the process. A closed pipe is no fault of the command; a full disk is an error. */
export function printTo(stream: NodeJS.WriteStream & { readonly fd: number }): Printer {
  let closed = false;
  let failure: Error | undefined;
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") closed = true;
    else failure ??= error;
  });
  const requireWhole = () => {
    if (failure) throw notPrinted(failure);
  };
  const isFile = isWrittenInOneCall(stream.fd);
  return {
    write(text) {
      requireWhole();
      if (closed) return;
      if (!isFile) return void stream.write(text);
      try {
        writeAll(stream.fd, Buffer.from(text));
      } catch (error) {
        failure = error as Error;
        requireWhole();
      }
    },
    async drained(signal) {
      // The error that ends the waiting is heard above as well.
      if (!closed && stream.writableNeedDrain) await once(stream, "drain", { signal }).catch(() => undefined);
      signal.throwIfAborted();
      requireWhole();
    },
    isClosed: () => closed,
    async finished() {
      if (!isFile && !closed && !failure) await new Promise<void>((done) => stream.write("", () => done()));
      requireWhole();
    },
  };
}

/** Print what nobody has to read: progress and notes are dropped where they cannot be written. */
export function whisperTo(stream: NodeJS.WriteStream & { readonly fd: number }): (text: string) => void {
  const printer = printTo(stream);
  return (text) => {
    try {
      printer.write(text);
    } catch {
      // The results matter, and their exit code.
    }
  };
}

/** Files, and devices other than terminals: Node writes them at once and does not look at how much was taken. */
function isWrittenInOneCall(fd: number): boolean {
  try {
    const facts = fstatSync(fd);
    return facts.isFile() || (facts.isCharacterDevice() && !isatty(fd));
  } catch {
    return false;
  }
}

function writeAll(fd: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
}

function notPrinted(cause: NodeJS.ErrnoException): UserError {
  return new UserError("NOT_WRITABLE", {
    what: `standard output was not taken whole: ${cause.code ?? cause.message}`,
    where: "standard output",
    mend: "what was printed is a part; make room on the disk and run the command again",
    cause,
  });
}
