// Greedy k-means++: each round tries some points as a further centre and keeps the one that lowers the sum of squared
// distances most. Sums are of values on a grid, exact in any order.
import { INFLATE } from "./balls";
import { getF64, getI32, setF64 } from "./memory";
import { copyLane, max8, squaredDistances8 } from "./points";

/** nearest = squared distances to one row; reach = root of each block's largest. @returns the largest of all */
export function startNearest(
  points: usize, n: i32, d: i32, from: i32, to: i32, row: usize, nearest: usize, reach: usize,
): f64 {
  let largest = 0.0;
  for (let b = from; b < to; b++) {
    const o = nearest + (<usize>b << 6);
    squaredDistances8(points + (<usize>b * <usize>d << 6), row, d, o);
    for (let q = n - (b << 3); q < 8; q++) setF64(o, q, 0);
    const m = max8(o);
    setF64(reach, b, Math.sqrt(m));
    largest = max(largest, m);
  }
  return largest;
}

/** The largest of the values, 8 f64 per block. */
export function largestOf(values: usize, blocks: i32): f64 {
  let most = f64x2.splat(0);
  const end = values + (<usize>blocks << 6);
  for (let p = values; p < end; p += 16) most = f64x2.pmax(most, v128.load(p));
  return max(f64x2.extract_lane(most, 0), f64x2.extract_lane(most, 1));
}

/** weights[b] = sum of the block's values on the grid. @returns the sum of all */
export function weighBlocks(nearest: usize, blocks: i32, grid: f64, weights: usize): f64 {
  const g = f64x2.splat(grid);
  let total = 0.0;
  for (let b = 0; b < blocks; b++) {
    const w = weight8(nearest + (<usize>b << 6), g);
    setF64(weights, b, w);
    total += w;
  }
  return total;
}

@inline
function weight8(p: usize, g: v128): f64 {
  const s = f64x2.add(
    f64x2.add(f64x2.sub(f64x2.add(v128.load(p), g), g), f64x2.sub(f64x2.add(v128.load(p, 16), g), g)),
    f64x2.add(f64x2.sub(f64x2.add(v128.load(p, 32), g), g), f64x2.sub(f64x2.add(v128.load(p, 48), g), g)),
  );
  return f64x2.extract_lane(s, 0) + f64x2.extract_lane(s, 1);
}

/** The first point at which the running sum of weights exceeds the mark; the last with weight if none does. */
export function pointAtMark(nearest: usize, n: i32, weights: usize, grid: f64, mark: f64): i32 {
  const blocks = (n + 7) >> 3;
  let running = 0.0, last = 0;
  for (let b = 0; b < blocks; b++) {
    const w = getF64(weights, b);
    if (w > 0) last = b;
    if (running + w > mark) break;
    running += w;
  }
  let found = 0;
  running = 0;
  for (let b = 0; b < last; b++) running += getF64(weights, b);
  for (let i = last << 3; i < min(n, (last << 3) + 8); i++) {
    const w = getF64(nearest, i) + grid - grid;
    if (w > 0) found = i;
    running += w;
    if (running > mark) return i;
  }
  return found;
}

/**
 * What the sum of weights would be with one more centre, for several candidates at once.
 *
 * @param balls, radii - in, the blocks' balls; balls past the last have radius NaN
 * @param candidates - in, i32: positions of points
 * @param totals - in/out, f64 per candidate: the sum so far, from `total` on
 * @param rows - scratch, d f64 per candidate; work - 8 f64
 */
export function tryCentres(
  points: usize, d: i32, from: i32, to: i32, balls: usize, radii: usize, nearest: usize, reach: usize, weights: usize,
  grid: f64, candidates: usize, count: i32, totals: usize, rows: usize, work: usize,
): void {
  const blockBytes = <usize>d << 6, rowBytes = <usize>d << 3, g = f64x2.splat(grid);
  copyCandidates(points, d, candidates, count, rows);
  for (let group = from >> 3; group < (to + 7) >> 3; group++) {
    for (let q = 0; q < count; q++) {
      const row = rows + <usize>q * rowBytes;
      let mask = within(balls, group, row, d, radii, reach, to, work);
      let gain = 0.0;
      for (; mask; mask &= mask - 1) {
        const b = (group << 3) + ctz(mask);
        gain += weightWith(points + <usize>b * blockBytes, row, d, nearest + (<usize>b << 6), g, work) - getF64(weights, b);
      }
      setF64(totals, q, getF64(totals, q) + gain);
    }
  }
}

/**
 * The same where there are no balls, and every block is looked at: what `nearest` would become is kept, so that making
 * the best candidate a centre needs no other look.
 *
 * @param trials - out, per candidate as much as `nearest`, `stride` bytes apart
 */
export function tryCentresEverywhere(
  points: usize, d: i32, from: i32, to: i32, nearest: usize, weights: usize, grid: f64, candidates: usize, count: i32,
  totals: usize, rows: usize, trials: usize, stride: usize,
): void {
  const blockBytes = <usize>d << 6, rowBytes = <usize>d << 3, g = f64x2.splat(grid);
  copyCandidates(points, d, candidates, count, rows);
  for (let b = from; b < to; b++) {
    for (let q = 0; q < count; q++) {
      const near = nearest + (<usize>b << 6), trial = trials + <usize>q * stride + (<usize>b << 6);
      const weight = weightWith(points + <usize>b * blockBytes, rows + <usize>q * rowBytes, d, near, g, trial);
      setF64(totals, q, getF64(totals, q) + (weight - getF64(weights, b)));
    }
  }
}

@inline
function copyCandidates(points: usize, d: i32, candidates: usize, count: i32, rows: usize): void {
  for (let q = 0; q < count; q++) {
    const at = getI32(candidates, q);
    copyLane(points + (<usize>(at >> 3) * <usize>d << 6), at & 7, d, rows + (<usize>q * <usize>d << 3));
  }
}

/** What a block's weight would be with one more centre; `work` gets what its `nearest` would be. */
@inline
function weightWith(block: usize, row: usize, d: i32, near: usize, g: v128, work: usize): f64 {
  squaredDistances8(block, row, d, work);
  nearer8(work, near);
  return weight8(work, g);
}

/** One bit per block of a group, up to block to−1, that could hold a point nearer to the row than its `nearest`. */
@inline
function within(
  balls: usize, group: i32, row: usize, d: i32, radii: usize, reach: usize, to: i32, work: usize,
): i32 {
  const slack = f64x2.splat(INFLATE), radius = radii + (<usize>group << 6), far = reach + (<usize>group << 6);
  squaredDistances8(balls + (<usize>group * <usize>d << 6), row, d, work);
  let mask = 0;
  for (let lane = 6; lane >= 0; lane -= 2) {
    const o = <usize>lane << 3;
    const limit = f64x2.mul(f64x2.add(v128.load(radius + o), v128.load(far + o)), slack);
    mask = (mask << 2) | i64x2.bitmask(f64x2.lt(v128.load(work + o), f64x2.mul(limit, limit)));
  }
  return mask;
}

@inline
function nearer8(p: usize, near: usize): void {
  v128.store(p, f64x2.pmin(v128.load(p), v128.load(near)));
  v128.store(p, f64x2.pmin(v128.load(p, 16), v128.load(near, 16)), 16);
  v128.store(p, f64x2.pmin(v128.load(p, 32), v128.load(near, 32)), 32);
  v128.store(p, f64x2.pmin(v128.load(p, 48), v128.load(near, 48)), 48);
}

/** Make the point at `position` a centre. @returns the largest of `nearest` over the blocks from … to−1 */
export function addCentre(
  points: usize, d: i32, from: i32, to: i32, balls: usize, radii: usize, nearest: usize, reach: usize, position: i32,
  row: usize, work: usize,
): f64 {
  const blockBytes = <usize>d << 6;
  copyLane(points + <usize>(position >> 3) * blockBytes, position & 7, d, row);
  let largest = 0.0;
  for (let group = from >> 3; group < (to + 7) >> 3; group++) {
    let mask = within(balls, group, row, d, radii, reach, to, work);
    for (; mask; mask &= mask - 1) {
      const b = (group << 3) + ctz(mask), near = nearest + (<usize>b << 6);
      squaredDistances8(points + <usize>b * blockBytes, row, d, work);
      nearer8(work, near);
      memory.copy(near, work, 64);
      setF64(reach, b, Math.sqrt(max8(near)));
    }
    for (let b = group << 3; b < min(to, (group << 3) + 8); b++) largest = max(largest, max8(nearest + (<usize>b << 6)));
  }
  return largest;
}
