import { z } from "zod";
import { defineRule } from "./define.js";
import { gateParams, passing } from "./gates.js";
import { criterion, edgeFlag, merit, nameOf, nothingPasses, simpler } from "./ranking.js";

/** What most scripts do: the largest mean silhouette wins. */
export const maxSilhouette = defineRule({
  name: "max-silhouette",
  title: "Largest silhouette: simple and common; favours few, round clusters",
  version: 1,
  cites: ["rousseeuw1987"],
  needs: ["silhouette"],
  params: z.strictObject(gateParams),
  select(candidates, gates) {
    const sound = passing(candidates, gates);
    const by = criterion("silhouette");
    const ranked = [...sound].sort((a, b) => merit(b, by) - merit(a, by) || simpler(a, b));
    const winner = ranked[0];
    if (!winner) return nothingPasses(candidates);
    const runnerUp = ranked[1];
    const gap = runnerUp ? merit(winner, by) - merit(runnerUp, by) : 0;
    return {
      winner: winner.id,
      outcome: "chosen",
      ranking: ranked.map((c) => ({ id: c.id, score: merit(c, by), detail: { silhouette: merit(c, by) } })),
      reasons: [
        `${nameOf(winner, sound)} has the largest silhouette, ${merit(winner, by).toFixed(4)}`,
        ...(runnerUp ? [`runner-up ${nameOf(runnerUp, sound)} is ${gap.toFixed(4)} behind`] : []),
      ],
      flags: edgeFlag(winner, candidates),
    };
  },
});
