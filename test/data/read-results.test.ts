/** What a run wrote, read back: the same rows, the same labels. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readResults, readTable } from "../../src/data/index.js";
import { inThread, memoryStore, parseExperiment, resultFiles, runSweep, writeResults } from "../../src/sweep/index.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "segmenta-results-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const config = `
name: iris
data: { path: test/golden/data/iris.csv }
prepare: { standard: [ scale: standard ] }
reduce: [ none, pca: { components: 2 } ]
sweep: { kmeans: { k: 2..4 }, dbscan: { eps: [0.3, 0.9], minSamples: 5 }, gmm: { k: 2 } }
score: { space: standard }
select: { rule: majority }`;

test("rows, scores, reasons, decision and labels come back as they were written", async () => {
  const experiment = parseExperiment(config);
  const table = await readTable(experiment.data);
  const result = await runSweep({ experiment, table, store: memoryStore(), executor: inThread() });
  await writeResults(folder, resultFiles(result, []));
  const stored = await readResults(folder);

  expect(stored.rows).toHaveLength(result.rows.length);
  for (const [i, row] of result.rows.entries()) {
    const { scores, coverage, smallest, ...rest } = stored.rows[i]!;
    const { scores: own, coverage: share, smallest: least, ...facts } = row;
    expect(rest).toEqual(facts);
    for (const [name, value] of Object.entries(own)) {
      if (value === null) expect(scores[name], name).toBeNull();
      else expect(scores[name], name).toBe(Number(value.toPrecision(12)));
    }
    expect(coverage).toBe(Number(share!.toPrecision(12)));
    expect(smallest).toBe(Number(least!.toPrecision(12)));
  }
  expect(stored.rows.some((row) => row.reason.length > 0)).toBe(true);
  const lines = resultFiles(result, []).get("curves.csv")!.trimEnd().split("\n");
  expect(stored.curves).toHaveLength(lines.length - 1);
  const kmeans = stored.curves.filter((point) => point.algorithm === "kmeans" && point.space === "standard");
  expect(kmeans.map(({ k }) => k)).toEqual([1, 2, 3, 4]);
  // Four standardised columns of 150 rows scatter by 600.
  expect(kmeans[0]!.values["within"]).toBeCloseTo(600, 8);
  expect(kmeans[0]!.values["gap"]).toBeNull();
  expect([...stored.labels!]).toEqual([...result.labels!]);
  expect(stored.selection).toMatchObject({ outcome: "chosen", data: { checksum: result.dataChecksum } });
  expect(stored.selection.winner!.k).toBe(new Set(result.labels!).size);
});

test("says what to do where there are no results, or broken ones", async () => {
  await expect(readResults(join(folder, "none"))).rejects.toMatchObject({
    code: "NOT_FOUND",
    mend: expect.stringContaining("segmenta run"),
  });
  await writeFile(join(folder, "assignments.csv"), "row,segment\n1,0\n");
  await expect(readResults(folder)).rejects.toMatchObject({
    code: "BAD_RESULTS",
    what: expect.stringContaining("150 rows"),
  });
  await writeFile(join(folder, "selection.json"), "{");
  await expect(readResults(folder)).rejects.toMatchObject({ code: "BAD_RESULTS" });
});
