// Which blocks a sphere around the query may touch: the test that lets kernels skip most of the rows.
//
// A row p of a block with centre c and radius r has |q−p| ≥ |q−c| − r. So a block matters within `reach` of q
// only if |q−c|² ≤ (r + reach)². Radii are inflated by 1e-10 when they are made, and reaches by INFLATE here,
// which is far more than the rounding of the distances; a radius of NaN (no such block) never passes.
import { squaredDistances8 } from "./points";

export const INFLATE: f64 = 1.0000000001;

/** One bit per ball of group `group` that reaches within `reach` of the point at `row`. `scratch`: 8 f64. */
@inline
export function ballsWithin(
  balls: usize, radii: usize, group: i32, row: usize, d: i32, reach: f64, scratch: usize,
): i32 {
  squaredDistances8(balls + (<usize>group * <usize>d << 6), row, d, scratch);
  const r = radii + (<usize>group << 6), s = f64x2.splat(reach);
  let t = f64x2.add(v128.load(r), s);
  let mask = i64x2.bitmask(f64x2.le(v128.load(scratch), f64x2.mul(t, t)));
  t = f64x2.add(v128.load(r, 16), s);
  mask |= i64x2.bitmask(f64x2.le(v128.load(scratch, 16), f64x2.mul(t, t))) << 2;
  t = f64x2.add(v128.load(r, 32), s);
  mask |= i64x2.bitmask(f64x2.le(v128.load(scratch, 32), f64x2.mul(t, t))) << 4;
  t = f64x2.add(v128.load(r, 48), s);
  mask |= i64x2.bitmask(f64x2.le(v128.load(scratch, 48), f64x2.mul(t, t))) << 6;
  return mask;
}
