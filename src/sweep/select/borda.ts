import { z } from "zod";
import { defineRule } from "./define.js";
import { gateParams, passing } from "./gates.js";
import { bordaPoints, criterion, edgeFlag, nameOf, nothingPasses, simpler } from "./ranking.js";

/** Every index ranks all candidates; the best sum of ranks wins, so a near-best everywhere beats a best somewhere. */
export const borda = defineRule({
  name: "borda",
  title: "Borda count over silhouette, Davies–Bouldin and Calinski–Harabasz: the best sum of ranks",
  version: 1,
  cites: ["borda1781"],
  needs: ["silhouette", "davies-bouldin", "calinski-harabasz"],
  params: z.strictObject(gateParams),
  select(candidates, gates) {
    const sound = passing(candidates, gates);
    if (sound.length === 0) return nothingPasses(candidates);
    const criteria = this.needs.map(criterion);
    const points = bordaPoints(sound, criteria);
    const ranked = [...sound].sort((a, b) => points.get(b.id)! - points.get(a.id)! || simpler(a, b));
    const winner = ranked[0]!;
    const most = criteria.length * (sound.length - 1);
    return {
      winner: winner.id,
      outcome: "chosen",
      ranking: ranked.map((c) => ({ id: c.id, score: points.get(c.id)!, detail: { borda: points.get(c.id)! } })),
      reasons: [
        `${nameOf(winner, sound)} has ${points.get(winner.id)} of ${most} possible Borda points over three indices`,
        ...(ranked[1] ? [`runner-up ${nameOf(ranked[1], sound)} has ${points.get(ranked[1].id)}`] : []),
      ],
      flags: edgeFlag(winner, candidates),
    };
  },
});
