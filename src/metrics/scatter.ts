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
  const { rows, cols, data } = x;
  const centres = allocateMatrix(groups.count, cols);
  const centre = allocateMatrix(1, cols);
  for (let i = 0; i < rows; i++) {
    const to = groups.of[i]! * cols;
    for (let j = 0; j < cols; j++) {
      const difference = data[i * cols + j]! - data[j]!;
      centres.data[to + j] = centres.data[to + j]! + difference;
      centre.data[j] = centre.data[j]! + difference;
    }
  }
  for (let j = 0; j < cols; j++) centre.data[j] = data[j]! + centre.data[j]! / rows;
  for (let g = 0; g < groups.count; g++) {
    for (let j = 0; j < cols; j++) {
      centres.data[g * cols + j] = data[j]! + centres.data[g * cols + j]! / groups.sizes[g]!;
    }
  }

  const squares = new Float64Array(groups.count);
  const meanDistances = new Float64Array(groups.count);
  for (let i = 0; i < rows; i++) {
    const group = groups.of[i]!;
    const square = squaredDistance(x, i, centres, group);
    squares[group] = squares[group]! + square;
    meanDistances[group] = meanDistances[group]! + Math.sqrt(square);
  }

  let within = 0;
  let between = 0;
  for (let g = 0; g < groups.count; g++) {
    meanDistances[g] = meanDistances[g]! / groups.sizes[g]!;
    within += squares[g]!;
    between += groups.sizes[g]! * squaredDistance(centres, g, centre, 0);
  }
  return { centres, centre, squares, meanDistances, within, between };
}
