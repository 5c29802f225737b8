/** The k nearest rows the slow way: all distances, sorted. */
import type { Matrix } from "../../src/core/matrix.js";

export function squaredDistance(x: Matrix, i: number, j: number): number {
  let sum = 0;
  for (let k = 0; k < x.cols; k++) {
    const t = x.data[i * x.cols + k]! - x.data[j * x.cols + k]!;
    sum += t * t;
  }
  return sum;
}

/** Per row, its others as (squared distance, row) in order; the nearest k within reach. */
export function slowNeighbours(x: Matrix, k: number, within = Number.POSITIVE_INFINITY): [number, number][][] {
  return Array.from({ length: x.rows }, (_, i) =>
    Array.from({ length: x.rows }, (_, j): [number, number] => [squaredDistance(x, i, j), j])
      .filter(([squared, j]) => j !== i && Math.sqrt(squared) <= within)
      .sort((a, b) => a[0] - b[0] || a[1] - b[1])
      .slice(0, k),
  );
}
