/** The borders of many labelings of one space, in a worker. */
import { countClusters, type Labels } from "../../core/labels.js";
import { type Matrix, takeRows } from "../../core/matrix.js";
import { borderGaps, densityGaps, mutualReachability, pairsOf, withoutSteps } from "../../stability/borders.js";
import type { BorderWork, EvidenceValues } from "./work.js";

/** More segments than this are not asked about: 190 borders. */
const MOST_SEGMENTS = 20;

/** p and density ratio of each border in turn; nothing for labelings of one segment or very many. */
export function bordersOf({ x, seed, few, items, labelings }: BorderWork): EvidenceValues {
  const even = withoutSteps(x, seed);
  if (even === null) return Object.fromEntries(items.map((hash) => [hash, []]));
  const reach = mutualReachability(few.length === x.rows ? even : takeRows(even, few));
  return Object.fromEntries(items.map((hash, i) => [hash, gapsOf(even, reach, few, labelings[i]!, seed)]));
}

function gapsOf(x: Matrix, reach: Float64Array, few: Int32Array, labels: Labels, seed: number): number[] {
  const k = countClusters(labels);
  if (k < 2 || k > MOST_SEGMENTS) return [];
  const gaps = borderGaps(x, labels, seed);
  const own = Int32Array.from(few, (row) => labels[row]!);
  const ratios = densityGaps(reach, own);
  // A sample that has lost a segment says nothing of its borders.
  const density = new Map(pairsOf(countClusters(own)).map(([a, b], i) => [`${a} ${b}`, ratios[i]!]));
  return pairsOf(k).flatMap(([a, b], i) => [gaps[i]!, density.get(`${a} ${b}`) ?? 0]);
}
