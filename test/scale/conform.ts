/** What every engine is held to: the answers of memory, from the same rows and the same start. */
import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { kMeansFrom } from "../../src/cluster/kmeans.js";
import { renumber } from "../../src/core/labels.js";
import type { Matrix } from "../../src/core/matrix.js";
import { type Table, toMatrix } from "../../src/core/table.js";
import { metricNamed } from "../../src/metrics/registry.js";
import { fitPreparation } from "../../src/preprocessing/preparation.js";
import { type Experiment, parseExperiment } from "../../src/sweep/config/experiment.js";
import { planSweep } from "../../src/sweep/plan.js";
import type { EngineTable } from "../../src/sweep/pushdown/engine.js";
import { pushedMetrics, pushedScores } from "../../src/sweep/pushdown/indices.js";
import { pushedLloyd } from "../../src/sweep/pushdown/lloyd.js";
import { fingerprint, sampleTable } from "../../src/sweep/pushdown/sample.js";
import { type PushedSpace, pushSpaces } from "../../src/sweep/pushdown/spaces.js";
import { labelsSql } from "../../src/sweep/pushdown/statements.js";

/** A preparation with every step that can be pushed down, and a projection. */
export const CONFIG = `
name: conform
data: { path: rows.csv, id: ID, engine: duckdb }
prepare:
  mixed:
    - impute: median
    - log1p: [AMOUNT, VISITS]
    - winsorise: { lower: 0.01, upper: 0.99, columns: [AMOUNT] }
    - drop: [CODE]
    - scale: standard
reduce: [none, pca: { components: 2 }]
sweep: { kmeans: { k: [2, 5], nInit: 3 } }
score: { space: mixed, metrics: [simplified-silhouette, davies-bouldin, calinski-harabasz, inertia] }
select: { rule: majority-simplified }
`;

/** The same in memory: prepared, reduced. */
export function inMemory(table: Table, { prepare, reduce }: Experiment): Map<string, Matrix> {
  const [own] = prepare;
  const { table: treated } = fitPreparation(
    table,
    own!.steps.map(({ step, params }) => ({ name: step.name, params })),
  );
  const base = toMatrix(treated);
  const spaces = new Map([[own!.name, base]]);
  for (const { name, reducer, params } of reduce) {
    if (name !== "none") spaces.set(`${own!.name}/${name}`, reducer.transform(base, reducer.fit(base, params).fitted));
  }
  return spaces;
}

export function relative(a: number, b: number): number {
  return Math.abs(a - b) / Math.max(1e-300, Math.abs(a), Math.abs(b));
}

/** Largest difference of two lists, against the largest of their values. */
export function apart(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  let most = 0;
  let scale = 1e-300;
  for (let i = 0; i < a.length; i++) {
    most = Math.max(most, Math.abs(a[i]! - b[i]!));
    scale = Math.max(scale, Math.abs(a[i]!), Math.abs(b[i]!));
  }
  return most / scale;
}

interface Opened {
  readonly table: EngineTable;
  /** The same rows, read into memory, in any order; with the id column. */
  readonly rows: Table;
}

/**
 * The suite itself.
 *
 * @param open - the table of `customers()` in the engine
 */
export function conforms(open: () => Opened): void {
  const experiment = parseExperiment(CONFIG, "conform.yaml");
  let spaces: Map<string, PushedSpace>;
  let truth: Map<string, Matrix>;

  test("counts the rows, and gives every state of them a checksum of its own", async () => {
    const { table, rows } = open();
    const facts = await fingerprint(table);
    expect(facts.rows).toBe(rows.rows);
    expect(await fingerprint(table)).toEqual(facts);
    const fewer = await fingerprint({ ...table, columns: table.columns.slice(1) });
    expect(fewer.checksum).not.toBe(facts.checksum);
  });

  test("learns of the rows what the steps learn in memory, to the last digits", async () => {
    const { table, rows } = open();
    const plan = planSweep(experiment, "checksum");
    const sample = await sampleTable(table, rows.rows);
    spaces = await pushSpaces(table, plan, sample, () => {});
    truth = inMemory(rows, experiment);
    const { fitted } = fitPreparation(
      rows,
      experiment.prepare[0]!.steps.map(({ step, params }) => ({ name: step.name, params })),
    );
    const pushed = spaces.get("mixed")!.preparation;
    expect(pushed.map(({ name, version }) => [name, version])).toEqual(
      fitted.map(({ name, version }) => [name, version]),
    );
    // Medians are the very value of sorting; means and deviations are sums, and quantiles of logarithms come through
    // another library's logarithm.
    expect(pushed[0]).toEqual(fitted[0]);
    expect(pushed[1]).toEqual(fitted[1]);
    for (const i of [2, 4]) {
      const numbers = (step: unknown) =>
        JSON.stringify(step)
          .match(/-?\d+\.\d+(e-?\d+)?/g)!
          .map(Number);
      expect(apart(numbers(pushed[i]), numbers(fitted[i]))).toBeLessThan(1e-12);
    }
  });

  test.each([
    ["the mean, then min-max", "[ impute: mean, scale: min-max ]"],
    ["a constant, then robust", "[ impute: { strategy: constant, value: -3 }, scale: robust ]"],
    [
      "some columns only",
      "[ impute: { strategy: median, columns: [AMOUNT] }, drop: [BALANCE], scale: { columns: [SINCE] } ]",
    ],
  ])("other preparations are those of memory too: %s", async (_, steps) => {
    const { table, rows } = open();
    const other = parseExperiment(CONFIG, "conform.yaml", [`prepare.mixed=${steps}`, "reduce=[none]"]);
    const sample = await sampleTable(table, rows.rows);
    const own = (await pushSpaces(table, planSweep(other, "checksum"), sample, () => {})).get("mixed")!;
    const { table: treated, fitted } = fitPreparation(
      rows,
      other.prepare[0]!.steps.map(({ step, params }) => ({ name: step.name, params })),
    );
    const names = (step: unknown) => JSON.stringify(step).replace(/-?\d+(\.\d+)?(e-?\d+)?/g, "0");
    const numbers = (step: unknown) =>
      JSON.stringify(step)
        .match(/-?\d+(\.\d+)?(e-?\d+)?/g)!
        .map(Number);
    expect(own.preparation.map(names)).toEqual(fitted.map(names));
    own.preparation.forEach((step, i) => {
      numbers(step).forEach((value, at) => {
        expect(relative(value, numbers(fitted[i])[at]!)).toBeLessThan(1e-12);
      });
    });
    expect(own.columns).toEqual(treated.columns.map(({ name }) => name));
  });

  test.each(["mixed", "mixed/pca-2"])(
    "k-means in %s: centres and inertia as in memory from the same start",
    async (name) => {
      const { table } = open();
      const space = spaces.get(name)!;
      const x = truth.get(name)!;
      for (const k of [2, 5]) {
        const start = Float64Array.from(space.sample.data.subarray(0, k * x.cols));
        const limits = { maxIter: 100, tol: 1e-4 };
        const wanted = kMeansFrom(x, start, limits);
        const found = await pushedLloyd(
          table.engine,
          space.rows,
          space.vector,
          { k, values: start },
          { maxIter: limits.maxIter, shiftLimit: limits.tol * space.meanVariance, unit: Math.sqrt(space.meanVariance) },
        );
        expect(found.iterations).toBe(wanted.iterations);
        expect(found.converged).toBe(wanted.converged);
        expect(apart(found.centres.values, wanted.centres)).toBeLessThan(1e-9);
        expect(relative(found.last.inertia, wanted.inertia)).toBeLessThan(1e-9);
        const sizes = new Float64Array(k);
        for (const label of wanted.labels) sizes[label]!++;
        expect(found.last.sizes).toEqual(sizes);
      }
    },
  );

  test("an empty cluster takes over the row that lies farthest, as in memory", async () => {
    const { table } = open();
    const space = spaces.get("mixed")!;
    const x = truth.get("mixed")!;
    const start = new Float64Array(3 * x.cols);
    start.set(space.sample.data.subarray(0, x.cols));
    start.fill(1e3, x.cols, 2 * x.cols);
    start.fill(-1e3, 2 * x.cols);
    const wanted = kMeansFrom(x, start, { maxIter: 50, tol: 0 });
    const found = await pushedLloyd(
      table.engine,
      space.rows,
      space.vector,
      { k: 3, values: start },
      { maxIter: 50, shiftLimit: 0, unit: Math.sqrt(space.meanVariance) },
    );
    expect(found.iterations).toBe(wanted.iterations);
    expect(found.converged).toBe(wanted.converged);
    expect(apart(found.centres.values, wanted.centres)).toBeLessThan(1e-9);
  });

  test.each([
    ["mixed", "mixed"],
    ["mixed/pca-2", "mixed"],
    ["mixed", "mixed/pca-2"],
  ])("the indices of a fit in %s, judged in %s, are those of memory", async (name, space) => {
    const { table } = open();
    const fitted = spaces.get(name)!;
    const judge = spaces.get(space)!;
    const x = truth.get(name)!;
    const start = Float64Array.from(fitted.sample.data.subarray(0, 4 * x.cols));
    const wanted = kMeansFrom(x, start, { maxIter: 20, tol: 1e-4 });
    const { labels, old } = renumber(wanted.labels);
    const judged = truth.get(space)!;
    const means = new Float64Array(4 * judged.cols);
    const sizes = new Float64Array(4);
    labels.forEach((label, i) => {
      sizes[label]!++;
      for (let j = 0; j < judged.cols; j++) means[label * judged.cols + j]! += judged.data[i * judged.cols + j]!;
    });
    const centres = Float64Array.from(old.flatMap((c) => [...wanted.centres.subarray(c * x.cols, (c + 1) * x.cols)]));
    const found = await pushedScores(
      table.engine,
      judge.rows,
      { vector: fitted.vector, centres: { k: 4, values: centres } },
      {
        vector: judge.vector,
        centres: { k: 4, values: means.map((sum, at) => sum / sizes[Math.floor(at / judged.cols)]!) },
      },
      sizes,
    );
    for (const [metric, column] of Object.entries(pushedMetrics)) {
      const [scores] = metricNamed(metric).scoreMany(judged, [labels]);
      expect(relative(found[column]!, scores![column]!), metric).toBeLessThan(1e-9);
    }
  });

  test("every row gets the label it gets in memory", async () => {
    const { table, rows } = open();
    for (const name of ["mixed", "mixed/pca-2"]) {
      const space = spaces.get(name)!;
      const x = truth.get(name)!;
      const start = Float64Array.from(space.sample.data.subarray(0, 4 * x.cols));
      const wanted = kMeansFrom(x, start, { maxIter: 20, tol: 1e-4 });
      const { vector, rows: labelled } = space.labelled;
      const sql = labelsSql(table.engine.dialect, labelled, "s_id", vector, { k: 4, values: wanted.centres });
      const found = new Map((await table.engine.query(sql)).map(([id, label]) => [String(id), Number(label)]));
      expect(found.size).toBe(rows.rows);
      const differing = rows.id!.values.filter((id, i) => found.get(id) !== wanted.labels[i]);
      expect(differing).toEqual([]);
    }
  });

  test("the sample is the same whatever the engine: rows by the hash of their id", async () => {
    const { table, rows } = open();
    const sample = await sampleTable(table, rows.rows);
    expect(sample.rows).toBe(Math.min(rows.rows, 20_000));
    const hashes = rows.id!.values.map((id, i) => [createHash("md5").update(id).digest("hex"), i] as const);
    const wanted = hashes.sort(([a], [b]) => (a < b ? -1 : 1)).slice(0, sample.rows);
    sample.columns.forEach((column, j) => {
      const all = rows.columns[j]!.values as Float64Array;
      const present = (values: ArrayLike<number>) => Array.from(values, (value) => (Number.isNaN(value) ? -1 : value));
      const own = present(column.values as Float64Array);
      const other = present(wanted.map(([, i]) => all[i]!));
      // To the last bit but one: the oldest ClickHouse reads a written double no better.
      const wrong = own.filter((value, i) => Math.abs(value - other[i]!) > 2.3e-16 * Math.abs(value));
      expect(wrong).toEqual([]);
    });
  });
}
