import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { agreements, mutualInformationOf, pairConfusionOf } from "../../src/metrics/agreement.js";
import { contingency } from "../../src/metrics/contingency.js";
import { maximumAssignment, migration, relabelToMatch } from "../../src/metrics/matching.js";
import { reference, referenceSets } from "../reference.js";

/** The reference's word for each index, and the README's tolerance. */
const golden: Readonly<Record<string, readonly [string, number]>> = {
  "adjusted-rand": ["adjusted_rand", 1e-12],
  rand: ["rand", 1e-12],
  ami: ["ami_arithmetic", 1e-9],
  nmi: ["nmi_arithmetic", 1e-12],
  homogeneity: ["homogeneity", 1e-12],
  completeness: ["completeness", 1e-12],
  "v-measure": ["v_measure", 1e-12],
  "fowlkes-mallows": ["fowlkes_mallows", 1e-12],
  purity: ["purity", 1e-12],
};

describe.each(referenceSets)("%s", (set) => {
  const { labelings, external } = reference(set, "metrics");
  const pairs = Object.keys(external).map((pair) => {
    const [a, b] = pair.split("|") as [string, string];
    return { pair, a: labelings[a], b: labelings[b], expected: external[pair] };
  });

  test.each(agreements.filter(({ name }) => name in golden).map((entry) => [entry.name, entry] as const))(
    "%s equals scikit-learn on every pair of labelings",
    (name, { compare }) => {
      const [word, tolerance] = golden[name]!;
      for (const { pair, a, b, expected } of pairs) {
        expect(Math.abs(compare(a, b) - expected[word]), pair).toBeLessThanOrEqual(tolerance);
      }
    },
  );

  test("pair counts are exact, mutual information is scikit-learn's, and Jaccard follows from the pairs", () => {
    const jaccard = agreements.find(({ name }) => name === "pair-jaccard")!;
    for (const { pair, a, b, expected } of pairs) {
      const { neither, onlyFirst, onlySecond, both } = pairConfusionOf(a, b);
      expect(
        [
          [neither, onlySecond],
          [onlyFirst, both],
        ],
        pair,
      ).toEqual(expected.pair_confusion);
      expect(Math.abs(mutualInformationOf(a, b) - expected.mutual_info_nats), pair).toBeLessThanOrEqual(1e-12);
      const [[, onlyB], [onlyA, together]] = expected.pair_confusion;
      expect(jaccard.compare(a, b)).toBe(together / (together + onlyA + onlyB));
    }
  });
});

test("two labelings of five rows, worked by hand", () => {
  // rows        0 1 2 3 4      table    b=0 b=1
  // a           0 0 0 1 1      a=0        2   1
  // b           0 0 1 1 1      a=1        0   2
  // pairs (unordered 10): together in both: {0,1}, {3,4} = 2; only in a: {0,2}, {1,2} = 2;
  // only in b: {2,3}, {2,4} = 2; neither: 4.
  const a = [0, 0, 0, 1, 1];
  const b = [0, 0, 1, 1, 1];
  const value = (name: string) => agreements.find((entry) => entry.name === name)!.compare(a, b);
  expect(pairConfusionOf(a, b)).toEqual({ neither: 8, onlyFirst: 4, onlySecond: 4, both: 4 });
  expect(value("rand")).toBe(6 / 10);
  expect(value("pair-jaccard")).toBe(2 / 6);
  expect(value("fowlkes-mallows")).toBeCloseTo(2 / 4, 15);
  // ARI = (2 − 4·4/10) / (4 − 4·4/10) = .4 / 2.4
  expect(value("adjusted-rand")).toBeCloseTo(0.4 / 2.4, 15);
  expect(value("purity")).toBe(4 / 5);
  // MI = .4 ln(.4/.24) + .2 ln(.2/.36) + .4 ln(.4/.24); H = −.6 ln .6 − .4 ln .4 for both.
  const mi = 0.8 * Math.log(5 / 3) + 0.2 * Math.log(5 / 9);
  expect(value("nmi")).toBeCloseTo(mi / -(0.6 * Math.log(0.6) + 0.4 * Math.log(0.4)), 14);
});

test.each([
  ["both one cluster", [0, 0, 0], [5, 5, 5], 1],
  ["both all alone", [0, 1, 2], [2, 0, 1], 1],
  ["the same, renumbered", [0, 0, 1, 1, -1], [7, 7, 3, 3, 0], 1],
])("%s agree wholly", (_, a, b, expected) => {
  for (const { name, compare } of agreements) {
    // Without a pair together there is nothing for Fowlkes–Mallows to find; scikit-learn answers 0.
    const nothingTogether = name === "fowlkes-mallows" && new Set(a).size === a.length;
    expect(compare(a, b), name).toBeCloseTo(nothingTogether ? 0 : expected, 12);
  }
});

const labelPairs = fc
  .integer({ min: 2, max: 40 })
  .chain((n) =>
    fc.tuple(
      fc.array(fc.integer({ min: -1, max: 5 }), { minLength: n, maxLength: n }),
      fc.array(fc.integer({ min: -1, max: 5 }), { minLength: n, maxLength: n }),
    ),
  );

describe.each(agreements)("$name", ({ compare, range, symmetric }) => {
  test("stays in its range, ignores the numbering, and is symmetric where it says so", () => {
    fc.assert(
      fc.property(labelPairs, ([a, b]) => {
        const value = compare(a, b);
        expect(value).toBeGreaterThanOrEqual(range[0] - 1e-12);
        expect(value).toBeLessThanOrEqual(range[1] + 1e-12);
        const renamed = b.map((label) => 20 - 3 * label);
        expect(compare(a, renamed)).toBeCloseTo(value, 12);
        if (symmetric) expect(compare(b, a)).toBeCloseTo(value, 12);
      }),
      { seed: 11, numRuns: 300 },
    );
  });
});

describe("matching", () => {
  test("follows the largest total overlap, not the largest single one", () => {
    // Greedy would give before-0 to after-0 (5 rows) and leave 0; the best total is 4 + 4.
    //            after 0  after 1
    // before 0        5        4
    // before 1        4        0
    const before = [...Array(9).fill(0), ...Array(4).fill(1)];
    const after = [...Array(5).fill(0), ...Array(4).fill(1), ...Array(4).fill(0)];
    const result = migration(before, after);
    expect(result.counts).toEqual([
      [5, 4],
      [4, 0],
    ]);
    expect(result.matched).toEqual([1, 0]);
    expect([result.stayed, result.moved]).toEqual([8, 5]);
  });

  test("matches noise to noise alone, and names a cluster without a partner anew", () => {
    const before = [-1, -1, 0, 0, 0];
    const after = [0, 0, 1, 1, -1];
    const result = migration(before, after);
    expect(result.matched).toEqual([-1, null, 0]);
    expect(result.moved).toBe(3);
    expect([...relabelToMatch(before, after)]).toEqual([1, 1, 0, 0, -1]);
  });

  test("moves nobody when only the numbers changed", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1, max: 6 }), { minLength: 1, maxLength: 60 }), (labels) => {
        const renamed = labels.map((label) => (label < 0 ? label : 6 - label));
        expect(migration(labels, renamed).moved).toBe(0);
        expect([...relabelToMatch(labels, renamed)]).toEqual(labels);
      }),
      { seed: 12 },
    );
  });

  test("the Hungarian method finds the best of all permutations", () => {
    const square = fc.integer({ min: 1, max: 5 }).chain((n) =>
      fc.array(fc.array(fc.integer({ min: 0, max: 9 }), { minLength: n, maxLength: n }), {
        minLength: n,
        maxLength: n,
      }),
    );
    fc.assert(
      fc.property(square, (gain) => {
        const columns = maximumAssignment(gain);
        expect(new Set(columns).size).toBe(gain.length);
        const total = columns.reduce((sum, c, r) => sum + gain[r]![c]!, 0);
        const best = (rows: number[][], free: number[]): number =>
          rows.length === 0
            ? 0
            : Math.max(
                ...free.map(
                  (c) =>
                    rows[0]![c]! +
                    best(
                      rows.slice(1),
                      free.filter((other) => other !== c),
                    ),
                ),
              );
        expect(total).toBe(
          best(
            gain,
            columns.map((_, c) => c),
          ),
        );
      }),
      { seed: 13, numRuns: 300 },
    );
  });
});

test("labels far apart are cross-tabulated like near ones, and no rows at all are no error", () => {
  const near = contingency([0, 0, 1, 2, -1], [1, 0, 0, 1, -1]);
  const far = contingency([0, 0, 7, 90_000, -1], [90_000, 7, 7, 90_000, -90_000]);
  expect(far).toEqual({ ...near, first: [-1, 0, 7, 90_000], second: [-90_000, 7, 90_000] });
  expect(contingency([], [])).toMatchObject({ first: [], second: [], rows: 0 });
});
