/**
 * A second level over the blocks: every eight neighbouring blocks (64 rows) in a ball of their own, laid out like the
 * balls of blocks, so that one test of eight distances dismisses up to 512 rows.
 */
import { type Blocks, toBlockLayout } from "./blocks.js";
import type { Arena, Pointer } from "./wasm.js";

export interface PlacedGroups {
  /** Group centres in block layout: ceil(groups/8) blocks of d×8 f64. */
  readonly groupBalls: Pointer;
  /** Per group: no row of it is farther from the centre; NaN past the last; length a multiple of 8. */
  readonly groupRadii: Pointer;
}

const INFLATE = 1 + 1e-10;

/** Reserve room for the groups of `blockCount` blocks. */
export function reserveGroups(arena: Arena, blockCount: number, d: number): PlacedGroups {
  const padded = Math.ceil(blockCount / 64) * 8;
  return { groupBalls: arena.f64(padded * d), groupRadii: arena.f64(padded) };
}

/** The groups of the blocks of a matrix, in an arena. O(blocks·d). */
export function placeGroups(arena: Arena, { count, d, centres, radii }: Blocks): PlacedGroups {
  const placed = reserveGroups(arena, count, d);
  const groups = Math.ceil(count / 8);
  const means = new Float64Array(groups * d);
  const reaches = new Float64Array(Math.ceil(groups / 8) * 8).fill(Number.NaN);
  for (let g = 0; g < groups; g++) {
    const from = g * 8;
    const to = Math.min(count, from + 8);
    for (let k = 0; k < d; k++) {
      const origin = centres[from * d + k]!;
      let sum = 0;
      for (let b = from; b < to; b++) sum += centres[b * d + k]! - origin;
      means[g * d + k] = origin + sum / (to - from);
    }
    let reach = 0;
    for (let b = from; b < to; b++) {
      let squared = 0;
      for (let k = 0; k < d; k++) {
        const t = centres[b * d + k]! - means[g * d + k]!;
        squared += t * t;
      }
      reach = Math.max(reach, Math.sqrt(squared) * INFLATE + radii[b]!);
    }
    reaches[g] = reach * INFLATE;
  }
  toBlockLayout(means, null, groups, d, arena.viewF64(placed.groupBalls, Math.ceil(groups / 8) * 8 * d));
  arena.viewF64(placed.groupRadii, reaches.length).set(reaches);
  return placed;
}
