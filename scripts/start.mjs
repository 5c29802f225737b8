// npm start: install and build if needed, then run the classic experiment on the bundled data.
import { ensureBuilt, ensureInstalled, run } from "./ensure.mjs";

ensureInstalled();
await ensureBuilt();
process.exitCode = run(process.execPath, ["dist/cli/main.js", "run", "credit-cards-classic"]);
