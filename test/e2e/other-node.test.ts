/** The same bytes from another release of Node: every algorithm, every index, every rule's evidence, the model. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { metrics } from "../../src/metrics/registry.js";
import { start, tables, workFolder } from "../sweep/processes.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
const other = process.env["SEGMENTA_OTHER_NODE"] ?? "";
if (other === "") {
  const said = "SEGMENTA_OTHER_NODE names no second Node";
  if (process.env["CI"]) throw new Error(`${said}, and CI does not go without`);
  process.stderr.write(`LEFT OUT: ${said}, so equal bytes across releases of Node are not tried\n`);
}

const everything = `
name: small
data: { path: iris.csv, id: id }
prepare:
  standard: [ impute: median, scale: standard ]
  log: [ impute: median, log1p: all, scale: min-max ]
reduce: [ none, pca: { variance: 0.95 } ]
sweep:
  kmeans: { k: 2..4, nInit: 3 }
  agglomerative: { k: 2..4, linkage: [ward, average, complete, single] }
  kmedoids: { k: 2..4 }
  dbscan: { eps: auto, minSamples: 5 }
  hdbscan: { minClusterSize: 10 }
  gmm: { k: 2..3, covarianceType: [full, tied, diag, spherical] }
seeds: 2
score: { space: standard, metrics: [${metrics.map(({ name }) => name).join(", ")}] }
select: { rule: gated-stability }
`;

describe.runIf(other !== "")(`Node ${process.versions.node} and another`, () => {
  test("the other is of another major release", () => {
    const version = execFileSync(other, ["-p", "process.versions.node"], { encoding: "utf8" });
    expect(version.split(".")[0]).not.toBe(process.versions.node.split(".")[0]);
  });

  test("write the same bytes for every algorithm, index and step of evidence", async () => {
    const written = await Promise.all(
      [undefined, other].map(async (node) => {
        const at = workFolder(everything);
        const { code, err } = await start(at, ["run", "small"], node ? { node } : {}).ended;
        expect(code, err).toBe(0);
        return tables(at);
      }),
    );
    expect(Object.keys(written[0]!)).toContain("metrics.csv");
    expect(Object.keys(written[1]!)).toEqual(Object.keys(written[0]!));
    for (const [name, text] of Object.entries(written[0]!)) expect(written[1]![name] === text, name).toBe(true);
  }, 300_000);

  test("write the committed results of credit-cards-classic", async () => {
    const out = join(mkdtempSync(join(tmpdir(), "segmenta-node-")), "out");
    const { code, err } = await start(root, ["run", "credit-cards-classic", "--out", out], { node: other }).ended;
    expect(code, err).toBe(0);
    for (const name of ["metrics.csv", "assignments.csv", "selection.json", "model.json", "view.json", "curves.csv"]) {
      const text = (folder: string) => readFileSync(join(folder, name), "utf8");
      expect(text(out) === text(join(root, "results/credit-cards-classic")), name).toBe(true);
    }
  }, 300_000);
});
