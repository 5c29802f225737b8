/**
 * Trees in Manhattan distance. The bounds by which the Euclidean linkages pass over pairs come from centroids and
 * balls, so here the whole matrix of distances is kept: 8·n² bytes, and no more rows than `LARGEST_MATRIX`.
 */
import { UserError } from "../core/errors.js";
import type { Matrix } from "../core/matrix.js";
import type { Joins } from "./joins.js";
import { chainOnMatrix, LARGEST_MATRIX } from "./linkage.js";

export type DistanceMetric = "euclidean" | "manhattan";

/** Σ |x − y| of two rows, in column order. */
export function manhattanBetween({ data, cols }: Matrix, i: number, j: number): number {
  let sum = 0;
  for (let c = 0, a = i * cols, b = j * cols; c < cols; c++) sum += Math.abs(data[a + c]! - data[b + c]!);
  return sum;
}

/**
 * Complete or average linkage of Manhattan distances.
 *
 * @throws UserError `OUT_OF_MEMORY` beyond `LARGEST_MATRIX` rows
 * @remarks O(n²·d) time, 8·n² bytes
 */
export function manhattanLinkage(x: Matrix, isComplete: boolean): Joins {
  const n = x.rows;
  if (n > LARGEST_MATRIX) {
    throw new UserError("OUT_OF_MEMORY", {
      what: `complete and average linkage in Manhattan distance keep a matrix of all pairs; ${n} rows are more than ${LARGEST_MATRIX}`,
      mend: "use fewer rows, linkage single, or kmedoids with metric: manhattan",
    });
  }
  return chainOnMatrix(n, isComplete, (matrix) => {
    for (let i = 0; i < n; i++) {
      matrix[i * n + i] = Number.POSITIVE_INFINITY;
      for (let j = 0; j < i; j++) {
        const distance = manhattanBetween(x, i, j);
        matrix[i * n + j] = distance;
        matrix[j * n + i] = distance;
      }
    }
  });
}

/**
 * The minimum spanning tree of Manhattan distances (single linkage), by Prim's algorithm. Ties go to the lower row.
 *
 * @remarks O(n²·d) time, O(n) memory
 */
export function manhattanSpanningTree(x: Matrix): Joins {
  const n = x.rows;
  const a = new Int32Array(Math.max(0, n - 1));
  const b = new Int32Array(a.length);
  const heights = new Float64Array(a.length);
  const nearest = new Float64Array(n).fill(Number.POSITIVE_INFINITY);
  const from = new Int32Array(n);
  const inTree = new Uint8Array(n);
  let last = 0;
  for (let edge = 0; edge < a.length; edge++) {
    inTree[last] = 1;
    let next = -1;
    for (let i = 0; i < n; i++) {
      if (inTree[i] === 1) continue;
      const distance = manhattanBetween(x, i, last);
      if (distance < nearest[i]!) {
        nearest[i] = distance;
        from[i] = last;
      }
      if (next < 0 || nearest[i]! < nearest[next]!) next = i;
    }
    a[edge] = from[next]!;
    b[edge] = next;
    heights[edge] = nearest[next]!;
    last = next;
  }
  return { a, b, heights };
}
