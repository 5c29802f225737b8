/**
 * The workflow file that users copy: its steps are taken from the YAML and run with bash in a clean repository, where
 * segmenta is a dependency that `npm ci` installs.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { dist, workFolder } from "./processes.js";

interface Step {
  readonly name?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly if?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

const workflow = parse(readFileSync(new URL("../../.github/workflows/segmenta.yml", import.meta.url), "utf8")) as {
  on: Record<string, unknown>;
  env: Record<string, string>;
  permissions: Record<string, string>;
  jobs: { gate: { steps: Step[] } };
};
const { steps } = workflow.jobs.gate;

const experiment = `
name: small
data: { path: iris.csv, id: id }
prepare:
  standard: [ impute: median, scale: standard ]
sweep:
  kmeans: { k: 2..3, nInit: 2 }
  agglomerative: { k: 2..3, linkage: ward }
select: { rule: majority }
`;

let root: string;
let base: string;
const git = (...args: string[]) =>
  execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.com", ...args], {
    cwd: root,
    encoding: "utf8",
  });

/** Commit everything; answers the commit. */
function commit(message: string): string {
  git("add", "-A");
  git("commit", "-q", "-m", message);
  return git("rev-parse", "HEAD").trim();
}

/** A repository of a user: experiment, data, a lockfile, and committed results. */
beforeEach(() => {
  root = workFolder(experiment);
  const vendor = join(root, "vendor/segmenta");
  mkdirSync(vendor, { recursive: true });
  const bin = { segmenta: "main.mjs" };
  writeFileSync(
    join(vendor, "package.json"),
    JSON.stringify({ name: "segmenta", version: "0.0.0", type: "module", bin }),
  );
  writeFileSync(
    join(vendor, "main.mjs"),
    `#!/usr/bin/env node\nawait import(${JSON.stringify(`file://${dist}cli/main.js`)});\n`,
  );
  const dependencies = { segmenta: "file:vendor/segmenta" };
  writeFileSync(join(root, "package.json"), JSON.stringify({ name: "shop", private: true, dependencies }));
  writeFileSync(
    join(root, "package-lock.json"),
    JSON.stringify({
      name: "shop",
      lockfileVersion: 3,
      requires: true,
      packages: {
        "": { name: "shop", dependencies },
        "node_modules/segmenta": { resolved: "vendor/segmenta", link: true },
        "vendor/segmenta": { name: "segmenta", version: "0.0.0", bin },
      },
    }),
  );
  writeFileSync(join(root, ".gitignore"), "node_modules/\nresults/*/.runs/\nresults/*.local/\ngate/\n");
  git("init", "-q", "-b", "main");
  execFileSync(process.execPath, [`${dist}cli/main.js`, "run", "small"], { cwd: root, stdio: "ignore" });
  base = commit("baseline");
});

/** Run the steps as the workflow would: after a failure only those that always run. */
function runSteps(): { codes: Record<string, number>; summary: string; log: string } {
  const clone = mkdtempSync(join(tmpdir(), "segmenta-clone-"));
  execFileSync("git", ["clone", "-q", root, clone]);
  root = clone;
  const summary = join(clone, "..", `${clone.split("/").at(-1)}-summary.md`);
  writeFileSync(summary, "");
  const codes: Record<string, number> = {};
  let failed = false;
  let log = "";
  for (const step of steps) {
    if (step.run === undefined || (failed && step.if !== "always()")) continue;
    const { status, stdout, stderr } = spawnSync("bash", ["-e", "-c", step.run], {
      cwd: clone,
      encoding: "utf8",
      env: {
        PATH: process.env["PATH"],
        HOME: clone,
        CI: "true",
        ...workflow.env,
        EXPERIMENTS: "small",
        SEGMENTA_BUILD: "",
        BASE: base,
        GITHUB_STEP_SUMMARY: summary,
      },
    });
    codes[step.name!] = status ?? -1;
    log += `— ${step.name}\n${stdout}${stderr}`;
    failed ||= status !== 0;
  }
  return { codes, summary: readFileSync(summary, "utf8"), log };
}

const GATE = "Hold the results against the base";
const SUMMARY = "Tell it in the summary";

describe("the workflow", () => {
  test("has what its steps need: history, read-only rights, both events, an upload whatever happens", () => {
    const uses = (action: string) => steps.find((step) => step.uses?.startsWith(action));
    expect(uses("actions/checkout")?.with).toMatchObject({ "fetch-depth": 0 });
    expect(uses("actions/upload-artifact")).toMatchObject({ if: "always()", with: { path: "gate/" } });
    expect(workflow.permissions).toEqual({ contents: "read" });
    expect(Object.keys(workflow.on)).toEqual(["pull_request", "push"]);
    // Fits of other code must never pass for those of this one.
    expect(uses("actions/cache")?.with?.["restore-keys"]).toContain("hashFiles('package-lock.json', 'src/**')");
  });

  test("passes a change that changes no result", () => {
    writeFileSync(join(root, "README.md"), "hello\n");
    commit("words");
    const { codes, summary, log } = runSteps();
    expect(codes, log).toEqual({ Install: 0, "Run the experiments": 0, [GATE]: 0, [SUMMARY]: 0 });
    expect(summary).toContain("no change beyond the tolerance: small");
    expect(readdirSync(join(root, "gate")).sort()).toEqual(["small.json", "small.md", "small.xml"]);
  });

  test("fails with 3 where a score got worse, and says which", () => {
    // The base claims a better Ward: what the branch computes is worse than that.
    const path = join(root, "results/small/metrics.csv");
    const better = readFileSync(path, "utf8").replace(/^(agglomerative,.*?,k=2 .*?,0\.)5/m, "$18");
    writeFileSync(path, better);
    base = commit("a better baseline");
    const { codes, summary, log } = runSteps();
    expect(codes, log).toMatchObject({ "Run the experiments": 0, [GATE]: 3, [SUMMARY]: 0 });
    expect(summary).toMatch(/\| worse \| agglomerative k=2/);
    expect(readFileSync(join(root, "gate/small.xml"), "utf8")).toContain("<failure ");
  });

  test("fails with 4 where the data changed and no results of them were committed", () => {
    const path = join(root, "iris.csv");
    writeFileSync(path, readFileSync(path, "utf8").replace("5.1", "5.2"));
    commit("other data");
    const { codes, summary, log } = runSteps();
    expect(codes, log).toMatchObject({ "Run the experiments": 0, [GATE]: 4, [SUMMARY]: 0 });
    expect(summary).toContain("is of other data than iris.csv");
  });

  test("fails with 2 where the rule changed", () => {
    const path = join(root, "experiments/small.yaml");
    writeFileSync(path, readFileSync(path, "utf8").replace("rule: majority", "rule: borda"));
    commit("another rule");
    const { codes, summary, log } = runSteps();
    expect(codes, log).toMatchObject({ "Run the experiments": 0, [GATE]: 2, [SUMMARY]: 0 });
    expect(summary).toContain("rule");
  });
});
