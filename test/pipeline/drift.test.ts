/** Drift: nothing to say about rows like the training rows, the right name for rows that are not. */
import { expect, test } from "vitest";
import { stream } from "../../src/core/rng.js";
import { numberColumn, type Table, takeTableRows, withColumns } from "../../src/core/table.js";
import { compileModel } from "../../src/pipeline/compile.js";
import { DRIFTED, driftNotes, LEAST_ROWS, stabilityIndex, watchDrift } from "../../src/pipeline/drift.js";
import { describeInputs } from "../../src/pipeline/inputs.js";
import type { Model } from "../../src/pipeline/schema.js";
import { cardTable, tableOf } from "../preprocessing/tables.js";
import { realCards } from "../reference.js";
import { modelOf, prepared, rules } from "./models.js";

const made = prepared();
const { model } = modelOf(made, rules(made.space)[0]!);
const compiled = compileModel(model);

/** A number column the model reads as it is. */
const inputsOf = (table: Table): Pick<Model, "input" | "segments" | "noise"> => ({
  input: { id: null, features: describeInputs(table, []) },
  segments: [],
  noise: 1,
});

function reportOf(table: Table, of = model) {
  const watch = watchDrift(of);
  watch.addTable(table, compileModel(of).predictTable(table).labels);
  return watch.report();
}

test("by hand: half the rows in each of two bins, where 1 and 9 of 10 were expected", () => {
  // (.5 − .1) ln 5 + (.5 − .9) ln (5/9)
  expect(stabilityIndex([0.5, 0.5], [0.1, 0.9], 100)).toBeCloseTo(0.4 * Math.log(5) - 0.4 * Math.log(5 / 9), 12);
  expect(stabilityIndex([0.1, 0.9], [0.1, 0.9], 100)).toBe(0);
  // An empty bin counts as half a row of ten.
  expect(stabilityIndex([0, 1], [0.1, 0.9], 10)).toBeCloseTo(-0.05 * Math.log(0.5) + 0.1 * Math.log(10 / 9), 12);
});

test("the training rows themselves have not drifted", () => {
  const report = reportOf(made.table);
  expect(report).toMatchObject({ rows: 120, enough: true, drifted: [], mix: { drifted: false } });
  expect(report.mix.index).toBeCloseTo(0, 12);
  expect(Math.max(...report.features.map(({ index }) => index))).toBeLessThan(0.02);
  expect(driftNotes(report)).toEqual([]);
});

test("a shifted batch names the feature that was shifted, and no other", () => {
  const shifted = withColumns(
    made.table,
    made.table.columns.map((column) =>
      column.name === "SPEND" && column.kind === "number"
        ? numberColumn(
            "SPEND",
            column.values.map((value) => value * 4),
          )
        : column,
    ),
  );
  const report = reportOf(shifted);
  expect(report.drifted).toEqual(["SPEND"]);
  expect(driftNotes(report)[0]).toMatchObject({
    code: "drifted-features",
    message: expect.stringContaining("SPEND ("),
  });
});

test("other customers, same ranges: the mix of segments has drifted", () => {
  const { labels } = compiled.predictTable(made.table);
  const only = [...labels.keys()].filter((row) => labels[row] === labels[0]);
  const report = reportOf(takeTableRows(made.table, [...only, ...only, ...only]));
  expect(report.mix.drifted).toBe(true);
  expect(driftNotes(report).map(({ code }) => code)).toContain("drifted-mix");
});

test("texts never seen are drift; texts seen are not", () => {
  const strange = withColumns(
    made.table,
    made.table.columns.map((column) =>
      column.kind === "text" ? { ...column, values: column.values.map((value, i) => (i % 3 ? value : "fax")) } : column,
    ),
  );
  const report = reportOf(strange);
  expect(report.drifted).toContain("CHANNEL");
  expect(report.features.find(({ feature }) => feature === "CHANNEL")).toMatchObject({ outOfRange: 1 / 3 });
});

test("few rows say nothing, however far off", () => {
  const few = takeTableRows(
    made.table,
    Array.from({ length: LEAST_ROWS - 1 }, () => 3),
  );
  expect(reportOf(few)).toMatchObject({ enough: false, drifted: [], mix: { drifted: false } });
});

test("row by row counts as the table does", () => {
  const byRow = watchDrift(model);
  const columns = model.input.features.map(({ name }) => made.table.columns.find((column) => column.name === name)!);
  const { labels } = compiled.predictTable(made.table);
  labels.forEach((label, i) => {
    byRow.add(columns.map(({ values }) => values[i]!), label); // biome-ignore format: one line
  });
  expect(byRow.report()).toEqual(reportOf(made.table));
});

/** Columns with heaps: where quantiles are equal, what they leave open must not count as drift. */
const heaps: Record<string, (rng: ReturnType<typeof stream>) => number> = {
  "mostly zero": (rng) => (rng.uniform() < 0.63 ? 0 : Math.round(1000 * rng.uniform())),
  "a heap at the top": (rng) => (rng.uniform() < 0.85 ? 12 : 6 + rng.int(6)),
  "a heap around one quantile": (rng) => (rng.uniform() < 0.49 ? 5 : 10 * rng.uniform()),
  "all one value": () => 3,
  counts: (rng) => rng.int(4),
  smooth: (rng) => rng.uniform() * rng.uniform(),
};

test.each(Object.entries(heaps))("%s: fresh rows of the same kind have not drifted, at any size", (name, draw) => {
  const rng = stream(4, `test/drift/${name}`);
  const of = inputsOf(tableOf({ X: Array.from({ length: 4000 }, () => draw(rng)) }));
  for (const size of [60, 300, 5000]) {
    for (let round = 0; round < 40; round++) {
      const watch = watchDrift(of);
      for (let i = 0; i < size; i++) watch.add([draw(rng)], -1);
      const report = watch.report();
      if (report.drifted.length > 0)
        expect.fail(`seed 4, ${name}, ${size} rows, round ${round}: ${report.features[0]!.index}`);
    }
  }
});

test.each(Object.entries(heaps))("%s: rows of another kind have", (name, draw) => {
  const rng = stream(5, `test/drift/${name}`);
  const of = inputsOf(tableOf({ X: Array.from({ length: 4000 }, () => draw(rng)) }));
  const watch = watchDrift(of);
  for (let i = 0; i < 500; i++) watch.add([draw(rng) * 3 + 1.5], -1);
  expect(watch.report().drifted).toEqual(["X"]);
  expect(watch.report().features[0]!.index).toBeGreaterThan(DRIFTED);
});

if (realCards) {
  test("the credit cards: halves have not drifted from the whole; doubled purchases have", () => {
    const table = cardTable(realCards!);
    const of = inputsOf(table);
    const look = (rows: Table) => {
      const watch = watchDrift(of);
      watch.addTable(rows, new Int32Array(rows.rows).fill(-1));
      return watch.report();
    };
    const half = takeTableRows(
      table,
      Array.from({ length: table.rows / 2 }, (_, i) => 2 * i),
    );
    expect(look(half).drifted).toEqual([]);
    const risen = withColumns(
      half,
      half.columns.map((column) =>
        column.name === "PURCHASES" && column.kind === "number"
          ? numberColumn(
              "PURCHASES",
              column.values.map((value) => value * 2 + 300),
            )
          : column,
      ),
    );
    expect(look(risen).drifted).toEqual(["PURCHASES"]);
  });
}
