// npm run check: format, lint and types; the quick part of npm test.
import { ensureBuilt, ensureInstalled, run } from "./ensure.mjs";

ensureInstalled();
await ensureBuilt();
const node = process.execPath;
const steps = [
  ["format and lint", [node, ["node_modules/@biomejs/biome/bin/biome", "check", "--error-on-warnings", "."]]],
  ["types", [node, ["node_modules/typescript/bin/tsc", "-p", "test"]]],
];
for (const [name, [command, args]] of steps) {
  console.log(`— ${name}`);
  const code = run(command, args);
  if (code !== 0) process.exit(code);
}
