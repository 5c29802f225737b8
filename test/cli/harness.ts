/** Run a command line in this process, in a folder of its own, and keep what it prints. */
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Io } from "../../src/cli/io.js";
import { runCommandLine } from "../../src/cli/run-cli.js";

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A folder with the given files. */
export function workFolder(files: Readonly<Record<string, string>> = {}): string {
  const root = mkdtempSync(join(tmpdir(), "segmenta-cli-"));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return root;
}

/** What the command prints, with the folder's name left out. */
export const segmenta = (cwd: string, ...argv: string[]): Promise<Ran> => segmentaWith({}, cwd, ...argv);

/** The same with a part of the world outside changed. */
export async function segmentaWith(changed: Partial<Io>, cwd: string, ...argv: string[]): Promise<Ran> {
  let out = "";
  let err = "";
  const io: Io = {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    errIsTerminal: false,
    columns: 80,
    env: {},
    cwd,
    signal: new AbortController().signal,
    ...changed,
  };
  const code = await runCommandLine(argv, io);
  return { code, out: out.replaceAll(cwd, "<folder>"), err: err.replaceAll(cwd, "<folder>") };
}
