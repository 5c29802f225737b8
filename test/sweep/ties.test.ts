/** What decides at a border and in a tie: each of these is one character away from another answer. */
import { describe, expect, test } from "vitest";
import { inThread, memoryStore, parseExperiment, runSweep } from "../../src/sweep/index.js";
import type { Candidate } from "../../src/sweep/select/define.js";
import { failedGates, gateParams } from "../../src/sweep/select/gates.js";
import { bestBy, edgeFlag, nameOf, nothingPasses, simpler } from "../../src/sweep/select/ranking.js";
import { SAME_ANSWER, sameAnswer } from "../../src/sweep/select/repeatability.js";
import type { Choice } from "../../src/sweep/select/standing.js";
import { groups, plantedTable } from "./planted.js";

const candidate = (own: Partial<Candidate>): Candidate =>
  ({
    ...{ id: "a", algorithm: "kmeans", prepare: "p", reduce: "none", params: "k=2", k: 2, seed: 1 },
    ...{ complexity: 1, order: 0, coverage: 1, smallest: 0.5, baseline: false, reasons: [], scores: {}, spread: {} },
    ...own,
  }) as unknown as Candidate;

describe("the gates let through what just reaches them", () => {
  const gates = { minCoverage: 0.9, minClusterShare: 0.05 };
  const below = (value: number) => value - Number.EPSILON;

  test.each<[string, Partial<Candidate>, string[]]>([
    ["the smallest cluster at its share", { smallest: 0.05 }, []],
    ["the smallest cluster below it", { smallest: below(0.05) }, ["small-cluster"]],
    ["coverage at its share", { coverage: 0.9 }, []],
    ["coverage below it", { coverage: below(0.9) }, ["coverage"]],
    ["two clusters", { k: 2 }, []],
    ["one cluster, which has no smallest", { k: 1, smallest: 0 }, ["one-cluster"]],
    ["one cluster by the fit's own word, said once", { k: 1, reasons: ["one-cluster"] }, ["one-cluster"]],
    ["noise alone, which is not one cluster", { k: 0, reasons: ["all-noise"] }, ["all-noise"]],
    ["a baseline", { baseline: true }, ["baseline"]],
  ])("%s", (_, own, codes) => {
    expect(failedGates(candidate(own), gates)).toEqual(codes);
  });
});

describe("of equally good candidates", () => {
  const by = { column: "silhouette", title: "silhouette", better: "higher" } as const;
  const scores = { silhouette: 0.5 };

  test.each<[string, Partial<Candidate>, Partial<Candidate>]>([
    ["the smaller k wins, however many parameters it has", { k: 2, complexity: 9, order: 9 }, { k: 3 }],
    ["fewer parameters win, wherever they stand in the registry", { complexity: 1, order: 9 }, { complexity: 2 }],
    ["the earlier in the registry wins", { order: 1 }, { order: 2 }],
  ])("%s", (_, better, worse) => {
    const [winner, loser] = [candidate({ ...better, id: "w", scores }), candidate({ ...worse, id: "l", scores })];
    expect(simpler(winner, loser)).toBeLessThan(0);
    expect(bestBy([loser, winner], by)).toBe(winner);
    expect(bestBy([winner, loser], by)).toBe(winner);
  });

  test("a better score wins over all of it", () => {
    const plain = candidate({ id: "plain", scores });
    const good = candidate({ id: "good", k: 9, complexity: 9, order: 9, scores: { silhouette: 0.5 + 1e-12 } });
    expect(bestBy([plain, good], by)).toBe(good);
  });
});

describe("two choices are the same answer", () => {
  const choice = (labels: string, k = 3) =>
    ({ outcome: "chosen", winner: { labels, candidate: candidate({ k }) } }) as unknown as Choice;
  const none = (outcome: string) => ({ outcome, winner: null }) as unknown as Choice;

  test("when their agreement reaches the bar, and not a hair below it", () => {
    expect(sameAnswer(choice("a"), choice("b"), { "a b": SAME_ANSWER })).toBe(true);
    expect(sameAnswer(choice("a"), choice("b"), { "a b": SAME_ANSWER - Number.EPSILON })).toBe(false);
    expect(sameAnswer(choice("a"), choice("b"), {})).toBe(false);
  });

  test("when the labels are the same, whatever is known of their agreement", () => {
    expect(sameAnswer(choice("a"), choice("a"), {})).toBe(true);
  });

  test("never with another number of segments", () => {
    expect(sameAnswer(choice("a", 3), choice("b", 4), { "a b": 1 })).toBe(false);
  });

  test("without a winner, when the reason is the same", () => {
    expect(sameAnswer(none("no-structure"), none("no-structure"), {})).toBe(true);
    expect(sameAnswer(none("no-structure"), none("nothing-passes"), {})).toBe(false);
    expect(sameAnswer(none("no-structure"), choice("a"), {})).toBe(false);
  });
});

describe("a candidate's name", () => {
  const [a, b] = [candidate({ id: "a" }), candidate({ id: "b", prepare: "q", reduce: "pca" })];

  test("says only what tells it from the others", () => {
    expect(nameOf(a, [a])).toBe("kmeans k=2");
    expect(nameOf(a, [a, candidate({ id: "c", prepare: "q" })])).toBe("kmeans k=2 on p");
    expect(nameOf(a, [a, candidate({ id: "c", reduce: "pca" })])).toBe("kmeans k=2 on none");
    expect(nameOf(b, [a, b])).toBe("kmeans k=2 on q / pca");
  });

  test("does not mind where baselines are, and a baseline has no reduction to name", () => {
    const baseline = candidate({ id: "base", baseline: true, prepare: "z", reduce: "zero" });
    expect(nameOf(a, [a, baseline])).toBe("kmeans k=2");
    expect(nameOf(baseline, [a, baseline])).toBe("kmeans k=2 on z");
  });
});

test("when nothing passes, the answer names no winner and says how many were tried", () => {
  expect(nothingPasses([candidate({}), candidate({})])).toEqual({
    winner: null,
    outcome: "nothing-passes",
    ranking: [],
    reasons: [expect.stringContaining("none of the 2 candidates passes")],
    flags: [],
  });
});

describe("the edge of the range is flagged", () => {
  const range = (...ks: number[]) => ks.map((k) => candidate({ id: `k${k}`, k }));

  test("for the largest k of several of the winner's kind, and for no other", () => {
    const all = range(2, 3, 4);
    expect(edgeFlag(all[2]!, all)).toMatchObject([{ code: "AT_EDGE" }]);
    expect(edgeFlag(all[1]!, all)).toEqual([]);
    expect(edgeFlag(all[0]!, [all[0]!])).toEqual([]);
  });
});

test.each(["minCoverage", "minClusterShare"] as const)("%s is a share", (name) => {
  const { [name]: schema } = gateParams;
  for (const share of [0, 0.5, 1]) expect(schema.parse(share)).toBe(share);
  for (const wrong of [-0.01, 1.01]) expect(schema.safeParse(wrong).success).toBe(false);
});

test("a parameter counts once, however many words its value is written in", async () => {
  // Both find the same three groups: equal scores, equal k. dbscan shows eps and minSamples, gmm k and two more.
  const table = plantedTable(300, 1, groups(3, 30));
  const winnerWith = async (eps: string) => {
    const experiment = parseExperiment(`
name: tie
data: { path: none }
prepare: { standard: [ scale: standard ] }
sweep:
  gmm: { k: 3, covarianceType: diag, nInit: 3 }
  dbscan: { eps: ${eps}, minSamples: 5 }
seeds: 1
select: { rule: max-silhouette }`);
    const { winner } = await runSweep({ experiment, table, store: memoryStore(), executor: inThread() });
    return winner!.trial;
  };
  expect((await winnerWith("2")).paramsText).toBe("eps=2 minSamples=5");
  expect((await winnerWith("auto")).paramsText).toMatch(/^eps=auto \d of \d minSamples=5$/);
});
