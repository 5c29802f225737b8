// The k nearest rows of every row, exactly: groups and blocks out of reach of the k-th best so far are skipped.
import { INFLATE } from "./balls";
import { getF64, getI32, setF64, setI32 } from "./memory";
import { mask8, squaredDistances8 } from "./points";
import {
  ballStillNear, ballsNear, groupStillNear, groupsNear, nearestLane32, pointsNear, shadowReach,
} from "./single";

/** How far a neighbour may be, in the scale of the shadow. */
let reach: f32 = 0;

/**
 * Neighbours of the rows at positions from … to−1 of the block order. Ties go to the lowest row number. All tests are
 * made on the shadow of single.ts first, which must stand.
 *
 * @param points, rows, order - in, as blocks.ts places them (rows and order by position)
 * @param k - how many neighbours, the row itself not counted; 1 ≤ k
 * @param limit - in, squared: farther rows are not neighbours; Infinity for no limit
 * @param squared - out, n×k f64 by row number, ascending; Infinity where there is no such neighbour
 * @param neighbours - out, n×k i32: row numbers; −1 where there is no such neighbour
 * @param scratch - 16 f64
 */
export function nearestNeighbours(
  points: usize, rows: usize, order: usize, n: i32, d: i32, k: i32, limit: f64, from: i32, to: i32,
  squared: usize, neighbours: usize, scratch: usize,
): void {
  const supers = (n + 511) >> 9, lanes = scratch + 64, toGroups = scratch + 32;
  for (let at = from; at < to; at++) {
    const self = getI32(order, at), row = rows + (<usize>at * <usize>d << 3);
    const heapD = squared + (<usize>self * <usize>k << 3), heapI = neighbours + (<usize>self * <usize>k << 2);
    for (let j = 0; j < k; j++) {
      setF64(heapD, j, limit);
      setI32(heapI, j, i32.MAX_VALUE);
    }
    // Our own block first, then our group of 64 positions, then the others outwards: the bound is tight early.
    reach = shadowReach(Math.sqrt(limit) * INFLATE);
    visit(points, order, n, d, k, at >> 3, row, at, heapD, heapI, lanes);
    const home = at >> 6, skip = ~(1 << ((at >> 3) & 7));
    visitGroup(points, order, n, d, k, home, skip, row, at, heapD, heapI, scratch, lanes);
    for (let step = 0, left = supers; left > 0; step++) {
      const s = (at >> 9) + (step & 1 ? -((step + 1) >> 1) : step >> 1);
      if (s < 0 || s >= supers) continue;
      left--;
      let mask = groupsNear(s, at, f32x4.splat(reach), f32x4.splat(reach), toGroups);
      if (s == home >> 3) mask &= ~(1 << (home & 7));
      while (mask) {
        const lane = nearestLane32(toGroups, mask), group = (s << 3) + lane;
        mask &= ~(1 << lane);
        if (!groupStillNear(group, load<f32>(toGroups + (<usize>lane << 2)), reach)) continue;
        visitGroup(points, order, n, d, k, group, -1, row, at, heapD, heapI, scratch, lanes);
      }
    }
    if (k > SORTED) sortHeap(heapD, heapI, k);
    for (let j = k - 1; j >= 0 && getI32(heapI, j) == i32.MAX_VALUE; j--) {
      setF64(heapD, j, Infinity);
      setI32(heapI, j, -1);
    }
  }
}

/** Visit the blocks of a group that are within reach, nearest ball first. */
function visitGroup(
  points: usize, order: usize, n: i32, d: i32, k: i32, group: i32, wanted: i32, row: usize, at: i32,
  heapD: usize, heapI: usize, toBalls: usize, lanes: usize,
): void {
  let mask = wanted & ballsNear(group, at, f32x4.splat(reach), f32x4.splat(reach), toBalls);
  while (mask) {
    const lane = nearestLane32(toBalls, mask), block = (group << 3) + lane;
    mask &= ~(1 << lane);
    // it may have fallen out of reach meanwhile
    if (!ballStillNear(block, load<f32>(toBalls + (<usize>lane << 2)), reach)) continue;
    visit(points, order, n, d, k, block, row, at, heapD, heapI, lanes);
  }
}

/** Up to so many neighbours are kept in ascending order; more are kept as a heap, worst first, until the end. */
const SORTED: i32 = 24;

/** Offer the 8 rows of a block to the list. */
@inline
function visit(
  points: usize, order: usize, n: i32, d: i32, k: i32, block: i32, row: usize, at: i32,
  heapD: usize, heapI: usize, lanes: usize,
): void {
  if (!pointsNear(block, at, f32x4.splat(reach), f32x4.splat(reach))) return;
  squaredDistances8(points + (<usize>block * <usize>d << 6), row, d, lanes);
  const worst = k > SORTED ? 0 : k - 1;
  let mask = mask8(lanes, f64x2.splat(getF64(heapD, worst)));
  if (!mask) return;
  do {
    const lane = ctz(mask), position = (block << 3) + lane;
    mask &= mask - 1;
    if (position == at || position >= n) continue;
    if (k > SORTED) offer(heapD, heapI, k, getF64(lanes, lane), getI32(order, position));
    else insert(heapD, heapI, k, getF64(lanes, lane), getI32(order, position));
  } while (mask);
  reach = shadowReach(Math.sqrt(getF64(heapD, worst)) * INFLATE);
}

/** Put (distance, row) at its place in the ascending list, if it is better than the last. */
@inline
function insert(listD: usize, listI: usize, k: i32, distance: f64, row: i32): void {
  let j = k - 1;
  const last = getF64(listD, j);
  if (distance > last || (distance == last && row > getI32(listI, j))) return;
  for (; j > 0; j--) {
    const before = getF64(listD, j - 1);
    if (before < distance || (before == distance && getI32(listI, j - 1) < row)) break;
    setF64(listD, j, before);
    setI32(listI, j, getI32(listI, j - 1));
  }
  setF64(listD, j, distance);
  setI32(listI, j, row);
}

/** Put (distance, row) in place of the worst of the heap if it is better: nearer, or as near with a lower row. */
function offer(heapD: usize, heapI: usize, k: i32, distance: f64, row: i32): void {
  const worst = load<f64>(heapD);
  if (distance > worst || (distance == worst && row > load<i32>(heapI))) return;
  siftDown(heapD, heapI, k, distance, row);
}

/** Let (distance, row) sink from the root of a max-heap of `size` entries, whose root is overwritten. */
function siftDown(heapD: usize, heapI: usize, size: i32, distance: f64, row: i32): void {
  let hole = 0;
  for (;;) {
    let child = 2 * hole + 1;
    if (child >= size) break;
    let childD = getF64(heapD, child), childI = getI32(heapI, child);
    if (child + 1 < size) {
      const otherD = getF64(heapD, child + 1), otherI = getI32(heapI, child + 1);
      if (otherD > childD || (otherD == childD && otherI > childI)) {
        child++;
        childD = otherD;
        childI = otherI;
      }
    }
    if (childD < distance || (childD == distance && childI <= row)) break;
    setF64(heapD, hole, childD);
    setI32(heapI, hole, childI);
    hole = child;
  }
  setF64(heapD, hole, distance);
  setI32(heapI, hole, row);
}

/** Heap to ascending order, in place. */
function sortHeap(heapD: usize, heapI: usize, k: i32): void {
  for (let end = k - 1; end > 0; end--) {
    const worstD = load<f64>(heapD), worstI = load<i32>(heapI);
    siftDown(heapD, heapI, end, getF64(heapD, end), getI32(heapI, end));
    setF64(heapD, end, worstD);
    setI32(heapI, end, worstI);
  }
}
