// Lloyd's iteration with bounds per block of eight neighbouring points.
//
// Bounds are stored minus (upper) or plus (lower) the path their centres had covered by then, so that nothing is
// rewritten when centres move: today's bound is the stored one plus or minus today's path. A block whose upper
// bound lies below all other lower bounds keeps its label unseen.
//
// Sums of points are of values on a grid coarse enough to be exact: a point may be added and taken away in any
// order, and the same clusters always have the same centres to the bit.
import { getF64, getI32, setF64, setI32 } from "./memory";
import { max8, min8, squaredDistanceOfLane, squaredDistances8 } from "./points";

/** Relative slack of all bounds, far above what rounding takes and far below what pruning notices. */
const SLACK: f64 = 1e-10;

/**
 * Give the points of blocks from … to−1 their nearest centre, ties to the lower one; sums and counts follow.
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
 * @param work - (k + 3)·64 bytes and a word per 32 centres
 * @param first - 1 in the first pass, when there are no bounds yet
 * @returns how many labels changed
 */
export function assignBlocks(
  points: usize, n: i32, d: i32, from: i32, to: i32, centres: usize, k: i32, path: usize, longestPath: f64,
  farthest: f64, labels: usize, uniform: usize, lower: usize, upper: usize, margins: usize, origin: usize, grid: usize,
  sums: usize, counts: usize, work: usize, first: i32,
): i32 {
  const kp = (k + 1) & ~1, words = (kp + 31) >> 5;
  const distances = work, best = work + (<usize>kp << 6), before = best + 64, masks = before + 64;
  const blockBytes = <usize>d << 6, rowBytes = <usize>d << 3;
  let changed = 0;
  for (let b = from; b < to; b++) {
    const block = points + <usize>b * blockBytes;
    const low = lower + (<usize>b * <usize>kp << 3), lab = labels + (<usize>b << 5);
    let own = -1;
    if (first) {
      for (let w = 0; w < words; w++) setI32(masks, w, -1);
      setI32(masks, words - 1, <i32>(<u32>0xffffffff >> <u32>(32 * words - k)));
      setF64(low, kp - 1, Infinity);
    } else {
      if (getF64(margins, b) * (1 - SLACK) > 2 * longestPath) continue;
      own = getI32(uniform, b);
      let high = getF64(upper, b) + (own >= 0 ? getF64(path, own) : longestPath);
      if (!contenders(low, path, high + SLACK * (high + farthest), kp, own, masks)) continue;
      if (own >= 0) {
        const o = distances + (<usize>own << 6);
        squaredDistances8(block, centres + <usize>own * rowBytes, d, o);
        high = Math.sqrt(max8(o));
        setF64(low, own, Math.sqrt(min8(o)) + getF64(path, own));
        setF64(upper, b, high - getF64(path, own));
        if (!contenders(low, path, high + SLACK * (high + farthest), kp, own, masks)) continue;
        setI32(masks, own >> 5, getI32(masks, own >> 5) | (1 << (own & 31)));
      }
    }
    let v0 = f64x2.splat(Infinity), v1 = v0, v2 = v0, v3 = v0;
    let w0 = v0, w1 = v0, w2 = v0, w3 = v0; // the second smallest
    let i0 = i64x2.splat(0), i1 = i0, i2 = i0, i3 = i0;
    for (let w = 0; w < words; w++) {
      for (let mask = getI32(masks, w); mask; mask &= mask - 1) {
        const c = (w << 5) + ctz(mask), o = distances + (<usize>c << 6);
        if (c != own) {
          squaredDistances8(block, centres + <usize>c * rowBytes, d, o);
          setF64(low, c, Math.sqrt(min8(o)) + getF64(path, c));
        }
        const cs = i64x2.splat(c);
        let z = v128.load(o), t = f64x2.lt(z, v0);
        w0 = f64x2.pmin(w0, f64x2.pmax(z, v0));
        v0 = v128.bitselect(z, v0, t);
        i0 = v128.bitselect(cs, i0, t);
        z = v128.load(o, 16);
        t = f64x2.lt(z, v1);
        w1 = f64x2.pmin(w1, f64x2.pmax(z, v1));
        v1 = v128.bitselect(z, v1, t);
        i1 = v128.bitselect(cs, i1, t);
        z = v128.load(o, 32);
        t = f64x2.lt(z, v2);
        w2 = f64x2.pmin(w2, f64x2.pmax(z, v2));
        v2 = v128.bitselect(z, v2, t);
        i2 = v128.bitselect(cs, i2, t);
        z = v128.load(o, 48);
        t = f64x2.lt(z, v3);
        w3 = f64x2.pmin(w3, f64x2.pmax(z, v3));
        v3 = v128.bitselect(z, v3, t);
        i3 = v128.bitselect(cs, i3, t);
      }
    }
    v128.store(best, v0);
    v128.store(best, v1, 16);
    v128.store(best, v2, 32);
    v128.store(best, v3, 48);
    // the low words of the eight i64 indices
    const a = i8x16.shuffle(i0, i1, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27);
    const z = i8x16.shuffle(i2, i3, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27);
    const label = i32x4.extract_lane(a, 0), same = i32x4.splat(label);
    const alike = !v128.any_true(v128.or(v128.xor(a, same), v128.xor(z, same)));
    const a0 = v128.load(lab), z0 = v128.load(lab, 16);
    if (v128.any_true(v128.or(v128.xor(a, a0), v128.xor(z, z0)))) {
      v128.store(before, a0);
      v128.store(before, z0, 16);
      v128.store(lab, a);
      v128.store(lab, z, 16);
      const real = min(8, n - (b << 3));
      if (alike && real == 8 && (first || own >= 0)) {
        changed += 8;
        moveBlock(block, d, origin, grid, sums, counts, own, label);
      } else {
        for (let q = 0; q < real; q++) {
          const was = getI32(before, q), is = getI32(lab, q);
          if (was == is) continue;
          changed++;
          moveLane(block, q, d, origin, grid, sums, counts, was, is);
        }
      }
    }
    const high = Math.sqrt(max8(best));
    setI32(uniform, b, alike ? label : -1);
    setF64(upper, b, high - (alike ? getF64(path, label) : longestPath));
    // by how much each point prefers its centre to the second best seen, and the block to the centres not looked at
    const less = f64x2.splat(1 - SLACK), more = f64x2.splat(1 + SLACK);
    const seen = smallerOf(
      f64x2.pmin(
        f64x2.pmin(apart(v0, w0, less, more), apart(v1, w1, less, more)),
        f64x2.pmin(apart(v2, w2, less, more), apart(v3, w3, less, more)),
      ),
    );
    const unseen = nearestUnseen(low, path, kp, masks) * (1 - SLACK) - high * (1 + SLACK);
    setF64(margins, b, min(seen, unseen) + 2 * longestPath);
  }
  return changed;
}

/** √second − √first, less than rounding could have made of it. */
@inline
function apart(first: v128, second: v128, less: v128, more: v128): v128 {
  return f64x2.sub(f64x2.mul(f64x2.sqrt(second), less), f64x2.mul(f64x2.sqrt(first), more));
}

@inline
function smallerOf(v: v128): f64 {
  return min(f64x2.extract_lane(v, 0), f64x2.extract_lane(v, 1));
}

/** The least lower bound of the centres that are not in the masks. */
function nearestUnseen(low: usize, path: usize, kp: i32, masks: usize): f64 {
  let least = Infinity;
  for (let c = 0; c < kp; c++) {
    if ((getI32(masks, c >> 5) >>> (c & 31)) & 1) continue;
    least = min(least, getF64(low, c) - getF64(path, c));
  }
  return least;
}

/** One bit per centre whose lower bound does not exceed `limit`, `own` left out; whether there is any. */
@inline
function contenders(low: usize, path: usize, limit: f64, kp: i32, own: i32, masks: usize): bool {
  const l = f64x2.splat(limit);
  let any = 0;
  for (let from = 0; from < kp; from += 32) {
    let mask = 0;
    for (let c = min(kp, from + 32) - 2; c >= from; c -= 2) {
      const o = <usize>c << 3;
      mask = (mask << 2) | i64x2.bitmask(f64x2.le(f64x2.sub(v128.load(low + o), v128.load(path + o)), l));
    }
    if (own >> 5 == from >> 5) mask &= ~(1 << (own & 31));
    any |= mask;
    setI32(masks, from >> 5, mask);
  }
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
