import { z } from "zod";
import type { ReferenceKey } from "../../core/references.js";
import { type Candidate, defineRule, type Rule } from "./define.js";
import { gateParams, passing } from "./gates.js";
import { bestBy, bordaPoints, criterion, edgeFlag, merit, nameOf, nothingPasses, simpler } from "./ranking.js";

/** The classic vote: each of the three indices names its best candidate; most votes win. */
export const majority = voteOf("majority", "silhouette", ["rousseeuw1987"]);

/** The same vote with the silhouette that needs centres alone: for tables too long for all pairs of rows. */
export const majoritySimplified = voteOf("majority-simplified", "simplified-silhouette", ["hruschka2006"]);

function voteOf(name: string, silhouette: string, cites: readonly ReferenceKey[]): Rule {
  const indices = [silhouette, "davies-bouldin", "calinski-harabasz"];
  return defineRule({
    name,
    title: `Majority of ${silhouette.replace("-", " ")}, Davies–Bouldin and Calinski–Harabasz; ties go to Borda points, then to the smaller k`,
    version: 1,
    cites: [...cites, "davies1979", "calinski1974", "charrad2014"],
    needs: indices,
    params: z.strictObject(gateParams),
    select(candidates, gates) {
      const sound = passing(candidates, gates);
      if (sound.length === 0) return nothingPasses(candidates);
      const criteria = indices.map(criterion);
      const points = bordaPoints(sound, criteria);
      // An index that could measure none of them has no vote.
      const choices = criteria
        .map((by) => ({ by, choice: bestBy(sound, by)! }))
        .filter(({ by, choice }) => Number.isFinite(merit(choice, by)));
      if (choices.length === 0) return nothingPasses(candidates);
      const votes = (candidate: Candidate) => choices.filter(({ choice }) => choice === candidate).length;

      const ranked = [...sound].sort(
        (a, b) => votes(b) - votes(a) || points.get(b.id)! - points.get(a.id)! || simpler(a, b),
      );
      const winner = ranked[0]!;
      const tied = ranked.filter((candidate) => votes(candidate) === votes(winner)).length;
      const ballots = choices.map(({ by, choice }) => {
        const value = Math.abs(merit(choice, by));
        return `${by.title} votes for ${nameOf(choice, sound)} (${value >= 100 ? value.toFixed(0) : value.toFixed(4)})`;
      });
      const won =
        tied > 1
          ? `the vote is tied; ${nameOf(winner, sound)} has the most Borda points, ${points.get(winner.id)}`
          : `${nameOf(winner, sound)} wins ${votes(winner)} of ${choices.length} votes`;
      return {
        winner: winner.id,
        outcome: "chosen",
        // Points stay below 3·n, so a vote always outweighs them.
        ranking: ranked.map((candidate) => ({
          id: candidate.id,
          score: votes(candidate) * 3 * candidates.length + points.get(candidate.id)!,
          detail: { votes: votes(candidate), borda: points.get(candidate.id)! },
        })),
        reasons: [won, ...ballots],
        flags: edgeFlag(winner, candidates),
      };
    },
  });
}
