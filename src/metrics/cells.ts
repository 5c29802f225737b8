/**
 * Cells: the rows that no labeling of a batch tells apart.
 *
 * An index that sums (or takes the smallest, or largest) over the rows of each cluster can do so once per cell
 * and put each labeling's clusters together from cells. A sweep's labelings share most of their borders, so
 * there are few cells, and the pass over all pairs costs the same for fifty labelings as for one.
 *
 *     labeling A   0 0 0 1 1 1
 *     labeling B   0 0 1 1 2 2
 *     cells        0 0 1 2 3 3
 */
import type { Groups } from "./groups.js";

export interface Cells {
  /** Cell of each row, numbered by first appearance. */
  readonly of: Int32Array;
  readonly count: number;
  /** For each labeling, the group every cell lies in. */
  readonly groupOf: readonly Int32Array[];
}

/** The common refinement of the groupings. O(rows × labelings). */
export function refine(rows: number, groupings: readonly Groups[]): Cells {
  const of = new Int32Array(rows);
  let count = rows > 0 ? 1 : 0;
  for (const groups of groupings) {
    const numbers = new Map<number, number>();
    for (let i = 0; i < rows; i++) {
      const key = of[i]! * groups.count + groups.of[i]!;
      let number = numbers.get(key);
      if (number === undefined) {
        number = numbers.size;
        numbers.set(key, number);
      }
      of[i] = number;
    }
    count = Math.max(count, numbers.size);
  }
  const groupOf = groupings.map((groups) => {
    const out = new Int32Array(count);
    for (let i = 0; i < rows; i++) out[of[i]!] = groups.of[i]!;
    return out;
  });
  return { of, count, groupOf };
}
