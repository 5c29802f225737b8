// FasterPAM in float32: which exchange of a medoid for a candidate row gains most, for many k at once.
//
// Rows stand in blocks of 16 float32 lanes (d × 64 bytes each). The distances from one candidate are computed once
// (candidateDistances) and tried by every search that is still running (bestExchange). Sums are f64.
//
// Per row a search knows the distance to its nearest medoid (first), to the second nearest (second), and which is the
// nearest. A row changes the cost only if the candidate is nearer than `second`:
//   removing its own medoid m:  min(max(d, first), second) − second   goes to change[m]   (≤ 0)
//   in any case:                min(d − first, 0)                     goes to the shared sum
// Lanes without a row have first = second = 0, so they never change anything.
import { getF64, getI32, setF64, setI32 } from "./memory";
import { squaredDistances8 } from "./points";

/** Words of i32 per block in `present`: how many different nearest medoids its rows have, then which. */
const PRESENT: i32 = 17;

@inline
function getF32(base: usize, i: i32): f32 {
  return load<f32>(base + (<usize>i << 2));
}

/**
 * Distances from one row to all.
 *
 * @param points - in, blocks × d × 16 f32
 * @param candidate - in, position
 * @param row - scratch, d f32
 * @param distances - out, 16 f32 per block
 * @param nearest - out, f32 per block: the smallest of its 16 distances
 */
export function candidateDistances(
  points: usize, blocks: i32, d: i32, candidate: i32, row: usize, distances: usize, nearest: usize,
): void {
  let from = points + (<usize>(candidate >> 4) * <usize>d << 6) + (<usize>(candidate & 15) << 2);
  const end = row + (<usize>d << 2);
  for (let p = row; p < end; p += 4, from += 64) store<f32>(p, load<f32>(from));
  let q = points;
  for (let b = 0; b < blocks; b++) {
    let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, p = row;
    do {
      const s = v128.load32_splat(p);
      let t = f32x4.sub(v128.load(q), s);
      a0 = f32x4.add(a0, f32x4.mul(t, t));
      t = f32x4.sub(v128.load(q, 16), s);
      a1 = f32x4.add(a1, f32x4.mul(t, t));
      t = f32x4.sub(v128.load(q, 32), s);
      a2 = f32x4.add(a2, f32x4.mul(t, t));
      t = f32x4.sub(v128.load(q, 48), s);
      a3 = f32x4.add(a3, f32x4.mul(t, t));
      q += 64;
      p += 4;
    } while (p < end);
    v128.store(distances, f32x4.sqrt(a0));
    v128.store(distances, f32x4.sqrt(a1), 16);
    v128.store(distances, f32x4.sqrt(a2), 32);
    v128.store(distances, f32x4.sqrt(a3), 48);
    distances += 64;
    let least = f32x4.pmin(f32x4.pmin(a0, a1), f32x4.pmin(a2, a3));
    least = f32x4.pmin(least, i32x4.shuffle(least, least, 2, 3, 0, 1));
    least = f32x4.pmin(least, i32x4.shuffle(least, least, 1, 0, 3, 2));
    store<f32>(nearest, f32x4.extract_lane(f32x4.sqrt(least), 0));
    nearest += 4;
  }
}

/** As `candidateDistances`, of Manhattan distances. */
export function candidateManhattan(
  points: usize, blocks: i32, d: i32, candidate: i32, row: usize, distances: usize, nearest: usize,
): void {
  let from = points + (<usize>(candidate >> 4) * <usize>d << 6) + (<usize>(candidate & 15) << 2);
  const end = row + (<usize>d << 2);
  for (let p = row; p < end; p += 4, from += 64) store<f32>(p, load<f32>(from));
  let q = points;
  for (let b = 0; b < blocks; b++) {
    let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, p = row;
    do {
      const s = v128.load32_splat(p);
      a0 = f32x4.add(a0, f32x4.abs(f32x4.sub(v128.load(q), s)));
      a1 = f32x4.add(a1, f32x4.abs(f32x4.sub(v128.load(q, 16), s)));
      a2 = f32x4.add(a2, f32x4.abs(f32x4.sub(v128.load(q, 32), s)));
      a3 = f32x4.add(a3, f32x4.abs(f32x4.sub(v128.load(q, 48), s)));
      q += 64;
      p += 4;
    } while (p < end);
    v128.store(distances, a0);
    v128.store(distances, a1, 16);
    v128.store(distances, a2, 32);
    v128.store(distances, a3, 48);
    distances += 64;
    let least = f32x4.pmin(f32x4.pmin(a0, a1), f32x4.pmin(a2, a3));
    least = f32x4.pmin(least, i32x4.shuffle(least, least, 2, 3, 0, 1));
    least = f32x4.pmin(least, i32x4.shuffle(least, least, 1, 0, 3, 2));
    store<f32>(nearest, f32x4.extract_lane(least, 0));
    nearest += 4;
  }
}

/** Four f32 as the sums of two and two in f64. */
@inline
function promoted(v: v128): v128 {
  return f64x2.add(f64x2.promote_low_f32x4(v), f64x2.promote_low_f32x4(i32x4.shuffle(v, v, 2, 3, 0, 1)));
}

/** Add the four f32 of v to the two f64 at p. */
@inline
function addTo(p: usize, v: v128): void {
  v128.store(p, f64x2.add(v128.load(p), promoted(v)));
}

/** What rows at distances d from the candidate, and f and s from their medoids, keep from falling back to s; ≤ 0. */
@inline
function keeps(d: v128, f: v128, second: usize): v128 {
  const s = v128.load(second);
  return f32x4.sub(f32x4.pmin(s, f32x4.pmax(d, f)), s);
}

/**
 * The blocks that a candidate can change: those with a row nearer to it than some row's second medoid. Without a
 * branch, since they are not to be foreseen.
 */
@inline
function listTouched(nearest: usize, reach: usize, blocks: i32, touched: usize): usize {
  for (let b = 0; b < blocks; b += 4, nearest += 16, reach += 16) {
    const mask = i32x4.bitmask(f32x4.lt(v128.load(nearest), v128.load(reach)));
    store<i32>(touched, b);
    touched += (mask & 1) << 2;
    store<i32>(touched, b + 1);
    touched += (mask & 2) << 1;
    store<i32>(touched, b + 2);
    touched += mask & 4;
    store<i32>(touched, b + 3);
    touched += (mask & 8) >> 1;
  }
  return touched;
}

let bestMedoid: i32 = 0;

/** The medoid that the last call of `bestExchange` would give up. */
export function medoidToRemove(): i32 {
  return bestMedoid;
}

/**
 * The change of the total deviation if the candidate replaces the medoid that makes it smallest.
 *
 * @param distances - in, from the candidate
 * @param nearestOfBlock, reach - in, f32 per block, room for whole quads: the smallest distance, infinity past the last
 *   block, and the largest `second`
 * @param first, second - in, f32 per position; nearest - in, i32 per position
 * @param present - in, per block: how many different `nearest`, then which
 * @param losses - in, k f64: what the deviation gains when the medoid is removed
 * @param sums - scratch, k × 2 f64
 * @param touched - scratch, blocks + 4 i32
 * @param drifts - in, k f64; bounds - out, k f32: see `isHopeless`
 */
export function bestExchange(
  distances: usize, nearestOfBlock: usize, blocks: i32, k: i32, first: usize, second: usize, reach: usize,
  nearest: usize, present: usize, losses: usize, sums: usize, touched: usize,
  drifts: usize, bounds: usize,
): f64 {
  const zero = f32x4.splat(0);
  for (let m = 0; m < k; m++) v128.store(sums + (<usize>m << 4), f64x2.splat(0));
  const end = listTouched(nearestOfBlock, reach, blocks, touched);
  let sum = f64x2.splat(0);
  for (let t = touched; t < end; t += 4) {
    const b = <usize>load<i32>(t), at = b << 6, p = distances + at, s = second + at, f = first + at;
    let e0 = v128.load(p), e1 = v128.load(p, 16), e2 = v128.load(p, 32), e3 = v128.load(p, 48);
    const f0 = v128.load(f), f1 = v128.load(f, 16), f2 = v128.load(f, 32), f3 = v128.load(f, 48);
    const gain01 = f32x4.add(f32x4.pmin(zero, f32x4.sub(e0, f0)), f32x4.pmin(zero, f32x4.sub(e1, f1)));
    const gain23 = f32x4.add(f32x4.pmin(zero, f32x4.sub(e2, f2)), f32x4.pmin(zero, f32x4.sub(e3, f3)));
    sum = f64x2.add(sum, promoted(f32x4.add(gain01, gain23)));
    e0 = keeps(e0, f0, s);
    e1 = keeps(e1, f1, s + 16);
    e2 = keeps(e2, f2, s + 32);
    e3 = keeps(e3, f3, s + 48);
    const list = present + b * (PRESENT << 2), count = load<i32>(list);
    if (count == 1) {
      addTo(sums + (<usize>load<i32>(list, 4) << 4), f32x4.add(f32x4.add(e0, e1), f32x4.add(e2, e3)));
      continue;
    }
    const l = nearest + at, l0 = v128.load(l), l1 = v128.load(l, 16), l2 = v128.load(l, 32), l3 = v128.load(l, 48);
    for (let i = 1; i <= count; i++) {
      const m = getI32(list, i), wanted = i32x4.splat(m);
      const sum01 = f32x4.add(v128.and(e0, i32x4.eq(l0, wanted)), v128.and(e1, i32x4.eq(l1, wanted)));
      const sum23 = f32x4.add(v128.and(e2, i32x4.eq(l2, wanted)), v128.and(e3, i32x4.eq(l3, wanted)));
      addTo(sums + (<usize>m << 4), f32x4.add(sum01, sum23));
    }
  }
  const inAnyCase = f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
  let best = Infinity;
  for (let m = 0; m < k; m++) {
    const change = kept(sums, m) + getF64(losses, m);
    store<f32>(bounds + (<usize>m << 2), <f32>(change + inAnyCase + getF64(drifts, m)));
    if (change < best) {
      best = change;
      bestMedoid = m;
    }
  }
  return best + inAnyCase;
}

@inline
function kept(sums: usize, m: i32): f64 {
  const a = v128.load(sums + (<usize>m << 4));
  return f64x2.extract_lane(a, 0) + f64x2.extract_lane(a, 1);
}

/**
 * Whether a candidate that was tried before cannot lower the deviation by `least` now, whichever medoid it replaces.
 *
 * Say the medoids M became M' = M − a + b. For a medoid m other than a, M' − m + c differs from M − m + c only by b in
 * the place of a, which lowers its deviation by at most what b takes from M − m:
 *   −(shared(b) + change[m](b)), both known from trying b.
 * The deviation of M itself fell by −(losses[a] + change[a](b) + shared(b)). So what c can gain grows by at most
 * losses[a] + change[a](b) − change[m](b), and the slack of c is gone when these, summed over all swaps since, have
 * eaten it. For a itself M' − b + c is M − a + c: what the swap has gained, c need not gain any more.
 *
 * @param bounds - in, k f32: change if c replaces m, plus the drift of m when c was tried
 * @param drifts - in, k f64, as now
 */
export function isHopeless(bounds: usize, drifts: usize, k: i32, least: f64): bool {
  for (let m = 0; m < k; m++) {
    // not ≤: a bound that is not a number is no bound
    if (!(<f64>getF32(bounds, m) - getF64(drifts, m) > least)) return false;
  }
  return true;
}

/** After the candidate that was tried last has replaced medoid a and changed the deviation by `change`. */
export function addDrift(a: i32, change: f64, k: i32, losses: usize, sums: usize, drifts: usize): void {
  const farther = getF64(losses, a) + kept(sums, a);
  for (let m = 0; m < k; m++) setF64(drifts, m, getF64(drifts, m) + (m == a ? change : farther - kept(sums, m)));
}

/**
 * The two nearest medoids of every row, ties to the lower one, and what follows from them.
 *
 * @param fromMedoids - in, k × blocks·16 f32
 * @param others - out, as in `bestExchange`
 * @returns the total deviation, in float32 distances
 */
export function twoNearest(
  fromMedoids: usize, n: i32, blocks: i32, k: i32, first: usize, second: usize, reach: usize,
  nearest: usize, present: usize, losses: usize,
): f64 {
  for (let m = 0; m < k; m++) setF64(losses, m, 0);
  let deviation = 0.0;
  for (let b = 0; b < blocks; b++) {
    const at = <usize>b << 6;
    for (let h: usize = 0; h < 64; h += 16) {
      let one = f32x4.splat(Infinity), two = one, which = i32x4.splat(0), p = fromMedoids + at + h;
      for (let m = 0; m < k; m++) {
        const v = v128.load(p), nearer = f32x4.lt(v, one);
        two = v128.bitselect(one, f32x4.pmin(two, v), nearer);
        one = v128.bitselect(v, one, nearer);
        which = v128.bitselect(i32x4.splat(m), which, nearer);
        p += <usize>blocks << 6;
      }
      v128.store(first + at + h, one);
      v128.store(second + at + h, two);
      v128.store(nearest + at + h, which);
    }
    const rows = min(16, n - (b << 4)), list = present + <usize>(b * PRESENT << 2);
    for (let q = rows; q < 16; q++) {
      store<f32>(first + at + (<usize>q << 2), 0);
      store<f32>(second + at + (<usize>q << 2), 0);
      setI32(nearest + at, q, getI32(nearest + at, 0));
    }
    let count = 0;
    let farthest: f32 = 0;
    for (let q = 0; q < rows; q++) {
      farthest = max(farthest, getF32(second + at, q));
      const m = getI32(nearest + at, q), near = <f64>getF32(first + at, q);
      deviation += near;
      setF64(losses, m, getF64(losses, m) + (<f64>getF32(second + at, q) - near));
      let i = 1;
      while (i <= count && getI32(list, i) != m) i++;
      if (i > count) setI32(list, ++count, m);
    }
    store<i32>(list, count);
    store<f32>(reach + (<usize>b << 2), farthest);
  }
  return deviation;
}

/**
 * The nearest medoid of every row in float64, ties to the lower one.
 *
 * @param points - in, blocks of 8 f64 lanes (blocks.ts)
 * @param medoids - in, k rows of d f64
 * @param labels - out, i32 per position; distances - out, f64 per position (rounded up to 8)
 * @param lanes - scratch, 8 f64
 */
export function nearestMedoids(
  points: usize, blocks: i32, d: i32, medoids: usize, k: i32, labels: usize, distances: usize, lanes: usize,
): void {
  for (let b = 0; b < blocks; b++) {
    const point = points + (<usize>b * <usize>d << 6);
    for (let q = b << 3; q < (b + 1) << 3; q++) setF64(distances, q, Infinity);
    for (let m = 0; m < k; m++) {
      squaredDistances8(point, medoids + (<usize>m * <usize>d << 3), d, lanes);
      for (let q = 0; q < 8; q++) {
        const distance = Math.sqrt(getF64(lanes, q));
        if (distance < getF64(distances, (b << 3) + q)) {
          setF64(distances, (b << 3) + q, distance);
          setI32(labels, (b << 3) + q, m);
        }
      }
    }
  }
}
