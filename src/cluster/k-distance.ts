/**
 * Radii for DBSCAN read off the data: `eps: auto`.
 *
 * The k-distance curve is, row by row in ascending order, the distance to the minSamples-th nearest row. A row is
 * core exactly when its k-distance is at most eps, so reading the curve at share q gives an eps that makes a share q
 * of the rows core. We read it at six shares: three up to the knee of the curve (where the sparse rows begin) and
 * three above it.
 *
 *     k-distance │                          ╷ 6 all rows
 *                │                         ╱ 5
 *                │              knee     ╱· 4
 *                │                 ▾ _·‾ 3
 *                │      ·1 ___·2---‾
 *                └──────────────────────────── rows
 */
import { quantileSorted } from "../core/math.js";

/** How many values `eps: auto` stands for. */
export const AUTO_COUNT = 6;

/** Which of the values is read at the knee itself. */
export const AUTO_KNEE = 3;

/**
 * The `which`-th value of `eps: auto`, which = 1 … 6: the curve at shares knee × (0.6, 0.8, 1), then at one third,
 * two thirds and the whole of the way from the knee to all rows. Rounded up to four digits, so that it can be typed
 * into a config and reach no less far.
 *
 * Rows with duplicates enough to have k-distance 0 are left out: a radius is positive. If nothing is left, every
 * positive radius gives the same clusters, and 1 is as good as any.
 *
 * @param curve - k-distances in any order, at least one
 */
export function autoEps(curve: Float64Array, which: number): number {
  const sorted = curve.filter((distance) => distance > 0).sort();
  if (sorted.length === 0) return 1;
  const knee = kneeShare(sorted);
  const share = which <= AUTO_KNEE ? knee * (0.4 + 0.2 * which) : knee + ((1 - knee) * (which - AUTO_KNEE)) / AUTO_KNEE;
  return roundUp(quantileSorted(sorted, Math.min(share, 1)));
}

/**
 * Where an ascending curve bends upward most: the share of rows at the point farthest below the straight line from its
 * first to its last point. Ties go to the later point; a straight curve bends at its end.
 *
 * @see satopaa2011
 */
export function kneeShare(sorted: Float64Array): number {
  const last = sorted.length - 1;
  const low = sorted[0]!;
  const rise = sorted[last]! - low;
  if (last < 1 || rise <= 0) return 1;
  let knee = last;
  let deepest = 0;
  for (let i = 0; i <= last; i++) {
    const below = i / last - (sorted[i]! - low) / rise;
    if (below > 0 && below >= deepest) {
      deepest = below;
      knee = i;
    }
  }
  return knee / last;
}

/** The least number of four significant digits that is not below the value. */
function roundUp(value: number): number {
  const rounded = Number(value.toPrecision(4));
  if (rounded >= value) return rounded;
  const [digits, power] = value.toExponential(3).split("e") as [string, string];
  return Number(`${(Number(digits) + 0.001).toFixed(3)}e${power}`);
}
