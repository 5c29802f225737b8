/**
 * What indices are worth on clusterings made by chance (Akhanli & Hennig 2020): random starts grown by four
 * methods, judged by the same five numbers as a candidate.
 */
import { canonicalLabels, type Labels } from "../../core/labels.js";
import { type Matrix, takeRows } from "../../core/matrix.js";
import { calinskiHarabasz } from "../../metrics/calinski-harabasz.js";
import { daviesBouldin } from "../../metrics/davies-bouldin.js";
import { silhouette } from "../../metrics/silhouette.js";
import { bootstrapRows, clusterwiseJaccard } from "../../stability/bootstrap.js";
import { allDistances, distancesAmong, type Growth, growFrom, randomStarts } from "../../stability/calibration.js";
import { predictionStrength, splitHalves } from "../../stability/prediction-strength.js";
import type { EvidenceValues, IndexWork, RandomWork } from "./work.js";

/** Silhouette, Calinski–Harabasz, Davies–Bouldin, worst Jaccard on one resample, prediction strength on one split. */
export function randomClusterings({ x: all, rows, k, seed, items }: RandomWork): EvidenceValues {
  const x = takeRows(all, rows);
  const runs = items.map((item) => {
    const [growth, run] = item.split("/") as [Growth, string];
    return { growth, run: Number(run) };
  });
  // Four different sets of starts per run: all rows, the resample, and the two halves.
  const distances = runs.some(({ growth }) => growth !== "centroid") ? allDistances(x) : undefined;
  const grow = (some: Int32Array | null, growth: Growth, run: number, which: number): Labels | null => {
    const y = some ? takeRows(x, some) : x;
    if (k > y.rows) return null;
    const starts = randomStarts(y.rows, k, seed, growth, 4 * run + which);
    return growFrom(y, starts, growth, some && distances ? distancesAmong(distances, x.rows, some) : distances);
  };
  const labelings = runs.map(({ growth, run }) => grow(null, growth, run, 0)!);
  const indices = threeIndices(x, labelings);
  return Object.fromEntries(
    items.map((item, i) => {
      const { growth, run } = runs[i]!;
      const drawn = bootstrapRows(x.rows, seed, run);
      const resampled = grow(drawn, growth, run, 1);
      const jaccard = resampled ? Math.min(...clusterwiseJaccard(labelings[i]!, resampled, drawn)) : null;
      const { first, second } = splitHalves(x.rows, seed, run);
      const [a, b] = [takeRows(x, first), takeRows(x, second)];
      const [onA, onB] = [grow(first, growth, run, 2), grow(second, growth, run, 3)];
      const strength =
        onA && onB
          ? predictionStrength(
              { own: onA, predicted: byNearestCentre(b, onB, a) },
              { own: onB, predicted: byNearestCentre(a, onA, b) },
            )
          : null;
      return [item, [...indices[i]!, jaccard, strength]];
    }),
  );
}

/** The same three indices of given labelings, cut down to the same rows. */
export function indicesOf({ x, rows, items, labelings }: IndexWork): EvidenceValues {
  const own = labelings.map((labels) => canonicalLabels(Array.from(rows, (row) => labels[row]!)));
  const indices = threeIndices(takeRows(x, rows), own);
  return Object.fromEntries(items.map((item, i) => [item, indices[i]!]));
}

function threeIndices(x: Matrix, labelings: readonly Labels[]): (number | null)[][] {
  const [s, ch, db] = [silhouette, calinskiHarabasz, daviesBouldin].map((metric) =>
    metric.scoreMany(x, labelings).map((scores) => scores[metric.columns[0].name] ?? null),
  );
  return labelings.map((_, i) => [s![i]!, ch![i]!, db![i]!]);
}

/** The rule of a clustering that has none: a row goes where the nearest cluster mean is. */
function byNearestCentre(from: Matrix, labels: Labels, to: Matrix): Int32Array {
  const { cols } = from;
  const k = labels.reduce((most, label) => Math.max(most, label + 1), 0);
  const centres = new Float64Array(k * cols);
  const sizes = new Float64Array(k);
  for (let i = 0; i < from.rows; i++) {
    sizes[labels[i]!]!++;
    for (let j = 0; j < cols; j++) centres[labels[i]! * cols + j]! += from.data[i * cols + j]!;
  }
  for (let at = 0; at < centres.length; at++) centres[at]! /= sizes[Math.floor(at / cols)]!;
  return Int32Array.from({ length: to.rows }, (_, i) => {
    let best = Number.POSITIVE_INFINITY;
    let label = 0;
    for (let c = 0; c < k; c++) {
      let squared = 0;
      for (let j = 0; j < cols; j++) {
        const difference = to.data[i * cols + j]! - centres[c * cols + j]!;
        squared += difference * difference;
      }
      if (squared < best) {
        best = squared;
        label = c;
      }
    }
    return label;
  });
}
