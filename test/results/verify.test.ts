/** `segmenta verify`: nothing differs in what a run wrote; flip any one thing, and it is named. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { segmenta } from "../cli/harness.js";
import { workFolder } from "../sweep/processes.js";

const experiment = `
name: small
data: { path: iris.csv, id: id }
prepare:
  standard: [ impute: median, scale: standard ]
sweep:
  kmeans: { k: 2..4, nInit: 2 }
  agglomerative: { k: 2..3, linkage: average }
seeds: 2
score: { space: standard }
select: { rule: majority }
`;

let pristine: string;
beforeAll(async () => {
  pristine = workFolder(experiment);
  writeFileSync(join(pristine, "package-lock.json"), '{ "lockfileVersion": 3 }\n');
  expect((await segmenta(pristine, "run", "small")).code).toBe(0);
});

/** A copy of the run to damage. */
function copy(): string {
  const root = mkdtempSync(join(tmpdir(), "segmenta-verify-"));
  cpSync(pristine, root, { recursive: true });
  return root;
}

/** Change one file of a copy. */
function change(root: string, name: string, by: (text: string) => string): void {
  const path = join(root, name);
  const text = readFileSync(path, "utf8");
  const changed = by(text);
  expect(changed).not.toBe(text);
  writeFileSync(path, changed);
}

test("what a run wrote verifies", async () => {
  const { code, out } = await segmenta(pristine, "verify", "small");
  expect(out.replaceAll(/[0-9a-f]{8}…/g, "<hash>")).toMatchSnapshot();
  expect(code).toBe(0);
});

test("a fresh clone has no journals, and verifies what it has", async () => {
  const root = copy();
  rmSync(join(root, "results/small/.runs"), { recursive: true });
  const { code, out } = await segmenta(root, "verify", "small", "--json");
  expect(code).toBe(0);
  const states = JSON.parse(out).checks as { what: string; state: string }[];
  expect(states.filter(({ state }) => state === "unchecked").map(({ what }) => what)).toEqual(["lockfile", "journals"]);
});

const results = (name: string) => `results/small/${name}`;
const another = (digits: string) => (digits.startsWith("0") ? `1${digits.slice(1)}` : `0${digits.slice(1)}`);

test.each<[string, string, (text: string) => string, string]>([
  ["a value of the data", "iris.csv", (text) => text.replace("5.1", "5.2"), "data"],
  [
    "a threshold of the rule",
    "experiments/small.yaml",
    (t) => t.replace("majority }", "majority, minCoverage: 0.5 }"),
    "rule",
  ],
  ["a grid of the config", "experiments/small.yaml", (text) => text.replace("2..4", "2..5"), "config"],
  ["the packages", "package-lock.json", (text) => text.replace("3", "2"), "lockfile"],
  [
    "a score of the winner",
    results("selection.json"),
    (t) => t.replace(/("silhouette": 0\.)(\d+)/, (_, a, b) => a + another(b)),
    "decision",
  ],
  ["an assignment", results("assignments.csv"), (text) => text.replace("\n1,0,", "\n1,1,"), "assignments"],
  [
    "a number of the model",
    results("model.json"),
    (text) => text.replace(/(0\.\d)(\d)/, (_, a, b) => a + another(b)),
    "model",
  ],
  [
    "the hash of the model",
    results("model.json"),
    (t) => t.replace(/("hash": ?")(.)/, (_, a, b) => a + another(b)),
    "model",
  ],
  [
    "a score of another row",
    results("metrics.csv"),
    (text) => text.replace(/(0\.\d+)(\d)(?=,[^\n]*\n$)/, (_, a, b) => a + another(b)),
    "journals",
  ],
  ["a word of the summary", results("summary.md"), (text) => text.replace("segments", "clusters"), "journals"],
])("%s", async (_, name, by, what) => {
  const root = copy();
  change(root, name, by);
  const { code, out } = await segmenta(root, "verify", "small", "--json");
  expect(code, out).toBe(3);
  const differing = (JSON.parse(out).checks as { what: string; state: string }[]).filter(
    ({ state }) => state === "differs",
  );
  expect(differing.map((check) => check.what)).toContain(what);
});

test.each(["metrics.csv", "selection.json"])("without %s there is nothing to verify: 4", async (name) => {
  const root = copy();
  rmSync(join(root, results(name)));
  expect(await segmenta(root, "verify", "small")).toMatchObject({
    code: 4,
    err: expect.stringContaining("no results in"),
  });
});

test.each(["model.json", "assignments.csv"])("a missing %s differs: 3", async (name) => {
  const root = copy();
  rmSync(join(root, results(name)));
  expect(await segmenta(root, "verify", "small")).toMatchObject({
    code: 3,
    out: expect.stringContaining(`${name} is missing`),
  });
});

test("verifying writes nothing", async () => {
  const root = copy();
  const before = readFileSync(join(root, results("metrics.csv")), "utf8");
  change(root, results("metrics.csv"), (text) => text.replace("kmeans", "kmeens"));
  await segmenta(root, "verify", "small");
  expect(readFileSync(join(root, results("metrics.csv")), "utf8")).toBe(before.replace("kmeans", "kmeens"));
});
