/** What every quality index promises, over the registry. A new index is tested by being registered. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { canonicalJson, sha256 } from "../../src/core/hash.js";
import { canonicalLabels, type Labels } from "../../src/core/labels.js";
import { type Matrix, matrix, takeRows } from "../../src/core/matrix.js";
import { references } from "../../src/core/references.js";
import { stream } from "../../src/core/rng.js";
import { agreements } from "../../src/metrics/agreement.js";
import { curves } from "../../src/metrics/curves.js";
import type { Scores } from "../../src/metrics/define.js";
import { fitColumns } from "../../src/metrics/fit-columns.js";
import { metricNamed, metrics } from "../../src/metrics/registry.js";

/** Three loose groups, some duplicates, one column far from zero. */
function someRows(seed: number, n = 60): Matrix {
  const rng = stream(seed, "test/contract-metrics");
  const rows = Array.from({ length: n }, (_, i) => [
    (i % 3) * 4 + rng.normal(),
    1e4 + rng.normal(),
    Math.round(2 * rng.normal()),
  ]);
  rows[n - 1] = rows[0]!;
  return matrix(rows);
}

/** Random, sensible and lopsided labelings, with and without noise. */
function someLabelings(n: number, seed: number): Labels[] {
  const rng = stream(seed, "test/contract-labels");
  const random = (k: number, noise: boolean) =>
    canonicalLabels(Array.from({ length: n }, (_, i) => (i < k ? i : noise ? rng.int(k + 1) - 1 : rng.int(k))));
  return [
    canonicalLabels(Array.from({ length: n }, (_, i) => i % 3)),
    random(2, false),
    random(4, true),
    random(9, false),
    canonicalLabels(Array.from({ length: n }, (_, i) => (i === 7 ? 1 : 0))),
    canonicalLabels(Array.from({ length: n }, (_, i) => (i < n - 4 ? -1 : i % 2))),
  ];
}

/** Everything a search may bring along, however silly. */
const degenerate: readonly (readonly [string, Matrix, Labels])[] = [
  ["one cluster", someRows(1, 12), new Int32Array(12)],
  ["all noise", someRows(1, 12), new Int32Array(12).fill(-1)],
  ["one cluster beside noise", someRows(1, 12), Int32Array.from({ length: 12 }, (_, i) => (i < 5 ? 0 : -1))],
  ["a cluster per row", someRows(1, 12), Int32Array.from({ length: 12 }, (_, i) => i)],
  ["a cluster per row but noise", someRows(1, 12), Int32Array.from({ length: 12 }, (_, i) => i - 1)],
  ["singletons beside one cluster", someRows(1, 12), Int32Array.from({ length: 12 }, (_, i) => Math.max(0, i - 8))],
  ["all rows equal", matrix(new Array(10).fill([3, 3])), Int32Array.from({ length: 10 }, (_, i) => i % 2)],
  [
    "two points, many times",
    matrix(Array.from({ length: 10 }, (_, i) => [i % 2])),
    Int32Array.from({ length: 10 }, (_, i) => i % 2),
  ],
  ["two clusters on the same point", matrix([[0], [0], [0], [0], [9]]), Int32Array.of(0, 0, 1, 1, 1)],
  ["two rows", matrix([[0], [1]]), Int32Array.of(0, 1)],
  ["one row", matrix([[5]]), Int32Array.of(0)],
  ["astronomical values", matrix([[-1e200], [0], [1e200], [2e200]]), Int32Array.of(0, 0, 1, 1)],
  ["tiny values", matrix([[0], [1e-200], [1e-180], [2e-180]]), Int32Array.of(0, 0, 1, 1)],
  ["a missing value", matrix([[0], [Number.NaN], [5], [6]]), Int32Array.of(0, 0, 1, 1)],
];

function expectAlike(received: Scores, expected: Scores): void {
  expect(Object.keys(received)).toEqual(Object.keys(expected));
  for (const [name, value] of Object.entries(expected)) {
    if (value === null) expect(received[name], name).toBeNull();
    else expect(Math.abs(received[name]! - value), name).toBeLessThanOrEqual(1e-10 * Math.max(1, Math.abs(value)));
  }
}

describe.each(metrics)("$name", (metric) => {
  const names = metric.columns.map(({ name }) => name).sort();

  test("answers its columns, in range or null, on every kind of partition", () => {
    for (let seed = 0; seed < 5; seed++) {
      const x = someRows(seed);
      for (const scores of metric.scoreMany(x, someLabelings(x.rows, seed))) {
        expect(Object.keys(scores).sort()).toEqual(names);
        for (const { name, range } of metric.columns) {
          const value = scores[name]!;
          if (value === null) continue;
          expect(value >= range[0] && value <= range[1], `seed ${seed}, ${name} = ${value}`).toBe(true);
        }
      }
    }
  });

  test.each(degenerate)("is a finite number or null for %s", (_, x, labels) => {
    const scores = metric.scoreMany(x, [labels])[0]!;
    expect(Object.keys(scores).sort()).toEqual(names);
    for (const value of Object.values(scores)) expect(value === null || Number.isFinite(value)).toBe(true);
  });

  test("is null, or a fact of W, where there is nothing to compare", () => {
    for (const [, x, labels] of degenerate.slice(0, 2)) {
      const scores = metric.scoreMany(x, [labels])[0]!;
      if (metric.name !== "inertia") for (const value of Object.values(scores)) expect(value).toBeNull();
    }
  });

  test("does not depend on how clusters are numbered, but for the last digits", () => {
    const x = someRows(3);
    for (const labels of someLabelings(x.rows, 3)) {
      const highest = Math.max(...labels);
      const renamed = labels.map((label) => (label < 0 ? label : highest - label));
      expectAlike(metric.scoreMany(x, [renamed])[0]!, metric.scoreMany(x, [labels])[0]!);
    }
  });

  test("does not depend on the order of rows, but for the last digits", () => {
    const x = someRows(4);
    const order = stream(4, "test/order").permutation(x.rows);
    const shuffled = takeRows(x, order);
    const labelings = someLabelings(x.rows, 4);
    const before = metric.scoreMany(x, labelings);
    const after = metric.scoreMany(
      shuffled,
      labelings.map((labels) => canonicalLabels(Array.from(order, (row) => labels[row]!))),
    );
    after.forEach((scores, l) => {
      expectAlike(scores, before[l]!);
    });
  });

  test("does not depend on the batch, to the bit", () => {
    for (let seed = 0; seed < 4; seed++) {
      const x = someRows(seed);
      const labelings = someLabelings(x.rows, seed);
      const together = metric.scoreMany(x, labelings);
      expect(metric.scoreMany(x, [])).toEqual([]);
      labelings.forEach((labels, l) => {
        expect(metric.scoreMany(x, [labels])).toEqual([together[l]]);
      });
      const order = [4, 0, 2, 2, 5];
      expect(
        metric.scoreMany(
          x,
          order.map((l) => labelings[l]!),
        ),
      ).toEqual(order.map((l) => together[l]));
    }
  });

  test("leaves its input as it was", () => {
    const x = someRows(5);
    const labelings = someLabelings(x.rows, 5);
    const [data, labels] = [Float64Array.from(x.data), labelings.map((values) => Int32Array.from(values))];
    metric.scoreMany(x, labelings);
    expect(Float64Array.from(x.data)).toEqual(data);
    expect(labelings).toEqual(labels);
  });

  test("refuses labels of other rows", () => {
    expect(() => metric.scoreMany(someRows(1, 12), [new Int32Array(11)])).toThrow("11 labels for 12 rows");
  });

  test("gives the answers recorded for its version", () => {
    const x = someRows(6);
    const hash = sha256(canonicalJson(metric.scoreMany(x, someLabelings(x.rows, 6))));
    const key = `${metric.name}@${metric.version}`;
    expect(
      versions[key],
      `another answer needs another version: raise that of ${metric.name}, and record ${key}: ${hash} in test/golden/versions/metrics.json`,
    ).toBe(hash);
  });
});

const versions: Readonly<Record<string, string>> = JSON.parse(
  readFileSync(new URL("../golden/versions/metrics.json", import.meta.url), "utf8"),
);

test("recorded versions are those of the registry, so no answer is kept that nobody gives", () => {
  for (const key of Object.keys(versions)) expect(metricNamed(key.split("@")[0]!).name).toBe(key.split("@")[0]);
});

test("every index tells its paper, its range, its direction and what it favours; no column is named twice", () => {
  const columns = [
    ...metrics.flatMap((metric) => metric.columns),
    ...curves.map(({ column }) => column),
    ...fitColumns,
  ].map(({ name }) => name);
  expect(columns).toEqual([...new Set(columns)]);
  for (const name of columns) expect(name).toMatch(/^[a-z][a-z0-9_]*$/);
  for (const { name, cites, favours } of [...metrics, ...curves, ...fitColumns, ...agreements]) {
    expect(cites.length, name).toBeGreaterThan(0);
    for (const key of cites) expect(references[key]).toBeDefined();
    expect(favours.length, name).toBeGreaterThan(10);
  }
});
