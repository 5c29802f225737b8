/** Entropy, mutual information and its expectation by chance, in nats, from a cross table. */
import { exp, log } from "../core/math.js";
import type { Contingency } from "./contingency.js";

/** Entropy of group sizes. */
export function entropy(sizes: Float64Array, rows: number): number {
  let sum = 0;
  for (const size of sizes) if (size > 0) sum -= (size / rows) * log(size / rows);
  return Math.max(0, sum);
}

/** What knowing one label tells of the other; 0 if nothing. */
export function mutualInformation(table: Contingency): number {
  const { counts, firstSizes, secondSizes, rows } = table;
  if (firstSizes.length < 2 || secondSizes.length < 2) return 0;
  let sum = 0;
  counts.forEach((count, at) => {
    if (count === 0) return;
    const expected = firstSizes[Math.floor(at / secondSizes.length)]! * secondSizes[at % secondSizes.length]!;
    // count·rows and the product of sizes are exact, so that independent labels give exactly 0.
    sum += (count / rows) * log((count * rows) / expected);
  });
  return Math.max(0, sum);
}

/**
 * Mean mutual information over all labelings with the same group sizes (Vinh et al. 2010, equation 24a).
 *
 * @remarks O(rows × (groups of a + groups of b))
 */
export function expectedMutualInformation({ firstSizes, secondSizes, rows }: Contingency): number {
  const logFactorials = logFactorialsUpTo(rows);
  const f = (n: number) => logFactorials[n]!;
  let sum = 0;
  for (const a of firstSizes) {
    for (const b of secondSizes) {
      const fixed = f(a) + f(b) + f(rows - a) + f(rows - b) - f(rows);
      for (let n = Math.max(1, a + b - rows); n <= Math.min(a, b); n++) {
        const logChance = fixed - f(n) - f(a - n) - f(b - n) - f(rows - a - b + n);
        sum += (n / rows) * log((n * rows) / (a * b)) * exp(logChance);
      }
    }
  }
  return sum;
}

/** ln 0! … ln n!, summed with compensation, so that each is good to its last digit or two. */
function logFactorialsUpTo(n: number): Float64Array {
  const out = new Float64Array(n + 1);
  let sum = 0;
  let lost = 0;
  for (let i = 2; i <= n; i++) {
    const term = log(i) - lost;
    const next = sum + term;
    lost = next - sum - term;
    sum = next;
    out[i] = sum;
  }
  return out;
}
