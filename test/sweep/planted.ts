/** Made-up tables whose truth is known: nothing to find, or k groups apart from each other. */
import { exp } from "../../src/core/math.js";
import { type Rng, stream } from "../../src/core/rng.js";
import { numberColumn, type Table } from "../../src/core/table.js";

type Row = (rng: Rng) => number[];

/** Tables in which there is nothing to find. */
export const structureless: Readonly<Record<string, Row>> = {
  uniform: (rng) => Array.from({ length: 5 }, () => rng.uniform()),
  "isotropic Gaussian": (rng) => Array.from({ length: 5 }, () => rng.normal()),
  "one-factor Gaussian": (rng) => {
    const factor = rng.normal();
    return Array.from({ length: 5 }, () => 0.8 * factor + 0.6 * rng.normal());
  },
  "log-normal with zeros": (rng) => Array.from({ length: 5 }, () => (rng.uniform() < 0.4 ? 0 : exp(rng.normal()))),
};

/**
 * k Gaussian groups of like size; every two centres are `apart` standard deviations from each other (k ≤ 5: corners
 * of a simplex).
 */
export function groups(k: number, apart: number): (rng: Rng, i: number) => number[] {
  return (rng, i) => Array.from({ length: 5 }, (_, j) => rng.normal() + (j === i % k ? apart / Math.sqrt(2) : 0));
}

/** A table of so many rows from a maker of rows. */
export function plantedTable(rows: number, seed: number, row: (rng: Rng, i: number) => number[]): Table {
  const rng = stream(seed, "test/planted");
  const values = Array.from({ length: rows }, (_, i) => row(rng, i));
  return {
    rows,
    columns: values[0]!.map((_, j) =>
      numberColumn(
        `x${j + 1}`,
        Float64Array.from(values, (each) => each[j]!),
      ),
    ),
    id: null,
  };
}
