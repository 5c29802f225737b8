import { z } from "zod";
import { type Candidate, defineRule } from "./define.js";
import { gateParams, passing } from "./gates.js";
import { bestBy, bordaPoints, criterion, edgeFlag, merit, nameOf, nothingPasses, simpler } from "./ranking.js";

const INDICES = ["silhouette", "davies-bouldin", "calinski-harabasz"];

/** The classic vote: each of the three indices names its best candidate; most votes win. */
export const majority = defineRule({
  name: "majority",
  title: "Majority of silhouette, Davies–Bouldin and Calinski–Harabasz; ties go to Borda points, then to the smaller k",
  version: 1,
  cites: ["rousseeuw1987", "davies1979", "calinski1974", "charrad2014"],
  needs: INDICES,
  params: z.strictObject(gateParams),
  select(candidates, gates) {
    const sound = passing(candidates, gates);
    if (sound.length === 0) return nothingPasses(candidates);
    const criteria = INDICES.map(criterion);
    const points = bordaPoints(sound, criteria);
    const choices = criteria.map((by) => ({ by, choice: bestBy(sound, by)! }));
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
        : `${nameOf(winner, sound)} wins ${votes(winner)} of ${criteria.length} votes`;
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
