/** `segmenta report` from a file on disk to a page on disk. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Io } from "../../src/cli/io.js";
import { reportExperiment } from "../../src/cli/report-experiment.js";

const config = `
name: small
data: { path: small.csv }
prepare: { standard: [ scale: standard ] }
sweep: { kmeans: { k: 2..3, nInit: 2 } }
select: { rule: majority }
`;

function folder() {
  const root = mkdtempSync(join(tmpdir(), "segmenta-report-"));
  const rows = Array.from({ length: 60 }, (_, i) => `${(i % 2) * 40 + (i % 7)},${(i % 5) + (i % 2) * 9}`);
  mkdirSync(join(root, "experiments"));
  writeFileSync(join(root, "small.csv"), `spend,visits\n${rows.join("\n")}\n`);
  writeFileSync(join(root, "experiments", "small.yaml"), config);
  return root;
}

function io(cwd: string): Io & { printed: () => string } {
  let text = "";
  return {
    out: (more) => {
      text += more;
    },
    err: () => {},
    errIsTerminal: false,
    columns: 80,
    env: {},
    cwd,
    signal: new AbortController().signal,
    printed: () => text,
  };
}

test("writes one page beside the results, the same one when nothing changed, or where it is told to", async () => {
  const cwd = folder();
  const options = { experiment: "small", overrides: [], results: undefined, out: undefined, jobs: 1 };
  const first = io(cwd);
  expect(await reportExperiment(options, first)).toBe(0);
  expect(first.printed()).toMatch(/^written: results\/small\/report\.html \(1\.\d MB;/);
  const page = readFileSync(join(cwd, "results/small/report.html"), "utf8");
  expect(page).toContain("2 segments, by kmeans k=2");
  expect(await reportExperiment({ ...options, out: "again.html" }, io(cwd))).toBe(0);
  expect(readFileSync(join(cwd, "again.html"), "utf8") === page).toBe(true);
});

test("of an experiment that is not there says what is", async () => {
  const cwd = folder();
  await expect(
    reportExperiment({ experiment: "smal", overrides: [], results: undefined, out: undefined, jobs: 1 }, io(cwd)),
  ).rejects.toMatchObject({ code: "NOT_FOUND", mend: expect.stringContaining('"small"') });
  expect(existsSync(join(cwd, "results"))).toBe(false);
});

test("a page that cannot be written is the user's to mend", async () => {
  const cwd = folder();
  const options = { experiment: "small", overrides: [], results: undefined, out: "no/such/folder.html", jobs: 1 };
  await expect(reportExperiment(options, io(cwd))).rejects.toMatchObject({ code: "NOT_WRITABLE" });
});
