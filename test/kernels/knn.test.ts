import { describe, expect, test } from "vitest";
import { matrix } from "../../src/core/matrix.js";
import { stream } from "../../src/core/rng.js";
import { kDistances, nearestNeighbours, squaredCoreDistances } from "../../src/kernels/knn.js";
import { kDistances as slowDistances } from "../oracle/k-distances.js";
import { slowNeighbours } from "../oracle/nearest-neighbours.js";
import { farRow, fill, shapes } from "./shapes.js";

const pairsOf = ({ k, rows, squared }: ReturnType<typeof nearestNeighbours>, n: number): [number, number][][] =>
  Array.from({ length: n }, (_, i) =>
    Array.from({ length: k }, (_, j): [number, number] => [squared[i * k + j]!, rows[i * k + j]!]).filter(
      ([, row]) => row >= 0,
    ),
  );

describe.each([
  ...shapes(1),
  ...shapes(2),
  farRow,
  { name: "a plane, several groups of groups", x: fill(1300, 2, stream(3, "test/plane"), (r) => r.uniform()) },
])("nearest neighbours of $name", ({ x }) => {
  test.each([1, 4, 17, 40])("the %i nearest are those of all distances sorted, to the bit", (k) => {
    expect(pairsOf(nearestNeighbours(x, k), x.rows)).toEqual(slowNeighbours(x, k));
  });

  test("within a limit, rows exactly at it are neighbours and the rest is left empty", () => {
    // half of the rows' third neighbours lie within their median distance, which one of them attains
    const third = slowNeighbours(x, 3).map((list) => list.at(-1)?.[0] ?? 0);
    const within = Math.sqrt(third.sort((a, b) => a - b)[third.length >> 1]!);
    expect(pairsOf(nearestNeighbours(x, 6, within), x.rows)).toEqual(slowNeighbours(x, 6, within));
  });
});

test("a row's own distance counts as the first of its core distance", () => {
  const x = matrix([[0], [1], [3], [7]]);
  const near = nearestNeighbours(x, 3);
  expect([...squaredCoreDistances(near, 4, 1)]).toEqual([0, 0, 0, 0]);
  expect([...squaredCoreDistances(near, 4, 2)]).toEqual([1, 1, 4, 16]);
  expect([...squaredCoreDistances(near, 4, 4)]).toEqual([49, 36, 16, 49]);
});

describe.each(shapes(3))("k-distances of $name", ({ x }) => {
  test("are those of the slow way, to the bit", () => {
    const counts = [5, 1, 2, 9].filter((m) => m <= x.rows);
    expect(kDistances(x, counts)).toEqual(slowDistances(x.data, x.rows, x.cols, counts));
  });
});
