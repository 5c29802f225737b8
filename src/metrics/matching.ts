/** Which cluster of one labeling is which of another, and who moved. */
import { contingency } from "./contingency.js";

export interface Migration {
  /** Labels of the baseline (rows) and of the other labeling (columns), ascending; −1 is noise. */
  readonly from: readonly number[];
  readonly to: readonly number[];
  /** Rows that went from from[r] to to[c]: `counts[r][c]`. */
  readonly counts: readonly (readonly number[])[];
  /** For each label of `to`, the baseline cluster it stands for, or null: no baseline cluster is left for it. */
  readonly matched: readonly (number | null)[];
  /** Rows whose cluster is matched to the one they were in. */
  readonly stayed: number;
  readonly moved: number;
}

/**
 * Match clusters so that as many rows as possible stay where they were (each used once; Kuhn 1955), then count
 * who moved. Noise is only ever matched to noise. Among equally good matchings the lower labels are matched first.
 *
 * @param before, after - labels of the same rows; −1 is noise
 * @throws UserError `SHAPE_MISMATCH` if the lengths differ
 * @remarks O(n + k³)
 */
export function migration(before: ArrayLike<number>, after: ArrayLike<number>): Migration {
  const { first: from, second: to, counts: flat, rows } = contingency(before, after);
  const counts = from.map((_, r) => Array.from(flat.subarray(r * to.length, (r + 1) * to.length)));
  const fromClusters = indicesOfClusters(from);
  const toClusters = indicesOfClusters(to);
  const size = Math.max(fromClusters.length, toClusters.length);
  const overlap = Array.from({ length: size }, (_, r) =>
    Array.from({ length: size }, (_, c) => counts[fromClusters[r] ?? -1]?.[toClusters[c] ?? -1] ?? 0),
  );

  const matched: (number | null)[] = to.map((label) => (label < 0 && from.includes(label) ? label : null));
  maximumAssignment(overlap).forEach((c, r) => {
    const column = toClusters[c];
    const row = fromClusters[r];
    if (column !== undefined && row !== undefined) matched[column] = from[row]!;
  });

  let stayed = 0;
  matched.forEach((label, c) => {
    if (label !== null) stayed += counts[from.indexOf(label)]![c]!;
  });
  return { from, to, counts, matched, stayed, moved: rows - stayed };
}

/** `after` with each cluster named as the baseline's it is matched to; unmatched ones get new numbers. */
export function relabelToMatch(before: ArrayLike<number>, after: ArrayLike<number>): Int32Array {
  const { from, to, matched } = migration(before, after);
  let fresh = from.reduce((highest, label) => Math.max(highest, label), -1) + 1;
  const name = new Map(to.map((label, c) => [label, label < 0 ? label : (matched[c] ?? fresh++)]));
  return Int32Array.from(after, (label) => name.get(label)!);
}

const indicesOfClusters = (labels: readonly number[]) => labels.flatMap((label, index) => (label < 0 ? [] : [index]));

/**
 * The assignment of rows to columns with the largest sum, by shortest augmenting paths (the Hungarian method).
 *
 * @param gain - square
 * @returns the column of each row
 */
export function maximumAssignment(gain: readonly (readonly number[])[]): number[] {
  const n = gain.length;
  // Potentials and matching are 1-based; column 0 holds the row being placed.
  const rowPotential = new Float64Array(n + 1);
  const columnPotential = new Float64Array(n + 1);
  const rowOf = new Int32Array(n + 1);
  const previous = new Int32Array(n + 1);
  for (let row = 1; row <= n; row++) {
    rowOf[0] = row;
    let column = 0;
    const slack = new Float64Array(n + 1).fill(Number.POSITIVE_INFINITY);
    const used = new Uint8Array(n + 1);
    do {
      used[column] = 1;
      const at = rowOf[column]!;
      let step = Number.POSITIVE_INFINITY;
      let next = 0;
      for (let c = 1; c <= n; c++) {
        if (used[c]) continue;
        const cost = -gain[at - 1]![c - 1]! - rowPotential[at]! - columnPotential[c]!;
        if (cost < slack[c]!) {
          slack[c] = cost;
          previous[c] = column;
        }
        if (slack[c]! < step) {
          step = slack[c]!;
          next = c;
        }
      }
      for (let c = 0; c <= n; c++) {
        if (used[c]) {
          rowPotential[rowOf[c]!]! += step;
          columnPotential[c]! -= step;
        } else slack[c]! -= step;
      }
      column = next;
    } while (rowOf[column] !== 0);
    while (column !== 0) {
      const before = previous[column]!;
      rowOf[column] = rowOf[before]!;
      column = before;
    }
  }
  const columns: number[] = new Array(n).fill(0);
  for (let c = 1; c <= n; c++) columns[rowOf[c]! - 1] = c - 1;
  return columns;
}
