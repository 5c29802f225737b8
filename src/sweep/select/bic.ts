import { z } from "zod";
import { defineRule } from "./define.js";
import { gateParams, passing } from "./gates.js";
import { edgeFlag, nameOf, nothingPasses, simpler } from "./ranking.js";

/** The smallest Bayesian information criterion: for mixture models only, and it counts components, not clusters. */
export const bic = defineRule({
  name: "bic",
  title: "Smallest BIC among mixture models: density fit against the number of parameters",
  version: 2,
  cites: ["schwarz1978"],
  needs: [],
  oneFitSpace: true,
  params: z.strictObject(gateParams),
  select(candidates, gates) {
    const value = (scores: Readonly<Record<string, number | null>>) => scores["bic"] ?? null;
    const sound = passing(candidates, gates).filter((candidate) => value(candidate.scores) !== null);
    if (sound.length === 0) {
      const none = nothingPasses(candidates);
      return {
        ...none,
        reasons: ["no mixture model passes the gates, so there is no BIC to compare; sweep gmm or latent-class"],
      };
    }
    const algorithms = [...new Set(sound.map(({ algorithm }) => algorithm))];
    if (algorithms.length > 1) {
      const reason = `${algorithms.join(" and ")} have likelihoods of different kinds (densities; of texts, probabilities), so their BIC cannot be compared; keep one of them in the sweep`;
      return { ...nothingPasses(candidates), reasons: [reason] };
    }
    const bicOf = (candidate: (typeof sound)[number]) => value(candidate.scores)!;
    const ranked = [...sound].sort((a, b) => bicOf(a) - bicOf(b) || simpler(a, b));
    const winner = ranked[0]!;
    return {
      winner: winner.id,
      outcome: "chosen",
      ranking: ranked.map((c) => ({ id: c.id, score: -bicOf(c), detail: { bic: bicOf(c) } })),
      reasons: [
        `${nameOf(winner, sound)} has the smallest BIC, ${bicOf(winner).toFixed(1)}`,
        ...(ranked[1] ? [`runner-up ${nameOf(ranked[1], sound)} has ${bicOf(ranked[1]).toFixed(1)}`] : []),
      ],
      flags: edgeFlag(winner, candidates),
    };
  },
});
