// Ward linkage by the nearest-neighbour chain on centroids, without a distance matrix.
//
// Two clusters are |A||B|/(|A|+|B|)·|cA−cB|² apart, so their centroids and sizes say everything. The nearest
// partner of A is searched in blocks: B can beat the best so far only if |cA−cB|² < best·(1/|A| + 1/|B|), and the
// largest 1/|B| of a block bounds that for the whole block.
//
// A slot holds one live cluster (rep ≥ 0) or nothing (rep = −1, centroid far away). Merges leave holes; JavaScript
// packs the live clusters into fresh blocks now and then (gatherClusters, then packClusters in a new order).
//
// All tests are made on a float32 shadow first (single.ts); only blocks that it lets through are computed in float64.
import { INFLATE } from "./balls";
import { getF64, getI32, setF64, setI32 } from "./memory";
import { max8, squaredDistance, squaredDistanceOfLane, squaredDistances8 } from "./points";
import {
  ballsNear, groupsNear, pointsNear, shadowGone, shadowInflate, shadowMoved, shadowSquare, shadowWidened,
} from "./single";

const FAR: f64 = 1e150;

/**
 * Lay clusters out in blocks: slot s gets cluster order[s].
 *
 * @param fromRows, fromSizes, fromReps - in, m clusters: centroids as rows, sizes f64, one row number of each
 * @param order - in, m i32
 * @param points, rows, sizes, inverses, reps - out, by slot, rounded up to whole groups of 64 slots
 * @param balls, radii - out, as in blocks.ts; radii hold 1 entry per block rounded up to 8
 * @param largest - out, per block the largest 1/size
 * @param groupBalls, groupRadii, groupLargest - out, the same for groups of 8 blocks (groups.ts)
 * @param onChain - out, one byte per slot, cleared
 */
export function packClusters(
  fromRows: usize, fromSizes: usize, fromReps: usize, order: usize, m: i32, d: i32,
  points: usize, rows: usize, sizes: usize, inverses: usize, reps: usize,
  balls: usize, radii: usize, largest: usize, groupBalls: usize, groupRadii: usize, groupLargest: usize,
  onChain: usize,
): void {
  const blocks = (m + 7) >> 3, groups = (blocks + 7) >> 3;
  memory.fill(onChain, 0, <usize>groups << 6);
  for (let s = 0; s < groups << 6; s++) {
    const point = points + (<usize>(s >> 3) * <usize>d << 6) + (<usize>(s & 7) << 3);
    if (s >= m) {
      if (s < blocks << 3) for (let k = 0; k < d; k++) store<f64>(point + (<usize>k << 6), FAR);
      setF64(sizes, s, 1);
      setF64(inverses, s, 1);
      setI32(reps, s, -1);
      continue;
    }
    const source = getI32(order, s);
    const from = fromRows + (<usize>source * <usize>d << 3), row = rows + (<usize>s * <usize>d << 3);
    for (let k = 0; k < d; k++) {
      const v = getF64(from, k);
      setF64(row, k, v);
      store<f64>(point + (<usize>k << 6), v);
    }
    const size = getF64(fromSizes, source);
    setF64(sizes, s, size);
    setF64(inverses, s, 1.0 / size);
    setI32(reps, s, getI32(fromReps, source));
  }
  for (let b = 0; b < groups << 3; b++) encloseBlock(rows, inverses, b, blocks, m, d, balls, radii, largest);
  for (let g = 0; g < ((groups + 7) & ~7); g++) {
    encloseGroup(balls, radii, largest, g, groups, blocks, d, groupBalls, groupRadii, groupLargest);
  }
}

/** Ball and largest 1/size of the eight blocks of a group: far enough to hold each block's ball. */
function encloseGroup(
  balls: usize, radii: usize, largest: usize, g: i32, groups: i32, blocks: i32, d: i32,
  groupBalls: usize, groupRadii: usize, groupLargest: usize,
): void {
  const centre = groupBalls + (<usize>(g >> 3) * <usize>d << 6) + (<usize>(g & 7) << 3);
  if (g >= groups) {
    for (let k = 0; k < d; k++) store<f64>(centre + (<usize>k << 6), FAR);
    setF64(groupRadii, g, NaN);
    setF64(groupLargest, g, 1);
    return;
  }
  const members = balls + (<usize>g * <usize>d << 6), count = min(8, blocks - (g << 3));
  for (let k = 0; k < d; k++) {
    const lane = members + (<usize>k << 6), origin = load<f64>(lane);
    let sum = 0.0;
    for (let q = 1; q < count; q++) sum += getF64(lane, q) - origin;
    store<f64>(centre + (<usize>k << 6), origin + sum / count);
  }
  let reach = 0.0, inverse = 0.0;
  for (let q = 0; q < count; q++) {
    let squared = 0.0;
    for (let k = 0; k < d; k++) {
      const t = getF64(members + (<usize>k << 6), q) - load<f64>(centre + (<usize>k << 6));
      squared += t * t;
    }
    reach = max(reach, Math.sqrt(squared) * INFLATE + getF64(radii, (g << 3) + q));
    inverse = max(inverse, getF64(largest, (g << 3) + q));
  }
  setF64(groupRadii, g, reach * INFLATE);
  setF64(groupLargest, g, inverse);
}

/** Ball and largest 1/size of one block. */
function encloseBlock(
  rows: usize, inverses: usize, b: i32, blocks: i32, m: i32, d: i32, balls: usize, radii: usize, largest: usize,
): void {
  const centre = balls + (<usize>(b >> 3) * <usize>d << 6) + (<usize>(b & 7) << 3);
  if (b >= blocks) {
    for (let k = 0; k < d; k++) store<f64>(centre + (<usize>k << 6), FAR);
    setF64(radii, b, NaN);
    setF64(largest, b, 1);
    return;
  }
  const first = b << 3, count = min(8, m - first), start = rows + (<usize>first * <usize>d << 3);
  for (let k = 0; k < d; k++) {
    const origin = getF64(start, k);
    let sum = 0.0;
    for (let q = 1; q < count; q++) sum += getF64(start, q * d + k) - origin;
    store<f64>(centre + (<usize>k << 6), origin + sum / count);
  }
  let farthest = 0.0, inverse = 0.0;
  for (let q = 0; q < count; q++) {
    let squared = 0.0;
    for (let k = 0; k < d; k++) {
      const t = getF64(start, q * d + k) - load<f64>(centre + (<usize>k << 6));
      squared += t * t;
    }
    farthest = max(farthest, squared);
    inverse = max(inverse, getF64(inverses, first + q));
  }
  setF64(radii, b, Math.sqrt(farthest) * INFLATE);
  setF64(largest, b, inverse);
}

/**
 * Copy the live clusters out, in slot order, and renumber the chain accordingly.
 *
 * @param toSlot - scratch, m i32
 */
export function gatherClusters(
  rows: usize, sizes: usize, reps: usize, m: i32, d: i32, chain: usize, chainLength: i32,
  toRows: usize, toSizes: usize, toReps: usize, toSlot: usize,
): i32 {
  let live = 0;
  for (let s = 0; s < m; s++) {
    if (getI32(reps, s) < 0) continue;
    memory.copy(toRows + (<usize>live * <usize>d << 3), rows + (<usize>s * <usize>d << 3), <usize>d << 3);
    setF64(toSizes, live, getF64(sizes, s));
    setI32(toReps, live, getI32(reps, s));
    setI32(toSlot, s, live++);
  }
  for (let i = 0; i < chainLength; i++) setI32(chain, i, getI32(toSlot, getI32(chain, i)));
  return live;
}

/** Renumber the chain after packing: cluster order[s] is now in slot s. `toSlot`: scratch, m i32. */
export function moveChain(order: usize, m: i32, chain: usize, chainLength: i32, onChain: usize, toSlot: usize): void {
  for (let s = 0; s < m; s++) setI32(toSlot, getI32(order, s), s);
  for (let i = 0; i < chainLength; i++) {
    const slot = getI32(toSlot, getI32(chain, i));
    setI32(chain, i, slot);
    store<u8>(onChain + slot, 1);
  }
}

// What the shadow of single.ts needs besides: in f32 what `inverses`, `largest` and `groupLargest` are in f64.
let inverses32: usize = 0;
let largest32: usize = 0;
let groupLargest32: usize = 0;

/** Copy the inverse sizes of packed clusters to `out`: as many f32 as m rounded up to 64, times 5/4, and 8 more. */
export function shadowSizes(inverses: usize, largest: usize, groupLargest: usize, m: i32, out: usize): void {
  const groups = (m + 63) >> 6;
  inverses32 = out;
  largest32 = inverses32 + (<usize>groups << 8);
  groupLargest32 = largest32 + (<usize>groups << 5);
  for (let s = 0; s < groups << 6; s++) copySize(inverses, s, inverses32);
  for (let b = 0; b < groups << 3; b++) copySize(largest, b, largest32);
  for (let g = 0; g < ((groups + 7) & ~7); g++) copySize(groupLargest, g, groupLargest32);
}

@inline
function copySize(from: usize, i: i32, to: usize): void {
  store<f32>(to + (<usize>i << 2), <f32>getF64(from, i));
}

let bestGain: f64 = 0;
/** The same in the scale of the shadow, and no less. */
let bestGain32: f32 = 0;
let bestSlot: i32 = 0;
let visits: i32 = 0;

@inline
function setBest(gain: f64, slot: i32): void {
  bestGain = gain;
  bestGain32 = shadowSquare(gain);
  bestSlot = slot;
}

/** How far four clusters of these 1/size may be to beat the best so far. */
@inline
function reachOf(inverses: usize, own: v128): v128 {
  const squared = f32x4.mul(f32x4.splat(bestGain32), f32x4.add(own, v128.load(inverses)));
  return f32x4.mul(f32x4.sqrt(squared), f32x4.splat(shadowInflate()));
}

/** Offer the 8 clusters of a block as partners of `self`. */
@inline
function visit(
  block: i32, points: usize, inverses: usize, reps: usize, row: usize, d: i32, inverse: f64, self: i32, lanes: usize,
): void {
  visits++;
  const own32 = f32x4.splat(<f32>inverse), sizes = inverses32 + (<usize>block << 5);
  if (!pointsNear(block, self, reachOf(sizes, own32), reachOf(sizes + 16, own32))) return;
  squaredDistances8(points + (<usize>block * <usize>d << 6), row, d, lanes);
  const s = inverses + (<usize>block << 6), own = f64x2.splat(inverse);
  for (let h: usize = 0; h < 64; h += 16) {
    v128.store(lanes + h, f64x2.div(v128.load(lanes + h), f64x2.add(v128.load(s + h), own)));
  }
  for (let q = 0; q < 8; q++) {
    const gain = getF64(lanes, q), slot = (block << 3) + q;
    if (gain < bestGain && slot != self && getI32(reps, slot) >= 0) setBest(gain, slot);
  }
}

/**
 * Follow the chain, merging whenever its last two clusters are each other's nearest, until `target` clusters are
 * live or about `budget` blocks have been looked at.
 *
 * @param chain - in/out, i32 slots
 * @param state - in/out, i32: chain length, live clusters, merges written so far
 * @param joins - out, two i32 per merge: a row of each part
 * @param heights - out, f64 per merge: √(2|A||B|/(|A|+|B|))·|cA−cB|
 * @param lanes - scratch, 8 f64
 */
export function wardChain(
  points: usize, rows: usize, sizes: usize, inverses: usize, reps: usize, m: i32, d: i32,
  balls: usize, radii: usize, largest: usize, groupBalls: usize, groupRadii: usize, groupLargest: usize,
  onChain: usize, chain: usize, state: usize, target: i32, budget: i32,
  joins: usize, heights: usize, lanes: usize,
): void {
  const supers = (m + 511) >> 9;
  let length = getI32(state, 0), live = getI32(state, 1), merges = getI32(state, 2), first = 0;
  visits = 0;
  while (live > target && visits < budget) {
    if (length == 0) {
      while (getI32(reps, first) < 0) first++;
      setI32(chain, 0, first);
      store<u8>(onChain + first, 1);
      length = 1;
    }
    const a = getI32(chain, length - 1), row = rows + (<usize>a * <usize>d << 3), inverse = getF64(inverses, a);
    setBest(Infinity, -1);
    let previous = -1, gain = Infinity;
    if (length > 1) {
      previous = getI32(chain, length - 2);
      gain = squaredDistance(rows + (<usize>previous * <usize>d << 3), row, d) / (getF64(inverses, previous) + inverse);
      setBest(gain, previous);
    }
    // our own block first, then our group of 64 slots, then the others outwards: the bound is tight early
    const own = a >> 3, home = a >> 6;
    visit(own, points, inverses, reps, row, d, inverse, a, lanes);
    visitGroup(home, ~(1 << (own & 7)), points, inverses, reps, row, d, inverse, a, lanes);
    for (let step = 0, left = supers; left > 0; step++) {
      const s = (a >> 9) + (step & 1 ? -((step + 1) >> 1) : step >> 1);
      if (s < 0 || s >= supers) continue;
      left--;
      const own32 = f32x4.splat(<f32>inverse), sizes = groupLargest32 + (<usize>s << 5);
      let mask = groupsNear(s, a, reachOf(sizes, own32), reachOf(sizes + 16, own32));
      visits++;
      if (s == home >> 3) mask &= ~(1 << (home & 7));
      while (mask) {
        const group = (s << 3) + ctz(mask);
        mask &= mask - 1;
        visitGroup(group, -1, points, inverses, reps, row, d, inverse, a, lanes);
      }
    }
    // A cluster already on the chain can only be a tie (up to rounding) with the one before us.
    if (previous < 0 || (bestSlot != previous && !load<u8>(onChain + bestSlot))) {
      setI32(chain, length++, bestSlot);
      store<u8>(onChain + bestSlot, 1);
      continue;
    }
    setI32(joins, 2 * merges, getI32(reps, a));
    setI32(joins, 2 * merges + 1, getI32(reps, previous));
    setF64(heights, merges, Math.sqrt(2.0 * gain));
    merges++;
    merge(points, rows, sizes, inverses, reps, d, balls, radii, largest, a, previous);
    widenGroup(groupBalls, groupRadii, previous >> 6, rows + (<usize>previous * <usize>d << 3), d);
    setF64(groupLargest, previous >> 6, max8(largest + (<usize>(previous >> 6) << 6)));
    shadowMoved(rows, previous);
    shadowGone(a);
    shadowWidened(radii, previous >> 3, groupRadii, previous >> 6);
    copySize(inverses, a, inverses32);
    copySize(inverses, previous, inverses32);
    copySize(largest, previous >> 3, largest32);
    copySize(groupLargest, previous >> 6, groupLargest32);
    store<u8>(onChain + a, 0);
    store<u8>(onChain + previous, 0);
    live--;
    length -= 2;
  }
  setI32(state, 0, length);
  setI32(state, 1, live);
  setI32(state, 2, merges);
}

/** Visit the blocks of a group that may hold a better partner. */
function visitGroup(
  group: i32, wanted: i32, points: usize, inverses: usize, reps: usize, row: usize, d: i32, inverse: f64, self: i32,
  lanes: usize,
): void {
  const own32 = f32x4.splat(<f32>inverse), sizes = largest32 + (<usize>group << 5);
  let mask = wanted & ballsNear(group, self, reachOf(sizes, own32), reachOf(sizes + 16, own32));
  visits++;
  while (mask) {
    const block = (group << 3) + ctz(mask);
    mask &= mask - 1;
    visit(block, points, inverses, reps, row, d, inverse, self, lanes);
  }
}

/** Join cluster a into slot b: new centroid, a hole at a, b's ball and largest 1/size brought up to date. */
function merge(
  points: usize, rows: usize, sizes: usize, inverses: usize, reps: usize, d: i32,
  balls: usize, radii: usize, largest: usize, a: i32, b: i32,
): void {
  const size = getF64(sizes, a) + getF64(sizes, b), share = getF64(sizes, a) / size;
  const x = rows + (<usize>a * <usize>d << 3), y = rows + (<usize>b * <usize>d << 3);
  const xa = points + (<usize>(a >> 3) * <usize>d << 6) + (<usize>(a & 7) << 3);
  const xb = points + (<usize>(b >> 3) * <usize>d << 6) + (<usize>(b & 7) << 3);
  const centre = balls + (<usize>(b >> 6) * <usize>d << 6) + (<usize>((b >> 3) & 7) << 3);
  let squared = 0.0;
  for (let k = 0; k < d; k++) {
    // from y towards x: equal centroids stay exactly where they are
    const v = getF64(y, k) + (getF64(x, k) - getF64(y, k)) * share;
    setF64(y, k, v);
    store<f64>(xb + (<usize>k << 6), v);
    store<f64>(xa + (<usize>k << 6), FAR);
    const t = v - load<f64>(centre + (<usize>k << 6));
    squared += t * t;
  }
  const block = b >> 3;
  setF64(radii, block, max(getF64(radii, block), Math.sqrt(squared) * INFLATE));
  setF64(sizes, b, size);
  setF64(inverses, b, 1.0 / size);
  setI32(reps, b, min(getI32(reps, a), getI32(reps, b)));
  setI32(reps, a, -1);
  setF64(inverses, a, 1.0);
  let inverse = 0.0;
  for (let q = block << 3; q < (block + 1) << 3; q++) if (getI32(reps, q) >= 0) inverse = max(inverse, getF64(inverses, q));
  setF64(largest, block, inverse);
}

/** Make the ball of a group hold the point at `row`. */
export function widenGroup(groupBalls: usize, groupRadii: usize, group: i32, row: usize, d: i32): void {
  const centre = groupBalls + (<usize>(group >> 3) * <usize>d << 6);
  const apart = Math.sqrt(squaredDistanceOfLane(centre, group & 7, row, d)) * INFLATE;
  setF64(groupRadii, group, max(getF64(groupRadii, group), apart));
}
