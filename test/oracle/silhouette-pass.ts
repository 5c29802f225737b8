/**
 * The readable twin of kernels/silhouette.ts, equal to the bit.
 *
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
import type { Matrix } from "../../src/core/matrix.js";
import { type Cells, refine } from "../../src/metrics/cells.js";
import { squaredDistancesFrom } from "../../src/metrics/distances.js";
import type { Groups } from "../../src/metrics/groups.js";
import { COARSE, type Quantum, quantumOf, ROUND_TO_WHOLE } from "../../src/metrics/quantum.js";
import type { RowSilhouettes } from "../../src/metrics/silhouette-pass.js";

/**
 * @returns one entry per grouping, or null if distances cannot be represented
 * @remarks O(n²·(d + cells·labelings/n)) time, O(n·labelings) memory
 */
export function slowSilhouettePass(x: Matrix, groupings: readonly Groups[]): RowSilhouettes[] | null {
  const quantum = quantumOf(x);
  if (quantum === null) return null;
  const cells = refine(x.rows, groupings);
  const out = groupings.map(({ noise }) => {
    const all = new Float64Array(x.rows);
    return { all, noNoise: noise > 0 ? new Float64Array(x.rows) : all };
  });

  const distances = new Float64Array(x.rows);
  const coarse = new Float64Array(cells.count);
  const fine = new Float64Array(cells.count);
  const sums = groupings.map(({ count }) => new Float64Array(count));
  for (let i = 0; i < x.rows; i++) {
    squaredDistancesFrom(x, i, distances);
    sumByCell(distances, cells, quantum, coarse);
    let refined = false;
    for (let l = 0; l < groupings.length; l++) {
      const groups = groupings[l]!;
      sumByGroup(coarse, cells.groupOf[l]!, sums[l]!);
      if (largerMean(sums[l]!, groups, groups.of[i]!) < COARSE) {
        if (!refined) sumFineByCell(distances, cells, quantum, fine);
        refined = true;
        addFineByGroup(fine, cells.groupOf[l]!, quantum.fineScale, sums[l]!);
      }
      judge(sums[l]!, groups, i, out[l]!);
    }
  }
  return out;
}

/** Distances in whole units, added up per cell. Replaces the squared distances by distances in units. */
function sumByCell(distances: Float64Array, cells: Cells, quantum: Quantum, sums: Float64Array): void {
  const { of } = cells;
  const { scale } = quantum;
  sums.fill(0);
  for (let j = 0; j < distances.length; j++) {
    const units = Math.sqrt(distances[j]!) * scale;
    distances[j] = units;
    const cell = of[j]!;
    sums[cell] = sums[cell]! + (units + ROUND_TO_WHOLE - ROUND_TO_WHOLE);
  }
}

/** What `sumByCell` rounded off, in whole fine units. */
function sumFineByCell(units: Float64Array, cells: Cells, { fineScale }: Quantum, sums: Float64Array): void {
  sums.fill(0);
  for (let j = 0; j < units.length; j++) {
    const rest = units[j]! - (units[j]! + ROUND_TO_WHOLE - ROUND_TO_WHOLE);
    const cell = cells.of[j]!;
    sums[cell] = sums[cell]! + (rest * fineScale + ROUND_TO_WHOLE - ROUND_TO_WHOLE);
  }
}

function sumByGroup(byCell: Float64Array, groupOf: Int32Array, sums: Float64Array): void {
  sums.fill(0);
  for (let c = 0; c < byCell.length; c++) {
    const group = groupOf[c]!;
    sums[group] = sums[group]! + byCell[c]!;
  }
}

/** sums += fine sums per group, each rounded once. */
function addFineByGroup(fine: Float64Array, groupOf: Int32Array, fineScale: number, sums: Float64Array): void {
  const rests = new Float64Array(sums.length);
  sumByGroup(fine, groupOf, rests);
  for (let g = 0; g < sums.length; g++) sums[g] = sums[g]! + rests[g]! / fineScale;
}

/** max(a, b) with noise left out of b where that is possible: the smallest number s is divided by. */
function largerMean(sums: Float64Array, groups: Groups, own: number): number {
  const a = groups.sizes[own]! > 1 ? sums[own]! / (groups.sizes[own]! - 1) : 0;
  return Math.max(a, nearestMean(sums, groups, own, groups.count));
}

/** b: the smallest mean distance to one of the first `count` groups other than the row's own. */
function nearestMean(sums: Float64Array, { sizes }: Groups, own: number, count: number): number {
  let b = Number.POSITIVE_INFINITY;
  for (let g = 0; g < count; g++) {
    if (g === own) continue;
    const mean = sums[g]! / sizes[g]!;
    if (mean < b) b = mean;
  }
  return b;
}

/** s = (b − a) / max(a, b); 0 for a row alone in its cluster and where both are 0. */
function judge(sums: Float64Array, groups: Groups, i: number, out: RowSilhouettes): void {
  const own = groups.of[i]!;
  const size = groups.sizes[own]!;
  if (size < 2) return;
  const a = sums[own]! / (size - 1);
  if (groups.count > 1) out.all[i] = ratio(a, nearestMean(sums, groups, own, groups.count));
  if (groups.noise > 0 && own < groups.clusters && groups.clusters > 1) {
    out.noNoise[i] = ratio(a, nearestMean(sums, groups, own, groups.clusters));
  }
}

function ratio(a: number, b: number): number {
  const larger = Math.max(a, b);
  return larger > 0 ? (b - a) / larger : 0;
}
