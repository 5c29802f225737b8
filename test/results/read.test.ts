/** What a run wrote, read back: the same rows, the same labels. */
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readTable } from "../../src/data/index.js";
import { readResults, resultFiles, writeResults } from "../../src/results/index.js";
import { parseResults } from "../../src/results/read.js";
import { inThread, memoryStore, parseExperiment, runSweep } from "../../src/sweep/index.js";

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
    what: expect.stringContaining("1 segments for 150 rows"),
  });
});

describe("a damaged file is named with its line", () => {
  const texts = () =>
    new Map(
      ["metrics.csv", "selection.json", "assignments.csv"].map((name) => [
        name,
        readFileSync(new URL(`../../results/credit-cards-classic/${name}`, import.meta.url), "utf8"),
      ]),
    );

  test.each<[string, string, (text: string) => string, string, number]>([
    ["a decision cut short", "selection.json", (text) => text.slice(0, 60), "is not JSON", 4],
    ["another format", "selection.json", (text) => text.replace('"format": 1', '"format": 9'), "format: ", 2],
    ["a decision without its rule", "selection.json", (text) => text.replace(/"rule": \{[^}]*\},/, ""), "rule: ", 1],
    [
      "a winner whose k is a text",
      "selection.json",
      (text) => text.replace(/"seed": 1,\n {4}"k": \d+/, '"seed": 1,\n    "k": "two"'),
      "winner.k: ",
      0,
    ],
    ["a table without a column", "metrics.csv", (text) => text.replace("status", "state"), 'no column "status"', 1],
    ["a row too short", "metrics.csv", (text) => `${text}kmeans,x\n`, "2 fields", 0],
    ["a text for a number", "metrics.csv", (text) => text.replace(/(\n[^\n]*?),ok,/, "$1x,ok,"), "for seed", 0],
    ["a segment that is none", "assignments.csv", (text) => text.replace("\n3,", "\n3,x"), "for segment", 4],
  ])("%s", (_, file, damage, how, line) => {
    const files = texts();
    const text = damage(files.get(file)!);
    expect(text).not.toBe(files.get(file));
    files.set(file, text);
    expect(() => parseResults("results/x", files)).toThrow(
      expect.objectContaining({
        code: "BAD_RESULTS",
        what: expect.stringContaining(how),
        where: expect.stringMatching(new RegExp(`^results/x, ${file}, line ${line === 0 ? "\\d+" : line}$`)),
      }),
    );
  });

  test("what stands in the repository is read", () => {
    expect(parseResults("results/x", texts())!.selection.outcome).toBe("chosen");
  });
});
