/** A segment that is one value of a text is called so. */
import { expect, test } from "vitest";
import { stream } from "../../src/core/rng.js";
import { inThread, memoryStore, parseExperiment, runSweep } from "../../src/sweep/index.js";
import { oneText } from "../../src/sweep/select/one-text.js";
import { tableOf } from "../preprocessing/tables.js";

const labels = Int32Array.from({ length: 100 }, (_, i) => i % 2);
const region = Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? "north" : "south"));

test("a segment equal to a value is flagged, with the column to leave out", () => {
  expect(oneText(tableOf({ region, spend: region.map((_, i) => i) }), ["region", "spend"], labels)).toEqual([
    {
      code: "ONE_TEXT",
      message:
        'segment 0 is region "north" (Jaccard 1.00) and segment 1 is region "south" (Jaccard 1.00): what this column says already; drop: [region] shows what the others say',
    },
  ]);
});

test.each([
  ["two of fifty rows elsewhere", 2, 1],
  ["three of fifty rows elsewhere", 3, 0],
])("nearly: %s", (_, moved, flags) => {
  const values = region.map((value, i) => (i < 2 * moved && i % 2 === 0 ? null : value === "south" ? null : value));
  expect(oneText(tableOf({ region: values }), ["region"], labels)).toHaveLength(flags);
});

test("not for a column that had no say, nor for a value that is a part of a segment", () => {
  expect(oneText(tableOf({ region }), [], labels)).toEqual([]);
  const halves = region.map((value, i) => `${value} ${i < 50 ? "a" : "b"}`);
  expect(oneText(tableOf({ halves }), ["halves"], labels)).toEqual([]);
});

const experiment = parseExperiment(`
name: texts
data: { path: none }
prepare: { standard: [ impute: { strategy: most-frequent, columns: [plan] }, scale: standard, one-hot: { columns: [region, plan], weight: column } ] }
sweep: { kmeans: { k: 2..3, nInit: 2 } }
select: { rule: max-silhouette }
score: { metrics: [silhouette] }
`);

test("the decision on a table carries the flag", async () => {
  const rng = stream(3, "test/one-text");
  const rows = Array.from({ length: 120 }, (_, i) => i % 2);
  const table = tableOf({
    x: rows.map((g) => 9 * g + rng.normal()),
    y: rows.map(() => rng.normal()),
    region: rows.map((g) => ["north", "south"][g]!),
    plan: rows.map(() => ["a", "b", null][rng.int(3)]!),
  });
  const { verdict } = await runSweep({ experiment, table, store: memoryStore(), executor: inThread() });
  expect(verdict.flags.map(({ code }) => code)).toContain("ONE_TEXT");
});
