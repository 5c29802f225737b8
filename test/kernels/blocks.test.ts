import { describe, expect, test } from "vitest";
import { allocateMatrix, type Matrix } from "../../src/core/matrix.js";
import { stream } from "../../src/core/rng.js";
import { blocksOf, FAR, placeBlocks, placeRows } from "../../src/kernels/blocks.js";
import { memoryInUse, withArena } from "../../src/kernels/wasm.js";
import { fill, shapes } from "./shapes.js";

const distance = (x: Matrix, row: number, centre: ArrayLike<number>, at: number): number => {
  let sum = 0;
  for (let k = 0; k < x.cols; k++) {
    const t = x.data[row * x.cols + k]! - centre[at + k]!;
    sum += t * t;
  }
  return Math.sqrt(sum);
};

describe.each(shapes(1))("blocks of $name", ({ x }) => {
  const blocks = blocksOf(x);

  test("every row stands once in the order", () => {
    expect(Int32Array.from(blocks.order).sort()).toEqual(Int32Array.from({ length: x.rows }, (_, i) => i));
  });

  test("every row lies in the ball of its block, and balls past the last have no radius", () => {
    blocks.order.forEach((row, position) => {
      const block = Math.floor(position / 8);
      expect(distance(x, row, blocks.centres, block * x.cols)).toBeLessThanOrEqual(blocks.radii[block]!);
    });
    for (let b = blocks.count; b < blocks.radii.length; b++) expect(blocks.radii[b]).toBeNaN();
  });

  test("the placed copies hold the rows, and 1e150 past them", () => {
    withArena((arena) => {
      const placed = placeBlocks(arena, x, blocks);
      const rows = placeRows(arena, x, blocks);
      const length = blocks.count * 8 * x.cols;
      const points = arena.viewF64(placed.points, length);
      const rowView = arena.viewF64(rows, length);
      const balls = arena.viewF64(placed.balls, Math.ceil(blocks.count / 8) * 8 * x.cols);
      for (let position = 0; position < blocks.count * 8; position++) {
        for (let k = 0; k < x.cols; k++) {
          const expected = position < x.rows ? x.data[blocks.order[position]! * x.cols + k] : FAR;
          expect(points[((position >> 3) * x.cols + k) * 8 + (position & 7)]).toBe(expected);
          expect(rowView[position * x.cols + k]).toBe(expected);
        }
      }
      for (let b = 0; b < Math.ceil(blocks.count / 8) * 8; b++) {
        const expected = b < blocks.count ? blocks.centres[b * x.cols] : FAR;
        expect(balls[(b >> 3) * x.cols * 8 + (b & 7)]).toBe(expected);
      }
    });
  });

  test("the same matrix gives the same object, an equal one equal blocks", () => {
    expect(blocksOf(x)).toBe(blocks);
    expect(blocksOf({ ...x })).toEqual(blocks);
  });
});

test("equal rows share a ball of radius 0 around themselves", () => {
  const x = allocateMatrix(20, 3);
  x.data.fill(1 / 3);
  expect(blocksOf(x).radii.subarray(0, 3)).toEqual(new Float64Array(3));
});

test("neighbours in the order are near: the mean radius is far below that of the input order", () => {
  const x = allocateMatrix(4096, 2);
  const rng = stream(3, "test/uniform");
  for (let i = 0; i < x.data.length; i++) x.data[i] = rng.uniform();
  const { radii } = blocksOf(x);
  expect(radii.reduce((a, b) => a + b) / radii.length).toBeLessThan(0.04);
});

test("an arena releases what it reserved, also after an error, and leaves outer reservations alone", () => {
  withArena((outer) => {
    const kept = outer.put(Float64Array.of(1, 2, 3));
    const inner = withArena((arena) => arena.put(Float64Array.of(9)));
    expect(() =>
      withArena(() => {
        throw new Error("inside");
      }),
    ).toThrow("inside");
    expect(outer.f64(1)).toBe(inner);
    expect([...outer.viewF64(kept, 3)]).toEqual([1, 2, 3]);
  });
});

test("memory that cannot be had is a user error with the megabytes asked for", () => {
  expect(() => withArena((arena) => arena.f64(2 ** 30))).toThrow(/needs 819[23] MB/);
});

test("a memory grown large is given back when the outermost arena ends", () => {
  withArena((arena) => arena.u8(300 * 1024 * 1024));
  expect(memoryInUse()).toBe(0);
  withArena((arena) => arena.u8(1024));
  expect(memoryInUse()).toBeLessThan(2 * 1024 * 1024);
});

test("offsets beyond 2 GB reach the right place", () => {
  const x = fill(40, 2, stream(4, "test/far"), (rng) => rng.normal());
  const low = blocksOf(x).order;
  const high = withArena((arena) => {
    arena.u8(2200 * 1024 * 1024);
    return blocksOf({ ...x }).order;
  });
  expect(high).toEqual(low);
});
