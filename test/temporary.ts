// Everything that tests write under the system's temporary folder goes into one folder, which goes when they end.
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export default function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), "segmenta-test-"));
  chmodSync(folder, 0o755); // a server under test may be another user's process
  process.env.TMPDIR = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
