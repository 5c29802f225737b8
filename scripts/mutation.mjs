// npm run mutation [room] [-- --mutate file]: does a test notice when the code is changed in one place?
// A room takes from some minutes to an hour; the report is .cache/mutation/index.html.
import { rooms } from "../test/mutation/rooms.mjs";
import { ensureBuilt, ensureInstalled, root, run } from "./ensure.mjs";

ensureInstalled();
await ensureBuilt();
const [first, ...rest] = process.argv.slice(2);
const named = first !== undefined && !first.startsWith("-");
if (named && !(first in rooms)) {
  console.error(`✘ unknown room "${first}"\n  ✎ known: ${Object.keys(rooms).join(", ")}`);
  process.exit(2);
}
let worst = 0;
for (const room of named ? [first] : Object.keys(rooms)) {
  console.log(`— ${room}`);
  const options = named ? rest : process.argv.slice(2);
  const stryker = ["node_modules/@stryker-mutator/core/bin/stryker.js", "run", "test/mutation/stryker.config.mjs"];
  worst = Math.max(
    worst,
    run(process.execPath, [...stryker, ...options], { cwd: root, env: { ...process.env, SEGMENTA_ROOM: room } }),
  );
}
process.exitCode = worst;
