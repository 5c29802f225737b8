/** Awkward inputs that every kernel is compared on: small, flat, repeated, tied, far from the origin. */
import { allocateMatrix, type Matrix } from "../../src/core/matrix.js";
import { type Rng, stream } from "../../src/core/rng.js";

export interface Shape {
  /** Says how the rows were made, with the seed. */
  readonly name: string;
  readonly x: Matrix;
}

/** A matrix whose value (i, k) is `value(rng, i, k)`. */
export function fill(n: number, d: number, rng: Rng, value: (rng: Rng, i: number, k: number) => number): Matrix {
  const x = allocateMatrix(n, d);
  for (let i = 0; i < n; i++) for (let k = 0; k < d; k++) x.data[i * d + k] = value(rng, i, k);
  return x;
}

/** `groups` blobs of unit spread, `apart` from each other. */
export function blobs(n: number, d: number, groups: number, apart: number, seed: number): Matrix {
  const rng = stream(seed, "test/blobs");
  const centres = Array.from({ length: groups * d }, () => rng.uniform() * apart);
  return fill(n, d, rng, (r, i, k) => centres[(i % groups) * d + k]! + r.normal());
}

/** The standard list. */
export function shapes(seed: number): Shape[] {
  const make = (name: string, x: (rng: Rng) => Matrix): Shape => ({
    name: `${name} (seed ${seed})`,
    x: x(stream(seed, `test/shapes/${name}`)),
  });
  const normal = (r: Rng): number => r.normal();
  return [
    make("one row", (rng) => fill(1, 3, rng, normal)),
    make("two rows", (rng) => fill(2, 2, rng, normal)),
    make("fewer rows than a block", (rng) => fill(5, 4, rng, normal)),
    make("exactly one block", (rng) => fill(8, 2, rng, normal)),
    make("one row past a block", (rng) => fill(65, 3, rng, normal)),
    make("one column", (rng) => fill(100, 1, rng, normal)),
    make("a hundred columns", (rng) => fill(60, 100, rng, normal)),
    make("all rows equal", (rng) => fill(33, 3, rng, () => 0.1)),
    make("each row three times", (rng) => {
      const x = fill(90, 3, rng, normal);
      x.data.copyWithin(30 * 3, 0, 30 * 3);
      x.data.copyWithin(60 * 3, 0, 30 * 3);
      return x;
    }),
    make("whole numbers, many ties", (rng) => fill(120, 2, rng, (r) => r.int(4))),
    make("constant columns", (rng) => fill(70, 4, rng, (r, _, k) => (k % 2 === 0 ? 7 : r.normal()))),
    make("offset 1e8", (rng) => fill(80, 3, rng, (r) => 1e8 + r.normal())),
    make("heavy tail", (rng) => fill(150, 2, rng, (r) => r.normal() / (r.uniform() + 1e-3))),
    make("blobs", () => blobs(300, 3, 5, 12, seed)),
    make("grid", (rng) => fill(144, 2, rng, (_, i, k) => (k === 0 ? i % 12 : Math.floor(i / 12)))),
  ];
}

/** What a shadow in float32 cannot see: all rows but one fall on one point of it. */
export const farRow: Shape = {
  name: "one row far beyond float32",
  x: fill(130, 3, stream(1, "test/shapes/far row"), (r, i) => (i === 77 ? 1e9 : 1e-3) * r.normal()),
};
