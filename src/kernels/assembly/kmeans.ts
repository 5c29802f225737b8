// Lloyd's iteration with bounds per block of eight neighbouring points.
//
// Bounds are stored minus (upper) or plus (lower) the path their centres had covered by then, so that nothing is
// rewritten when centres move: today's bound is the stored one plus or minus today's path. A block whose upper
// bound lies below all other lower bounds keeps its label unseen.
//
// Sums of points are of values on a grid coarse enough to be exact: a point may be added and taken away in any
// order, and the same clusters always have the same centres to the bit.
import { getF64, getI32, setF64, setI32 } from "./memory";
import { max8, squaredDistanceOfLane, squaredDistances8 } from "./points";

/** Relative slack of all bounds, far above what rounding takes and far below what pruning notices. */
const SLACK: f64 = 1e-10;

/** Four times the rounding of a float32. */
const EPSILON: f64 = 2.384185791015625e-7;

// The copies in float32 (points and centres) that decide all but near ties. Coordinates are centred and scaled by a
// power of two to about 1 in size, so that rounding moves a point by at most √d·2⁻²⁵ of that size, and a squared
// distance is good to (d+3)·2⁻²⁴ of itself. `slack` and `less`, `more` allow for four times both.
let points32: usize = 0;
let centres32: usize = 0;
let columns: i32 = 0;
let unit: f64 = 1;
let slack: f64 = 0;
let less: f64 = 1;
let more: f64 = 1;

/**
 * Copy points to float32, columns padded with a zero to an even number.
 *
 * @param centre - in, d f64 to take off; scale - a power of two that then brings values to at most 1 in size
 * @param out - 8·(d + d%2) f32 per block
 */
export function pointsToSingle(points: usize, d: i32, from: i32, to: i32, centre: usize, scale: f64, out: usize): void {
  const width = d + (d & 1), by = f64x2.splat(scale);
  let p = points + (<usize>from * <usize>d << 6), q = out + (<usize>from * <usize>width << 5);
  for (let b = from; b < to; b++) {
    for (let k = 0; k < d; k++, p += 64, q += 32) {
      const c = v128.load64_splat(centre + (<usize>k << 3));
      v128.store(q, four(p, c, by));
      v128.store(q, four(p + 32, c, by), 16);
    }
    if (width > d) {
      v128.store(q, f32x4.splat(0));
      v128.store(q, f32x4.splat(0), 16);
      q += 32;
    }
  }
}

@inline
function four(p: usize, centre: v128, by: v128): v128 {
  const low = f32x4.demote_f64x2_zero(f64x2.mul(f64x2.sub(v128.load(p), centre), by));
  const high = f32x4.demote_f64x2_zero(f64x2.mul(f64x2.sub(v128.load(p, 16), centre), by));
  return i8x16.shuffle(low, high, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
}

/**
 * Say which copies the next calls of `assignBlocks` use, and copy the centres.
 *
 * @param points - as `pointsToSingle` wrote them; out - k·(d + d%2) f32
 */
export function centresToSingle(
  centres: usize, k: i32, d: i32, centre: usize, scale: f64, points: usize, out: usize,
): void {
  points32 = points;
  centres32 = out;
  columns = d + (d & 1);
  let largest = 1.0;
  for (let c = 0; c < k; c++, out += <usize>columns << 2) {
    for (let j = 0; j < d; j++) {
      const value = (getF64(centres, c * d + j) - getF64(centre, j)) * scale;
      largest = max(largest, Math.abs(value));
      store<f32>(out + (<usize>j << 2), <f32>value);
    }
    if (columns > d) store<f32>(out + (<usize>d << 2), 0);
  }
  unit = 1 / scale;
  slack = largest * Math.sqrt(<f64>d) * EPSILON * unit;
  less = 1.0 - <f64>(d + 16) * EPSILON;
  more = 1.0 + <f64>(d + 16) * EPSILON;
}

/** A distance, no more than it is, from a squared one in float32. */
@inline
function atLeast(squared: f32): f64 {
  return Math.sqrt(<f64>squared) * unit * less - slack;
}

/** A distance, no less than it is. */
@inline
function atMost(squared: f32): f64 {
  return Math.sqrt(<f64>squared) * unit * more + slack;
}

/** Squared distances in float32 of the 8 points of a block to a centre, stored at `out` (8 f32). */
@inline
function squaredDistances32(block: usize, row: usize, out: usize): void {
  let a0 = f32x4.splat(0), a1 = a0, b0 = a0, b1 = a0;
  const end = row + (<usize>columns << 2);
  do {
    const s = v128.load32_splat(row), u = v128.load32_splat(row, 4);
    let t = f32x4.sub(v128.load(block), s);
    a0 = f32x4.add(a0, f32x4.mul(t, t));
    t = f32x4.sub(v128.load(block, 16), s);
    a1 = f32x4.add(a1, f32x4.mul(t, t));
    t = f32x4.sub(v128.load(block, 32), u);
    b0 = f32x4.add(b0, f32x4.mul(t, t));
    t = f32x4.sub(v128.load(block, 48), u);
    b1 = f32x4.add(b1, f32x4.mul(t, t));
    block += 64;
    row += 8;
  } while (row < end);
  v128.store(out, f32x4.add(a0, b0));
  v128.store(out, f32x4.add(a1, b1), 16);
}

@inline
function least32(a: v128, b: v128): f32 {
  let m = f32x4.pmin(a, b);
  m = f32x4.pmin(m, i32x4.shuffle(m, m, 2, 3, 0, 1));
  m = f32x4.pmin(m, i32x4.shuffle(m, m, 1, 0, 3, 2));
  return f32x4.extract_lane(m, 0);
}

@inline
function most32(a: v128, b: v128): f32 {
  let m = f32x4.pmax(a, b);
  m = f32x4.pmax(m, i32x4.shuffle(m, m, 2, 3, 0, 1));
  m = f32x4.pmax(m, i32x4.shuffle(m, m, 1, 0, 3, 2));
  return f32x4.extract_lane(m, 0);
}

/**
 * Give the points of blocks from … to−1 their nearest centre, ties to the lower one; sums and counts follow.
 * `centresToSingle` must have been called with these centres.
 *
 * @param points - in, blocks; lanes past n repeat a point of their block
 * @param centres - in, k×d; @param path - in, k (even) f64, how far each centre has moved in all; pads 0
 * @param longestPath - the sum over moves of the longest move; @param farthest - the largest of `path`
 * @param labels - in/out, 8 i32 per block; −1 before the first pass
 * @param uniform - in/out, i32 per block: the label all its points share, or −1
 * @param lower - in/out, kp f64 per block; @param upper - in/out, f64 per block
 * @param margins - in/out, f64 per block: by how much each of its points is nearer to its own centre than to any other,
 *   plus twice the longest path by then; while more than twice today's longest path, no label can change
 * @param origin, grid - in, d f64 each: a coordinate counts ((x − origin) + grid) − grid
 * @param sums - in/out, k×d; @param counts - in/out, k f64
 * @param work - 96 bytes and a word per 32 centres
 * @param first - 1 in the first pass, when there are no bounds yet
 * @returns how many labels changed
 */
export function assignBlocks(
  points: usize, n: i32, d: i32, from: i32, to: i32, centres: usize, k: i32, path: usize, longestPath: f64,
  farthest: f64, labels: usize, uniform: usize, lower: usize, upper: usize, margins: usize, origin: usize, grid: usize,
  sums: usize, counts: usize, work: usize, first: i32,
): i32 {
  const kp = (k + 1) & ~1, words = (kp + 31) >> 5;
  const o = work, before = work + 32, now = before + 32, masks = now + 32;
  const blockBytes = <usize>d << 6, rowBytes = <usize>columns << 2;
  const down = f32x4.splat(<f32>less), up = f32x4.splat(<f32>more), doubt = <f32>(2 * slack / unit);
  let changed = 0;
  for (let b = from; b < to; b++) {
    const block = points32 + (<usize>b * <usize>columns << 5);
    const low = lower + (<usize>b * <usize>kp << 3), lab = labels + (<usize>b << 5);
    let own = -1;
    let v0 = f32x4.splat(Infinity), v1 = v0; // the smallest
    if (first) {
      for (let w = 0; w < words; w++) setI32(masks, w, -1);
      setI32(masks, words - 1, <i32>(<u32>0xffffffff >> <u32>(32 * words - k)));
      setF64(low, kp - 1, Infinity);
      leastLeftOut = Infinity;
    } else {
      if (getF64(margins, b) * (1 - SLACK) > 2 * longestPath) continue;
      own = getI32(uniform, b);
      let high = getF64(upper, b) + (own >= 0 ? getF64(path, own) : longestPath);
      if (!contenders(low, path, high + SLACK * (high + farthest), kp, own, masks)) continue;
      if (own >= 0) {
        squaredDistances32(block, centres32 + <usize>own * rowBytes, o);
        high = atMost(most32(v128.load(o), v128.load(o, 16)));
        setF64(low, own, atLeast(least32(v128.load(o), v128.load(o, 16))) + getF64(path, own));
        setF64(upper, b, high - getF64(path, own));
        if (!contenders(low, path, high + SLACK * (high + farthest), kp, own, masks)) continue;
        v0 = v128.load(o);
        v1 = v128.load(o, 16);
      }
    }
    let w0 = f32x4.splat(Infinity), w1 = w0; // the second smallest
    let a = i32x4.splat(own), z = a; // whose the smallest is
    for (let w = 0; w < words; w++) {
      for (let mask = getI32(masks, w); mask; mask &= mask - 1) {
        const c = (w << 5) + ctz(mask);
        squaredDistances32(block, centres32 + <usize>c * rowBytes, o);
        const x = v128.load(o), y = v128.load(o, 16), cs = i32x4.splat(c);
        setF64(low, c, atLeast(least32(x, y)) + getF64(path, c));
        let t = f32x4.lt(x, v0);
        w0 = f32x4.pmin(w0, f32x4.pmax(x, v0));
        v0 = v128.bitselect(x, v0, t);
        a = v128.bitselect(cs, a, t);
        t = f32x4.lt(y, v1);
        w1 = f32x4.pmin(w1, f32x4.pmax(y, v1));
        v1 = v128.bitselect(y, v1, t);
        z = v128.bitselect(cs, z, t);
      }
    }
    // by how much each point prefers its centre to the second best seen
    const gap0 = f32x4.sub(f32x4.mul(f32x4.sqrt(w0), down), f32x4.mul(f32x4.sqrt(v0), up));
    const gap1 = f32x4.sub(f32x4.mul(f32x4.sqrt(w1), down), f32x4.mul(f32x4.sqrt(v1), up));
    const gap = least32(gap0, gap1) - doubt;
    v128.store(now, a);
    v128.store(now, z, 16);
    if (!(gap > 0)) {
      if (own >= 0) setI32(masks, own >> 5, getI32(masks, own >> 5) | (1 << (own & 31)));
      nearestExactly(points + <usize>b * blockBytes, d, centres, masks, words, now);
      a = v128.load(now);
      z = v128.load(now, 16);
    }
    const label = i32x4.extract_lane(a, 0), same = i32x4.splat(label);
    const alike = !v128.any_true(v128.or(v128.xor(a, same), v128.xor(z, same)));
    const a0 = v128.load(lab), z0 = v128.load(lab, 16);
    if (v128.any_true(v128.or(v128.xor(a, a0), v128.xor(z, z0)))) {
      v128.store(before, a0);
      v128.store(before, z0, 16);
      v128.store(lab, a);
      v128.store(lab, z, 16);
      const real = min(8, n - (b << 3)), exact = points + <usize>b * blockBytes;
      if (alike && real == 8 && (first || own >= 0)) {
        changed += 8;
        moveBlock(exact, d, origin, grid, sums, counts, own, label);
      } else {
        for (let q = 0; q < real; q++) {
          const was = getI32(before, q), is = getI32(lab, q);
          if (was == is) continue;
          changed++;
          moveLane(exact, q, d, origin, grid, sums, counts, was, is);
        }
      }
    }
    const high = atMost(most32(v0, v1));
    setI32(uniform, b, alike ? label : -1);
    setF64(upper, b, high - (alike ? getF64(path, label) : longestPath));
    const unseen = leastLeftOut * (1 - SLACK) - high * (1 + SLACK);
    setF64(margins, b, min(<f64>gap * unit, unseen) + 2 * longestPath);
  }
  return changed;
}

/** The nearest of the centres in the masks in float64, ties to the lower; `out` gets 8 i32. */
function nearestExactly(block: usize, d: i32, centres: usize, masks: usize, words: i32, out: usize): void {
  for (let q = 0; q < 8; q++) {
    let nearest = Infinity;
    for (let w = 0; w < words; w++) {
      for (let mask = getI32(masks, w); mask; mask &= mask - 1) {
        const c = (w << 5) + ctz(mask);
        const squared = squaredDistanceOfLane(block, q, centres + (<usize>c * <usize>d << 3), d);
        if (squared < nearest) {
          nearest = squared;
          setI32(out, q, c);
        }
      }
    }
  }
}

/** The least lower bound of the centres that the last call of `contenders` left out. */
let leastLeftOut: f64 = Infinity;

/** One bit per centre whose lower bound does not exceed `limit`, `own` left out; whether there is any. */
@inline
function contenders(low: usize, path: usize, limit: f64, kp: i32, own: i32, masks: usize): bool {
  const l = f64x2.splat(limit), none = f64x2.splat(Infinity);
  let any = 0, least = none;
  for (let from = 0; from < kp; from += 32) {
    let mask = 0;
    for (let c = min(kp, from + 32) - 2; c >= from; c -= 2) {
      const o = <usize>c << 3, bound = f64x2.sub(v128.load(low + o), v128.load(path + o)), near = f64x2.le(bound, l);
      mask = (mask << 2) | i64x2.bitmask(near);
      least = f64x2.pmin(least, v128.bitselect(none, bound, near));
    }
    if (own >> 5 == from >> 5) mask &= ~(1 << (own & 31));
    any |= mask;
    setI32(masks, from >> 5, mask);
  }
  leastLeftOut = min(f64x2.extract_lane(least, 0), f64x2.extract_lane(least, 1));
  return any != 0;
}

/** All eight points of a block change their label together. */
function moveBlock(
  block: usize, d: i32, origin: usize, grid: usize, sums: usize, counts: usize, was: i32, is: i32,
): void {
  const rowBytes = <usize>d << 3;
  const to = sums + <usize>is * rowBytes, from = sums + <usize>was * rowBytes;
  setF64(counts, is, getF64(counts, is) + 8);
  if (was >= 0) setF64(counts, was, getF64(counts, was) - 8);
  for (let r: usize = 0; r < rowBytes; r += 8, block += 64) {
    const o = v128.load64_splat(origin + r), g = v128.load64_splat(grid + r);
    const s = f64x2.add(
      f64x2.add(onGrid(v128.load(block), o, g), onGrid(v128.load(block, 16), o, g)),
      f64x2.add(onGrid(v128.load(block, 32), o, g), onGrid(v128.load(block, 48), o, g)),
    );
    const v = f64x2.extract_lane(s, 0) + f64x2.extract_lane(s, 1);
    store<f64>(to + r, load<f64>(to + r) + v);
    if (was >= 0) store<f64>(from + r, load<f64>(from + r) - v);
  }
}

@inline
function onGrid(x: v128, origin: v128, grid: v128): v128 {
  return f64x2.sub(f64x2.add(f64x2.sub(x, origin), grid), grid);
}

function moveLane(
  block: usize, lane: i32, d: i32, origin: usize, grid: usize, sums: usize, counts: usize, was: i32, is: i32,
): void {
  const rowBytes = <usize>d << 3;
  const to = sums + <usize>is * rowBytes, from = sums + <usize>was * rowBytes;
  let p = block + (<usize>lane << 3);
  setF64(counts, is, getF64(counts, is) + 1);
  if (was >= 0) setF64(counts, was, getF64(counts, was) - 1);
  for (let r: usize = 0; r < rowBytes; r += 8, p += 64) {
    const g = load<f64>(grid + r);
    const v = load<f64>(p) - load<f64>(origin + r) + g - g;
    store<f64>(to + r, load<f64>(to + r) + v);
    if (was >= 0) store<f64>(from + r, load<f64>(from + r) - v);
  }
}

/**
 * What is to be known of the columns before a fit.
 *
 * @param centre - in, d f64
 * @param stats - in/out, per column four pairs of f64: smallest values, largest values, sums of the differences from
 *   the centre, sums of their squares; even and odd lanes apart. Lanes past n count for the range only, repeating a point
 */
export function columnStatistics(
  points: usize, n: i32, d: i32, from: i32, to: i32, centre: usize, stats: usize,
): void {
  let p = points + (<usize>from * <usize>d << 6);
  for (let b = from; b < to; b++) {
    const real = n - (b << 3);
    for (let k = 0; k < d; k++, p += 64) {
      const at = stats + (<usize>k << 6), c = v128.load64_splat(centre + (<usize>k << 3));
      const v0 = v128.load(p), v1 = v128.load(p, 16), v2 = v128.load(p, 32), v3 = v128.load(p, 48);
      v128.store(at, f64x2.pmin(v128.load(at), f64x2.pmin(f64x2.pmin(v0, v1), f64x2.pmin(v2, v3))));
      v128.store(at, f64x2.pmax(v128.load(at, 16), f64x2.pmax(f64x2.pmax(v0, v1), f64x2.pmax(v2, v3))), 16);
      const t0 = lanesBefore(real, f64x2.sub(v0, c)), t1 = lanesBefore(real - 2, f64x2.sub(v1, c));
      const t2 = lanesBefore(real - 4, f64x2.sub(v2, c)), t3 = lanesBefore(real - 6, f64x2.sub(v3, c));
      const sum = f64x2.add(f64x2.add(t0, t1), f64x2.add(t2, t3));
      const squares = f64x2.add(
        f64x2.add(f64x2.mul(t0, t0), f64x2.mul(t1, t1)), f64x2.add(f64x2.mul(t2, t2), f64x2.mul(t3, t3)),
      );
      v128.store(at, f64x2.add(v128.load(at, 32), sum), 32);
      v128.store(at, f64x2.add(v128.load(at, 48), squares), 48);
    }
  }
}

/** The first `count` of two lanes, 0 for the others. */
@inline
function lanesBefore(count: i32, v: v128): v128 {
  if (count >= 2) return v;
  return count == 1 ? f64x2.replace_lane(v, 1, 0) : f64x2.splat(0);
}

/**
 * Squared distance of each point to its own centre.
 *
 * @param out - 8 f64 per block; 0 in lanes past n
 * @returns the largest
 */
export function ownDistances(
  points: usize, n: i32, d: i32, from: i32, to: i32, centres: usize, labels: usize, uniform: usize, out: usize,
): f64 {
  const rowBytes = <usize>d << 3;
  let largest = 0.0;
  for (let b = from; b < to; b++) {
    const block = points + (<usize>b * rowBytes << 3), o = out + (<usize>b << 6);
    const own = getI32(uniform, b);
    if (own >= 0) squaredDistances8(block, centres + <usize>own * rowBytes, d, o);
    else {
      for (let q = 0; q < 8; q++) {
        const c = getI32(labels, (b << 3) + q);
        setF64(o, q, squaredDistanceOfLane(block, q, centres + <usize>c * rowBytes, d));
      }
    }
    for (let q = n - (b << 3); q < 8; q++) setF64(o, q, 0);
    largest = max(largest, max8(o));
  }
  return largest;
}

/** Sum of the values, each rounded to the grid first; with `rest`, of what that rounding took off, on its grid. */
export function sumOnGrid(values: usize, blocks: i32, grid: f64, rest: f64): f64 {
  const g = f64x2.splat(grid), r = f64x2.splat(rest);
  let s = f64x2.splat(0);
  const end = values + (<usize>blocks << 6);
  for (let p = values; p < end; p += 16) {
    const v = v128.load(p), top = f64x2.sub(f64x2.add(v, g), g);
    s = f64x2.add(s, rest == 0 ? top : f64x2.sub(f64x2.add(f64x2.sub(v, top), r), r));
  }
  return f64x2.extract_lane(s, 0) + f64x2.extract_lane(s, 1);
}
