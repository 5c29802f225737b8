// Minimum spanning tree of the complete graph of distances, or of mutual-reachability distances, by Prim's
// algorithm without the graph: a block is looked at only if a new tree point can lower one of its keys.
import { INFLATE } from "./balls";
import { getF64, getI32, setF64, setI32 } from "./memory";
import { copyLane, max8, min8, squaredDistances8 } from "./points";

/** The key of a row that is in the tree already, and of a lane without a row. */
const TAKEN: f64 = Infinity;
/** The key of a row no tree point has reached yet; larger than any squared distance of finite data. */
const UNREACHED: f64 = 1e305;

/**
 * Start the tree at position 0. All scratch arrays have one entry per position or block, rounded up to whole
 * groups of 8 blocks.
 *
 * @param keys - out, f64 per position: squared distance to the tree
 * @param lowest - out, f64 per block: its smallest key
 * @param highest - out, f64 per block: root of its largest live key, −1 when it has none
 * @param groupLowest, groupHighest - out, the same per group of 8 blocks, rounded up to 8 groups
 */
export function startTree(
  n: i32, keys: usize, lowest: usize, highest: usize, groupLowest: usize, groupHighest: usize,
): void {
  const blocks = (n + 7) >> 3, groups = (blocks + 7) >> 3;
  for (let i = 0; i < groups << 6; i++) setF64(keys, i, i < n ? UNREACHED : TAKEN);
  for (let b = 0; b < groups << 3; b++) {
    setF64(lowest, b, b < blocks ? UNREACHED : TAKEN);
    setF64(highest, b, b < blocks ? 1e150 : -1.0);
  }
  for (let g = 0; g < ((groups + 7) & ~7); g++) {
    setF64(groupLowest, g, g < groups ? UNREACHED : TAKEN);
    setF64(groupHighest, g, g < groups ? 1e150 : -1.0);
  }
}

/**
 * Add `steps` edges to the tree. Among equal keys the first position is taken.
 *
 * @param current - position of the point added last (0 at first)
 * @param cores - in, squared core distance per position (rounded up to 8), or 0 for plain distances
 * @param parents - in/out, i32 per position: the tree point that gave the key
 * @param edges - out, two i32 per edge: position in the tree, position added; from edge `done` on
 * @param squared - out, f64 per edge: its squared length
 * @param scratch - 24 f64 and one row
 * @returns position of the point added last
 */
export function growTree(
  points: usize, balls: usize, radii: usize, groupBalls: usize, groupRadii: usize, n: i32, d: i32,
  cores: usize, keys: usize, parents: usize,
  lowest: usize, highest: usize, groupLowest: usize, groupHighest: usize, current: i32, done: i32, steps: i32,
  edges: usize, squared: usize, scratch: usize,
): i32 {
  const groups = (((n + 7) >> 3) + 7) >> 3;
  const supers = (groups + 7) >> 3, toGroups = scratch + 64, lanes = scratch + 128, row = scratch + 192;
  for (let edge = done; edge < done + steps; edge++) {
    const own = current >> 3;
    copyLane(points + (<usize>own * <usize>d << 6), current & 7, d, row);
    setF64(keys, current, TAKEN);
    const core = cores ? getF64(cores, current) : 0.0;
    // a block all of whose keys are below our core distance cannot gain from us
    const floor = Math.sqrt(core);
    for (let s = 0; s < supers; s++) {
      let near = withinKeys(groupBalls, groupRadii, groupHighest, s, row, d, floor, toGroups);
      if (s == own >> 6) near |= 1 << ((own >> 3) & 7);
      while (near) {
        const group = (s << 3) + ctz(near);
        near &= near - 1;
        let mask = withinKeys(balls, radii, highest, group, row, d, floor, scratch);
        if (group == own >> 3) mask |= 1 << (own & 7);
        if (!mask) continue;
        do {
          const block = (group << 3) + ctz(mask);
          mask &= mask - 1;
          lowerKeys(points, d, block, row, core, cores, keys, parents, current, lowest, highest, lanes);
        } while (mask);
        setF64(groupLowest, group, min8(lowest + (<usize>group << 6)));
        setF64(groupHighest, group, max8(highest + (<usize>group << 6)));
      }
    }
    // the nearest point outside the tree: smallest group, then block, then lane
    let best = Infinity, at = 0;
    for (let group = 0; group < groups; group++) {
      const v = getF64(groupLowest, group);
      if (v < best) {
        best = v;
        at = group;
      }
    }
    at <<= 3;
    while (getF64(lowest, at) != best) at++;
    at <<= 3;
    while (getF64(keys, at) != best) at++;
    setI32(edges, 2 * edge, getI32(parents, at));
    setI32(edges, 2 * edge + 1, at);
    setF64(squared, edge, best);
    current = at;
  }
  return current;
}

/** One bit per ball of the group that holds a key which `row` may lower. */
@inline
function withinKeys(
  balls: usize, radii: usize, highest: usize, group: i32, row: usize, d: i32, floor: f64, scratch: usize,
): i32 {
  squaredDistances8(balls + (<usize>group * <usize>d << 6), row, d, scratch);
  const r = radii + (<usize>group << 6), high = highest + (<usize>group << 6);
  const zero = f64x2.splat(0), least = f64x2.splat(floor), inflate = f64x2.splat(INFLATE);
  let mask = 0;
  for (let h: usize = 0, shift = 0; h < 64; h += 16, shift += 2) {
    const top = v128.load(high + h), t = f64x2.mul(f64x2.add(v128.load(r + h), top), inflate);
    const gains = v128.and(f64x2.ge(top, least), f64x2.gt(top, zero));
    mask |= i64x2.bitmask(v128.and(gains, f64x2.le(v128.load(scratch + h), f64x2.mul(t, t)))) << shift;
  }
  return mask;
}

/** Offer the distances from `row` to the keys of a block, and refresh its smallest and largest key. */
@inline
function lowerKeys(
  points: usize, d: i32, block: i32, row: usize, core: f64, cores: usize, keys: usize, parents: usize,
  current: i32, lowest: usize, highest: usize, lanes: usize,
): void {
  squaredDistances8(points + (<usize>block * <usize>d << 6), row, d, lanes);
  const k = keys + (<usize>block << 6), p = parents + (<usize>block << 5);
  const taken = f64x2.splat(TAKEN), none = f64x2.splat(-1);
  let least = taken, most = none;
  for (let h: usize = 0; h < 64; h += 16) {
    let distance = v128.load(lanes + h);
    if (cores) {
      distance = f64x2.pmax(f64x2.pmax(distance, f64x2.splat(core)), v128.load(cores + (<usize>block << 6) + h));
    }
    const old = v128.load(k + h), live = f64x2.lt(old, taken), nearer = v128.and(live, f64x2.lt(distance, old));
    const key = v128.bitselect(distance, old, nearer);
    v128.store(k + h, key);
    least = f64x2.pmin(least, key);
    most = f64x2.pmax(most, v128.bitselect(key, none, live));
    const bits = i64x2.bitmask(nearer);
    if (bits & 1) store<i32>(p + (h >> 1), current);
    if (bits & 2) store<i32>(p + (h >> 1), current, 4);
  }
  setF64(lowest, block, min(f64x2.extract_lane(least, 0), f64x2.extract_lane(least, 1)));
  const m = max(f64x2.extract_lane(most, 0), f64x2.extract_lane(most, 1));
  setF64(highest, block, m < 0 ? -1.0 : Math.sqrt(m));
}
