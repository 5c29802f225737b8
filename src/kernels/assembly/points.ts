// Eight points against one: the loop that everything else is made of.
//
// A block is eight points, dimension by dimension: 8 f64 of dimension 0, then 8 of dimension 1, … (d × 64 bytes).
// A row is one point, d f64 in a row.

/** Squared distances of the 8 points at `block` to the point at `row`, stored at `out` (8 f64). d ≥ 1. */
@inline
export function squaredDistances8(block: usize, row: usize, d: i32, out: usize): void {
  let a0 = f64x2.splat(0), a1 = a0, a2 = a0, a3 = a0;
  const end = row + (<usize>d << 3);
  do {
    const s = v128.load64_splat(row);
    let t = f64x2.sub(v128.load(block), s);
    a0 = f64x2.add(a0, f64x2.mul(t, t));
    t = f64x2.sub(v128.load(block, 16), s);
    a1 = f64x2.add(a1, f64x2.mul(t, t));
    t = f64x2.sub(v128.load(block, 32), s);
    a2 = f64x2.add(a2, f64x2.mul(t, t));
    t = f64x2.sub(v128.load(block, 48), s);
    a3 = f64x2.add(a3, f64x2.mul(t, t));
    block += 64;
    row += 8;
  } while (row < end);
  v128.store(out, a0);
  v128.store(out, a1, 16);
  v128.store(out, a2, 32);
  v128.store(out, a3, 48);
}

/** Squared distance of two rows, dimension by dimension: the same bits as one lane of `squaredDistances8`. */
@inline
export function squaredDistance(a: usize, b: usize, d: i32): f64 {
  let sum = 0.0;
  const end = a + (<usize>d << 3);
  for (; a < end; a += 8, b += 8) {
    const t = load<f64>(a) - load<f64>(b);
    sum += t * t;
  }
  return sum;
}

/** Squared distance of lane `lane` of a block to a row, in the same order of sums. */
@inline
export function squaredDistanceOfLane(block: usize, lane: i32, row: usize, d: i32): f64 {
  let sum = 0.0;
  let p = block + (<usize>lane << 3);
  const end = row + (<usize>d << 3);
  for (; row < end; row += 8, p += 64) {
    const t = load<f64>(p) - load<f64>(row);
    sum += t * t;
  }
  return sum;
}

/** Copy lane `lane` of a block into a row. */
@inline
export function copyLane(block: usize, lane: i32, d: i32, row: usize): void {
  let p = block + (<usize>lane << 3);
  const end = row + (<usize>d << 3);
  for (; row < end; row += 8, p += 64) store<f64>(row, load<f64>(p));
}

/** Smallest of 8 f64. */
@inline
export function min8(p: usize): f64 {
  const m = f64x2.pmin(f64x2.pmin(v128.load(p), v128.load(p, 16)), f64x2.pmin(v128.load(p, 32), v128.load(p, 48)));
  const a = f64x2.extract_lane(m, 0), b = f64x2.extract_lane(m, 1);
  return a < b ? a : b;
}

/** Largest of 8 f64. */
@inline
export function max8(p: usize): f64 {
  const m = f64x2.pmax(f64x2.pmax(v128.load(p), v128.load(p, 16)), f64x2.pmax(v128.load(p, 32), v128.load(p, 48)));
  const a = f64x2.extract_lane(m, 0), b = f64x2.extract_lane(m, 1);
  return a > b ? a : b;
}

/** Sum of 8 f64, always in this order: ((0+2)+(4+6)) + ((1+3)+(5+7)). */
@inline
export function sum8(p: usize): f64 {
  const m = f64x2.add(f64x2.add(v128.load(p), v128.load(p, 16)), f64x2.add(v128.load(p, 32), v128.load(p, 48)));
  return f64x2.extract_lane(m, 0) + f64x2.extract_lane(m, 1);
}

/** One bit per lane of 8 f64 that are ≤ `limit`. NaN lanes give 0. */
@inline
export function mask8(p: usize, limit: v128): i32 {
  return i64x2.bitmask(f64x2.le(v128.load(p), limit)) |
    (i64x2.bitmask(f64x2.le(v128.load(p, 16), limit)) << 2) |
    (i64x2.bitmask(f64x2.le(v128.load(p, 32), limit)) << 4) |
    (i64x2.bitmask(f64x2.le(v128.load(p, 48), limit)) << 6);
}
