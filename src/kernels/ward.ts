/**
 * Ward linkage: the pair of clusters whose join costs least within-cluster variance merges first.
 *
 * The plain algorithm (Murtagh & Legendre 2014, by a chain of nearest neighbours):
 *
 * ```
 * chain = []
 * until one cluster is left
 *   if the chain is empty: start it with any cluster
 *   A = the tip;  B = the cluster nearest to A by |A||B|/(|A|+|B|) · |c_A − c_B|², ties to the one before A on the chain
 *   if B is the one before A: they are each other's nearest: join them, take both off the chain
 *   else: append B
 * sort the joins by height
 * ```
 */
import type { Matrix } from "../core/matrix.js";
import { centredRows, powerOfTwoBelow } from "./centred.js";
import { reserveGroups } from "./groups.js";
import type { Joins } from "./joins.js";
import { type Arena, type Pointer, withArena } from "./wasm.js";

/** The clusters are packed into fresh blocks when fewer than this share of them is left. */
const REPACK = 0.65;
/** Below this many clusters packing costs more than it saves. */
const SMALL = 64;
/** Block visits in one call of the WebAssembly function: about a millisecond. */
const BUDGET = 40_000;

/**
 * The n−1 joins of Ward's method in the order in which the nearest-neighbour chain makes them; heights are
 * √(2|A||B|/(|A|+|B|))·|c_A − c_B|, as in SciPy. Ties go to the cluster before on the chain, then to the first
 * in block order.
 *
 * @param x - n×d, finite, n ≥ 1
 * @remarks O(n²·d) at worst, far less with structure in the data; O(n·d) memory, no distance matrix.
 * @see ward1963, murtagh2014
 */
export function wardLinkage(x: Matrix): Joins {
  const n = x.rows;
  const d = x.cols;
  return withArena((arena) => {
    const { wasm } = arena;
    const slots = Math.ceil(n / 64) * 64;
    const gathered = reserveClusters(arena, n, d);
    const centred = centredRows(x);
    const scale = powerOfTwoBelow(centred.reduce((most, v) => Math.max(most, Math.abs(v)), 0));
    arena.viewF64(gathered.rows, n * d).set(centred);
    arena.viewF64(gathered.sizes, n).fill(1);
    identity(arena.viewI32(gathered.reps, n));
    const packed = reserveClusters(arena, slots, d);
    const points = arena.f64(slots * d);
    const inverses = arena.f64(slots);
    const balls = arena.f64(slots * d);
    const radii = arena.f64(slots / 8);
    const largest = arena.f64(slots / 8);
    const { groupBalls, groupRadii } = reserveGroups(arena, slots / 8, d);
    const groupLargest = arena.f64(Math.ceil(slots / 512) * 8);
    const onChain = arena.u8(slots);
    const chain = arena.i32(n);
    const state = arena.i32(4);
    const joins = arena.i32(2 * n);
    const heights = arena.f64(n);
    const order = arena.i32(n);
    const toSlot = arena.i32(n);
    const keys = arena.f64(n);
    const stack = arena.i32(256);
    const lanes = arena.f64(8);
    const shadow = arena.f32(wasm.shadowLength(n, d));
    const shadowSizes = arena.f32(slots * 2 + 8);
    const centre = arena.put(new Float64Array(d));
    arena.viewI32(state, 3).set([0, n, 0]);

    for (let live = n; live > 1; ) {
      sortSpatially(arena, gathered.rows, d, order, live, keys, stack);
      // biome-ignore format: one line per group of arguments
      wasm.packClusters(
        gathered.rows, gathered.sizes, gathered.reps, order, live, d,
        points, packed.rows, packed.sizes, inverses, packed.reps, balls, radii, largest,
        groupBalls, groupRadii, groupLargest, onChain,
      );
      // biome-ignore format: one line per group of arguments
      wasm.makeShadow(
        points, packed.rows, live, d, balls, radii, groupBalls, groupRadii, centre, scale, shadow,
      );
      wasm.shadowSizes(inverses, largest, groupLargest, live, shadowSizes);
      wasm.moveChain(order, live, chain, arena.viewI32(state, 1)[0]!, onChain, toSlot);
      const target = live <= SMALL ? 1 : Math.floor(live * REPACK);
      const packedAt = live;
      while (live > target) {
        // biome-ignore format: one line per group of arguments
        wasm.wardChain(
          points, packed.rows, packed.sizes, inverses, packed.reps, packedAt, d, balls, radii, largest,
          groupBalls, groupRadii, groupLargest, onChain,
          chain, state, target, BUDGET, joins, heights, lanes,
        );
        live = arena.viewI32(state, 2)[1]!;
      }
      // biome-ignore format: one line per group of arguments
      wasm.gatherClusters(
        packed.rows, packed.sizes, packed.reps, packedAt, d, chain, arena.viewI32(state, 1)[0]!,
        gathered.rows, gathered.sizes, gathered.reps, toSlot,
      );
    }
    return readJoins(arena, joins, heights, n - 1);
  });
}

export interface Clusters {
  readonly rows: Pointer;
  readonly sizes: Pointer;
  readonly reps: Pointer;
}

export const reserveClusters = (arena: Arena, count: number, d: number): Clusters => ({
  rows: arena.f64(count * d),
  sizes: arena.f64(count),
  reps: arena.i32(count),
});

/** Fill with 0, 1, 2, … */
export function identity(view: Int32Array): Int32Array {
  for (let i = 0; i < view.length; i++) view[i] = i;
  return view;
}

/**
 * The spatial order of `m` rows that lie in the arena.
 *
 * @param order - out, m i32
 * @param keys - scratch, m f64
 * @param stack - scratch, 256 i32
 */
export function sortSpatially(
  arena: Arena,
  rows: Pointer,
  d: number,
  order: Pointer,
  m: number,
  keys: Pointer,
  stack: Pointer,
): void {
  identity(arena.viewI32(order, m));
  arena.viewI32(stack, 2).set([0, m]);
  for (let left = 1; left > 0; ) left = arena.wasm.splitOrder(rows, d, order, keys, stack, left, 50_000);
}

/** Copy joins out of the arena. */
export function readJoins(arena: Arena, joins: Pointer, heights: Pointer, count: number): Joins {
  const pairs = arena.viewI32(joins, 2 * count);
  const a = new Int32Array(count).map((_, t) => pairs[2 * t]!);
  const b = new Int32Array(count).map((_, t) => pairs[2 * t + 1]!);
  return { a, b, heights: arena.viewF64(heights, count).slice() };
}
