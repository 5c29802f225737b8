/**
 * The silhouette of every row under many labelings, in one pass over all pairs of rows and without an n×n
 * matrix. Sums of distances are exact (see quantum.ts), so a labeling's answer is the same bits whichever
 * others it is scored with.
 *
 * How near the answer is to the silhouette of unrounded distances: where max(a, b) is at least 2^30 units
 * the rounding moves s by less than 1e-9. Rows nearer to everything than that (tiny clusters beside a huge
 * outlier, which makes the unit coarse) are summed a second time with the rounded-off parts in units
 * `fineScale` times smaller; then the same bound holds down to max(a, b) = 1e-22 × rows² × diagonal of the space.
 * Which rows those are depends on the row, its labeling and the space, never on the batch.
 */
import type { Matrix } from "../core/matrix.js";
import { type SilhouettePart, silhouettePart } from "../kernels/silhouette.js";
import type { Groups } from "./groups.js";
import { COARSE, quantumOf } from "./quantum.js";

export type RowSilhouettes = SilhouettePart;

/**
 * @param from - first row to judge; by default all rows are judged, always against all rows
 * @param to - one past the last row to judge
 * @returns one entry per grouping, or null if distances cannot be represented
 * @remarks O((to − from)·n·d) time however many labelings, O(rows judged · labelings) memory
 */
export function silhouettePass(
  x: Matrix,
  groupings: readonly Groups[],
  from = 0,
  to = x.rows,
): RowSilhouettes[] | null {
  const quantum = quantumOf(x);
  return quantum && silhouettePart(x, groupings, { ...quantum, coarse: COARSE }, from, to);
}
