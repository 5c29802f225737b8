/** Numbers of a notebook against the committed ones, and a table as a model sees it. */
import { afterEach, describe, expect, test, vi } from "vitest";
import { readTable } from "../../src/data/index.js";
import { confirm } from "../../src/notebook/confirm.js";
import { modelSpaces } from "../../src/notebook/model-space.js";
import { inThread, memoryStore, parseExperiment, runSweep } from "../../src/sweep/index.js";
import { assembleModel } from "../../src/sweep/model.js";

describe("confirm", () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  test("publishes the committed numbers when all agree to the tolerance", () => {
    const shown = vi.spyOn(console, "log").mockImplementation(() => {});
    confirm({ silhouette: [0.491347470574123, 0.491347470574], winner: ["kmeans", "kmeans"] });
    confirm({ near: [1.01, 1] }, { absolute: 0.02 }, "the model");
    expect(shown.mock.calls.map(([text]) => text)).toEqual([
      expect.stringContaining("✓ worked out here, and equal to the committed tables"),
      expect.stringMatching(/near\s+1\n✓ worked out here, and equal to the model$/),
    ]);
  });

  test.each([
    ["another number", [0.5, 0.4]],
    ["nothing committed", [0.5, null]],
    ["nothing worked out", [undefined, 0.4]],
    ["another kind", ["0.4", 0.4]],
  ] as const)("stops at %s, naming it and showing nothing", (_, pair) => {
    const shown = vi.spyOn(console, "log").mockImplementation(() => {});
    expect(() => confirm({ fine: [1, 1], silhouette: pair })).toThrowError(
      expect.objectContaining({
        code: "BAD_RESULTS",
        what: `silhouette is ${pair[0]} here and ${pair[1]} in the committed tables`,
      }),
    );
    expect(shown).not.toHaveBeenCalled();
  });
});

test("the spaces of a model are those it was made in, whatever else the table has and in whatever order", async () => {
  const experiment = parseExperiment(`
name: iris
data: { path: test/golden/data/iris.csv }
prepare: { standard: [ scale: standard ] }
reduce: [ pca: { components: 2 } ]
sweep: { kmeans: { k: 3 } }
score: { space: standard }
select: { rule: max-silhouette }`);
  const table = await readTable(experiment.data);
  const store = memoryStore();
  const result = await runSweep({ experiment, table, store, executor: inThread() });
  const { model } = (await assembleModel(result, table, store))!;
  const shuffled = { ...table, columns: [...table.columns].reverse() };
  const { prepared, fitted } = modelSpaces(model, shuffled);
  expect(prepared.columns).toEqual(result.spaces.get("standard")!.columns);
  expect([...prepared.x.data]).toEqual([...result.spaces.get("standard")!.x.data]);
  const reduced = result.spaces.get(result.winner!.trial.space)!;
  expect(fitted.columns).toEqual(reduced.columns);
  expect([...fitted.x.data]).toEqual([...reduced.x.data]);
});
