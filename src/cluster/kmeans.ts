/**
 * k-means: k centres, each row to the nearest, the sum of squared distances as small as Lloyd's iteration
 * from several k-means++ starts can make it.
 */
import { createRequire } from "node:module";
import { z } from "zod";
import { hashOf } from "../core/hash.js";
import { renumber } from "../core/labels.js";
import { log } from "../core/math.js";
import type { Matrix } from "../core/matrix.js";
import type { Note } from "../core/notes.js";
import { stream } from "../core/rng.js";
import { type KMeansSpace, type LloydResult, withKMeans } from "../kernels/kmeans.js";
import { defineAlgorithm, type Fit, type FitReason } from "./define.js";
import { reasonsOf } from "./reasons.js";
import { requireClusters } from "./require.js";
import { matrixOf, pickRows } from "./rows.js";

/** ml-kmeans brings some 250 modules, for a check that few ask for: it is loaded when they do. */
const loadMlKmeans = () => createRequire(import.meta.url)("ml-kmeans") as typeof import("ml-kmeans");

const params = z.strictObject({
  k: z
    .int()
    .min(2)
    .meta({ description: "number of clusters", unit: "clusters", sweep: [2, 3, 4, 5, 6, 7, 8, 9, 10] }),
  nInit: z
    .int()
    .min(1)
    .default(10)
    .meta({
      description: "k-means++ starts; the best one is kept, so more cost more and never do worse",
      unit: "starts",
      sweep: [10],
    }),
  maxIter: z
    .int()
    .min(1)
    .default(300)
    .meta({ description: "the most assignment passes of one start", unit: "passes", sweep: [300] }),
  tol: z
    .number()
    .min(0)
    .default(1e-4)
    .meta({
      description:
        "stop when the squared shifts of the centres sum to no more than this; 0 runs until no label changes",
      unit: "mean variance of the columns",
      sweep: [1e-4],
    }),
  engine: z
    .enum(["segmenta", "ml-kmeans"])
    .default("segmenta")
    .meta({
      description: "whose iteration runs from our start centres; ml-kmeans is there to check ours, and is slower",
      unit: "name",
      sweep: ["segmenta"],
    }),
});

type KMeansParams = z.output<typeof params>;

export const kmeans = defineAlgorithm({
  name: "kmeans",
  title: "k-means: each row goes to the nearest of k centres, the means of their rows",
  version: 2,
  cites: ["lloyd1982", "arthur2007"],
  complexity: "O(n·k·d) a pass and start, some 25 passes; far less where clusters are apart. Memory O(n·d).",
  departures: [
    "The starts are greedy k-means++ (2 + ⌊ln k⌋ candidates a round), not Lloyd's random rows; as in scikit-learn.",
    "A cluster that loses all its rows takes over the row farthest from its centre.",
  ],
  seeAlso: {
    gmm: "clusters of unequal size or shape",
    kmedoids: "outliers, or a centre that must be a real row",
    hdbscan: "clusters of any shape, and rows that belong to none",
  },
  can: { noise: false, seeded: true, baseline: false },
  params,
  shows: ["k"],
  together: (params) => hashOf(params),
  fitMany: (x, grid, { seed }) => grid.map((point) => fitKMeans(x, point, seed)),
  /** Half of n·k·d distances for some 25 passes per start; a copy of the rows in blocks, bounds, candidates tried. */
  cost: (n, d, grid) => ({
    bytes: n * (d * 16 + 112),
    seconds: grid.reduce((sum, { k, nInit }) => sum + nInit * n * k * d * 6e-9, n * d * 2e-8),
  }),
  assignment: (x, _params, fit) => ({
    rule: "nearest-centre",
    centres: matrixOf(fit.found["centres"] as Float64Array, x.cols),
  }),
});

function fitKMeans(x: Matrix, params: KMeansParams, seed: number): Fit {
  requireClusters(x, params.k);
  const best = bestOfStarts(x, params, seed, "kmeans/init");
  const { labels, old } = renumber(best.labels);
  const reasons: FitReason[] = reasonsOf(labels, params.k);
  const notes: Note[] = [];
  if (!best.converged) {
    reasons.push("not-converged");
    notes.push({
      code: "not-converged",
      message: `the best of ${params.nInit} starts was still moving after ${params.maxIter} passes`,
      hint: "raise maxIter",
    });
  }
  return {
    labels,
    reasons,
    objective: { value: best.inertia, better: "lower" },
    outputs: { inertia: best.inertia, iterations: best.iterations },
    found: { centres: pickRows(best.centres, x.cols, old) },
    notes,
  };
}

/**
 * The lowest inertia of several starts, ties to the earlier start. Start r draws from `stream(seed, purpose, r)`.
 *
 * @param purpose - the stream's name; mixtures start from k-means too, under their own
 * @param first - the number of the first start
 */
export function bestOfStarts(
  x: Matrix,
  params: Omit<KMeansParams, "engine"> & { readonly engine?: KMeansParams["engine"] },
  seed: number,
  purpose: string,
  first = 0,
): LloydResult {
  const iterate = params.engine === "ml-kmeans" ? lloydOfMl : lloydOfOurs;
  // greedy k-means++ tries this many rows per centre
  const candidates = 2 + Math.floor(log(params.k));
  return withKMeans(x, params.nInit, (space) => {
    const limit = params.tol * space.meanVariance;
    let best: LloydResult | undefined;
    for (let start = first; start < first + params.nInit; start++) {
      const chosen = space.kMeansPlusPlus(params.k, candidates, stream(seed, purpose, start));
      const result = iterate(x, space, pickRows(x.data, x.cols, chosen), params.k, params.maxIter, limit);
      if (best === undefined || result.inertia < best.inertia) best = result;
    }
    return best!;
  });
}

/** k-means from start centres of the caller's: what the reference calls a fixed init. */
export function kMeansFrom(
  x: Matrix,
  centres: Float64Array,
  options: { readonly maxIter: number; readonly tol: number },
): LloydResult {
  const k = centres.length / x.cols;
  return withKMeans(x, 1, (space) => space.lloyd(centres, k, options.maxIter, options.tol * space.meanVariance));
}

const lloydOfOurs = (
  _x: Matrix,
  space: KMeansSpace,
  start: Float64Array,
  k: number,
  maxIter: number,
  shiftLimit: number,
): LloydResult => space.lloyd(start, k, maxIter, shiftLimit);

/**
 * The same iteration by the ml-kmeans package. It stops when *each* centre moved by no more than its limit, and
 * leaves empty clusters where they are; labels and inertia are read off its centres with our own arithmetic.
 */
function lloydOfMl(
  x: Matrix,
  space: KMeansSpace,
  start: Float64Array,
  k: number,
  maxIter: number,
  shiftLimit: number,
): LloydResult {
  const rowsOf = (values: Float64Array) =>
    Array.from({ length: values.length / x.cols }, (_, i) => Array.from(values.subarray(i * x.cols, (i + 1) * x.cols)));
  const { kmeans: mlKmeans } = loadMlKmeans();
  const { centroids, iterations, converged } = mlKmeans(rowsOf(x.data), k, {
    initialization: rowsOf(start),
    maxIterations: maxIter,
    tolerance: shiftLimit / k,
  });
  // no pass of ours: only labels and inertia
  const read = space.lloyd(Float64Array.from(centroids.flat()), k, 0, 0);
  return { ...read, iterations, converged };
}
