/** Fits repeated on other rows: many together, and none that fails takes the others with it. */
import type { Algorithm, Fit, Params } from "../../cluster/define.js";
import { algorithmNamed } from "../../cluster/registry.js";
import { UserError } from "../../core/errors.js";
import type { Matrix } from "../../core/matrix.js";

/** What a refit needs; `params` are those for all rows. */
interface Wanted {
  readonly algorithm: string;
  readonly params: Params;
  readonly seed: number;
}

export interface Refitted<W> {
  readonly wanted: W;
  readonly algorithm: Algorithm;
  /** The parameters as used on these rows. */
  readonly params: Params;
  /** null where the algorithm refuses these rows: fewer than k, say. */
  readonly fit: Fit | null;
}

/**
 * Fit each on `x`, those of one algorithm and seed in one call, so that they share trees and neighbours.
 *
 * @param share - rows of `x` as a share of those the parameters were meant for
 */
export function refitAll<W extends Wanted>(x: Matrix, wanted: readonly W[], share: number): Refitted<W>[] {
  const groups = new Map<string, number[]>();
  wanted.forEach(({ algorithm, seed }, i) => {
    const name = `${algorithm}/${seed}`;
    groups.set(name, [...(groups.get(name) ?? []), i]);
  });
  const out = new Array<Refitted<W>>(wanted.length);
  for (const members of groups.values()) {
    const first = wanted[members[0]!]!;
    const algorithm = algorithmNamed(first.algorithm);
    const grid = members.map((i) => {
      const { params } = wanted[i]!;
      return algorithm.underResample?.(params, share, x.cols) ?? params;
    });
    const fits = fitThose(algorithm, x, grid, first.seed);
    members.forEach((i, at) => {
      out[i] = { wanted: wanted[i]!, algorithm, params: grid[at]!, fit: fits[at]! };
    });
  }
  return out;
}

/** All together; if any is refused, each alone. */
function fitThose(algorithm: Algorithm, x: Matrix, grid: readonly Params[], seed: number): (Fit | null)[] {
  try {
    return algorithm.fitMany(x, grid, { seed });
  } catch (error) {
    if (!refused(error)) throw error;
    if (grid.length === 1) return [null];
    return grid.flatMap((params) => fitThose(algorithm, x, [params], seed));
  }
}

/** Rows that a fit cannot take are a result; no memory is not. */
const refused = (error: unknown) => error instanceof UserError && error.code !== "OUT_OF_MEMORY";
