/** Centres of groups and the squares around them: what the centre-based indices are made of. */
import { allocateMatrix, type Matrix } from "../core/matrix.js";
import { squaredDistance } from "./distances.js";
import type { Groups } from "./groups.js";

export interface Scatter {
  /** count×d. */
  readonly centres: Matrix;
  /** The mean of all rows, 1×d. */
  readonly centre: Matrix;
  /** Per group: sum of squared distances of its rows to its centre. */
  readonly squares: Float64Array;
  /** Per group: mean distance of its rows to its centre. */
  readonly meanDistances: Float64Array;
  /** W: the sum of `squares`. */
  readonly within: number;
  /** B: the sum over groups of size × squared distance from centre to `centre`. */
  readonly between: number;
}

/**
 * Everything is summed in row order. Means are taken of differences to the first row, so that a column far
 * from zero (a date, an account number) costs no digits.
 *
 * @remarks O(n·d) time, O(count·d) memory
 */
export function scatterOf(x: Matrix, groups: Groups): Scatter {
  const { centres, centre } = centresOf(x, groups);
  const { squares, meanDistances } = squaresAround(x, groups, centres);
  let within = 0;
  let between = 0;
  for (let g = 0; g < groups.count; g++) {
    meanDistances[g] = meanDistances[g]! / groups.sizes[g]!;
    within += squares[g]!;
    between += groups.sizes[g]! * squaredDistance(centres, g, centre, 0);
  }
  return { centres, centre, squares, meanDistances, within, between };
}

function centresOf(x: Matrix, groups: Groups): Pick<Scatter, "centres" | "centre"> {
  const { rows, cols, data } = x;
  const centres = allocateMatrix(groups.count, cols);
  const centre = allocateMatrix(1, cols);
  for (let i = 0; i < rows; i++) addDifference(data, i * cols, cols, centres.data, groups.of[i]! * cols, centre.data);
  for (let j = 0; j < cols; j++) centre.data[j] = data[j]! + centre.data[j]! / rows;
  for (let g = 0; g < groups.count; g++) {
    for (let j = 0; j < cols; j++) {
      centres.data[g * cols + j] = data[j]! + centres.data[g * cols + j]! / groups.sizes[g]!;
    }
  }
  return { centres, centre };
}

/** Add the row at `from`, less the first row, to a group's sums and to everyone's. */
function addDifference(
  data: Float64Array,
  from: number,
  cols: number,
  sums: Float64Array,
  to: number,
  total: Float64Array,
): void {
  for (let j = 0; j < cols; j++) {
    const difference = data[from + j]! - data[j]!;
    sums[to + j] = sums[to + j]! + difference;
    total[j] = total[j]! + difference;
  }
}

/** Per group the squared and the plain distances of its rows to its centre, summed. */
function squaresAround(x: Matrix, groups: Groups, centres: Matrix): Pick<Scatter, "squares" | "meanDistances"> {
  const squares = new Float64Array(groups.count);
  const meanDistances = new Float64Array(groups.count);
  for (let i = 0; i < x.rows; i++) {
    const group = groups.of[i]!;
    const square = squaredDistance(x, i, centres, group);
    squares[group] = squares[group]! + square;
    meanDistances[group] = meanDistances[group]! + Math.sqrt(square);
  }
  return { squares, meanDistances };
}
