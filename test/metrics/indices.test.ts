/** Indices without a reference library here: five rows each, worked by hand; and R's where it has them. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { canonicalLabels } from "../../src/core/labels.js";
import { matrix } from "../../src/core/matrix.js";
import { stream } from "../../src/core/rng.js";
import { agreementNamed } from "../../src/metrics/agreement.js";
import { metricNamed, metrics } from "../../src/metrics/registry.js";
import { silhouetteSamples } from "../../src/metrics/silhouette.js";
import { slowDbcv } from "../oracle/dbcv.js";
import { reference, referenceRows } from "../reference.js";

const ints = (...values: number[]) => Int32Array.from(values);
const line = (...values: number[]) => matrix(values.map((value) => [value]));

function score(name: string, rows: ReturnType<typeof matrix>, labels: Int32Array): number | null {
  const metric = metricNamed(name);
  return metric.scoreMany(rows, [labels])[0]![metric.columns[0].name]!;
}

describe("five rows on a line, worked by hand", () => {
  // 0 2 4 | 10 12.  Centres 2 and 11, all rows 5.6.
  // W = (4 + 0 + 4) + (1 + 1) = 10.  B = 3·3.6² + 2·5.4² = 38.88 + 58.32 = 97.2.
  // Mean distances to the centre: 4/3 and 1.  Gap 10 − 4 = 6.  Diameters 4 and 2.
  const x = line(0, 2, 4, 10, 12);
  const labels = ints(0, 0, 0, 1, 1);

  test.each([
    ["inertia", 10],
    ["calinski-harabasz", 97.2 / 1 / (10 / 3)],
    ["davies-bouldin", (4 / 3 + 1) / 9],
    ["dunn", 6 / 4],
    ["ball-hall", 10 / 2],
    ["ray-turi", 10 / 5 / 81],
    ["xie-beni", 10 / 5 / 36],
    // (b − a)/b with a = 2, 0, 2, 1, 1 to the own centre and b = 11, 9, 7, 8, 10 to the other
    ["simplified-silhouette", (9 / 11 + 1 + 5 / 7 + 7 / 8 + 9 / 10) / 5],
  ])("%s is %d", (name, expected) => {
    expect(score(name, x, labels)).toBeCloseTo(expected, 14);
  });

  test("S_Dbw", () => {
    // Variances (1/n): clusters 8/3 and 1, all rows (5.6² + 3.6² + 1.6² + 4.4² + 6.4²)/5 = 107.2/5 = 21.44.
    // Scat = (8/3 + 1)/2 / 21.44.  stdev² = (8/3 + 1)/4 = .9167: within .957 of centre 2: {2}; of 11: none
    // (10 and 12 are 1 away); of the midpoint 6.5: none.  Dens = 0 / 1.
    expect(score("s-dbw", x, labels)).toBeCloseTo((8 / 3 + 1) / 2 / 21.44, 14);
  });

  test("S_Dbw with rows at the midpoint", () => {
    // Clusters {−4,−2,0} and {.2,2,4}.  Centres −2 and c = 6.2/3; variances 8/3 and V = ((.2−c)² + (2−c)² + (4−c)²)/3.
    const c = 31 / 15;
    const v = ((0.2 - c) ** 2 + (2 - c) ** 2 + (4 - c) ** 2) / 3;
    const mean = 0.2 / 6;
    const total = [-4, -2, 0, 0.2, 2, 4].reduce((sum, value) => sum + (value - mean) ** 2, 0) / 6;
    // stdev = √(8/3 + V)/2 ≈ 1.12: near −2: one row; near 2.07: one; near the midpoint 1/30: 0 and .2.
    expect(score("s-dbw", line(-4, -2, 0, 0.2, 2, 4), ints(0, 0, 0, 1, 1, 1))).toBeCloseTo(
      (8 / 3 + v) / 2 / total + 2 / 1,
      13,
    );
  });

  test("DBCV", () => {
    // One column, D = 1: core of a row = 1 / mean(1/d).
    // Cluster {0,2,4}: core(0) = 1/((1/2 + 1/4)/2) = 8/3, core(2) = 1/((1/2 + 1/2)/2) = 2, core(4) = 8/3.
    // Tree 0–2–4 with edges max(core) = 8/3; inner row: 2 alone, no inner edge, so sparseness = 8/3.
    // Cluster {10,12}: cores 2; one edge of 2; no inner rows, so both count; sparseness 2.
    // Separation: from 2 (inner) to 10: max(2, 2, 8) = 8.
    // DBCV = 3/5·(8 − 8/3)/8 + 2/5·(8 − 2)/8 = .4 + .3
    expect(score("dbcv", x, labels)).toBeCloseTo(0.7, 14);
  });

  test("a row of noise is one more cluster, except to DBCV, where it takes away weight", () => {
    const withNoise = line(0, 2, 4, 10, 12, 7);
    const noise = ints(0, 0, 0, 1, 1, -1);
    expect(score("inertia", withNoise, noise)).toBe(10);
    expect(score("dunn", withNoise, noise)).toBeCloseTo(3 / 4, 14);
    expect(score("ray-turi", withNoise, noise)).toBeCloseTo(10 / 6 / 16, 14);
    expect(score("dbcv", withNoise, noise)).toBeCloseTo((0.7 * 5) / 6, 14);
  });
});

describe("DBCV", () => {
  test("equals the slow definition on random data", () => {
    for (let seed = 0; seed < 40; seed++) {
      const rng = stream(seed, "test/dbcv");
      const cols = 1 + rng.int(4);
      const n = 8 + rng.int(20);
      const x = matrix(Array.from({ length: n }, () => Array.from({ length: cols }, () => rng.normal())));
      const labels = canonicalLabels(Array.from({ length: n }, (_, i) => (i < 2 ? i : rng.int(4) - 1)));
      expect(Math.abs(score("dbcv", x, labels)! - slowDbcv(x, labels)), `seed ${seed}`).toBeLessThanOrEqual(1e-12);
    }
  });

  const { cases } = JSON.parse(readFileSync(new URL("../golden/dbcv.json", import.meta.url), "utf8"));
  test.each(cases as { set: string; labeling: string; noiseEvery: number; nearest: number }[])(
    "equals hdbscan with the nearer of equal edges: $set, $labeling, noise every $noiseEvery",
    ({ set, labeling, noiseEvery, nearest }) => {
      const { labelings } = reference(set, "metrics");
      const labels = (labelings[labeling] as number[]).map((label, i) =>
        noiseEvery && i % noiseEvery === 0 ? -1 : label,
      );
      expect(Math.abs(score("dbcv", referenceRows(set).x, canonicalLabels(labels))! - nearest)).toBeLessThanOrEqual(
        1e-9,
      );
    },
  );

  test("likes two half moons as drawn better than cut by k-means, where the silhouette does not", () => {
    const { x } = referenceRows("moons");
    const { labelings } = reference("moons", "metrics");
    const [drawn, cut] = [labelings.truth, labelings.kmeans_2].map(canonicalLabels) as [Int32Array, Int32Array];
    expect(score("dbcv", x, drawn)! - score("dbcv", x, cut)!).toBeGreaterThan(0.5);
    expect(score("silhouette", x, drawn)).toBeLessThan(score("silhouette", x, cut)!);
  });
});

describe("R's fpc (test/golden/r/peers.R)", () => {
  const { indices } = JSON.parse(readFileSync(new URL("../golden/r/peers.json", import.meta.url), "utf8"));
  const { x } = referenceRows("iris");
  test.each(indices as Record<string, number[]>[])("cluster.stats, partition %#", (expected) => {
    const labels = canonicalLabels(expected["labels"]!);
    const near = (received: number | null, word: string) =>
      expect(Math.abs(received! - expected[word]![0]!) / expected[word]![0]!, word).toBeLessThanOrEqual(1e-9);
    near(score("silhouette", x, labels), "silhouette");
    near(score("calinski-harabasz", x, labels), "calinskiHarabasz");
    near(score("dunn", x, labels), "dunn");
    near(score("inertia", x, labels), "within");
    near(agreementNamed("adjusted-rand").compare(labels, expected["other"]!), "adjustedRand");
    const means = [...silhouetteSamples(x, labels).clusterMeans].sort();
    [...expected["clusterSilhouettes"]!].sort().forEach((mean, c) => {
      expect(Math.abs(means[c]! - mean)).toBeLessThanOrEqual(1e-12);
    });
  });
});

test("an unknown index is the user's to mend", () => {
  expect(() => metricNamed("silhuette")).toThrow('unknown index "silhuette"');
  expect(metrics.map(({ name }) => name)).toEqual([...new Set(metrics.map(({ name }) => name))]);
});
