/** fpc and cluster of R, given the same resamples, labels and starts (test/golden/r/peers.R), to 1e-9. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { canonicalLabels, renumber } from "../../src/core/labels.js";
import { allocateMatrix, type Matrix, takeRows } from "../../src/core/matrix.js";
import { bootstrapRows, clusterStability, clusterwiseJaccard } from "../../src/stability/bootstrap.js";
import { calibrate, type Growth, growFrom, growths } from "../../src/stability/calibration.js";
import { predictionStrength, splitHalves } from "../../src/stability/prediction-strength.js";
import { referenceRows } from "../reference.js";

interface Fitted {
  readonly rows: number[];
  readonly labels: number[];
}
interface Peers {
  bootstrap: Record<
    "kmeans" | "dbscan",
    {
      original: number[];
      resamples: Fitted[];
      jaccard: number[][];
      means: number[];
      dissolved: number[];
      recovered: number[];
    }
  >;
  predictionStrength: { k: [number]; halves: Fitted[]; perSplit: number[] }[];
  random: ({ k: [number] } & Record<Growth, { starts: number[]; labels: number[] }>)[];
  calibration: { k: [number]; method: string; raw: [number]; z: [number]; random: number[] }[];
}
const peers: Peers = JSON.parse(readFileSync(new URL("../golden/r/peers.json", import.meta.url), "utf8"));
const { x } = referenceRows("iris");

describe.each(["kmeans", "dbscan"] as const)("clusterboot with %s", (method) => {
  const { original, resamples, jaccard, means, dissolved, recovered } = peers.bootstrap[method];
  const { labels, old } = renumber(original);
  const ours = resamples.map(({ rows, labels: found }) =>
    clusterwiseJaccard(labels, canonicalLabels(found), Int32Array.from(rows)),
  );

  test("every cluster's Jaccard on every resample is fpc's", () => {
    expect(ours.length).toBe(12);
    ours.forEach((values, b) => {
      old.forEach((theirs, cluster) => {
        expect(Math.abs(values[cluster]! - jaccard[b]![theirs]!)).toBeLessThanOrEqual(1e-9);
      });
    });
  });

  test("so are means and the counts of dissolved and recovered clusters", () => {
    const summary = clusterStability(ours);
    old.forEach((theirs, cluster) => {
      expect(Math.abs(summary.means[cluster]! - means[theirs]!)).toBeLessThanOrEqual(1e-9);
      expect(summary.dissolved[cluster]).toBe(dissolved[theirs]);
      expect(summary.recovered[cluster]).toBe(recovered[theirs]);
    });
    expect(summary.worst).toBe(Math.min(...summary.means));
  });
});

test.each(peers.predictionStrength)("prediction strength of k-means with k = $k is fpc's", ({ halves, perSplit }) => {
  perSplit.forEach((expected, split) => {
    const [a, b] = halves.slice(2 * split, 2 * split + 2) as [Fitted, Fitted];
    const half = (own: Fitted, other: Fitted) => ({
      own: canonicalLabels(own.labels),
      predicted: nearestMean(takeRows(x, own.rows), takeRows(x, other.rows), other.labels),
    });
    expect(Math.abs(predictionStrength(half(a, b), half(b, a)) - expected)).toBeLessThanOrEqual(1e-9);
  });
});

describe.each(peers.random)("random clusterings with k = $k", (expected) => {
  test.each(growths)("%s grows the same clusters from the same starts", (growth) => {
    const { starts, labels } = expected[growth];
    expect(growFrom(x, Int32Array.from(starts), growth)).toEqual(canonicalLabels(labels));
  });
});

test("z-scores against random clusterings are those of clusterbenchstats", () => {
  expect(peers.calibration.length).toBe(6);
  for (const { raw, z, random } of peers.calibration) {
    expect(Math.abs(calibrate(raw[0], random, "higher")! - z[0])).toBeLessThanOrEqual(1e-9);
  }
});

test("our resamples and halves are as large as theirs", () => {
  const [half, rest] = peers.predictionStrength[0]!.halves as [Fitted, Fitted];
  const { first, second } = splitHalves(x.rows, 1, 0);
  expect([first.length, second.length]).toEqual([half.rows.length, rest.rows.length]);
  const mean = (sizes: number[]) => sizes.reduce((a, b) => a + b, 0) / sizes.length;
  const ours = mean(Array.from({ length: 12 }, (_, b) => bootstrapRows(x.rows, 1, b).length));
  expect(Math.abs(ours - mean(peers.bootstrap.kmeans.resamples.map(({ rows }) => rows.length)))).toBeLessThan(6);
});

/** The cluster whose mean is nearest: the rule fpc applies. */
function nearestMean(rows: Matrix, training: Matrix, labels: number[]): number[] {
  const k = Math.max(...labels) + 1;
  const means = allocateMatrix(k, x.cols);
  const sizes = Array.from({ length: k }, (_, c) => labels.filter((label) => label === c).length);
  labels.forEach((label, i) => {
    for (let j = 0; j < x.cols; j++) means.data[label * x.cols + j]! += training.data[i * x.cols + j]! / sizes[label]!;
  });
  return Array.from({ length: rows.rows }, (_, i) => {
    const squares = sizes.map((_, c) => {
      let sum = 0;
      for (let j = 0; j < x.cols; j++) {
        const difference = rows.data[i * x.cols + j]! - means.data[c * x.cols + j]!;
        sum += difference * difference;
      }
      return sum;
    });
    return squares.indexOf(Math.min(...squares));
  });
}
