/** Selection rules on hand-made candidates. */
import { describe, expect, test } from "vitest";
import type { Candidate, Rule } from "../../src/sweep/select/define.js";
import { failedGates } from "../../src/sweep/select/gates.js";
import { bordaPoints, criterion } from "../../src/sweep/select/ranking.js";
import { rules } from "../../src/sweep/select/registry.js";

let order = 0;

/** A sound candidate unless told otherwise. Scores: silhouette, Davies–Bouldin, Calinski–Harabasz. */
function candidate(
  id: string,
  k: number,
  [s, db, ch]: [number, number, number],
  other: Partial<Candidate> = {},
): Candidate {
  return {
    id,
    algorithm: "kmeans",
    prepare: "standard",
    reduce: "none",
    params: `k=${k}`,
    complexity: 1,
    order: order++,
    baseline: false,
    k,
    seed: 1,
    coverage: 1,
    smallest: 0.2,
    reasons: [],
    scores: { silhouette: s, davies_bouldin: db, calinski_harabasz: ch },
    spread: {},
    ...other,
  };
}

const rule = (name: string): Rule => rules.find((each) => each.name === name)!;
const choose = (name: string, candidates: Candidate[]) => {
  const chosen = rule(name);
  return chosen.select(candidates, chosen.params.parse({}));
};

describe("gates", () => {
  const gates = { minCoverage: 0.9, minClusterShare: 0.05 };
  test.each([
    ["a sound one", {}, []],
    ["one cluster", { k: 1 }, ["one-cluster"]],
    ["much noise", { coverage: 0.33 }, ["coverage"]],
    ["a tiny cluster", { smallest: 0.001 }, ["small-cluster"]],
    ["a fit that is not sound", { reasons: ["singular"] }, ["singular"]],
    ["a baseline", { baseline: true }, ["baseline"]],
    ["several faults", { coverage: 0.5, smallest: 0.01 }, ["coverage", "small-cluster"]],
  ])("%s", (_, other, expected) => {
    expect(failedGates(candidate("a", 3, [0.3, 1, 100], other), gates)).toEqual(expected);
  });
});

describe("max-silhouette", () => {
  test("takes the largest among those that pass the gates", () => {
    const verdict = choose("max-silhouette", [
      candidate("a", 2, [0.3, 1, 100]),
      candidate("b", 3, [0.4, 1, 100]),
      candidate("noise", 2, [0.9, 1, 100], { coverage: 0.3 }),
    ]);
    expect(verdict.winner).toBe("b");
    expect(verdict.ranking.map(({ id }) => id)).toEqual(["b", "a"]);
  });

  test("a tie goes to the smaller k", () => {
    expect(choose("max-silhouette", [candidate("b", 3, [0.4, 1, 1]), candidate("a", 2, [0.4, 1, 1])]).winner).toBe("a");
  });

  test("an index that is not defined never wins", () => {
    const undefinedIndex = candidate("a", 2, [0, 1, 1], { scores: { silhouette: null } });
    expect(choose("max-silhouette", [undefinedIndex, candidate("b", 2, [-0.5, 1, 1])]).winner).toBe("b");
  });
});

describe("majority", () => {
  test("two of three indices outvote the third", () => {
    const verdict = choose("majority", [candidate("a", 2, [0.5, 0.9, 200]), candidate("b", 3, [0.4, 0.5, 100])]);
    expect(verdict.winner).toBe("a");
    expect(verdict.ranking[0]!.detail["votes"]).toBe(2);
  });

  test("three votes for three candidates: the Borda points decide", () => {
    // a best silhouette, b best DB, c best CH. Ranks: a 1,3,3 (2 points), b 2,1,2 (4), c 3,2,1 (3).
    const verdict = choose("majority", [
      candidate("a", 2, [0.5, 0.9, 100]),
      candidate("b", 3, [0.4, 0.5, 150]),
      candidate("c", 4, [0.3, 0.7, 200]),
    ]);
    expect(verdict.winner).toBe("b");
    expect(verdict.reasons[0]).toContain("tied");
  });

  test("gated candidates do not vote", () => {
    const crowned = candidate("one-giant", 4, [0.2, 0.1, 5], { smallest: 0.0001 });
    expect(choose("majority", [candidate("a", 2, [0.5, 0.9, 200]), crowned]).winner).toBe("a");
  });

  test("an index that could measure none of them has no vote, and without votes nobody wins", () => {
    const none = Number.NaN;
    const scores = { silhouette: null, davies_bouldin: 0.5, calinski_harabasz: null };
    const one = choose("majority", [candidate("a", 2, [none, none, none], { scores })]);
    expect(one.reasons[0]).toContain("wins 1 of 1 votes");
    const nobody = choose("majority", [
      candidate("a", 2, [none, none, none], { scores: { ...scores, davies_bouldin: null } }),
    ]);
    expect(nobody).toMatchObject({ winner: null, outcome: "nothing-passes" });
  });

  test("nobody passes: no winner, and it says so", () => {
    const verdict = choose("majority", [candidate("a", 2, [0.5, 0.9, 200], { coverage: 0.1 })]);
    expect(verdict).toMatchObject({ winner: null, outcome: "nothing-passes" });
  });
});

describe("borda", () => {
  test("points are wins over others, half for a tie, summed over indices", () => {
    // silhouette: a beats b, c; b ties c. DB: b beats a and c, a beats c. One index each way:
    const candidates = [
      candidate("a", 2, [0.5, 0.6, 0]),
      candidate("b", 2, [0.3, 0.5, 0]),
      candidate("c", 2, [0.3, 0.7, 0]),
    ];
    const points = bordaPoints(candidates, [criterion("silhouette"), criterion("davies-bouldin")]);
    expect(Object.fromEntries(points)).toEqual({ a: 2 + 1, b: 0.5 + 2, c: 0.5 + 0 });
  });

  test("near the best everywhere beats best somewhere", () => {
    const verdict = choose("borda", [
      candidate("extreme", 2, [0.9, 0.9, 50]),
      candidate("even", 3, [0.5, 0.5, 150]),
      candidate("other", 4, [0.4, 0.6, 100]),
    ]);
    expect(verdict.winner).toBe("even");
  });
});

describe("bic", () => {
  test("the smallest BIC, whatever the other indices say", () => {
    const mixture = (id: string, k: number, bic: number) =>
      candidate(id, k, [0.1, 1, 1], { algorithm: "gmm", scores: { silhouette: 0.1, bic } });
    const verdict = choose("bic", [candidate("a", 2, [0.9, 0.1, 999]), mixture("m2", 2, 500), mixture("m3", 3, 400)]);
    expect(verdict.winner).toBe("m3");
    expect(verdict.flags.map(({ code }) => code)).toEqual(["AT_EDGE"]);
  });

  test("without a mixture model there is nothing to compare", () => {
    expect(choose("bic", [candidate("a", 2, [0.9, 0.1, 999])])).toMatchObject({ winner: null });
  });
});

test("the largest k that was tried is flagged, and a wider grid proposed", () => {
  const verdict = choose("max-silhouette", [candidate("a", 2, [0.3, 1, 1]), candidate("b", 3, [0.4, 1, 1])]);
  expect(verdict.flags).toEqual([{ code: "AT_EDGE", message: expect.stringContaining("sweep.kmeans.k=2..6") }]);
});

test("a verdict does not depend on the order of the candidates", () => {
  const candidates = [
    candidate("a", 2, [0.5, 0.9, 100]),
    candidate("b", 3, [0.4, 0.5, 150]),
    candidate("c", 4, [0.3, 0.7, 200]),
    candidate("d", 4, [0.3, 0.7, 200]),
  ];
  for (const name of ["max-silhouette", "majority", "borda"]) {
    expect(choose(name, [...candidates].reverse()).winner).toBe(choose(name, candidates).winner);
  }
});
