/** The minimum spanning tree of distances: single linkage, and the hierarchy of HDBSCAN. */
import type { Matrix } from "../core/matrix.js";
import { blocksOf, placeBlocks } from "./blocks.js";
import { placeGroups } from "./groups.js";
import type { Joins } from "./joins.js";
import { withArena } from "./wasm.js";

/** About a millisecond's worth of block visits in one call of the WebAssembly function. */
const VISITS = 60_000;

/**
 * The n−1 edges of the minimum spanning tree, in the order in which Prim's algorithm finds them from the first
 * row of the block order. Among equal lengths the first in block order is taken.
 *
 * @param x - n×d, finite, n ≥ 1
 * @param cores - n squared core distances: the tree is then of the mutual-reachability distance
 *   max(core_i, core_j, |x_i − x_j|) (Campello et al. 2013)
 * @remarks O(n²·d) at worst, much less where blocks are small beside the distances; O(n·d) memory.
 */
export function minimumSpanningTree(x: Matrix, cores?: Float64Array): Joins {
  const n = x.rows;
  const d = x.cols;
  const blocks = blocksOf(x);
  const { count, order } = blocks;
  const a = new Int32Array(n - 1);
  const b = new Int32Array(n - 1);
  const heights = new Float64Array(n - 1);
  withArena((arena) => {
    const placed = placeBlocks(arena, x, blocks);
    const padded = Math.ceil(count / 8) * 64;
    const coreAt = cores === undefined ? 0 : arena.f64(padded);
    if (cores !== undefined) {
      const view = arena.viewF64(coreAt, padded);
      for (let i = 0; i < n; i++) view[i] = cores[order[i]!]!;
      view.fill(0, n);
    }
    const keys = arena.f64(padded);
    const parents = arena.i32(padded);
    const lowest = arena.f64(padded / 8);
    const highest = arena.f64(padded / 8);
    const { groupBalls, groupRadii } = placeGroups(arena, blocks);
    const groupLowest = arena.f64(Math.ceil(padded / 512) * 8);
    const groupHighest = arena.f64(Math.ceil(padded / 512) * 8);
    const edges = arena.i32(2 * n);
    const squared = arena.f64(n);
    const scratch = arena.f64(24 + d);
    const { wasm } = arena;
    wasm.startTree(n, keys, lowest, highest, groupLowest, groupHighest);
    const slice = Math.max(1, Math.floor(VISITS / count));
    let current = 0;
    for (let done = 0; done < n - 1; done += slice) {
      const steps = Math.min(slice, n - 1 - done);
      // biome-ignore format: one line per group of arguments
      current = wasm.growTree(
        placed.points, placed.balls, placed.radii, groupBalls, groupRadii, n, d, coreAt, keys, parents,
        lowest, highest, groupLowest, groupHighest, current, done, steps, edges, squared, scratch,
      );
    }
    const pairs = arena.viewI32(edges, 2 * n);
    const lengths = arena.viewF64(squared, n);
    for (let e = 0; e < n - 1; e++) {
      a[e] = order[pairs[2 * e]!]!;
      b[e] = order[pairs[2 * e + 1]!]!;
      heights[e] = Math.sqrt(lengths[e]!);
    }
  });
  return { a, b, heights };
}
