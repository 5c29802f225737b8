/**
 * The minimum spanning tree of distances: single linkage, and the hierarchy of HDBSCAN.
 *
 * The plain algorithm (Borůvka; March, Ram & Gray 2010):
 *
 * ```
 * every row is a part of its own
 * until one part is left
 *   for each part: its shortest edge to a row outside it, by max(core_i, core_j, |x_i − x_j|)
 *   for each such edge, unless its ends are in one part by now: keep it, join the two parts
 * ```
 */
import type { Matrix } from "../core/matrix.js";
import { blocksOf } from "./blocks.js";
import { type Joins, rootOf } from "./joins.js";
import { type NeighbourSpace, type Neighbours, neighboursIn, placeNeighbours } from "./knn.js";
import { identity } from "./ward.js";
import { type Arena, withArena } from "./wasm.js";

/** Rows in one call of the WebAssembly function. */
const SLICE = 128;
/** So many neighbours of each row are listed where the caller has none: most of the first edges are among them. */
const NEIGHBOURS = 4;

/**
 * The n−1 edges of the minimum spanning tree, by Borůvka's algorithm over blocks of neighbouring rows. Of equally
 * long edges the first found is taken, in an order that depends on the rows alone.
 *
 * @param x - n×d, finite, n ≥ 1
 * @param cores - n squared core distances: the tree is then of the mutual-reachability distance
 *   max(core_i, core_j, |x_i − x_j|) (Campello et al. 2013)
 * @param near - neighbours of every row, where they are at hand
 * @remarks About O(n·√n·d) time on clustered data in few columns, O(n²·d) at worst; O(n·d) memory.
 * @see march2010
 */
export function minimumSpanningTree(x: Matrix, cores?: Float64Array, near?: Neighbours): Joins {
  const n = x.rows;
  const joins = { a: new Int32Array(n - 1), b: new Int32Array(n - 1), heights: new Float64Array(n - 1) };
  if (n < 2) return joins;
  const { order } = blocksOf(x);
  withArena((arena) => {
    const space = placeNeighbours(arena, x);
    const known = listed(near ?? neighboursIn(arena, space, Math.min(NEIGHBOURS, n - 1)), order, cores);
    const shorten = searcher(arena, space, cores);
    const parts = identity(new Int32Array(n));
    const bounds = new Float64Array(n);
    let made = 0;
    for (let count = n; count > 1; ) {
      const edges: Edges = { squared: new Float64Array(count).fill(Infinity), ends: new Int32Array(2 * count) };
      shortestListed(known, parts, bounds, edges);
      const idle = largestOf(parts, count);
      shorten(parts, idle, bounds, edges);

      const parent = identity(new Int32Array(count));
      for (let part = 0; part < count; part++) {
        if (part === idle) continue;
        const [from, to] = [edges.ends[2 * part]!, edges.ends[2 * part + 1]!];
        const root = rootOf(parent, parts[to]!);
        if (rootOf(parent, part) === root) continue;
        parent[rootOf(parent, part)] = root;
        joins.a[made] = order[from]!;
        joins.b[made] = order[to]!;
        joins.heights[made++] = Math.sqrt(edges.squared[part]!);
      }
      count = renumber(parts, parent);
    }
  });
  return joins;
}

/** The shortest edge out of each part that is known so far: its squared length and the positions it joins. */
interface Edges {
  readonly squared: Float64Array;
  /** Two per part, from inside to outside. */
  readonly ends: Int32Array;
}

/** Some neighbours of each row, by position in the block order. */
interface Listed {
  readonly k: number;
  /** n×k positions, the row's own where there is none. */
  readonly ends: Int32Array;
  /** n×k squared lengths. */
  readonly squared: Float64Array;
  /** n; no row that is not in the list is nearer. */
  readonly beyond: Float64Array;
  /** n; the entries before this one lead into the row's own part, and are done with. */
  readonly next: Int32Array;
}

function listed({ k, rows, squared }: Neighbours, order: Int32Array, cores: Float64Array | undefined): Listed {
  const n = order.length;
  const positionOf = new Int32Array(n);
  order.forEach((row, position) => {
    positionOf[row] = position;
  });
  const [ends, lengths] = [new Int32Array(n * k), new Float64Array(n * k)];
  const known = { k, ends, squared: lengths, beyond: new Float64Array(n), next: new Int32Array(n) };
  for (let at = 0; at < n; at++) {
    const row = order[at]!;
    const core = cores?.[row] ?? 0;
    for (let j = 0; j < k; j++) {
      const other = rows[row * k + j]!;
      ends[at * k + j] = other < 0 ? at : positionOf[other]!;
      lengths[at * k + j] = Math.max(squared[row * k + j]!, core, other < 0 ? 0 : (cores?.[other] ?? 0));
    }
    known.beyond[at] = Math.max(core, k > 0 ? squared[row * k + k - 1]! : 0);
  }
  return known;
}

/** Offer each part the edges of its rows' lists, and raise the rows' bounds to what the lists say. */
function shortestListed(known: Listed, parts: Int32Array, bounds: Float64Array, edges: Edges): void {
  const { k, ends, squared, beyond, next } = known;
  for (let at = 0; at < parts.length; at++) {
    const part = parts[at]!;
    if (bounds[at]! >= edges.squared[part]!) continue;
    let j = next[at]!;
    while (j < k && parts[ends[at * k + j]!] === part) j++;
    next[at] = j;
    let least = Infinity;
    let to = -1;
    for (let e = at * k + j; e < (at + 1) * k; e++) {
      if (squared[e]! >= least || parts[ends[e]!] === part) continue;
      least = squared[e]!;
      to = ends[e]!;
    }
    bounds[at] = Math.max(bounds[at]!, Math.min(least, beyond[at]!));
    if (least >= edges.squared[part]!) continue;
    edges.squared[part] = least;
    edges.ends[2 * part] = at;
    edges.ends[2 * part + 1] = to;
  }
}

/** The part with the most rows: all others find their way to each other or to it. */
function largestOf(parts: Int32Array, count: number): number {
  const sizes = new Int32Array(count);
  let largest = 0;
  for (let at = 0; at < parts.length; at++) {
    const part = parts[at]!;
    sizes[part]!++;
    if (sizes[part]! > sizes[largest]!) largest = part;
  }
  return largest;
}

/** Give every row the number of its joined part, from 0; answers how many there are. */
function renumber(parts: Int32Array, parent: Int32Array): number {
  const numbers = new Int32Array(parent.length).fill(-1);
  let count = 0;
  for (let part = 0; part < parent.length; part++) if (parent[part] === part) numbers[part] = count++;
  for (let at = 0; at < parts.length; at++) parts[at] = numbers[rootOf(parent, parts[at]!)]!;
  return count;
}

/** The function that looks for shorter edges than those listed. */
function searcher(arena: Arena, { n, d, points, rows, order }: NeighbourSpace, cores: Float64Array | undefined) {
  const { wasm } = arena;
  const coresAt = cores === undefined ? 0 : arena.put(Float64Array.from(order, (row) => cores[row]!));
  const partsAt = arena.i32(n);
  const [ofBlocks, ofGroups, ofSupers] = [8, 64, 512].map((size) => arena.i32(Math.ceil(n / size)));
  const boundsAt = arena.f64(n);
  const squaredAt = arena.f64(n);
  const endsAt = arena.i32(2 * n);
  const scratch = arena.f64(16);
  return (parts: Int32Array, idle: number, bounds: Float64Array, { squared, ends }: Edges): void => {
    arena.viewI32(partsAt, n).set(parts);
    arena.viewF64(boundsAt, n).set(bounds);
    arena.viewF64(squaredAt, squared.length).set(squared);
    arena.viewI32(endsAt, ends.length).set(ends);
    wasm.sharedParts(partsAt, n, ofBlocks!, ofGroups!, ofSupers!);
    for (let from = 0; from < n; from += SLICE) {
      // biome-ignore format: one line per group of arguments
      wasm.shortenEdges(
        points, rows, n, d, coresAt, partsAt, ofBlocks!, ofGroups!, ofSupers!, idle,
        from, Math.min(n, from + SLICE), boundsAt, squaredAt, endsAt, scratch,
      );
    }
    bounds.set(arena.viewF64(boundsAt, n));
    squared.set(arena.viewF64(squaredAt, squared.length));
    ends.set(arena.viewI32(endsAt, ends.length));
  };
}
