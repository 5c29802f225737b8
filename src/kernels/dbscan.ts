/**
 * DBSCAN for many (eps, minSamples) at once: one search for neighbours serves all of them.
 *
 * One point of the grid (Ester et al. 1996):
 *
 * ```
 * core[i] = at least minSamples rows, row i included, lie within eps of row i
 * for each pair of cores within eps of each other: their clusters are one
 * for each other row: the cluster of a core within eps, of several the one whose first core comes first; none: noise
 * ```
 */
import type { Matrix } from "../core/matrix.js";
import { type Blocks, blocksOf, type PlacedBlocks, placeBlocks, placeRows } from "./blocks.js";
import { type Neighbours, nearestNeighbours, squareWithin } from "./knn.js";
import { type Arena, type Pointer, withArena } from "./wasm.js";

export interface DensityPoint {
  /** Radius, a distance. */
  readonly eps: number;
  /** Rows within eps, the row itself included, that make a row a core; ≥ 1. */
  readonly minSamples: number;
}

export interface DensityResult {
  /** n; the first core row (in row order) of the row's cluster, −1 for noise. */
  readonly labels: Int32Array;
  /** n; 1 for core rows. */
  readonly core: Uint8Array;
}

/** Blocks in one call of the WebAssembly function. */
const SLICE = 32;

/**
 * Core rows within eps of each other share a cluster; a border row joins the touching cluster whose first core row
 * comes first, which is where scikit-learn's scan in row order puts it too.
 *
 * A row is a core when its (minSamples − 1)-th neighbour lies within eps, so the nearest rows, found once, give the
 * cores of every point. A row that is no core has fewer neighbours than that, so they are all in its list: border
 * rows need no search of their own. Clusters grow with eps: each radius starts from the clusters of the one below.
 *
 * @param x - n×d, finite
 * @remarks One search for max(minSamples) − 1 neighbours within max(eps), then a pass over pairs of blocks per
 *   point that looks only at blocks not yet in one cluster. Memory O(n·(d + max(minSamples))), whatever eps.
 * @see ester1996, schubert2017
 */
export function densityClusters(x: Matrix, points: readonly DensityPoint[]): DensityResult[] {
  const n = x.rows;
  const results: DensityResult[] = [];
  if (points.length === 0) return results;
  if (n === 0) return points.map(() => ({ labels: new Int32Array(0), core: new Uint8Array(0) }));
  const most = Math.min(n, Math.max(...points.map(({ minSamples }) => minSamples)));
  const near = nearestNeighbours(x, most - 1, Math.max(...points.map(({ eps }) => eps)));

  withArena((arena) => {
    const space = place(arena, x, near);
    for (const minSamples of new Set(points.map((point) => point.minSamples))) {
      const parents = arena.viewI32(space.parent, n);
      for (let i = 0; i < n; i++) parents[i] = i;
      const ascending = [...points.keys()]
        .filter((p) => points[p]!.minSamples === minSamples)
        .sort((p, q) => points[p]!.eps - points[q]!.eps || p - q);
      for (const p of ascending) {
        const within = squareWithin(points[p]!.eps);
        const core = coresOf(near, n, minSamples, within);
        unite(arena, space, core, within, points[p]!.eps);
        const clusters = arena.viewI32(space.parent, n).slice();
        results[p] = { labels: labelsOf(near, core, clusters, within), core };
      }
    }
  });
  return results;
}

interface Space {
  readonly blocks: Blocks;
  readonly placed: PlacedBlocks;
  readonly rows: Pointer;
  readonly order: Pointer;
  readonly neighbours: Pointer;
  readonly squared: Pointer;
  readonly k: number;
  readonly core: Pointer;
  readonly blockCores: Pointer;
  readonly parent: Pointer;
  readonly scratch: Pointer;
}

function place(arena: Arena, x: Matrix, near: Neighbours): Space {
  const blocks = blocksOf(x);
  return {
    blocks,
    placed: placeBlocks(arena, x, blocks),
    rows: placeRows(arena, x, blocks),
    order: arena.put(blocks.order),
    neighbours: arena.put(near.rows),
    squared: arena.put(near.squared),
    k: near.k,
    core: arena.u8(x.rows),
    blockCores: arena.u8(Math.ceil(blocks.count / 8) * 8),
    parent: arena.i32(x.rows),
    scratch: arena.f64(24),
  };
}

/** Which rows have minSamples rows within reach, themselves counted. */
function coresOf({ k, squared }: Neighbours, n: number, minSamples: number, within: number): Uint8Array {
  const core = new Uint8Array(n);
  if (minSamples === 1) return core.fill(1);
  if (minSamples - 1 > k) return core;
  for (let i = 0; i < n; i++) core[i] = squared[i * k + minSamples - 2]! <= within ? 1 : 0;
  return core;
}

/** Join the cores within reach of each other in the forest. */
function unite(arena: Arena, space: Space, core: Uint8Array, within: number, eps: number): void {
  const { wasm } = arena;
  const { blocks, placed, rows, order, neighbours, squared, k, parent, scratch } = space;
  const { n, d, count } = blocks;
  arena.viewU8(space.core, n).set(core);
  const bits = arena.viewU8(space.blockCores, Math.ceil(count / 8) * 8).fill(0);
  blocks.order.forEach((row, position) => {
    bits[position >> 3]! |= core[row]! << (position & 7);
  });
  wasm.uniteNeighbours(n, k, neighbours, squared, within, space.core, parent);
  for (let from = 0; from < count; from += SLICE) {
    // biome-ignore format: one line per group of arguments
    wasm.uniteBlocks(
      placed.points, placed.balls, placed.centres, placed.radii, rows, order, n, d,
      space.blockCores, within, eps, from, Math.min(count, from + SLICE), parent, scratch,
    );
  }
}

/** Cores by the root of their set; a border row by the lowest root it touches. */
function labelsOf({ k, rows, squared }: Neighbours, core: Uint8Array, parent: Int32Array, within: number): Int32Array {
  // every root is the lowest row of its set, so in row order each parent is already final
  const labels = new Int32Array(core.length);
  for (let i = 0; i < labels.length; i++) labels[i] = core[i] ? (parent[i] === i ? i : labels[parent[i]!]!) : -1;
  for (let i = 0; i < labels.length; i++) {
    if (core[i]) continue;
    let least = -1;
    for (let at = i * k; at < (i + 1) * k && squared[at]! <= within; at++) {
      const other = rows[at]!;
      if (core[other] && (least < 0 || labels[other]! < least)) least = labels[other]!;
    }
    labels[i] = least;
  }
  return labels;
}
