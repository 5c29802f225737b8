/** What is shown of a decision: the series over k that was resampled, and the ranking in words. */
import { expect, test } from "vitest";
import { type Decision, type RankedCandidate, rankingTable, stabilityOf } from "../../src/figures/index.js";

const candidate = (k: number, own: Record<string, unknown> = {}): RankedCandidate => ({
  algorithm: "gmm",
  prepare: "standard",
  reduce: "none",
  params: `k=${k} covarianceType=full`,
  k,
  prediction_strength: 0.9 - k / 10,
  failed: [],
  ...own,
});
const decision = (own: Partial<Decision> = {}): Decision => ({
  winner: candidate(2),
  ranking: [
    candidate(3, { failed: ["prediction-strength"] }),
    candidate(2, { jaccard: 0.8, null_p: 0.01, a: 2 }),
    candidate(4, { params: "k=4 covarianceType=diag" }),
    candidate(5, { reduce: "pca-2" }),
    candidate(6, { prediction_strength: undefined }),
  ],
  config: { select: { rule: "gated-stability", jaccard: 0.75, strength: 0.65 } },
  ...own,
});

test("draws the k of the winner's own series that were resampled, in order", () => {
  const figure = stabilityOf(decision())!;
  const text = JSON.stringify(figure);
  expect(figure.alt).toContain("gmm covarianceType=full");
  // k = 2 clears .65 and .75; k = 3 has no Jaccard and a strength of .6.
  expect(figure.alt).toMatch(/k = 2 clears both/);
  expect(text).not.toContain('"k":4');
  const traces = figure.data as readonly { readonly x?: readonly number[] }[];
  expect(new Set(traces.flatMap(({ x }) => x ?? []))).toEqual(new Set([2, 3]));
});

test("draws the best candidate's series where nothing was chosen, and nothing where nothing was resampled", () => {
  expect(stabilityOf(decision({ winner: null }))).not.toBeNull();
  expect(stabilityOf(decision({ config: { select: { rule: "majority" } } }))).toBeNull();
  expect(stabilityOf(decision({ winner: null, ranking: [] }))).toBeNull();
});

test("the ranking as a table names what fails and leaves no figure that is not there", () => {
  expect(rankingTable(decision())[1]).toEqual({
    candidate: "gmm k=2 covarianceType=full on standard",
    k: 2,
    "null p": 0.01,
    "prediction strength": 0.7,
    "worst Jaccard": 0.8,
    A: 2,
    fails: null,
  });
  expect(rankingTable(decision())[0]!["fails"]).toBe("prediction-strength");
  expect(rankingTable(decision())[3]!["candidate"]).toContain("on standard / pca-2");
  expect(rankingTable(decision())[4]!["prediction strength"]).toBeNull();
});
