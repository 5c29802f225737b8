/** What a margin means, in words. */
import { readable } from "../../core/words.js";
import type { Service } from "../service.js";
import type { Examples } from "./examples.js";

/**
 * For mixtures the margin is the logarithm of the odds. For rules of distance it has no unit of its own, so it is
 * held against the margin of the segment's example.
 */
export function marginWords(
  service: Service,
  examples: Examples,
  { segment, margin, runnerUp }: { segment: number; margin: number | null; runnerUp: string | null },
): string {
  if (margin === null || runnerUp === null) return "There is no other segment it could be in.";
  if (service.model.assignment.rule === "posterior") {
    // e^margin, as people say odds.
    const odds = Math.exp(margin);
    if (odds < 1.5) return `Nearly a toss-up with ${runnerUp}.`;
    return odds > 1e6
      ? `Beyond doubt for this model: more than a million to one against ${runnerUp}.`
      : `About ${readable(odds, 2)} to 1 against ${runnerUp}.`;
  }
  const usual = examples.get(segment)?.margin ?? null;
  if (usual === null || usual === 0) return `The next is ${runnerUp}, ${readable(margin)} further off.`;
  const share = margin / usual;
  if (share < 0.1) return `A border case: ${runnerUp} is almost as near.`;
  if (share < 0.5) return `Nearer to the border with ${runnerUp} than the segment's typical customer.`;
  return `Clearly: about as far from the border with ${runnerUp} as the segment's typical customer, or further.`;
}
