// Everything that tests write under the system's temporary folder goes into one folder, which goes when they end.
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const made = "segmenta-test-";

export default function setup(): (() => void) | undefined {
  // Asked once for each project of vitest.config.ts: a folder within the folder would make paths too long for the
  // sockets of a browser.
  if (tmpdir().includes(made)) return undefined;
  const folder = mkdtempSync(join(tmpdir(), made));
  chmodSync(folder, 0o755); // a server under test may be another user's process
  process.env.TMPDIR = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
