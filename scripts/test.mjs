// npm test: install and build if needed, then everything: format, lint, types and all tests.
// npm run test:unit: the quick tests alone.
// With CI set, nothing may be left out: a skipped test fails the run.
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ensureBuilt, ensureInstalled, root, run } from "./ensure.mjs";

ensureInstalled();
await ensureBuilt();
const node = process.execPath;
// --unit: the tier that takes no more than a minute on two idle cores (vitest.config.ts says which files are left out).
const unit = process.argv.includes("--unit");
const only = process.argv.slice(2).filter((word) => word !== "--unit");
if (only.length === 0 && !unit) {
  const quick = run(node, ["scripts/check.mjs"]);
  if (quick !== 0) process.exit(quick);
  const stale = run(node, ["scripts/generate.mjs", "--check"]);
  if (stale !== 0) process.exit(stale);
}
const report = join(root, ".cache", "tests.json");
mkdirSync(join(root, ".cache"), { recursive: true });
const vitest = [
  "node_modules/vitest/vitest.mjs",
  "run",
  "--reporter=default",
  "--reporter=json",
  `--outputFile.json=${report}`,
];
const code = run(node, [...vitest, ...(unit ? ["--project", "unit"] : []), ...only]);

const {
  numPassedTests: passed,
  numFailedTests: failed,
  numTotalTests: total,
} = JSON.parse(readFileSync(report, "utf8"));
const skipped = total - passed - failed;
console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
if (process.env.CI && (skipped > 0 || passed === 0)) {
  console.error("✘ in CI every test must run; the skipped ones are listed above");
  process.exit(1);
}
process.exitCode = code;
