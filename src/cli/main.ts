#!/usr/bin/env node
/** The command `segmenta`: the real streams, the real signals, one exit code. */
import { EXIT, type Io, reportError } from "./io.js";
import { runCommandLine } from "./run-cli.js";
import { printTo, whisperTo } from "./streams.js";

const stopper = new AbortController();
for (const [signal, reason] of [
  ["SIGINT", "interrupted"],
  ["SIGTERM", "terminated"],
  ["SIGHUP", "hung up"],
] as const) {
  process.on(signal, () => {
    // The second one does not wait.
    if (stopper.signal.aborted) process.exit(EXIT.interrupted);
    stopper.abort(new Error(reason));
  });
}
// Past a limit on the size of files a write fails and is told as such; by default the process would die of it.
if (process.platform !== "win32") process.on("SIGXFSZ", () => {});

const output = printTo(process.stdout);
const io: Io = {
  out: (text) => output.write(text),
  drained: () => output.drained(stopper.signal),
  outIsClosed: () => output.isClosed(),
  err: whisperTo(process.stderr),
  errIsTerminal: process.stderr.isTTY === true && process.env["CI"] === undefined,
  columns: Math.max(60, Math.min(process.stdout.columns ?? 80, 120)),
  env: process.env,
  cwd: process.cwd(),
  signal: stopper.signal,
};

void runCommandLine(process.argv.slice(2), io).then(async (code) => {
  process.exitCode = code;
  await output.finished().catch((error: unknown) => {
    // A file that took no more has been told already, by who wrote to it.
    if (code !== EXIT.usage) process.exitCode = reportError(error, io);
  });
});
