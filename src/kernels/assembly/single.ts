// A shadow in float32 of points and balls: it cannot say how far apart two points are, but it can say that they are
// not near, in half the time. What it lets through is computed in float64, so no result depends on it.
//
// Coordinates are scaled by a power of two to at most 1 in size, so that rounding moves a point by at most
// √d·2⁻²⁵ and a squared distance is good to (d+3)·2⁻²⁴ of itself. Whoever compares allows for four times both:
// `SLACK`·√d on distances, and a factor 1 + (d+16)·2⁻²². Columns are padded with a zero to an even number.
//
// A block is 8 points: 8 f32 of column 0, then of column 1, … (columns × 32 bytes).
import { getF64 } from "./memory";

/** Where there is no point. Its square is finite, and beyond every reach but an infinite one. */
const FAR: f32 = 1e15;

@inline
function toSingle(value: f64, scale: f64): f32 {
  return value > 1e149 ? FAR : <f32>(value * scale);
}

/** A block of float64 lanes (points.ts) as a block of float32 lanes. */
export function shadowBlock(block: usize, d: i32, columns: i32, scale: f64, out: usize): void {
  for (let k = 0; k < d << 3; k++) store<f32>(out + (<usize>k << 2), toSingle(getF64(block, k), scale));
  if (columns > d) memory.fill(out + (<usize>d << 5), 0, 32);
}

/** A row of float64 as one of float32. */
export function shadowRow(row: usize, d: i32, columns: i32, scale: f64, out: usize): void {
  for (let k = 0; k < d; k++) store<f32>(out + (<usize>k << 2), toSingle(getF64(row, k), scale));
  if (columns > d) store<f32>(out + (<usize>d << 2), 0);
}

/** One lane of a block. */
export function shadowLane(block: usize, lane: i32, row: usize, columns: i32): void {
  let p = block + (<usize>lane << 2);
  for (let k = 0; k < columns; k++, p += 32) store<f32>(p, load<f32>(row + (<usize>k << 2)));
}

/** A hole in a block. */
export function shadowHole(block: usize, lane: i32, d: i32): void {
  let p = block + (<usize>lane << 2);
  for (let k = 0; k < d; k++, p += 32) store<f32>(p, FAR);
}

/**
 * One bit per point of the block whose distance to the row may be within its limit, given 4 and 4 of them. Looks at
 * half of the columns first: that often tells.
 */
@inline
export function maybeWithin(block: usize, row: usize, columns: i32, limits0: v128, limits1: v128): i32 {
  let a0 = f32x4.splat(0), a1 = a0, b0 = a0, b1 = a0;
  const end = row + (<usize>columns << 2), middle = row + (<usize>(columns >> 2) << 3);
  limits0 = f32x4.mul(limits0, limits0);
  limits1 = f32x4.mul(limits1, limits1);
  while (row < middle) {
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
  }
  a0 = f32x4.add(a0, b0);
  a1 = f32x4.add(a1, b1);
  if (!v128.any_true(v128.or(f32x4.le(a0, limits0), f32x4.le(a1, limits1)))) return 0;
  b0 = f32x4.splat(0);
  b1 = b0;
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
  const near0 = f32x4.le(f32x4.add(a0, b0), limits0), near1 = f32x4.le(f32x4.add(a1, b1), limits1);
  return i32x4.bitmask(near0) | (i32x4.bitmask(near1) << 4);
}
