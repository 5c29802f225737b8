// Minimum spanning tree of the complete graph of distances, or of mutual-reachability distances, by Borůvka's
// algorithm without the graph (March, Ram & Gray 2010):
//
//   every row is a part of its own
//   while there is more than one part:
//     for every part but the largest: its shortest edge to another part
//       a row takes part only if what is known of its nearest row outside (its bound) is below the part's best so far
//       it looks only at blocks within that reach that are not all of its own part
//     join the parts along these edges
//
// A bound once found stays true: parts only grow, so the nearest row outside only moves away.
import { INFLATE } from "./balls";
import { getF64, getI32, setF64, setI32 } from "./memory";
import { squaredDistances8 } from "./points";
import {
  ballStillNear, ballsNear, groupStillNear, groupsNear, nearestLane32, pointsNear, shadowReach,
} from "./single";

/** How far an edge may be, in the scale of the shadow; how long, squared; and where it leads. */
let reach: f32 = 0;
let shortest: f64 = 0;
let end: i32 = -1;

/** What whole blocks, groups and super-groups have in common: their part, or −1. */
export function sharedParts(parts: usize, n: i32, ofBlocks: usize, ofGroups: usize, ofSupers: usize): void {
  shareUp(parts, n, ofBlocks);
  shareUp(ofBlocks, (n + 7) >> 3, ofGroups);
  shareUp(ofGroups, (n + 63) >> 6, ofSupers);
}

function shareUp(from: usize, count: i32, to: usize): void {
  for (let i = 0; i < (count + 7) >> 3; i++) {
    let part = getI32(from, i << 3);
    for (let j = (i << 3) + 1; j < min(count, (i + 1) << 3); j++) if (getI32(from, j) != part) part = -1;
    setI32(to, i, part);
  }
}

/**
 * Look for shorter edges out of the parts of the rows at positions from … to−1. The shadow of single.ts must stand.
 *
 * @param points, rows - in, as blocks.ts places them
 * @param cores - in, squared core distance per position (rounded up to 8), or 0 for plain distances
 * @param parts - in, i32 per position; ofBlocks, ofGroups, ofSupers - in, as `sharedParts` wrote them
 * @param idle - the part that need not look
 * @param bounds - in/out, f64 per position: no row outside its part is nearer (squared)
 * @param best - in/out, f64 per part: squared length of its shortest edge so far; @param edges - in/out, two i32 per
 *   part: the positions it joins
 * @param scratch - 16 f64
 */
export function shortenEdges(
  points: usize, rows: usize, n: i32, d: i32, cores: usize, parts: usize, ofBlocks: usize, ofGroups: usize,
  ofSupers: usize, idle: i32, from: i32, to: i32, bounds: usize, best: usize, edges: usize, scratch: usize,
): void {
  const supers = (n + 511) >> 9, toGroups = scratch + 32, lanes = scratch + 64;
  for (let at = from; at < to; at++) {
    const part = getI32(parts, at);
    if (part == idle || getF64(bounds, at) >= getF64(best, part)) continue;
    const row = rows + (<usize>at * <usize>d << 3), core = cores ? getF64(cores, at) : 0.0;
    shortest = getF64(best, part);
    reach = shadowReach(Math.sqrt(shortest) * INFLATE);
    end = -1;
    // Our own group first, then the super-groups outwards: the reach shrinks early.
    const home = at >> 6;
    if (getI32(ofGroups, home) != part) {
      visitGroup(points, d, home, row, at, core, cores, parts, part, ofBlocks, n, scratch, lanes);
    }
    for (let step = 0, left = supers; left > 0; step++) {
      const s = (at >> 9) + (step & 1 ? -((step + 1) >> 1) : step >> 1);
      if (s < 0 || s >= supers) continue;
      left--;
      if (getI32(ofSupers, s) == part) continue;
      let mask = groupsNear(s, at, f32x4.splat(reach), f32x4.splat(reach), toGroups);
      if (s == home >> 3) mask &= ~(1 << (home & 7));
      while (mask) {
        const lane = nearestLane32(toGroups, mask), group = (s << 3) + lane;
        mask &= ~(1 << lane);
        if (getI32(ofGroups, group) == part) continue;
        if (!groupStillNear(group, load<f32>(toGroups + (<usize>lane << 2)), reach)) continue;
        visitGroup(points, d, group, row, at, core, cores, parts, part, ofBlocks, n, scratch, lanes);
      }
    }
    setF64(bounds, at, shortest);
    if (end < 0) continue;
    setF64(best, part, shortest);
    setI32(edges, 2 * part, at);
    setI32(edges, 2 * part + 1, end);
  }
}

/** Visit the blocks of a group that are within reach and not all of our part, nearest ball first. */
function visitGroup(
  points: usize, d: i32, group: i32, row: usize, at: i32, core: f64, cores: usize, parts: usize, part: i32,
  ofBlocks: usize, n: i32, toBalls: usize, lanes: usize,
): void {
  let mask = ballsNear(group, at, f32x4.splat(reach), f32x4.splat(reach), toBalls);
  while (mask) {
    const lane = nearestLane32(toBalls, mask), block = (group << 3) + lane;
    mask &= ~(1 << lane);
    if (getI32(ofBlocks, block) == part) continue;
    if (!ballStillNear(block, load<f32>(toBalls + (<usize>lane << 2)), reach)) continue;
    let near = pointsNear(block, at, f32x4.splat(reach), f32x4.splat(reach));
    if (!near) continue;
    squaredDistances8(points + (<usize>block * <usize>d << 6), row, d, lanes);
    for (; near; near &= near - 1) {
      const q = ctz(near), position = (block << 3) + q;
      let squared = getF64(lanes, q);
      if (squared >= shortest || position >= n || getI32(parts, position) == part) continue;
      if (cores) squared = max(squared, max(core, getF64(cores, position)));
      if (squared >= shortest) continue;
      shortest = squared;
      end = position;
      reach = shadowReach(Math.sqrt(squared) * INFLATE);
    }
  }
}
