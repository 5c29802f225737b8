#!/usr/bin/env node
/** The command `segmenta`: the real streams, the real signals, one exit code. */
import { once } from "node:events";
import type { Io } from "./io.js";
import { EXIT } from "./io.js";
import { runCommandLine } from "./run-cli.js";

const stopper = new AbortController();
for (const [signal, reason] of [
  ["SIGINT", "interrupted"],
  ["SIGTERM", "terminated"],
] as const) {
  process.on(signal, () => {
    // The second one does not wait.
    if (stopper.signal.aborted) process.exit(EXIT.interrupted);
    stopper.abort(new Error(reason));
  });
}
// `segmenta … | head` closes our stdout early; that is no fault.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(EXIT.good);
  throw error;
});

const io: Io = {
  out: (text) => void process.stdout.write(text),
  async drained() {
    if (process.stdout.writableNeedDrain) await once(process.stdout, "drain", { signal: stopper.signal });
  },
  err: (text) => void process.stderr.write(text),
  errIsTerminal: process.stderr.isTTY === true && process.env["CI"] === undefined,
  columns: Math.max(60, Math.min(process.stdout.columns ?? 80, 120)),
  env: process.env,
  cwd: process.cwd(),
  signal: stopper.signal,
};

void runCommandLine(process.argv.slice(2), io).then((code) => {
  process.exitCode = code;
});
