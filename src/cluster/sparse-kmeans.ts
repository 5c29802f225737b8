/**
 * Sparse k-means: k-means that also weighs the columns, so that those which carry no clusters get no say. Made for
 * tables in which a few columns hold the groups and many hold noise.
 *
 * ```
 * maximise  Σ_j w[j] · a[j],  a[j] = what the clusters explain of column j (TSS − WSS)
 * subject to  Σ w² ≤ 1,  Σ |w| ≤ s,  w ≥ 0
 *
 * w = equal;  repeat until the weights stand still
 *   clusters = k-means on the columns times √w
 *   w = a, less a threshold Δ, floored at 0, scaled to length 1;  Δ = 0, or as large as Σ w = s needs
 * ```
 *
 * s = √m lets m columns of equal weight in: the parameter is m. The values of a text share one weight.
 */
import { z } from "zod";
import { countClusters, renumber } from "../core/labels.js";
import { log } from "../core/math.js";
import { allocateMatrix, type Matrix } from "../core/matrix.js";
import type { Note } from "../core/notes.js";
import { stream } from "../core/rng.js";
import { withKMeans } from "../kernels/kmeans.js";
import { defineAlgorithm, type Fit, type FitReason } from "./define.js";
import { kMeansFrom } from "./kmeans.js";
import { reasonsOf } from "./reasons.js";
import { requireClusters } from "./require.js";
import { clusterMeans, matrixOf, pickRows } from "./rows.js";

const params = z.strictObject({
  k: z
    .int()
    .min(2)
    .meta({ description: "number of clusters", unit: "clusters", sweep: [2, 3, 4, 5, 6, 7, 8, 9, 10] }),
  effectiveColumns: z
    .number()
    .min(1)
    .default(2)
    .meta({
      description:
        "how many columns of equal weight the clusters may rest on (the L1 bound is its root); more let weaker columns in",
      unit: "columns",
      sweep: [2, 4],
    }),
  nInit: z
    .int()
    .min(1)
    .default(20)
    .meta({
      description: "k-means++ starts on all columns; the most promising are followed, and the best one is kept",
      unit: "starts",
      sweep: [20],
    }),
  maxIter: z
    .int()
    .min(1)
    .default(30)
    .meta({ description: "the most rounds of clustering and weighing", unit: "rounds", sweep: [30] }),
});

type SparseParams = z.output<typeof params>;

/** The weights stand still when they change by less than this share of their sum. */
const STILL = 1e-4;
/** What k-means within a round may do. */
const LLOYD = { maxIter: 300, tol: 1e-4 };
/** Starts that are followed until the weights stand still. */
const FOLLOWED = 4;

export const sparseKmeans = defineAlgorithm({
  name: "sparse-kmeans",
  title: "Sparse k-means: weighs the columns, and leaves out those that carry no clusters",
  version: 1,
  cites: ["witten2010", "lloyd1982", "arthur2007"],
  complexity: "O(n·k·d) a pass, some 10 rounds a start, each a k-means from the centres before. Memory O(n·d).",
  departures: [
    "Many starts, of which the four that promise most after one weighing are followed: with much noise most starts are lost.",
    "The L1 bound is the parameter effectiveColumns, tried by the sweep and judged by its rule, instead of a gap statistic inside the fit.",
    "The values of a text share one weight: the text counts as one column.",
  ],
  seeAlso: { kmeans: "columns that all have their say", "latent-class": "numbers and texts" },
  can: { noise: false, seeded: true, baseline: false },
  params,
  shows: ["k", "effectiveColumns"],
  together: ({ k, nInit }) => `${k} ${nInit}`,
  fitMany(x, grid, { seed }) {
    for (const { k } of grid) requireClusters(x, k);
    const columns = columnsOf(x);
    const known = new Map<string, Partition[]>();
    return grid.map((point) => {
      const { k, nInit } = point;
      const starts = known.get(`${k} ${nInit}`) ?? startsOf(x, columns, k, nInit, seed);
      known.set(`${k} ${nInit}`, starts);
      return fitSparse(x, point, columns, starts);
    });
  },
  cost: (n, d, grid) => ({
    bytes: n * d * 40,
    seconds: grid.reduce((sum, { k, nInit }) => sum + (nInit + 10) * n * (k + 8) * d * 1e-8, n * d * 1e-7),
  }),
  assignment: (x, _params, { found }) => ({
    rule: "nearest-centre",
    centres: matrixOf(found["centres"] as Float64Array, x.cols),
    weights: found["weights"] as Float64Array,
  }),
});

/** A partition of the rows, and what it explains of each group of columns. */
interface Partition {
  readonly labels: Int32Array;
  readonly explained: Float64Array;
}

/** Partitions by k-means on all columns alike, one a start. */
function startsOf(x: Matrix, columns: Columns, k: number, nInit: number, seed: number): Partition[] {
  const candidates = 2 + Math.floor(log(k));
  return withKMeans(x, nInit, (space) =>
    Array.from({ length: nInit }, (_, start) => {
      const chosen = space.kMeansPlusPlus(k, candidates, stream(seed, "sparse-kmeans/init", start));
      const limit = LLOYD.tol * space.meanVariance;
      const { labels } = space.lloyd(pickRows(x.data, x.cols, chosen), k, LLOYD.maxIter, limit);
      return { labels, explained: explainedBy(x, labels, columns) };
    }),
  );
}

function fitSparse(x: Matrix, params: SparseParams, columns: Columns, starts: readonly Partition[]): Fit {
  const bound = Math.sqrt(Math.min(params.effectiveColumns, columns.groups.length));
  // The starts that promise most once the columns are weighed are followed to the end.
  const promise = ({ explained }: Partition) => worth(sparseWeights(explained, bound), explained);
  const followed = [...starts].sort((a, b) => promise(b) - promise(a)).slice(0, FOLLOWED);
  let best: Search | undefined;
  for (const start of followed) {
    const result = searchFrom(x, params, columns, bound, start);
    if (best === undefined || result.objective > best.objective) best = result;
  }
  const { weights, objective, rounds, converged } = best!;
  const { labels } = renumber(best!.labels);
  const reasons: FitReason[] = reasonsOf(labels, params.k);
  const notes: Note[] = [];
  if (!converged && !reasons.includes("collapsed")) {
    reasons.push("not-converged");
    notes.push({
      code: "not-converged",
      message: `the weights were still changing after ${params.maxIter} rounds`,
      hint: "raise maxIter",
    });
  }
  return {
    labels,
    reasons,
    objective: { value: objective, better: "higher" },
    outputs: { rounds, columnsUsed: weights.filter((w) => w > 0).length },
    found: {
      centres: clusterMeans(x, labels, countClusters(labels)),
      weights: perColumn(x.cols, columns, weights),
    },
    notes,
  };
}

interface Search {
  readonly labels: Int32Array;
  readonly weights: Float64Array;
  readonly objective: number;
  readonly rounds: number;
  readonly converged: boolean;
}

/** Cluster and weigh by turns until the weights stand still. */
function searchFrom(
  x: Matrix,
  { k, maxIter }: SparseParams,
  columns: Columns,
  bound: number,
  { labels: first, explained: its }: Partition,
): Search {
  let labels = first;
  let explained = its;
  let weights: Float64Array = new Float64Array(explained.length).fill(1 / Math.sqrt(explained.length));
  let rounds = 0;
  let converged = false;
  // With fewer different rows than clusters there are no k centres to go on from.
  while (!converged && rounds < maxIter && countClusters(renumber(labels).labels) === k) {
    rounds++;
    const next = sparseWeights(explained, bound);
    const change = next.reduce((sum, w, g) => sum + Math.abs(w - weights[g]!), 0);
    converged = change <= STILL * weights.reduce((sum, w) => sum + w, 0);
    weights = next;
    const weighted = weigh(x, perColumn(x.cols, columns, weights));
    labels = kMeansFrom(weighted, clusterMeans(weighted, labels, k), LLOYD).labels;
    explained = explainedBy(x, labels, columns);
  }
  return { labels, weights, objective: worth(weights, explained), rounds, converged };
}

const worth = (weights: Float64Array, explained: Float64Array) =>
  weights.reduce((sum, w, g) => sum + w * explained[g]!, 0);

interface Columns {
  /** Those that share a weight: of a text together, each number alone. */
  readonly groups: readonly (readonly number[])[];
  /** Sum of squares about the mean of each group. */
  readonly totals: Float64Array;
}

function columnsOf(x: Matrix): Columns {
  const ofTexts = new Set((x.texts ?? []).flat());
  const numbers = Array.from({ length: x.cols }, (_, j) => j).filter((j) => !ofTexts.has(j));
  const groups = [...numbers.map((j) => [j]), ...(x.texts ?? [])];
  return { groups, totals: withinOf(x, new Int32Array(x.rows), groups) };
}

/** TSS − WSS of each group. */
function explainedBy(x: Matrix, labels: Int32Array, { groups, totals }: Columns): Float64Array {
  return withinOf(x, labels, groups).map((within, g) => Math.max(0, totals[g]! - within));
}

/** Sum of squares about the cluster means, of each group. */
function withinOf(x: Matrix, labels: Int32Array, groups: Columns["groups"]): Float64Array {
  const { labels: present } = renumber(labels);
  const means = clusterMeans(x, present, countClusters(present));
  const { rows, cols, data } = x;
  const within = new Float64Array(cols);
  for (let i = 0; i < rows; i++) {
    const c = present[i]! * cols;
    for (let j = 0; j < cols; j++) {
      const gap = data[i * cols + j]! - means[c + j]!;
      within[j]! += gap * gap;
    }
  }
  return Float64Array.from(groups, (columns) => columns.reduce((all, j) => all + within[j]!, 0));
}

/** The weights of length 1 that fit `explained` best with a sum of at most `bound`; equal where nothing is explained. */
export function sparseWeights(explained: Float64Array, bound: number): Float64Array {
  const highest = explained.reduce((most, value) => Math.max(most, value), 0);
  if (highest === 0) return new Float64Array(explained.length).fill(1 / Math.sqrt(explained.length));
  const at = (threshold: number): Float64Array => {
    const cut = explained.map((value) => Math.max(0, value / highest - threshold));
    const length = Math.sqrt(cut.reduce((sum, value) => sum + value * value, 0));
    return cut.map((value) => value / length);
  };
  const sumOf = (weights: Float64Array) => weights.reduce((sum, w) => sum + w, 0);
  if (sumOf(at(0)) <= bound) return at(0);
  // The sum falls as the threshold grows; below 1 something is always left.
  let low = 0;
  let high = 1;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) break;
    if (sumOf(at(middle)) > bound) low = middle;
    else high = middle;
  }
  return high === 1 ? at(low) : at(high);
}

function perColumn(cols: number, { groups }: Columns, weights: Float64Array): Float64Array {
  const out = new Float64Array(cols);
  groups.forEach((columns, g) => {
    for (const j of columns) out[j] = weights[g]!;
  });
  return out;
}

/** The columns with a weight, each times its root. */
function weigh(x: Matrix, weights: Float64Array): Matrix {
  const used = Array.from(weights.keys()).filter((j) => weights[j]! > 0);
  const out = allocateMatrix(x.rows, used.length);
  used.forEach((j, at) => {
    const root = Math.sqrt(weights[j]!);
    for (let i = 0; i < x.rows; i++) out.data[i * used.length + at] = x.data[i * x.cols + j]! * root;
  });
  return out;
}
