/** The distance from each row to its m-th nearest row: how thin the data is around it. */
import { squaredDistance } from "./distance.js";

/**
 * @param x - n×d
 * @param counts - the m's wanted, each in 1 … n; the row itself counts, so m = 1 gives 0
 * @returns for each m, n distances in row order
 * @remarks O(n²·d) time and a little for keeping the nearest in order, O(m) memory besides the answer
 */
export function kDistances(x: Float64Array, n: number, d: number, counts: readonly number[]): Float64Array[] {
  const answers = counts.map(() => new Float64Array(n));
  const most = Math.max(...counts);
  const nearest = new Float64Array(most); // ascending squared distances
  for (let i = 0; i < n; i++) {
    nearest.fill(Number.POSITIVE_INFINITY);
    for (let j = 0; j < n; j++) {
      const distance = squaredDistance(x, i, x, j, d);
      if (distance >= nearest[most - 1]!) continue;
      let place = most - 1;
      while (place > 0 && nearest[place - 1]! > distance) {
        nearest[place] = nearest[place - 1]!;
        place--;
      }
      nearest[place] = distance;
    }
    counts.forEach((m, which) => {
      answers[which]![i] = Math.sqrt(nearest[m - 1]!);
    });
  }
  return answers;
}
