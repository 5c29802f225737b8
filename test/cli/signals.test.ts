/** The real command as a process: run as a file, and under signals. The first one stops the work, the second does not wait. */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { dist, start } from "../sweep/processes.js";
import { workFolder } from "./harness.js";

const ENDLESS = "select count(*) from range(10000000) a, range(10000000) b where a.range * b.range % 7 = 3";

/** A query without an end, which says when it listens to signals. `lingers`: its process stays when it is done. */
async function endless({ lingers }: { lingers: boolean }) {
  const folder = workFolder({ "results/a/metrics.csv": "algorithm,k\nkmeans,2\n" });
  const preload = join(folder, "preload.mjs");
  const look = 'if (process.listenerCount("SIGTERM") > 0) process.stderr.write("listening\\n");';
  writeFileSync(preload, `const timer = setInterval(() => { ${look} }, 300);${lingers ? "" : " timer.unref();"}\n`);
  const started = start(folder, ["query", ENDLESS], { preload });
  onTestFinished(() => void started.child.kill("SIGKILL"));
  await started.says("listening");
  // Into the query itself.
  await new Promise((done) => setTimeout(done, 700));
  return started;
}

test.each(["SIGINT", "SIGTERM"] as const)("%s stops a query", async (signal) => {
  const { child, ended } = await endless({ lingers: false });
  child.kill(signal);
  expect(await ended).toMatchObject({ code: 130, out: "", err: expect.stringContaining("stopped") });
});

test.each(["SIGINT", "SIGTERM"] as const)("the second %s ends the process at once", async (signal) => {
  const { child, ended, says } = await endless({ lingers: true });
  child.kill(signal);
  await says("stopped");
  expect(child.exitCode).toBe(null);
  child.kill(signal);
  expect(await ended).toMatchObject({ code: 130 });
});

test.skipIf(process.platform === "win32")(
  "the built command runs as a file, which is how npx runs it after a rebuild",
  () => {
    const { version } = JSON.parse(readFileSync(join(dist, "../package.json"), "utf8")) as { version: string };
    const ran = spawnSync(join(dist, "cli/main.js"), ["--version"], { encoding: "utf8" });
    expect(ran.error).toBeUndefined();
    expect(ran.stdout).toBe(`${version}\n`);
  },
);
