// Write what follows from the registries: the JSON Schemas and the reference tables of docs/.
// `node scripts/generate.mjs --check` writes nothing and fails when a file is not current.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { generatedFiles } from "../dist/cli/generated.js";
import { root } from "./ensure.mjs";

const check = process.argv.includes("--check");
let stale = 0;
for (const [name, text] of generatedFiles()) {
  const path = join(root, name);
  if (existsSync(path) && readFileSync(path, "utf8") === text) continue;
  stale++;
  if (check) console.error(`✘ ${name} is not current; run: node scripts/generate.mjs`);
  else {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    console.log(`wrote ${name}`);
  }
}
if (check && stale > 0) process.exit(1);
