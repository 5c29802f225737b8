// Build dist/ from src/: first the WebAssembly kernels into one generated module, then TypeScript, then the lab's page.
// The compiler is called by path, because tslab puts its own older `tsc` into node_modules/.bin.
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, renameSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { buildKernels } from "./build-kernels.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));

export async function build() {
  await buildKernels();
  // Beside dist/ and then in its place: what runs meanwhile, and what was built before a mistake, stays whole.
  const next = `dist.${process.pid}`;
  const tsc = spawnSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", ".", "--outDir", next], {
    cwd: root,
    stdio: "inherit",
  });
  if (tsc.status !== 0) {
    rmSync(`${root}/${next}`, { recursive: true, force: true });
    throw new Error("TypeScript found errors (above); dist/ is as it was");
  }
  const { buildLab } = await import("./build-lab.mjs");
  await buildLab(`${root}/${next}`);
  // npx links to it once and runs it as it is from then on.
  chmodSync(`${root}/${next}/cli/main.js`, 0o755);
  const last = `${root}/${next}.last`;
  if (existsSync(`${root}/dist`)) renameSync(`${root}/dist`, last);
  renameSync(`${root}/${next}`, `${root}/dist`);
  rmSync(last, { recursive: true, force: true });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  build().catch((error) => {
    console.error(`✘ ${error.message}`);
    process.exit(1);
  });
}
