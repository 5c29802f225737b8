/**
 * Exported models run in onnxruntime and answer as we do: on every row of the sets, and on rows made up to be
 * missing, extreme and absurd.
 */
import * as ort from "onnxruntime-web";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fitOne } from "../../src/cluster/define.js";
import { algorithms } from "../../src/cluster/registry.js";
import { isUserError } from "../../src/core/errors.js";
import { matrix } from "../../src/core/matrix.js";
import { stream } from "../../src/core/rng.js";
import { numberColumn, type Table, toMatrix } from "../../src/core/table.js";
import { reducerNamed } from "../../src/decomposition/registry.js";
import { measureAgreement } from "../../src/pipeline/agreement.js";
import { buildModel } from "../../src/pipeline/build.js";
import { type CompiledModel, compileModel } from "../../src/pipeline/compile.js";
import { exportOnnx, requireFormat } from "../../src/pipeline/onnx/index.js";
import { emitters } from "../../src/pipeline/onnx/steps.js";
import type { Model } from "../../src/pipeline/schema.js";
import { type Cell, compilePreparation } from "../../src/preprocessing/compile.js";
import { fitPreparation, type StepChoice } from "../../src/preprocessing/preparation.js";
import { steps } from "../../src/preprocessing/registry.js";
import { cardTable, referenceTable } from "../preprocessing/tables.js";
import { realCards, reference } from "../reference.js";
import { modelOf, prepared, rules } from "./models.js";

/** Nearer to a border than this the two may differ: they add up in another order. */
const NEAR = 1e-9;

const total = { rows: 0, ties: 0, refused: 0, worst: 0 };

beforeAll(() => {
  ort.env.wasm.numThreads = 1;
});

afterAll(() => {
  const { rows, ties, refused, worst } = total;
  console.info(
    `ONNX: ${rows} rows, ${ties} ties answered otherwise, ${refused} refused by both; margins within ${worst.toExponential(1)}`,
  );
});

/** Labels and margins from the exported file. */
async function runOnnx(model: Model, rows: readonly (readonly Cell[])[]) {
  const session = await ort.InferenceSession.create(exportOnnx(model));
  const { features } = model.input;
  const part = (kind: string) => [...features.keys()].filter((at) => features[at]!.kind === kind);
  const feeds: Record<string, ort.Tensor> = {};
  const [numbers, texts] = [part("number"), part("text")];
  if (numbers.length > 0) {
    const values = Float64Array.from(rows.flatMap((row) => numbers.map((at) => row[at] as number)));
    feeds["numbers"] = new ort.Tensor("float64", values, [rows.length, numbers.length]);
  }
  if (texts.length > 0) {
    const values = rows.flatMap((row) => texts.map((at) => (row[at] as string | null) ?? ""));
    feeds["texts"] = new ort.Tensor("string", values, [rows.length, texts.length]);
  }
  const { label, margin } = await session.run(feeds);
  const out = { labels: Array.from(label!.data as BigInt64Array, Number), margins: margin!.data as Float64Array };
  await session.release();
  return out;
}

/** Our own answer; a refused row is label −1 and margin NaN, as the file says it. */
function own(compiled: CompiledModel, row: readonly Cell[]) {
  try {
    return { ...compiled.predictRow(row) };
  } catch (error) {
    if (!isUserError(error)) throw error;
    return { label: -1, margin: Number.NaN };
  }
}

/** How large the distances (of mixtures: the squared distances) of a row are; 0 within the training range. */
function sizeOf(model: Model) {
  const { columns, treat } = compilePreparation(model.preparation, model.input.features);
  const out = new Float64Array(columns.length);
  const ranges = model.golden.map(({ row }) => largest(row));
  const usual = Math.max(10, ...ranges);
  function largest(row: readonly Cell[]): number {
    try {
      treat(
        row.map((cell, j) => cell ?? (model.input.features[j]!.kind === "number" ? Number.NaN : null)),
        out,
      );
    } catch {
      return 0;
    }
    return out.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  }
  return (row: readonly Cell[]) => {
    const reach = largest(row);
    if (reach <= 10 * usual) return 0;
    return model.assignment.rule === "posterior" ? 1e3 * reach * reach : reach;
  };
}

async function compare(model: Model, rows: readonly (readonly Cell[])[], about: string) {
  const compiled = compileModel(model);
  const size = sizeOf(model);
  const { labels, margins } = await runOnnx(model, rows);
  let ties = 0;
  let refused = 0;
  let worst = 0;
  rows.forEach((row, i) => {
    const { label, margin } = own(compiled, row);
    if (Number.isNaN(margin)) refused++;
    // Rounding grows with the size of the numbers; on the scale of the training rows NEAR is what counts.
    const slack = NEAR * Math.max(1, Math.abs(margin)) + 1e-13 * size(row);
    if (labels[i] !== label) {
      if (!(margin <= slack))
        expect.fail(`${about}, row ${i} ${JSON.stringify(row)}: ${labels[i]} for ${label}, margin ${margin}`);
      ties++;
    } else if (Number.isFinite(margin)) {
      worst = Math.max(worst, Math.abs(margins[i]! - margin) / Math.max(1, Math.abs(margin)));
      if (!(Math.abs(margins[i]! - margin) <= slack))
        expect.fail(`${about}, row ${i}: margin ${margins[i]} for ${margin}`);
    } else expect(margins[i]).toBe(margin);
  });
  total.rows += rows.length;
  total.ties += ties;
  total.refused += refused;
  if (rows.every((row) => size(row) === 0)) total.worst = Math.max(total.worst, worst);
  return { ties, refused };
}

const rowsOf = (table: Table, model: Model): Cell[][] => {
  const columns = model.input.features.map(({ name }) => table.columns.find((column) => column.name === name)!);
  return Array.from({ length: table.rows }, (_, i) => columns.map((column) => column.values[i] as Cell));
};

/** Rows inside the range, at its ends, far outside, missing, infinite, and of texts never seen. */
function fuzzed(model: Model, count: number, seed: number): Cell[][] {
  const rng = stream(seed, "test/onnx");
  return Array.from({ length: count }, () => {
    const wild = rng.int(4) === 0;
    return model.input.features.map((feature): Cell => {
      if (feature.kind === "text")
        return [...feature.categories, null, "Ünseen ✓", "never seen"][rng.int(feature.categories.length + 3)]!;
      const inside = feature.min + (feature.max - feature.min) * rng.uniform();
      if (!wild) return rng.int(12) === 0 ? Number.NaN : inside;
      return [
        inside,
        0,
        -0,
        -1,
        -5,
        1e-300,
        1e9,
        1e101,
        1e308,
        Number.NaN,
        Number.POSITIVE_INFINITY,
        Number.NEGATIVE_INFINITY,
      ][rng.int(12)]!;
    });
  });
}

const asked: [string, StepChoice[]][] = [
  ["plain", []],
  ["standard", [{ name: "scale", params: "standard" }]],
  ["clipped", [{ name: "impute", params: "median" }, { name: "winsorise", params: {} }, { name: "scale", params: "robust" }]], // biome-ignore format: a case a line
];

const families: [string, Record<string, unknown>][] = [
  ["kmeans", { k: 3 }],
  ["kmedoids", { k: 3 }],
  ...(["full", "tied", "diag", "spherical"] as const).map((covarianceType): [string, Record<string, unknown>] => [
    "gmm",
    { k: 3, covarianceType },
  ]),
];

function fitted(
  table: Table,
  prepare: StepChoice[],
  reduce: Record<string, unknown> | null,
  [name, given]: (typeof families)[number],
): Model {
  // biome-ignore format: one line
  const { table: made, fitted: preparation } = fitPreparation(table, prepare);
  const reducer = reducerNamed(reduce === null ? "none" : "pca");
  const x = toMatrix(made);
  const reduction = reducer.fit(x, reduce ?? {}).fitted;
  const space = reducer.transform(x, reduction);
  const algorithm = algorithms.find((candidate) => candidate.name === name)!;
  const params = algorithm.params.parse(given);
  const fit = fitOne(algorithm, space, params, { seed: 1 });
  const assignment = algorithm.assignment(space, params, fit);
  const k = Math.max(...fit.labels) + 1;
  return buildModel({
    name: `${name} ✓`,
    table,
    preparation,
    reduction: { name: reducer.name, version: reducer.version, fitted: reduction },
    algorithm: { name, version: algorithm.version, params, seed: 1 },
    assignment,
    labels: fit.labels,
    names: Array.from({ length: k }, (_, c) => `Segment ${c + 1}`),
    agreement: measureAgreement(space, fit.labels, assignment),
    provenance: {},
  });
}

describe.each(["iris", "blobs", "moons"])("%s", (set) => {
  const table = referenceTable(set);
  test.each(families)("%s %o: every row, and made-up rows", async (name, params) => {
    for (const [prepare, choice] of asked) {
      for (const reduce of [null, { components: 2 }]) {
        const model = fitted(table, choice, reduce, [name, params]);
        const about = `${set}, ${name} ${JSON.stringify(params)}, ${prepare}, ${reduce ? "pca" : "none"}`;
        const { refused } = await compare(model, rowsOf(table, model), about);
        expect(refused).toBe(0);
        expect((await compare(model, fuzzed(model, 400, 7), `${about}, made up`)).refused).toBeGreaterThan(0);
      }
    }
  });
});

test.each(["pca", "none"] as const)(
  "texts, missing indicators, logarithms, clipping, a dropped column (%s)",
  async (reduce) => {
    const made = prepared(reduce);
    const all = rules(made.space);
    // The mixtures made by hand have two columns.
    for (const at of reduce === "pca" ? [0, 1, 2, 3, 8] : [0, 1, 8]) {
      const rule = all[at]!;
      const { model } = modelOf(made, rule);
      await compare(model, rowsOf(made.table, model), `customers, ${rule.rule}`);
      const { refused } = await compare(model, fuzzed(model, 3000, 11), `customers, ${rule.rule}, made up`);
      expect(refused).toBeGreaterThan(100);
    }
  },
);

test("rows on the very border: where the two differ, the margin is beneath rounding, and it is counted", async () => {
  const table = referenceTable("iris");
  for (const family of families) {
    const model = fitted(table, [{ name: "scale", params: "standard" }], { components: 2 }, family);
    const compiled = compileModel(model);
    const rows = rowsOf(table, model) as number[][];
    const border = rows.flatMap((from, i) => {
      let [a, b] = [from, rows[(i * 37 + 11) % rows.length]!];
      const label = compiled.predictRow(a).label;
      if (compiled.predictRow(b).label === label) return [];
      for (let step = 0; step < 60; step++) {
        const middle = a.map((value, j) => (value + b[j]!) / 2);
        if (compiled.predictRow(middle).label === label) a = middle;
        else b = middle;
      }
      return [a, b];
    });
    expect(border.length).toBeGreaterThan(50);
    expect(Math.max(...border.map((row) => compiled.predictRow(row).margin))).toBeLessThan(NEAR);
    await compare(model, border, `border of ${family[0]}`);
  }
});

test.each([
  ["kmeans", { k: 4 }],
  ["kmedoids", { k: 3, metric: "manhattan" }],
  ["latent-class", { k: 3 }],
  ["sparse-kmeans", { k: 3, effectiveColumns: 3 }],
] as const)("numbers as categories, texts filled before they are encoded, a constant column: %s", async (...family) => {
  const table = referenceTable("iris");
  const rows = table.rows;
  const channel = Array.from({ length: rows }, (_, i) => (i % 5 === 0 ? null : ["web", "shop"][i % 2]!));
  const visits = Float64Array.from({ length: rows }, (_, i) => (i % 11 === 0 ? Number.NaN : i % 3));
  const wide: Table = {
    ...table,
    columns: [
      { kind: "text", name: "CHANNEL", values: channel },
      ...table.columns,
      numberColumn("VISITS", visits),
      numberColumn("SAME", new Float64Array(rows).fill(4)),
    ],
  };
  const model = fitted(
    wide,
    [
      { name: "impute", params: { strategy: "constant", value: "nobody said", columns: ["CHANNEL"], indicator: true } },
      { name: "scale", params: { strategy: "standard", columns: table.columns.map(({ name }) => name) } },
      { name: "one-hot", params: { columns: ["CHANNEL", "VISITS"], weight: "column" } },
    ],
    null,
    [...family],
  );
  expect(model.input.features.map(({ kind }) => kind)).toContain("text");
  await compare(model, rowsOf(wide, model), `categories, ${family[0]}`);
  const { refused } = await compare(model, fuzzed(model, 2000, 3), `categories, ${family[0]}, made up`);
  expect(refused).toBeGreaterThan(0);
});

if (realCards)
  test("the credit cards: every row of three models", async () => {
    const table = cardTable(realCards!);
    const logged = reference("cc-pca2", "preprocess").log1p_columns;
    const steps: StepChoice[] = [
      { name: "impute", params: "median" },
      { name: "log1p", params: logged },
      { name: "scale", params: "standard" },
    ];
    for (const family of [families[0]!, families[1]!, families[2]!]) {
      for (const reduce of [null, { components: 2 }]) {
        const model = fitted(table, steps, reduce, family);
        const about = `cards, ${family[0]}, ${reduce ? "pca" : "none"}`;
        expect((await compare(model, rowsOf(table, model), about)).refused).toBe(0);
        await compare(model, fuzzed(model, 2000, 5), `${about}, made up`);
      }
    }
  });

test("with one segment there is no runner-up, and no margin to give", async () => {
  const made = prepared();
  const alone = { rule: "nearest-centre" as const, centres: matrix([[0, 0]]) };
  const one = { ...alone, rule: "posterior" as const, covarianceType: "diag" as const, weights: Float64Array.of(1), means: alone.centres, covariances: matrix([[1, 2]]) }; // biome-ignore format: one line
  for (const rule of [alone, one]) {
    const { model } = modelOf(made, rule);
    await compare(model, rowsOf(made.table, model), "one segment");
    expect((await runOnnx(model, rowsOf(made.table, model).slice(0, 2))).margins).toEqual(
      Float64Array.of(Infinity, Infinity),
    );
  }
});

test("the file says what it is: names of features and segments, hash, one row or many", async () => {
  const { model } = modelOf(prepared(), rules(prepared().space)[0]!);
  const file = exportOnnx(model);
  const text = new TextDecoder().decode(file);
  expect(text).toContain(model.hash);
  expect(text).toContain(JSON.stringify(model.segments.map((segment) => segment.name)));
  expect(exportOnnx(model)).toEqual(file);
  const rows = fuzzed(model, 5, 1);
  const together = await runOnnx(model, rows);
  for (const [i, row] of rows.entries()) {
    const alone = await runOnnx(model, [row]);
    expect(alone.labels[0]).toBe(together.labels[i]);
    expect(alone.margins[0]).toBe(together.margins[i]);
  }
});

test("every preparation step has its ONNX form", () => {
  expect(Object.keys(emitters).sort()).toEqual(steps.map(({ name }) => name).sort());
});

test.each([4, 5, 6, 7, 9])("rule %i is refused, and says why", (at) => {
  const made = prepared();
  const { model } = modelOf(made, rules(made.space)[at]!);
  try {
    exportOnnx(model);
    expect.fail("was exported");
  } catch (error) {
    if (!isUserError(error)) throw error;
    expect(error).toMatchObject({ code: "BAD_USAGE", where: "export" });
    expect(error.message).toMatchSnapshot();
  }
});

test("a step or a reduction that has no ONNX form is refused by name", () => {
  const { model } = modelOf(prepared(), rules(prepared().space)[0]!);
  const odd = { ...model, reduction: { ...model.reduction, name: "t-sne" } };
  expect(() => exportOnnx(odd)).toThrow('the reduction "t-sne" cannot be written in ONNX');
  const step = { ...model.preparation[0]!, name: "bend" };
  expect(() => exportOnnx({ ...model, preparation: [step] })).toThrow('the preparation step "bend" cannot be written');
  expect(() => requireFormat("pmml")).toThrow('unknown export format "pmml"');
});
