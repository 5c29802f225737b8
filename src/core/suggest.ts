/** "Did you mean …?": the nearest known name to a mistyped one. */

/** Optimal string alignment distance: insertions, deletions, substitutions, swaps of neighbours. */
function editDistance(a: string, b: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min(previous[j]! + 1, current[j - 1]! + 1, previous[j - 1]! + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, beforePrevious[j - 2]! + 1);
      }
      current.push(best);
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[b.length]!;
}

/** The known names, the nearest to `name` first. */
function nearestFirst(name: string, known: readonly string[]): { candidate: string; distance: number }[] {
  const plain = (text: string) => text.toLowerCase().replace(/[^a-z0-9]/g, "");
  return known
    .map((candidate) => ({ candidate, distance: editDistance(plain(name), plain(candidate)) }))
    .sort((a, b) => a.distance - b.distance);
}

/** The known name nearest to `name`, or undefined when none is near enough to be what was meant. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const [best] = nearestFirst(name, known);
  return best && best.distance <= Math.max(1, Math.floor(name.length / 3)) ? best.candidate : undefined;
}

/** Most names that a message lists; of more it lists as many of the nearest as `NEAREST`. */
const MOST_LISTED = 20;
const NEAREST = 8;

/** The sentence that goes into the `mend` of an unknown-name error. */
export function didYouMean(name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known);
  const some = nearestFirst(name, known).slice(0, NEAREST);
  const list =
    known.length <= MOST_LISTED
      ? `known: ${known.join(", ")}`
      : `nearest of ${known.length}: ${some.map(({ candidate }) => candidate).join(", ")}`;
  return nearest === undefined ? list : `did you mean "${nearest}"? ${list}`;
}
