// A shadow in float32 of points and balls: it cannot say how far apart two points are, but it can say that they are
// not near, in half the time. What it lets through is computed in float64, so no result depends on it.
//
// Coordinates are centred and scaled by a power of two to at most 1 in size, so that rounding moves a point by at most
// √d·2⁻²⁵, and a squared distance is good to (d+3)·2⁻²⁴ of itself. Limits allow for several times both: `slack` is
// added to distances, `inflate` multiplies them. Columns are padded with a zero to an even number.
//
// A block is 8 points: 8 f32 of column 0, then of column 1, … (columns × 32 bytes).
import { getF64 } from "./memory";

/** Where there is no point. Its square is finite, and beyond every reach but an infinite one. */
const FAR: f32 = 1e15;

/** Four times the rounding of a float32. */
const EPSILON: f64 = 2.384185791015625e-7;

@inline
function toSingle(value: f64, origin: f64): f32 {
  return value == 1e150 ? FAR : <f32>((value - origin) * scale);
}

// The shadow in use: pointers into one piece of memory. One kernel at a time has one.
let centre: usize = 0;
let scale: f64 = 1;
let dimensions: i32 = 0;
let columns: i32 = 0;
let inflate: f32 = 1;
let slack: f32 = 0;
let points32: usize = 0;
let rows32: usize = 0;
let balls32: usize = 0;
let radii32: usize = 0;
let groupBalls32: usize = 0;
let groupRadii32: usize = 0;

/**
 * Make the shadow of rows in blocks.
 *
 * @param points, rows, balls, radii, groupBalls, groupRadii - in, as blocks.ts and groups.ts place them; m rows
 * @param toCentre, toScale - in, d f64 to take off, and a power of two that then brings all values to at most 1 in size
 * @param shadow - out, f32: `shadowLength` of them
 */
export function makeShadow(
  points: usize, rows: usize, m: i32, d: i32, balls: usize, radii: usize, groupBalls: usize, groupRadii: usize,
  toCentre: usize, toScale: f64, shadow: usize,
): void {
  const groups = (m + 63) >> 6, supers = (groups + 7) >> 3;
  centre = toCentre;
  scale = toScale;
  dimensions = d;
  columns = d + (d & 1);
  inflate = <f32>(1.0 + <f64>(d + 16) * EPSILON);
  slack = <f32>(Math.sqrt(<f64>d) * EPSILON);
  points32 = shadow;
  rows32 = points32 + (<usize>(groups << 6) * <usize>columns << 2);
  balls32 = rows32 + (<usize>(groups << 6) * <usize>columns << 2);
  radii32 = balls32 + (<usize>(groups << 3) * <usize>columns << 2);
  groupBalls32 = radii32 + (<usize>groups << 5);
  groupRadii32 = groupBalls32 + (<usize>(supers << 3) * <usize>columns << 2);
  for (let b = 0; b < (m + 7) >> 3; b++) shadowBlock(points, b, points32);
  for (let position = 0; position < m; position++) shadowRow(rows, position);
  for (let g = 0; g < groups; g++) shadowBlock(balls, g, balls32);
  for (let b = 0; b < groups << 3; b++) shadowRadius(radii, b, radii32);
  for (let s = 0; s < supers; s++) shadowBlock(groupBalls, s, groupBalls32);
  for (let g = 0; g < supers << 3; g++) shadowRadius(groupRadii, g, groupRadii32);
}

/** How many f32 the shadow of m rows takes. */
export function shadowLength(m: i32, d: i32): i32 {
  const groups = (m + 63) >> 6, supers = (groups + 7) >> 3, width = d + (d & 1);
  return (groups << 7) * width + ((groups << 3) + (supers << 3)) * (width + 1);
}

/** After the row at a position has changed, and its point. */
export function shadowMoved(rows: usize, position: i32): void {
  shadowRow(rows, position);
  let p = points32 + (<usize>(position >> 3) * <usize>columns << 5) + (<usize>(position & 7) << 2), q = rowOf(position);
  for (let k = 0; k < columns; k++, p += 32, q += 4) store<f32>(p, load<f32>(q));
}

/** After the point at a position has gone. */
export function shadowGone(position: i32): void {
  let p = points32 + (<usize>(position >> 3) * <usize>columns << 5) + (<usize>(position & 7) << 2);
  for (let k = 0; k < dimensions; k++, p += 32) store<f32>(p, FAR);
}

/** After a ball, and the ball of its group, have grown. */
export function shadowWidened(radii: usize, block: i32, groupRadii: usize, group: i32): void {
  shadowRadius(radii, block, radii32);
  shadowRadius(groupRadii, group, groupRadii32);
}

/** A distance in the scale of the shadow, no less than it is. */
@inline
export function shadowReach(reach: f64): f32 {
  return <f32>(reach * scale) * inflate;
}

/** The same of a squared distance. */
@inline
export function shadowSquare(squared: f64): f32 {
  return <f32>(squared * scale * scale) * inflate;
}

/** The factor that makes up for rounding. */
@inline
export function shadowInflate(): f32 {
  return inflate;
}

@inline
function rowOf(position: i32): usize {
  return rows32 + (<usize>position * <usize>columns << 2);
}

function shadowBlock(blocks: usize, b: i32, to: usize): void {
  const from = blocks + (<usize>b * <usize>dimensions << 6);
  to += <usize>b * <usize>columns << 5;
  for (let k = 0; k < dimensions; k++) {
    const c = getF64(centre, k);
    for (let i = k << 3; i < (k + 1) << 3; i++) store<f32>(to + (<usize>i << 2), toSingle(getF64(from, i), c));
  }
  if (columns > dimensions) memory.fill(to + (<usize>dimensions << 5), 0, 32);
}

function shadowRow(rows: usize, position: i32): void {
  const from = rows + (<usize>position * <usize>dimensions << 3), to = rowOf(position);
  for (let k = 0; k < dimensions; k++) store<f32>(to + (<usize>k << 2), toSingle(getF64(from, k), getF64(centre, k)));
  if (columns > dimensions) store<f32>(to + (<usize>dimensions << 2), 0);
}

/** Inflated, and with the slack in it; a radius of NaN stays one. */
@inline
function shadowRadius(radii: usize, i: i32, to: usize): void {
  store<f32>(to + (<usize>i << 2), <f32>(getF64(radii, i) * scale) * inflate + slack);
}

/**
 * One bit per point of a block that may be within reach of the row at a position; a reach for each, 4 and 4.
 */
@inline
export function pointsNear(block: i32, position: i32, reach0: v128, reach1: v128): i32 {
  const more = f32x4.splat(slack);
  const p = points32 + (<usize>block * <usize>columns << 5);
  return maybeWithin(p, rowOf(position), f32x4.add(reach0, more), f32x4.add(reach1, more), 0);
}

/**
 * One bit per ball of a group that may come within reach of the row at a position; a reach for each, 4 and 4.
 *
 * @param squares - out, 8 f32: the squared distances of the centres, if the answer is not 0
 */
@inline
export function ballsNear(group: i32, position: i32, reach0: v128, reach1: v128, squares: usize = 0): i32 {
  const r = radii32 + (<usize>group << 5), p = balls32 + (<usize>group * <usize>columns << 5);
  return maybeWithin(p, rowOf(position), f32x4.add(v128.load(r), reach0), f32x4.add(v128.load(r, 16), reach1), squares);
}

/** As `ballsNear`, for the groups of a super-group. */
@inline
export function groupsNear(group: i32, position: i32, reach0: v128, reach1: v128, squares: usize = 0): i32 {
  const r = groupRadii32 + (<usize>group << 5), p = groupBalls32 + (<usize>group * <usize>columns << 5);
  return maybeWithin(p, rowOf(position), f32x4.add(v128.load(r), reach0), f32x4.add(v128.load(r, 16), reach1), squares);
}

/**
 * One bit per point of the block whose distance to the row may be within its limit, given 4 and 4 of them. Looks at
 * half of the columns first: that often tells.
 *
 * @param squares - out, 8 f32: the squared distances, if the answer is not 0; or 0 when nobody wants them
 */
@inline
function maybeWithin(block: usize, row: usize, limits0: v128, limits1: v128, squares: usize): i32 {
  let a0 = f32x4.splat(0), a1 = a0, b0 = a0, b1 = a0;
  const end = row + (<usize>columns << 2);
  limits0 = f32x4.mul(limits0, limits0);
  limits1 = f32x4.mul(limits1, limits1);
  for (let until = row + (<usize>(columns >> 2) << 3); ; until = end) {
    for (; row < until; row += 8, block += 64) {
      const s = v128.load32_splat(row), u = v128.load32_splat(row, 4);
      let t = f32x4.sub(v128.load(block), s);
      a0 = f32x4.add(a0, f32x4.mul(t, t));
      t = f32x4.sub(v128.load(block, 16), s);
      a1 = f32x4.add(a1, f32x4.mul(t, t));
      t = f32x4.sub(v128.load(block, 32), u);
      b0 = f32x4.add(b0, f32x4.mul(t, t));
      t = f32x4.sub(v128.load(block, 48), u);
      b1 = f32x4.add(b1, f32x4.mul(t, t));
    }
    const sum0 = f32x4.add(a0, b0), sum1 = f32x4.add(a1, b1);
    const near0 = f32x4.le(sum0, limits0), near1 = f32x4.le(sum1, limits1);
    if (!v128.any_true(v128.or(near0, near1))) return 0;
    if (until < end) continue;
    if (squares != 0) {
      v128.store(squares, sum0);
      v128.store(squares, sum1, 16);
    }
    return i32x4.bitmask(near0) | (i32x4.bitmask(near1) << 4);
  }
}

/** The lane of the mask (not 0) with the smallest of 8 f32. */
@inline
export function nearestLane32(values: usize, mask: i32): i32 {
  let lane = ctz(mask);
  for (let rest = mask & (mask - 1); rest; rest &= rest - 1) {
    const other = ctz(rest);
    if (load<f32>(values + (<usize>other << 2)) < load<f32>(values + (<usize>lane << 2))) lane = other;
  }
  return lane;
}

/** Whether a ball (of a group, or a group) with such a squared distance is still within reach. */
@inline
export function ballStillNear(ball: i32, squared: f32, reach: f32): bool {
  const t = load<f32>(radii32 + (<usize>ball << 2)) + reach;
  return squared <= t * t;
}

@inline
export function groupStillNear(group: i32, squared: f32, reach: f32): bool {
  const t = load<f32>(groupRadii32 + (<usize>group << 2)) + reach;
  return squared <= t * t;
}
