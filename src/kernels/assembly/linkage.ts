// Complete and average linkage without the n×n distance matrix, in two phases.
//
// Phase 1 follows the nearest-neighbour chain on small clusters. Centroids bound the linkage from below (average:
// the mean distance is no less than the distance of the means; complete: the largest squared distance is no less
// than the mean one, |cA−cB|² + spread A + spread B), so the exact linkage, over all pairs of members, is only
// computed for the few clusters under the bound of the best so far. Any state of the chain is a valid part of the
// dendrogram: we stop when few enough clusters are left for
// phase 2, a matrix of cluster linkages, filled in one pass over all pairs of rows and updated by Lance–Williams.
//
// Slots are those of ward.ts. A cluster's members are a linked list that starts at its `rep`; `tail` and `spreadOf`
// are by rep, `next` by row.
import { ballsWithin, INFLATE } from "./balls";
import { getF64, getI32, setF64, setI32 } from "./memory";
import { squaredDistances8 } from "./points";
import { widenGroup } from "./ward";

const FAR: f64 = 1e150;

/** Spreads (mean squared distance to the centroid) by slot, from those by rep. */
export function placeSpreads(reps: usize, spreadOf: usize, m: i32, spreads: usize): void {
  const slots = (m + 63) & ~63;
  for (let s = 0; s < slots; s++) {
    const rep = getI32(reps, s);
    setF64(spreads, s, rep >= 0 ? getF64(spreadOf, rep) : 0);
  }
}

/** Squared distance of two rows, four columns at a time. */
@inline
function squaredDistance4(a: usize, b: usize, d: i32): f64 {
  let s = f64x2.splat(0), t = s;
  const end = a + (<usize>(d & ~3) << 3), last = a + (<usize>d << 3);
  for (; a < end; a += 32, b += 32) {
    let v = f64x2.sub(v128.load(a), v128.load(b));
    s = f64x2.add(s, f64x2.mul(v, v));
    v = f64x2.sub(v128.load(a, 16), v128.load(b, 16));
    t = f64x2.add(t, f64x2.mul(v, v));
  }
  s = f64x2.add(s, t);
  let sum = f64x2.extract_lane(s, 0) + f64x2.extract_lane(s, 1);
  for (; a < last; a += 8, b += 8) {
    const v = load<f64>(a) - load<f64>(b);
    sum += v * v;
  }
  return sum;
}

let data: usize = 0;
let next: usize = 0;
let columns: i32 = 0;
let complete: bool = false;
let work: i32 = 0;
let best: f64 = 0;
let bestSlot: i32 = 0;

/**
 * The exact linkage of two clusters, or Infinity as soon as it is known to be at least `limit`. The members are
 * walked in the same order whichever cluster asks, so both get the same bits.
 */
function linkage(repA: i32, repB: i32, sizeA: f64, sizeB: f64, limit: f64): f64 {
  const first = min(repA, repB), second = max(repA, repB);
  const pairs = sizeA * sizeB;
  const stop = complete ? limit * limit : limit * pairs * INFLATE;
  let total = 0.0;
  for (let p = first; p >= 0; p = getI32(next, p)) {
    const x = data + (<usize>p * <usize>columns << 3);
    for (let q = second; q >= 0; q = getI32(next, q)) {
      const squared = squaredDistance4(x, data + (<usize>q * <usize>columns << 3), columns);
      work++;
      if (complete) {
        if (squared > total) total = squared;
      } else total += Math.sqrt(squared);
    }
    if (total > stop) return Infinity;
  }
  return complete ? Math.sqrt(total) : total / pairs;
}

/** Offer the 8 clusters of a block as partners of `self`. */
@inline
function visit(
  block: i32, points: usize, sizes: usize, reps: usize, spreads: usize, row: usize, d: i32,
  self: i32, previous: i32, slack: f64, lanes: usize,
): void {
  work += 8;
  squaredDistances8(points + (<usize>block * <usize>d << 6), row, d, lanes);
  if (complete) {
    const s = spreads + (<usize>block << 6), own = f64x2.splat(getF64(spreads, self));
    for (let h: usize = 0; h < 64; h += 16) {
      v128.store(lanes + h, f64x2.add(v128.load(lanes + h), f64x2.add(own, v128.load(s + h))));
    }
  }
  for (;;) {
    // the nearest centroid first: it is the likeliest partner, and dismisses others
    const reach = (best + slack) * INFLATE, limit = reach * reach;
    let least = limit, lane = -1;
    for (let q = 0; q < 8; q++) {
      const v = getF64(lanes, q), slot = (block << 3) + q;
      if (v <= least && slot != self && slot != previous && getI32(reps, slot) >= 0) {
        if (lane >= 0 && v == least) continue;
        least = v;
        lane = q;
      }
    }
    if (lane < 0) return;
    setF64(lanes, lane, Infinity);
    const slot = (block << 3) + lane;
    const v = linkage(getI32(reps, self), getI32(reps, slot), getF64(sizes, self), getF64(sizes, slot), best);
    if (v < best) {
      best = v;
      bestSlot = slot;
    }
    if (least == Infinity) return;
  }
}

/** Visit the blocks of a group that may hold a better partner. */
function visitGroup(
  balls: usize, radii: usize, group: i32, wanted: i32, points: usize, sizes: usize, reps: usize, spreads: usize,
  row: usize, d: i32, self: i32, previous: i32, slack: f64, scratch: usize,
): void {
  work += 8;
  let mask = wanted & ballsWithin(balls, radii, group, row, d, (best + slack) * INFLATE, scratch);
  while (mask) {
    const block = (group << 3) + ctz(mask);
    mask &= mask - 1;
    visit(block, points, sizes, reps, spreads, row, d, self, previous, slack, scratch + 64);
  }
}

/**
 * Phase 1: follow the chain until `target` clusters are live or about `budget` distances have been computed.
 *
 * @param isComplete - complete linkage, else average
 * @param rowsOfData - in, n×d f64 by row number
 * @param nextRow, tails, spreadOf - in/out, the member lists and the spread by rep
 * @param slack - absolute error of centroids, a distance
 * @param others - as in wardChain
 */
export function linkageChain(
  isComplete: bool, rowsOfData: usize, nextRow: usize, tails: usize, spreadOf: usize, slack: f64,
  points: usize, rows: usize, sizes: usize, reps: usize, spreads: usize, m: i32, d: i32,
  balls: usize, radii: usize, groupBalls: usize, groupRadii: usize,
  onChain: usize, chain: usize, state: usize, target: i32, budget: i32,
  joins: usize, heights: usize, scratch: usize,
): void {
  const supers = (m + 511) >> 9, lanes = scratch + 64, toGroups = scratch + 128;
  let length = getI32(state, 0), live = getI32(state, 1), merges = getI32(state, 2), first = 0;
  complete = isComplete;
  data = rowsOfData;
  next = nextRow;
  columns = d;
  work = 0;
  while (live > target && work < budget) {
    if (length == 0) {
      while (getI32(reps, first) < 0) first++;
      setI32(chain, 0, first);
      store<u8>(onChain + first, 1);
      length = 1;
    }
    const a = getI32(chain, length - 1), row = rows + (<usize>a * <usize>d << 3);
    let previous = -1, height = Infinity;
    if (length > 1) {
      previous = getI32(chain, length - 2);
      height = linkage(getI32(reps, a), getI32(reps, previous), getF64(sizes, a), getF64(sizes, previous), Infinity);
    }
    best = height;
    bestSlot = previous;
    const own = a >> 3, home = a >> 6, skip = ~(1 << (own & 7));
    visit(own, points, sizes, reps, spreads, row, d, a, previous, slack, lanes);
    visitGroup(balls, radii, home, skip, points, sizes, reps, spreads, row, d, a, previous, slack, scratch);
    for (let step = 0, left = supers; left > 0; step++) {
      const s = (a >> 9) + (step & 1 ? -((step + 1) >> 1) : step >> 1);
      if (s < 0 || s >= supers) continue;
      left--;
      work += 8;
      let mask = ballsWithin(groupBalls, groupRadii, s, row, d, (best + slack) * INFLATE, toGroups);
      if (s == home >> 3) mask &= ~(1 << (home & 7));
      while (mask) {
        const group = (s << 3) + ctz(mask);
        mask &= mask - 1;
        visitGroup(balls, radii, group, -1, points, sizes, reps, spreads, row, d, a, previous, slack, scratch);
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
    setF64(heights, merges, height);
    merges++;
    merge(points, rows, sizes, reps, spreads, d, balls, radii, tails, spreadOf, a, previous);
    widenGroup(groupBalls, groupRadii, previous >> 6, rows + (<usize>previous * <usize>d << 3), d);
    store<u8>(onChain + a, 0);
    store<u8>(onChain + previous, 0);
    live--;
    length -= 2;
  }
  setI32(state, 0, length);
  setI32(state, 1, live);
  setI32(state, 2, merges);
}

/** Join cluster a into slot b: centroid, spread, members, ball. */
function merge(
  points: usize, rows: usize, sizes: usize, reps: usize, spreads: usize, d: i32,
  balls: usize, radii: usize, tails: usize, spreadOf: usize, a: i32, b: i32,
): void {
  const sizeA = getF64(sizes, a), sizeB = getF64(sizes, b), size = sizeA + sizeB, share = sizeA / size;
  const x = rows + (<usize>a * <usize>d << 3), y = rows + (<usize>b * <usize>d << 3);
  const xa = points + (<usize>(a >> 3) * <usize>d << 6) + (<usize>(a & 7) << 3);
  const xb = points + (<usize>(b >> 3) * <usize>d << 6) + (<usize>(b & 7) << 3);
  const centre = balls + (<usize>(b >> 6) * <usize>d << 6) + (<usize>((b >> 3) & 7) << 3);
  let fromCentre = 0.0, apart = 0.0;
  for (let k = 0; k < d; k++) {
    const gap = getF64(x, k) - getF64(y, k), v = getF64(y, k) + gap * share;
    apart += gap * gap;
    setF64(y, k, v);
    store<f64>(xb + (<usize>k << 6), v);
    store<f64>(xa + (<usize>k << 6), FAR);
    const t = v - load<f64>(centre + (<usize>k << 6));
    fromCentre += t * t;
  }
  const block = b >> 3, repA = getI32(reps, a), repB = getI32(reps, b);
  setF64(radii, block, max(getF64(radii, block), Math.sqrt(fromCentre) * INFLATE));
  const spread = getF64(spreads, a) * share + getF64(spreads, b) * (sizeB / size) + share * (sizeB / size) * apart;
  setF64(spreads, b, spread);
  setF64(spreads, a, 0);
  setF64(spreadOf, repB, spread);
  setF64(sizes, b, size);
  setI32(next, getI32(tails, repB), repA);
  setI32(tails, repB, getI32(tails, repA));
  setI32(reps, a, -1);
}

/**
 * Phase 2, the matrix: add the distances of one tile of 64 rows to all later tiles (itself included) to the sums (or
 * maxima of squares) of their clusters. Rows stand sorted by cluster, 64 to a tile: per tile d × 64 f64.
 *
 * @param clusters - in, i32 per sorted row: its cluster, ascending
 * @param matrix - in/out, count×count f64, only the upper triangle is complete
 * @param scratch - 64×64 + 64 f64
 */
export function linkageTiles(
  isComplete: bool, tiles: usize, n: i32, d: i32, tile: i32, clusters: usize, count: i32, matrix: usize, scratch: usize,
): void {
  const sums = scratch + 64 * 64 * 8;
  const xi = tiles + (<usize>tile * <usize>d << 9), rowsHere = min(64, n - (tile << 6));
  for (let other = tile; other << 6 < n; other++) {
    const xj = tiles + (<usize>other * <usize>d << 9), rowsThere = min(64, n - (other << 6));
    for (let i = 0; i < rowsHere; i += 2) for (let j = 0; j < rowsThere; j += 8) {
      const out = scratch + (<usize>i << 9) + (<usize>j << 3);
      twoByEight(isComplete, xi + (<usize>i << 3), xj + (<usize>j << 3), d, out);
    }
    for (let i = 0; i < rowsHere; ) {
      const cluster = getI32(clusters, (tile << 6) + i);
      let end = i + 1;
      while (end < rowsHere && getI32(clusters, (tile << 6) + end) == cluster) end++;
      foldRows(isComplete, scratch, i, end, sums);
      const row = matrix + (<usize>cluster * <usize>count << 3);
      for (let j = 0; j < rowsThere; j++) {
        const cell = row + (<usize>getI32(clusters, (other << 6) + j) << 3), v = getF64(sums, j);
        store<f64>(cell, isComplete ? max(load<f64>(cell), v) : load<f64>(cell) + v);
      }
      i = end;
    }
  }
}

/** Distances (or squares, for complete linkage) of 2 rows to 8 of another tile; the second row is 512 bytes on. */
@inline
function twoByEight(isComplete: bool, p: usize, q: usize, d: i32, out: usize): void {
  let a0 = f64x2.splat(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
  const end = p + (<usize>d << 9);
  do {
    const s = v128.load64_splat(p), u = v128.load64_splat(p, 8);
    let y = v128.load(q), t = f64x2.sub(y, s);
    a0 = f64x2.add(a0, f64x2.mul(t, t));
    t = f64x2.sub(y, u);
    b0 = f64x2.add(b0, f64x2.mul(t, t));
    y = v128.load(q, 16);
    t = f64x2.sub(y, s);
    a1 = f64x2.add(a1, f64x2.mul(t, t));
    t = f64x2.sub(y, u);
    b1 = f64x2.add(b1, f64x2.mul(t, t));
    y = v128.load(q, 32);
    t = f64x2.sub(y, s);
    a2 = f64x2.add(a2, f64x2.mul(t, t));
    t = f64x2.sub(y, u);
    b2 = f64x2.add(b2, f64x2.mul(t, t));
    y = v128.load(q, 48);
    t = f64x2.sub(y, s);
    a3 = f64x2.add(a3, f64x2.mul(t, t));
    t = f64x2.sub(y, u);
    b3 = f64x2.add(b3, f64x2.mul(t, t));
    p += 512;
    q += 512;
  } while (p < end);
  if (!isComplete) {
    a0 = f64x2.sqrt(a0);
    a1 = f64x2.sqrt(a1);
    a2 = f64x2.sqrt(a2);
    a3 = f64x2.sqrt(a3);
    b0 = f64x2.sqrt(b0);
    b1 = f64x2.sqrt(b1);
    b2 = f64x2.sqrt(b2);
    b3 = f64x2.sqrt(b3);
  }
  v128.store(out, a0);
  v128.store(out, a1, 16);
  v128.store(out, a2, 32);
  v128.store(out, a3, 48);
  v128.store(out, b0, 512);
  v128.store(out, b1, 528);
  v128.store(out, b2, 544);
  v128.store(out, b3, 560);
}

/** Add (or take the largest of) rows i … end−1 of a 64×64 tile, column by column. */
@inline
function foldRows(isComplete: bool, tile: usize, i: i32, end: i32, sums: usize): void {
  for (let j: usize = 0; j < 512; j += 64) {
    let p = tile + (<usize>i << 9) + j;
    let c0 = v128.load(p), c1 = v128.load(p, 16), c2 = v128.load(p, 32), c3 = v128.load(p, 48);
    for (let r = i + 1; r < end; r++) {
      p += 512;
      if (isComplete) {
        c0 = f64x2.pmax(c0, v128.load(p));
        c1 = f64x2.pmax(c1, v128.load(p, 16));
        c2 = f64x2.pmax(c2, v128.load(p, 32));
        c3 = f64x2.pmax(c3, v128.load(p, 48));
      } else {
        c0 = f64x2.add(c0, v128.load(p));
        c1 = f64x2.add(c1, v128.load(p, 16));
        c2 = f64x2.add(c2, v128.load(p, 32));
        c3 = f64x2.add(c3, v128.load(p, 48));
      }
    }
    v128.store(sums + j, c0);
    v128.store(sums + j, c1, 16);
    v128.store(sums + j, c2, 32);
    v128.store(sums + j, c3, 48);
  }
}

/** Sums to means (or squares to distances), mirrored; Infinity on the diagonal. */
export function finishLinkages(isComplete: bool, matrix: usize, count: i32, sizes: usize): void {
  for (let a = 0; a < count; a++) {
    setF64(matrix + (<usize>a * <usize>count << 3), a, Infinity);
    for (let b = a + 1; b < count; b++) {
      const cell = matrix + (<usize>a * <usize>count + <usize>b << 3), v = load<f64>(cell);
      const value = isComplete ? Math.sqrt(v) : v / (getF64(sizes, a) * getF64(sizes, b));
      store<f64>(cell, value);
      setF64(matrix + (<usize>b * <usize>count << 3), a, value);
    }
  }
}

/**
 * Phase 2, the chain: nearest-neighbour chain on the matrix until one cluster is left or `budget` rows of it have
 * been read.
 *
 * @param onChain - in/out, one byte per cluster
 * @param others - as in wardChain
 */
export function matrixChain(
  isComplete: bool, matrix: usize, count: i32, sizes: usize, reps: usize, onChain: usize, chain: usize, state: usize,
  budget: i32, joins: usize, heights: usize,
): void {
  let length = getI32(state, 0), live = getI32(state, 1), merges = getI32(state, 2), first = 0;
  while (live > 1 && budget-- > 0) {
    if (length == 0) {
      while (getI32(reps, first) < 0) first++;
      setI32(chain, 0, first);
      store<u8>(onChain + first, 1);
      length = 1;
    }
    const a = getI32(chain, length - 1), rowA = matrix + (<usize>a * <usize>count << 3);
    let previous = -1, height = Infinity;
    if (length > 1) {
      previous = getI32(chain, length - 2);
      height = getF64(rowA, previous);
    }
    const least = smallest(rowA, count);
    if (least < height) {
      let nearest = 0;
      while (getF64(rowA, nearest) != least) nearest++;
      if (previous < 0 || !load<u8>(onChain + nearest)) {
        setI32(chain, length++, nearest);
        store<u8>(onChain + nearest, 1);
        continue;
      }
    }
    setI32(joins, 2 * merges, getI32(reps, a));
    setI32(joins, 2 * merges + 1, getI32(reps, previous));
    setF64(heights, merges, height);
    merges++;
    mergeRows(isComplete, matrix, count, sizes, a, previous);
    setI32(reps, a, -1);
    store<u8>(onChain + a, 0);
    store<u8>(onChain + previous, 0);
    live--;
    length -= 2;
  }
  setI32(state, 0, length);
  setI32(state, 1, live);
  setI32(state, 2, merges);
}

/** Smallest value of a row of the matrix. */
@inline
function smallest(row: usize, count: i32): f64 {
  let m0 = f64x2.splat(Infinity), m1 = m0, m2 = m0, m3 = m0, j = 0;
  for (; j < (count & ~7); j += 8) {
    const p = row + (<usize>j << 3);
    m0 = f64x2.pmin(m0, v128.load(p));
    m1 = f64x2.pmin(m1, v128.load(p, 16));
    m2 = f64x2.pmin(m2, v128.load(p, 32));
    m3 = f64x2.pmin(m3, v128.load(p, 48));
  }
  m0 = f64x2.pmin(f64x2.pmin(m0, m1), f64x2.pmin(m2, m3));
  let least = min(f64x2.extract_lane(m0, 0), f64x2.extract_lane(m0, 1));
  for (; j < count; j++) least = min(least, getF64(row, j));
  return least;
}

/** Join cluster a into b by Lance–Williams; row and column of a become Infinity. */
function mergeRows(isComplete: bool, matrix: usize, count: i32, sizes: usize, a: i32, b: i32): void {
  const sizeA = getF64(sizes, a), sizeB = getF64(sizes, b), size = sizeA + sizeB;
  const rowA = matrix + (<usize>a * <usize>count << 3), rowB = matrix + (<usize>b * <usize>count << 3);
  const shareA = sizeA / size, shareB = sizeB / size;
  setF64(rowA, b, Infinity);
  setF64(rowB, a, Infinity);
  for (let c = 0; c < count; c++) {
    const u = getF64(rowA, c);
    if (u == Infinity) continue;
    const w = getF64(rowB, c), rowC = matrix + (<usize>c * <usize>count << 3);
    // never below both parts, also after rounding: the chain relies on it
    const v = isComplete ? max(u, w) : max(shareA * u + shareB * w, min(u, w));
    setF64(rowB, c, v);
    setF64(rowC, b, v);
    setF64(rowC, a, Infinity);
    setF64(rowA, c, Infinity);
  }
  setF64(sizes, b, size);
}
