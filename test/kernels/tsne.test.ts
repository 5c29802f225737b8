import { describe, expect, test } from "vitest";
import type { Matrix } from "../../src/core/matrix.js";
import { stream } from "../../src/core/rng.js";
import { type Affinities, affinitiesOf } from "../../src/kernels/affinities.js";
import { nearestNeighbours } from "../../src/kernels/knn.js";
import { embed } from "../../src/kernels/tsne.js";
import { exactAffinities, exactDivergence, slowCalibrate, slowEmbed } from "../oracle/tsne.js";
import { blobs, fill, shapes } from "./shapes.js";

/** Sparse to dense. */
function dense({ n, starts, columns, values }: Affinities): Float64Array {
  const p = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let at = starts[i]!; at < starts[i + 1]!; at++) p[i * n + columns[at]!]! += values[at]!;
  return p;
}

const allPairs = (x: Matrix, perplexity: number): Affinities =>
  affinitiesOf(nearestNeighbours(x, x.rows - 1), x.rows, perplexity);

const smallStart = (n: number, seed: number): Float64Array => {
  const rng = stream(seed, "test/start");
  return new Float64Array(2 * n).map(() => rng.normal() * 1e-4);
};

describe.each(shapes(1).filter(({ x }) => x.rows > 4))("affinities of $name", ({ x }) => {
  const n = x.rows;

  test("over all pairs are the exact ones", () => {
    const p = dense(allPairs(x, Math.min(20, n / 3)));
    const exact = exactAffinities(x, Math.min(20, n / 3));
    const worst = exact.reduce((most, value, at) => Math.max(most, Math.abs(value - p[at]!)), 0);
    expect(worst).toBeLessThan(1e-9 / n);
  });

  test("are symmetric, sum to 1, and each row stands once in a row", () => {
    const affinities = affinitiesOf(nearestNeighbours(x, Math.min(9, n - 1)), n, 3);
    const { starts, columns, values } = affinities;
    for (let i = 0; i < n; i++) {
      const own = Array.from(columns.subarray(starts[i], starts[i + 1]));
      expect(new Set(own).size).toBe(own.length);
      expect(own).not.toContain(i);
    }
    expect(values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 12);
    const p = dense(affinities);
    for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) expect(p[i * n + j]).toBeCloseTo(p[j * n + i]!, 15);
  });
});

test("a row's probabilities have the wanted perplexity", () => {
  const x = blobs(200, 3, 4, 9, 2);
  const near = nearestNeighbours(x, 60);
  const { values } = affinitiesOf({ ...near, k: 60 }, 200, 20);
  expect(values.length).toBeGreaterThan(200 * 60);
  const p = slowCalibrate(Array.from(near.squared.subarray(0, 60)), 20);
  expect(Math.exp(-p.reduce((h, v) => h + v * Math.log(v), 0))).toBeCloseTo(20, 8);
});

describe.each([
  ["17 rows", blobs(17, 2, 2, 4, 1)],
  ["less than a leaf", fill(6, 2, stream(2, "test/few"), (r) => r.normal())],
  ["300 rows", blobs(300, 4, 3, 6, 3)],
] as const)("descent with exact forces, %s", (_, x) => {
  test("follows the float64 path for its first steps", () => {
    const affinities = allPairs(x, Math.min(15, x.rows / 3));
    const start = smallStart(x.rows, 1);
    const { positions } = embed(affinities, start, { iterations: 12, theta: 0 });
    const slow = slowEmbed(dense(affinities), start, 12);
    const scale = Math.max(...slow.map(Math.abs));
    positions.forEach((value, at) => {
      expect(Math.abs(value - slow[at]!)).toBeLessThan(1e-3 * scale);
    });
  });

  test("reports the divergence of the map it returns", () => {
    const affinities = allPairs(x, Math.min(15, x.rows / 3));
    const { positions, divergence } = embed(affinities, smallStart(x.rows, 2), { iterations: 300, theta: 0.6 });
    expect(divergence).toBeCloseTo(exactDivergence(dense(affinities), positions), 5);
  });
});

test.each([64, 65, 777, 1500])(
  "a step of Barnes–Hut is a step of exact forces, but for one part in fifty, on %i rows",
  (n) => {
    const x = blobs(n, 3, 6, 10, 7);
    const affinities = affinitiesOf(nearestNeighbours(x, 31), n, 10);
    const start = Float64Array.from({ length: 2 * n }, (_, i) => x.data[3 * (i >> 1) + (i & 1)]!);
    const moved = (theta: number) =>
      embed(affinities, start, { iterations: 1, theta }).positions.map((value, i) => value - start[i]!);
    const [near, exact] = [moved(0.45), moved(0)];
    const length = (v: Float64Array) => Math.sqrt(v.reduce((sum, value) => sum + value * value, 0));
    expect(length(near.map((value, i) => value - exact[i]!))).toBeLessThan(0.02 * length(exact));
  },
);

test("Barnes–Hut ends as low as exact forces do, on 900 rows", () => {
  const x = blobs(900, 5, 8, 12, 4);
  const affinities = affinitiesOf(nearestNeighbours(x, 91), x.rows, 30);
  const start = smallStart(x.rows, 3);
  const exact = embed(affinities, start, { iterations: 350, theta: 0 }).divergence;
  expect(embed(affinities, start, { iterations: 350, theta: 0.6 }).divergence).toBeLessThan(1.03 * exact);
});

test("the same start gives the same bits, and is not changed", () => {
  const x = blobs(400, 3, 4, 8, 5);
  const affinities = affinitiesOf(nearestNeighbours(x, 31), x.rows, 10);
  const start = smallStart(x.rows, 4);
  const before = start.slice();
  const options = { iterations: 100, theta: 0.6 };
  expect(embed(affinities, start, options)).toEqual(embed(affinities, start, options));
  expect(start).toEqual(before);
});
