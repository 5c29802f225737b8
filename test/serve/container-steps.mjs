// The steps of the Dockerfile without Docker, in a clean folder: install without dev dependencies, copy dist, run as a
// user that owns nothing, ask the health check of the Dockerfile itself, stop by SIGTERM.
//
//   node scripts/build.mjs && node test/serve/container-steps.mjs
//
// Needs a registry for `npm ci`, so it is not among the tests. What it cannot show: the base image, and the build.
import { spawn, spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const dist = process.env.SEGMENTA_DIST ?? join(root, "dist");
const dockerfile = readFileSync(join(root, "Dockerfile"), "utf8").replaceAll("\\\n", " ");
const last = dockerfile.slice(dockerfile.lastIndexOf("\nFROM "));
/** The words of an instruction written as a list. */
const list = (word) => JSON.parse(new RegExp(`^${word}\\b[^[]*(\\[.*\\])\\s*$`, "m").exec(last)[1]);
const [install] = /npm ci[^&\n]*/.exec(last);
const check = list("HEALTHCHECK");
const [, ...entry] = list("ENTRYPOINT");
const command = list("CMD");

const app = mkdtempSync(join(tmpdir(), "segmenta-container-"));
try {
  chmodSync(app, 0o755);
  for (const name of ["package.json", "package-lock.json", "shims"])
    cpSync(join(root, name), join(app, name), { recursive: true });
  console.log(`> ${install}`);
  const installed = spawnSync("npm", install.trim().split(/\s+/).slice(1), {
    cwd: app,
    encoding: "utf8",
    env: { ...process.env, NODE_ENV: "production" },
  });
  if (installed.status !== 0) throw new Error(`${install}: ${installed.stderr}`);
  cpSync(dist, join(app, "dist"), { recursive: true });
  cpSync(join(root, "schema"), join(app, "schema"), { recursive: true });
  for (const dev of ["typescript", "vitest", "tslab", "@biomejs/biome", "playwright-core"]) {
    if (existsSync(join(app, "node_modules", dev))) throw new Error(`the dev dependency ${dev} was installed`);
  }
  mkdirSync(join(app, "model"));
  const made = spawnSync(
    process.execPath,
    [
      join(dist, "cli/main.js"),
      "run",
      "credit-cards-classic",
      "sweep={kmeans: {k: 3}}",
      "seeds=1",
      "--out",
      join(app, "model"),
    ],
    { cwd: root, encoding: "utf8" },
  );
  if (made.status !== 0) throw new Error(made.stderr);

  const port = await freePort();
  const env = { PATH: process.env.PATH, PORT: String(port), NODE_ENV: "production" };
  const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
  const args = [...entry, ...command.map((word) => word.replace("/model/", `${app}/model/`))];
  console.log(`> node ${args.join(" ")}   (uid ${nobody.uid ?? process.getuid?.()})`);
  const service = spawn(process.execPath, args, { cwd: app, env, ...nobody, stdio: ["ignore", "inherit", "pipe"] });
  let said = "";
  service.stderr.on("data", (text) => {
    said += text;
  });
  const ended = new Promise((resolve) => service.on("exit", (code) => resolve(code)));
  try {
    let healthy = false;
    for (let i = 0; i < 50 && !healthy && service.exitCode === null; i++) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      healthy = spawnSync(check[0], check.slice(1), { env }).status === 0;
    }
    if (!healthy) throw new Error(`the health check never passed: ${said}`);
    const page = await fetch(`http://127.0.0.1:${port}/`);
    if (!page.ok) throw new Error(`GET / answered ${page.status}`);
  } finally {
    service.kill("SIGTERM");
  }
  const code = await ended;
  if (code !== 0) throw new Error(`SIGTERM ended it with ${code}: ${said}`);
  if (spawnSync(check[0], check.slice(1), { env }).status === 0)
    throw new Error("the health check passes without a service");
  console.log("healthy, answers, ends with 0 on SIGTERM");
} finally {
  rmSync(app, { recursive: true, force: true });
}

function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
