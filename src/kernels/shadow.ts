/**
 * A copy of blocks in float32 for the tests that decide which of them are computed at all (assembly/single.ts). It
 * halves their cost, and no result depends on it.
 */
import type { Matrix } from "../core/matrix.js";
import type { PlacedBlocks } from "./blocks.js";
import { columnMeans, powerOfTwoBelow } from "./centred.js";
import type { PlacedGroups } from "./groups.js";
import type { Arena, Pointer } from "./wasm.js";

/** Make the shadow of placed blocks. It stands until the arena ends or another is made. */
export function placeShadow(arena: Arena, x: Matrix, placed: PlacedBlocks, rows: Pointer, groups: PlacedGroups): void {
  const { wasm } = arena;
  const { rows: n, cols: d } = x;
  const means = columnMeans(x);
  let largest = 0;
  for (let k = 0; k < d; k++) {
    for (let i = k; i < n * d; i += d) largest = Math.max(largest, Math.abs(x.data[i]! - means[k]!));
  }
  const centre = arena.put(means);
  const shadow = arena.f32(wasm.shadowLength(n, d));
  // biome-ignore format: one line per group of arguments
  wasm.makeShadow(
    placed.points, rows, n, d, placed.balls, placed.radii, groups.groupBalls, groups.groupRadii,
    centre, powerOfTwoBelow(largest), shadow,
  );
}
