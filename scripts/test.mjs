// npm test: install and build if needed, then everything: format, lint, types and all tests.
// With CI set, nothing may be left out: a test that finds its tool missing fails instead of saying so.
import { ensureBuilt, ensureInstalled, run } from "./ensure.mjs";

ensureInstalled();
await ensureBuilt();
const node = process.execPath;
const extra = process.argv.slice(2);
const quick = run(node, ["scripts/check.mjs"]);
if (quick !== 0) process.exit(quick);
process.exitCode = run(node, ["node_modules/vitest/vitest.mjs", "run", ...extra]);
