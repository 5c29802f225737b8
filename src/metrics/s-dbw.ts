/** S_Dbw: scatter within clusters plus density between them. */
import type { Matrix } from "../core/matrix.js";
import { allocateMatrix } from "../core/matrix.js";
import { defineMetric } from "./define.js";
import { squaredDistance } from "./distances.js";
import { finiteOrNull, type Groups, groupsOf, isComparable } from "./groups.js";
import { type Scatter, scatterOf } from "./scatter.js";

/**
 * Scat + Dens_bw (Halkidi & Vazirgiannis 2001). Scat is the mean over clusters of |variance vector of the
 * cluster| / |variance vector of all rows| (variances with 1/n). Dens_bw is the mean over pairs of clusters of
 * (rows of the two near the midpoint of their centres) / (the larger of the rows near either centre), where
 * near means within stdev = √(Σ |variance vector|) / k. A pair with no row near either centre counts 0.
 * Noise counts as one more cluster. Null with fewer than two clusters or one per row, and if all rows are equal.
 *
 * @remarks O(n·d·k) per labeling
 */
export const sDbw = defineMetric({
  name: "s-dbw",
  title: "S_Dbw: scatter within clusters plus density halfway between them",
  version: 1,
  cites: ["halkidi2001"],
  favours: "compact clusters with empty midpoints; blind to gaps that are not on the line between two centres",
  columns: [{ name: "s_dbw", title: "S_Dbw", better: "lower", range: [0, Number.POSITIVE_INFINITY] }],
  scoreMany: (x, labelings) =>
    labelings.map((labels) => {
      const groups = groupsOf(x, labels);
      return { s_dbw: isComparable(groups.count, x.rows) ? finiteOrNull(scatterPlusDensity(x, groups)) : null };
    }),
});

function scatterPlusDensity(x: Matrix, groups: Groups): number {
  const scatter = scatterOf(x, groups);
  const norms = varianceNorms(x, groups.of, groups.sizes, scatter.centres);
  const total = varianceNorms(x, new Int32Array(x.rows), Int32Array.of(x.rows), scatter.centre)[0]!;
  const sum = norms.reduce((a, b) => a + b, 0);
  const scat = sum / groups.count / total;
  return scat + densityBetween(x, groups, scatter, sum / (groups.count * groups.count));
}

/** Length of each group's vector of column variances. */
function varianceNorms(x: Matrix, of: Int32Array, sizes: Int32Array, centres: Matrix): number[] {
  const variances = new Float64Array(centres.rows * x.cols);
  for (let i = 0; i < x.rows; i++) {
    const at = of[i]! * x.cols;
    for (let j = 0; j < x.cols; j++) {
      const difference = x.data[i * x.cols + j]! - centres.data[at + j]!;
      variances[at + j] = variances[at + j]! + difference * difference;
    }
  }
  return Array.from(sizes, (size, g) => {
    let squares = 0;
    for (let j = 0; j < x.cols; j++) {
      const variance = variances[g * x.cols + j]! / size;
      squares += variance * variance;
    }
    return Math.sqrt(squares);
  });
}

/** @param near - squared radius, stdev² = Σ |variance vector| / k² */
function densityBetween(x: Matrix, groups: Groups, { centres }: Scatter, near: number): number {
  const k = groups.count;
  // Rows of group g near the centre of group c, and near the midpoint of g's and c's centres.
  const atCentre = new Int32Array(k * k);
  const atMidpoint = new Int32Array(k * k);
  const midpoints = allocateMatrix(k * k, x.cols);
  for (let g = 0; g < k; g++) {
    for (let c = 0; c < k; c++) {
      for (let j = 0; j < x.cols; j++) {
        const from = centres.data[g * x.cols + j]!;
        midpoints.data[(g * k + c) * x.cols + j] = from + (centres.data[c * x.cols + j]! - from) / 2;
      }
    }
  }
  for (let i = 0; i < x.rows; i++) {
    const g = groups.of[i]!;
    for (let c = 0; c < k; c++) {
      const at = g * k + c;
      // One midpoint per pair, so that both clusters of it measure to the same bits.
      const middle = Math.min(g, c) * k + Math.max(g, c);
      if (squaredDistance(x, i, centres, c) <= near) atCentre[at]!++;
      if (squaredDistance(x, i, midpoints, middle) <= near) atMidpoint[at]!++;
    }
  }
  let sum = 0;
  for (let g = 0; g < k; g++) {
    for (let c = g + 1; c < k; c++) {
      const between = atMidpoint[g * k + c]! + atMidpoint[c * k + g]!;
      const first = atCentre[g * k + g]! + atCentre[c * k + g]!;
      const second = atCentre[c * k + c]! + atCentre[g * k + c]!;
      const peak = Math.max(first, second);
      if (peak > 0) sum += between / peak;
    }
  }
  return sum / ((k * (k - 1)) / 2);
}
