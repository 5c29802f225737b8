/** The rule on hand-made evidence: who wins, and how sure. */
import { describe, expect, test } from "vitest";
import type { StabilityEvidence } from "../../src/sweep/evidence/define.js";
import type { Candidate } from "../../src/sweep/select/define.js";
import { gatedStability } from "../../src/sweep/select/gated-stability.js";
import { standardErrorOf } from "../../src/sweep/select/repeatability.js";

interface Given {
  readonly k: number;
  /** Observed silhouette; null data have values around 0.1 (0.09, 0.10, 0.11, …). */
  readonly silhouette?: number;
  /** Prediction strength of each split. */
  readonly strength?: readonly number[];
  /** Jaccard of the worst cluster of each resample; the others have 1. */
  readonly jaccard?: readonly number[];
  /** Silhouette, CH and DB on the calibration rows; random clusterings have (0 ± 0.1, 10 ± 1, 2 ± 0.1). */
  readonly indices?: readonly [number, number, number];
  /** p of each border, (0, 1), (0, 2) …; not looked at when left out. */
  readonly borders?: readonly number[];
  /** Density ratio of each border; .5 when left out. */
  readonly ratios?: readonly number[];
  readonly other?: Partial<Candidate>;
}

const NULLS = 99;
const always = (value: number, times: number) => Array.from({ length: times }, () => value);

/** Evidence and candidates from a few numbers each; labels are named for the candidate. */
function given(list: Readonly<Record<string, Given>>) {
  const entries = Object.entries(list);
  const candidates = entries.map(
    ([id, { k, other }], order): Candidate => ({
      id,
      algorithm: "kmeans",
      prepare: "standard",
      reduce: "none",
      params: `k=${k}`,
      complexity: 1,
      order,
      baseline: false,
      k,
      seed: 1,
      coverage: 1,
      smallest: 0.1,
      reasons: [],
      scores: { silhouette: 0.3 },
      spread: {},
      ...other,
    }),
  );
  const ids = candidates.filter(({ baseline }) => !baseline).map(({ id }) => id);
  const around = [-1, 0, 1];
  const random = {
    silhouette: around.map((step) => 0.1 * step),
    calinskiHarabasz: around.map((step) => 10 + step),
    daviesBouldin: around.map((step) => 2 + 0.1 * step),
    jaccard: around.map((step) => 0.4 + 0.1 * step),
    strength: around.map((step) => 0.4 + 0.1 * step),
  };
  const evidence: StabilityEvidence = {
    rows: { null: 100, resample: 100, calibration: 100 },
    views: [
      {
        space: "standard",
        prepare: null,
        ids,
        observed: ids.map((id) => list[id]!.silhouette ?? 0.5),
        nulls: Array.from({ length: NULLS }, (_, b) => ids.map(() => 0.1 + 0.001 * ((b % 21) - 10))),
      },
    ],
    permuted: null,
    borders: {
      standard: Object.fromEntries(
        entries.flatMap(([id, { borders, ratios }]) =>
          borders ? [[id, borders.flatMap((p, i) => [p, ratios?.[i] ?? 0.5])] as const] : [],
        ),
      ),
    },
    mixed: {},
    along: {},
    severalModes: [],
    strength: Object.fromEntries(entries.map(([id, { strength }]) => [id, strength ?? always(0.95, 10)])),
    jaccard: Object.fromEntries(
      entries.map(([id, { k, jaccard }]) => [
        id,
        { [id]: (jaccard ?? always(0.9, 50)).map((value) => [value, ...always(1, k - 1)]) },
      ]),
    ),
    random: { standard: Object.fromEntries(entries.map(([, { k }]) => [k, random])) },
    indices: { standard: Object.fromEntries(entries.map(([id, { indices }]) => [id, indices ?? [0.3, 15, 1.5]])) },
    labels: Object.fromEntries(ids.map((id) => [id, id])),
    seeds: [],
    alike: {},
  };
  return { candidates, evidence };
}

function decide(
  list: Readonly<Record<string, Given>>,
  params: Record<string, unknown> = {},
  seen?: Partial<StabilityEvidence>,
) {
  const { candidates, evidence } = given(list);
  return gatedStability.select(candidates, gatedStability.params.parse(params), { ...evidence, ...seen });
}

describe("the verdict", () => {
  const table: [string, Record<string, Given>, Record<string, unknown>, string | null, string][] = [
    ["the finest that passes everything wins", { two: { k: 2 }, three: { k: 3 }, six: { k: 6 } }, {}, "six", "chosen"],
    ["not one that fails the null", { two: { k: 2 }, six: { k: 6, silhouette: 0.1 } }, {}, "two", "chosen"],
    [
      "not one that fails the prediction strength",
      { two: { k: 2 }, six: { k: 6, strength: always(0.79, 10) } },
      {},
      "two",
      "chosen",
    ],
    [
      "not one whose worst cluster dissolves",
      { two: { k: 2 }, six: { k: 6, jaccard: always(0.74, 50) } },
      {},
      "two",
      "chosen",
    ],
    [
      "thresholds are reached, not exceeded",
      { two: { k: 2 }, six: { k: 6, jaccard: always(0.75, 50), strength: always(0.8, 10) } },
      {},
      "six",
      "chosen",
    ],
    [
      "not one that fails a gate, however fine",
      { two: { k: 2 }, nine: { k: 9, other: { smallest: 0.01 } } },
      {},
      "two",
      "chosen",
    ],
    [
      "nobody exceeds the null",
      { two: { k: 2, silhouette: 0.1 }, six: { k: 6, silhouette: 0.09 } },
      {},
      null,
      "no-structure",
    ],
    ["real, but nothing replicates", { two: { k: 2, jaccard: always(0.5, 50) } }, {}, null, "nothing-passes"],
    ["nobody passes the gates", { two: { k: 2, other: { coverage: 0.3 } } }, {}, null, "nothing-passes"],
    [
      "equal k: the higher A",
      { low: { k: 3, indices: [0.3, 15, 1.5] }, high: { k: 3, indices: [0.4, 16, 1.4] } },
      {},
      "high",
      "chosen",
    ],
    ["equal A: fewer parameters", { more: { k: 3, other: { complexity: 2 } }, fewer: { k: 3 } }, {}, "fewer", "chosen"],
    ["equal in all: registry order", { first: { k: 3 }, second: { k: 3 } }, {}, "first", "chosen"],
    [
      "parsimonious: the fewest within one standard error of the best A",
      { two: { k: 2 }, three: { k: 3 } },
      { granularity: "parsimonious" },
      "two",
      "chosen",
    ],
    [
      "parsimonious: fewer segments do not win when clearly worse",
      { two: { k: 2, indices: [0, 10, 2] }, three: { k: 3 } },
      { granularity: "parsimonious" },
      "three",
      "chosen",
    ],
    ["a baseline never wins", { two: { k: 2 }, bins: { k: 6, other: { baseline: true } } }, {}, "two", "chosen"],
  ];
  test.each(table)("%s", (_, list, params, winner, outcome) => {
    expect(decide(list, params)).toMatchObject({ winner, outcome });
  });

  test("does not depend on the order of the candidates", () => {
    const list = { two: { k: 2 }, three: { k: 3 }, six: { k: 6, strength: always(0.5, 10) } };
    const { candidates, evidence } = given(list);
    const params = gatedStability.params.parse({});
    const reversed = gatedStability.select([...candidates].reverse(), params, evidence);
    expect(reversed.winner).toBe(gatedStability.select(candidates, params, evidence).winner);
  });

  test("each candidate that fails says at which stage", () => {
    const { failed } = decide({
      fine: { k: 2 },
      nothing: { k: 3, silhouette: 0.1 },
      weak: { k: 4, strength: always(0.5, 4) },
      dissolved: { k: 5, jaccard: always(0.6, 50) },
    });
    expect(failed).toEqual({ nothing: ["null"], weak: ["prediction-strength"], dissolved: ["jaccard"] });
  });

  test("of a candidate that fails a gate, seeds that pass it are not called sound", () => {
    const { failed } = decide({ fine: { k: 2 }, crumbs: { k: 3, other: { smallest: 0.01 } } });
    expect(failed).toEqual({ crumbs: ["representative"] });
  });

  test("which k replicate, and what stops the others: the candidate of each k that came furthest", () => {
    const { reasons, details } = decide({
      two: { k: 2, silhouette: 0.1 },
      three: { k: 3 },
      weak: { k: 4, strength: always(0.5, 4) },
      unreal: { k: 4, silhouette: 0.1 },
      five: { k: 5, jaccard: always(0.5, 50) },
      fiveToo: { k: 5 },
      seven: { k: 7, other: { smallest: 0.01 } },
      eight: { k: 8, other: { smallest: 0.01, coverage: 0.5, algorithm: "dbscan" } },
      eightToo: { k: 8, other: { coverage: 0.8, algorithm: "dbscan" } },
      crumbs: { k: 60, other: { smallest: 0.001 } },
    });
    expect(details!["byK"]).toEqual([
      { k: 2, stoppedBy: "null" },
      { k: 3, stoppedBy: null },
      { k: 4, stoppedBy: "prediction-strength" },
      { k: 5, stoppedBy: null },
      { k: 7, stoppedBy: "small-cluster" },
      { k: 8, stoppedBy: "coverage" },
    ]);
    expect(reasons).toContain(
      "k = 3, 5 pass everything; prediction-strength stops 4; null stops 2; small-cluster stops 7; coverage stops 8",
    );
  });

  test("where nothing replicates, the k are told as well", () => {
    const { reasons } = decide({ two: { k: 2, silhouette: 0.1 }, three: { k: 3, silhouette: 0.1 } });
    expect(reasons).toContain("no k passes everything; null stops 2, 3");
  });

  test("both granularities are told: 6 segments, 2 if parsimonious", () => {
    const { reasons, details } = decide({ two: { k: 2 }, six: { k: 6 } });
    expect(reasons[0]).toBe("6 segments, reproducible");
    expect(reasons[2]).toMatch(/^2 if parsimonious/);
    expect(details).toMatchObject({ finest: { k: 6 }, parsimonious: { k: 2 } });
  });

  test("the null is that of the whole family: p of each is that of the largest of all", () => {
    // Among 100 scores (99 nulls in steps of .001 around .1, and .111) .111 stands at the top alone …
    expect(decide({ two: { k: 2, silhouette: 0.111 } }).winner).toBe("two");
    // … but where null data give another candidate larger z-scores than that, it does not.
    const { candidates, evidence } = given({ two: { k: 2, silhouette: 0.111 }, odd: { k: 3, silhouette: 0.1 } });
    const view = evidence.views[0]!;
    const nulls = view.nulls.map(([two], b) => [two!, b < 10 ? 0.2 : 0.1]);
    const params = gatedStability.params.parse({});
    expect(gatedStability.select(candidates, params, { ...evidence, views: [{ ...view, nulls }] }).outcome).toBe(
      "no-structure",
    );
  });

  test("A is the mean of five z-scores", () => {
    // Silhouette 3, CH 5, −DB 5, Jaccard (.9 − .4) / .1 = 5, prediction strength (.95 − .4) / .1 = 5.5.
    const { ranking } = decide({ two: { k: 2 } });
    expect(ranking[0]!.detail["a"]).toBeCloseTo((3 + 5 + 5 + 5 + 5.5) / 5, 12);
  });
});

describe("borders", () => {
  const gaps = (k: number) => always(1e-9, (k * (k - 1)) / 2);
  const nature = (verdict: ReturnType<typeof decide>) => verdict.details!["nature"];

  test("a partition with a gap at every border wins over a finer one that only replicates", () => {
    const verdict = decide({ three: { k: 3, borders: gaps(3) }, six: { k: 6, borders: [0.4, ...gaps(6).slice(1)] } });
    expect(verdict.winner).toBe("three");
    expect(nature(verdict)).toBe("natural");
    expect(verdict.reasons[0]).toBe("3 segments, natural: every border has a gap");
  });

  test("the finest of those wins", () => {
    expect(decide({ two: { k: 2, borders: gaps(2) }, four: { k: 4, borders: gaps(4) } }).winner).toBe("four");
  });

  test("halves need not agree on segments with gaps, resamples must", () => {
    const weak = { k: 2, borders: gaps(2), strength: always(0.3, 10) };
    expect(decide({ weak }).winner).toBe("weak");
    expect(decide({ weak: { ...weak, jaccard: always(0.7, 50) } })).toMatchObject({
      winner: null,
      outcome: "nothing-passes",
      failed: { weak: ["jaccard"] },
    });
  });

  test("plain gaps need no null model, gaps near the level do", () => {
    expect(decide({ two: { k: 2, silhouette: 0.1, borders: [0.001] } }).winner).toBe("two");
    expect(decide({ two: { k: 2, silhouette: 0.1, borders: [0.0011] } }).outcome).toBe("no-structure");
    expect(decide({ two: { k: 2, silhouette: 0.1, borders: [1], ratios: [1.3] } }).winner).toBe("two");
  });

  test("the level holds for all borders together, step by step (Holm)", () => {
    const p = [0.016, 0.024, 0.049];
    expect(nature(decide({ three: { k: 3, borders: p } }))).toBe("natural");
    expect(nature(decide({ three: { k: 3, borders: [0.017, 0.024, 0.049] } }))).toBe("reproducible");
    expect(nature(decide({ three: { k: 3, borders: p } }, { gap: 0.04 }))).toBe("reproducible");
  });

  test("segments that run into each other are named", () => {
    const [said] = decide({ three: { k: 3, borders: [1e-9, 0.5, 1e-9] } }).reasons;
    expect(said).toBe("3 segments, reproducible: 2 of 3 borders have a gap; segments 0 and 2 run into each other");
    const [two] = decide({ two: { k: 2, borders: [0.5] } }).reasons;
    expect(two).toBe("2 segments, reproducible: there is no gap between them");
  });

  test("a cut through segments that lie apart by density is contradicted by them", () => {
    const list = {
      moons: { k: 2, silhouette: 0.1, borders: [1], ratios: [4], other: { algorithm: "dbscan" } },
      halves: { k: 2, borders: gaps(2), indices: [0.9, 30, 0.5] as const },
    };
    expect(decide(list).winner).toBe("halves");
    expect(decide(list, {}, { mixed: { "halves moons": 0.2, "moons halves": 0.2 } }).winner).toBe("moons");
    expect(decide(list, {}, { mixed: { "halves moons": 0.04, "moons halves": 0.04 } }).winner).toBe("halves");
  });

  test("segments that wind are not cut further along straight lines", () => {
    const rings = { k: 2, silhouette: 0.1, borders: [0.3], ratios: [4], other: { algorithm: "dbscan" } };
    const arcs = { k: 4, borders: gaps(4), ratios: [4, 4, 4, 0.6, 4, 4] };
    expect(decide({ rings, arcs }).winner).toBe("rings");
    expect(decide({ rings: { ...rings, borders: [1e-9] }, arcs }).winner).toBe("arcs");
    expect(decide({ rings, arcs: { ...arcs, ratios: always(4, 6) } }).winner).toBe("arcs");
  });

  test("without gaps, a candidate that a coarser one beats by every figure never wins", () => {
    const six: Given = { k: 6, indices: [0.4, 20, 1.2], other: { scores: { silhouette: 0.5 } } };
    const seven: Given = {
      k: 7,
      strength: always(0.9, 10),
      jaccard: always(0.8, 50),
      other: { scores: { silhouette: 0.4 } },
    };
    expect(decide({ six, seven }).winner).toBe("six");
    // Better by three of four is not enough.
    expect(decide({ six, seven: { ...seven, jaccard: always(0.95, 50) } }).winner).toBe("seven");
  });

  test("a partition along one column says which, and where it is cut", () => {
    const along = { two: { column: "spend", cuts: [480.06] } };
    const verdict = decide({ two: { k: 2, borders: gaps(2) } }, {}, { along });
    expect(verdict.reasons[0]).toBe("2 segments, natural, along spend alone: cut at 480.1");
    expect(verdict.details!["along"]).toEqual({ column: "spend", cuts: [480.06] });
  });

  test("no structure says which single columns have several modes, and claims no repeatability", () => {
    const verdict = decide({ two: { k: 2, silhouette: 0.1 } }, {}, { severalModes: ["age", "spend"] });
    expect(verdict.reasons[1]).toBe(
      "taken alone, age and spend have more than one mode (dip test, p < .01): look at them alone",
    );
    expect(verdict.details!["repeatability"]).toBeNull();
    expect(verdict.reasons.join(" ")).not.toContain("repeatability");
  });

  test("what is accepted: natural asks for gaps, constructive answers in any case and says what it is", () => {
    const list = {
      two: { k: 2, silhouette: 0.1 },
      three: { k: 3, silhouette: 0.1, other: { scores: { silhouette: 0.4 } } },
    };
    expect(decide({ two: { k: 2 } }, { accept: "natural" }).outcome).toBe("nothing-passes");
    expect(decide(list).outcome).toBe("no-structure");
    const verdict = decide(list, { accept: "constructive" });
    expect(verdict.winner).toBe("three");
    expect(nature(verdict)).toBe("convenient");
    expect(verdict.reasons[0]).toBe(
      "3 segments, convenient: nothing replicates; use them as bands, not as kinds of their own",
    );
  });
});

describe("repeatability", () => {
  const overall = (verdict: ReturnType<typeof decide>) =>
    (verdict.details!["repeatability"] as { overall: number }).overall;
  const codes = (verdict: ReturnType<typeof decide>) => verdict.flags.map(({ code }) => code);

  test("is 1 where nothing is near a threshold", () => {
    const verdict = decide({ two: { k: 2, jaccard: always(0.95, 50) }, three: { k: 3, strength: always(0.3, 10) } });
    expect(overall(verdict)).toBe(1);
    expect(codes(verdict)).not.toContain("CONTESTED");
  });

  test("falls where the resamples do not agree on a threshold, and below .6 says CONTESTED", () => {
    // Half of the resamples say 1, half say .5: the mean is .75, and half of the redraws fall below.
    const verdict = decide({ two: { k: 2 }, six: { k: 6, jaccard: [...always(1, 25), ...always(0.5, 25)] } });
    expect(verdict.winner).toBe("six");
    expect(overall(verdict)).toBeGreaterThan(0.3);
    expect(overall(verdict)).toBeLessThan(0.7);
  });

  test("a shifted threshold that changes the winner counts", () => {
    const verdict = decide({ two: { k: 2 }, six: { k: 6, strength: always(0.82, 10) } });
    // Of four shifts one, prediction strength ≥ .85, leaves two segments.
    expect(verdict.details!["repeatability"]).toMatchObject({ thresholds: 0.75, resamples: 1, seeds: null });
  });

  test("another candidate with nearly the same labels is the same answer; with others it is not", () => {
    const list = { a: { k: 3, indices: [0.3, 15, 1.5] as const }, b: { k: 3, indices: [0.2, 15, 1.3] as const } };
    // Without the silhouette b is better than a; with all five parts a is.
    const indices = (alike: number) =>
      (decide(list, {}, { alike: { "a b": alike, "b a": alike } }).details!["repeatability"] as { indices: number })
        .indices;
    expect(indices(0.95)).toBe(1);
    expect(indices(0.5)).toBeLessThan(1);
  });

  test("every seed decides for itself", () => {
    const { candidates, evidence } = given({ two: { k: 2 }, six: { k: 6 } });
    const gone = candidates.map((candidate) => (candidate.id === "six" ? { ...candidate, smallest: 0.01 } : candidate));
    const seeds = [1, 2, 3, 4].map((seed) => ({
      seed,
      candidates: seed === 4 ? gone : candidates,
      labels: evidence.labels,
    }));
    const verdict = gatedStability.select(candidates, gatedStability.params.parse({}), { ...evidence, seeds });
    expect(verdict.details!["repeatability"]).toMatchObject({ seeds: 0.75, overall: 0.75 });
  });

  test("the standard error is the deviation over redraws", () => {
    expect(standardErrorOf([1, 2, 3])).toBe(1);
    expect(standardErrorOf([5])).toBe(0);
    expect(standardErrorOf([null, 1, 3])).toBeCloseTo(Math.sqrt(2), 12);
  });
});

describe("flags", () => {
  const codes = (list: Readonly<Record<string, Given>>) => decide(list).flags.map(({ code }) => code);

  test("AT_EDGE at the largest k that was tried", () => {
    expect(codes({ two: { k: 2 }, six: { k: 6 } })).toContain("AT_EDGE");
    expect(codes({ two: { k: 2 }, six: { k: 6, strength: always(0.1, 10) } })).not.toContain("AT_EDGE");
  });

  test("BELOW_BASELINE where a trivial rule has the better indices, whatever its stability", () => {
    const bins: Given = { k: 4, other: { baseline: true, algorithm: "quantile-bins" }, indices: [0.9, 30, 0.5] };
    const { candidates, evidence } = given({ two: { k: 2 }, bins });
    const labels = { ...evidence.labels, bins: "bins" };
    const { flags } = gatedStability.select(candidates, gatedStability.params.parse({}), { ...evidence, labels });
    expect(flags.map(({ code }) => code)).toContain("BELOW_BASELINE");
  });
});
