// What must be there before anything runs: packages as the lock file says, and a build of these sources.
// Plain JavaScript on Node's own modules, since nothing is installed yet.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));
const installMark = join(root, "node_modules", ".segmenta-installed");
const buildMark = join(root, "dist", ".segmenta-built");

/** SHA-256 over names and contents of files; folders are read to the bottom. */
function hashFiles(paths) {
  const hash = createHash("sha256");
  const add = (path) => {
    const full = join(root, path);
    if (!existsSync(full)) return;
    if (statSync(full).isDirectory()) {
      for (const name of readdirSync(full).sort()) if (name !== "bytes.ts") add(join(path, name));
      return;
    }
    hash.update(`${path}\0`).update(readFileSync(full)).update("\0");
  };
  for (const path of paths) add(path);
  return hash.digest("hex");
}

const readMark = (path) => (existsSync(path) ? readFileSync(path, "utf8") : "");

function requireNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  console.error(`✘ Node ${process.versions.node} is too old; segmenta needs Node 20.19 or newer`);
  process.exit(2);
}

/** Install the packages of the lock file, unless they are there. */
export function ensureInstalled() {
  requireNode();
  const wanted = `${hashFiles(["package.json", "package-lock.json", "shims"])} ${process.version}`;
  if (readMark(installMark) === wanted) return;
  console.error("installing packages (once) …");
  const npm = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    shell: process.platform === "win32",
  });
  if (npm.status !== 0) {
    console.error("✘ npm ci failed (above); mend that and run the same command again");
    process.exit(1);
  }
  writeFileSync(installMark, wanted);
}

/** Build dist/ unless it is of these very sources. */
export async function ensureBuilt() {
  const wanted = hashFiles(["src", "tsconfig.json", "package.json", "scripts/build.mjs", "scripts/build-kernels.mjs"]);
  if (readMark(buildMark) === wanted) return;
  console.error("building (once) …");
  const { build } = await import("./build.mjs");
  try {
    await build();
  } catch (error) {
    console.error(`✘ ${error.message}`);
    process.exit(1);
  }
  mkdirSync(join(root, "dist"), { recursive: true });
  writeFileSync(buildMark, wanted);
}

/** Run a program of this project to its end, with our streams; answers its exit code. */
export function run(command, args, options = {}) {
  const { status, signal } = spawnSync(command, args, { cwd: root, stdio: "inherit", ...options });
  return signal ? 130 : (status ?? 1);
}
