/** The shortest distance between groups and the longest within one, for many groupings in one pass. */
import type { Matrix } from "../core/matrix.js";
import { refine } from "./cells.js";
import { squaredDistancesFrom } from "./distances.js";
import type { Groups } from "./groups.js";

export interface Extremes {
  /** Smallest squared distance between two rows of different groups; Infinity if there is one group. */
  between: number;
  /** Largest squared distance between two rows of one group: the widest group's squared diameter. */
  within: number;
}

/** O(n²·(d + cells·labelings/n)) time, no n×n matrix. Smallest and largest need no rule for their order. */
export function extremesOf(x: Matrix, groupings: readonly Groups[]): Extremes[] {
  const cells = refine(x.rows, groupings);
  const out: Extremes[] = groupings.map(() => ({ between: Number.POSITIVE_INFINITY, within: 0 }));
  const distances = new Float64Array(x.rows);
  const nearest = new Float64Array(cells.count);
  const farthest = new Float64Array(cells.count);
  for (let i = 0; i < x.rows; i++) {
    squaredDistancesFrom(x, i, distances);
    nearest.fill(Number.POSITIVE_INFINITY);
    farthest.fill(0);
    for (let j = 0; j < x.rows; j++) {
      const cell = cells.of[j]!;
      const square = distances[j]!;
      if (square < nearest[cell]!) nearest[cell] = square;
      if (square > farthest[cell]!) farthest[cell] = square;
    }
    for (let l = 0; l < groupings.length; l++) {
      const own = groupings[l]!.of[i]!;
      const groupOf = cells.groupOf[l]!;
      const extremes = out[l]!;
      let { between, within } = extremes;
      // Records are rare, so asking for one first leaves two comparisons per cell that nearly always fail.
      for (let c = 0; c < cells.count; c++) {
        if (nearest[c]! < between && groupOf[c] !== own) between = nearest[c]!;
        if (farthest[c]! > within && groupOf[c] === own) within = farthest[c]!;
      }
      extremes.between = between;
      extremes.within = within;
    }
  }
  return out;
}
