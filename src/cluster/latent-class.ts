/** Latent classes: a mixture for tables of numbers and texts, independent within a class. */
import { z } from "zod";
import { hashOf } from "../core/hash.js";
import { type Labels, renumber } from "../core/labels.js";
import { exp, log } from "../core/math.js";
import type { Matrix } from "../core/matrix.js";
import type { Note } from "../core/notes.js";
import {
  type LatentClasses,
  type LatentClassResult,
  latentClassesFrom,
  type MixedRows,
  startsOf,
} from "../kernels/latent-class.js";
import { type Assignment, defineAlgorithm, type Fit, type FitReason } from "./define.js";
import { classificationPenalty, mostLikely } from "./gmm.js";
import { bestOfStarts } from "./kmeans.js";
import { reasonsOf } from "./reasons.js";
import { requireClusters } from "./require.js";
import { matrixOf } from "./rows.js";

const params = z.strictObject({
  k: z
    .int()
    .min(2)
    .meta({ description: "number of classes", unit: "clusters", sweep: [2, 3, 4, 5, 6, 7, 8, 9, 10] }),
  nInit: z
    .int()
    .min(1)
    .default(3)
    .meta({
      description: "starts, each from the labels of a k-means run; the likeliest is kept",
      unit: "starts",
      sweep: [3],
    }),
  tol: z
    .number()
    .positive()
    .default(1e-5)
    .meta({
      description: "stop when the mean log-likelihood changes by less than this",
      unit: "nats per row",
      sweep: [1e-5],
    }),
  maxIter: z
    .int()
    .min(1)
    .default(500)
    .meta({ description: "the most rounds of one start", unit: "rounds", sweep: [500] }),
  regCovar: z
    .number()
    .positive()
    .default(1e-6)
    .meta({
      description: "added to every variance, so that no class shrinks to a point",
      unit: "squared distance after scaling",
      sweep: [1e-6],
    }),
});

type LatentClassParams = z.output<typeof params>;

/** Variance of the Gaussians by which a text's shares are written; see `asGaussians`. */
const TEXT_VARIANCE = 0.01;

export const latentClass = defineAlgorithm({
  name: "latent-class",
  title: "Latent classes: a mixture of numbers (Gaussian) and texts (shares of values), independent within a class",
  version: 1,
  cites: ["goodman1974", "vermunt2002", "dempster1977", "schwarz1978"],
  complexity: "O(n·k·d) a round, some 50 rounds a start. Memory O(n·(d + k)).",
  departures: [
    "One imaginary row, divided as all rows are, joins every class, so that no share of a value is ever 0.",
    "Starts from the labels of k-means runs on the prepared columns instead of random classes.",
  ],
  seeAlso: { gmm: "numbers that go together within a cluster", kmedoids: "Gower's distance (metric: manhattan)" },
  can: { noise: false, seeded: true, baseline: false },
  params,
  shows: ["k"],
  together: (params) => hashOf(params),
  fitMany: (x, grid, { seed }) => grid.map((point) => fitLatentClasses(x, point, seed)),
  cost: (n, d, grid) => ({
    bytes: n * d * 24 + Math.max(...grid.map(({ k }) => k)) * n * 8,
    seconds: grid.reduce((sum, { k, nInit }) => sum + nInit * n * k * (d + 10) * 4e-7, 0),
  }),
  assignment: (x, _params, { found }) => ruleOf(x, found as Gaussians),
});

/** The rule that the classes of these labels make: one M step. A class without rows wins none. */
export function latentClassRule(x: Matrix, labels: Labels, k: number): Assignment {
  const layout = layoutOf(x);
  const { classes } = latentClassesFrom(readRows(x, layout), labels, k, { tol: 1, maxIter: 0, regCovar: 1e-6 });
  return ruleOf(
    x,
    asGaussians(
      classes,
      layout,
      x.cols,
      Array.from({ length: k }, (_, c) => c),
    ),
  );
}

function ruleOf(x: Matrix, { weights, means, variances }: Gaussians): Assignment {
  return {
    rule: "posterior",
    covarianceType: "diag",
    weights,
    means: matrixOf(means, x.cols),
    covariances: matrixOf(variances, x.cols),
    ...(x.texts ? { texts: x.texts } : {}),
  };
}

function fitLatentClasses(x: Matrix, params: LatentClassParams, seed: number): Fit {
  const { k, nInit, maxIter } = params;
  requireClusters(x, k);
  const layout = layoutOf(x);
  const rows = readRows(x, layout);
  const n = x.rows;
  let best: LatentClassResult | undefined;
  for (let start = 0; start < nInit; start++) {
    const from = bestOfStarts(x, { k, nInit: 1, maxIter: 300, tol: 1e-4 }, seed, "latent-class/init", start).labels;
    const result = latentClassesFrom(rows, from, k, params);
    if (best === undefined || result.logLikelihood > best.logLikelihood) best = result;
  }
  const { responsibilities, logLikelihood, iterations, converged, classes } = best!;
  const { labels, old } = renumber(mostLikely(responsibilities, n, k));
  const bic = -2 * n * logLikelihood + freedom(layout, k) * log(n);

  const reasons: FitReason[] = reasonsOf(labels, k);
  const notes: Note[] = [];
  if (classes.weights.some((w) => w * n < 3) || classes.variances.some((v) => v < 20 * params.regCovar)) {
    reasons.push("singular");
    notes.push({
      code: "singular",
      message: "a class has shrunk onto too few rows, or onto one value of a number: its likelihood says nothing",
      hint: "ask for fewer classes, or drop number columns that have one value in most rows",
    });
  }
  if (!converged) {
    reasons.push("not-converged");
    notes.push({
      code: "not-converged",
      message: `the likelihood was still changing after ${maxIter} rounds`,
      hint: "raise maxIter",
    });
  }
  // Components that won no row come last: they own no label, but take part in every posterior.
  const order = [...old, ...Array.from({ length: k }, (_, c) => c).filter((c) => !old.includes(c))];
  return {
    labels,
    reasons,
    objective: { value: logLikelihood, better: "higher" },
    outputs: {
      loglik: logLikelihood,
      bic,
      aic: -2 * n * logLikelihood + 2 * freedom(layout, k),
      icl: bic + classificationPenalty(responsibilities, n, k),
      iterations,
    },
    found: asGaussians(classes, layout, x.cols, order),
    notes,
  };
}

/** A diagonal mixture: k, k × cols and k × cols. */
type Gaussians = Readonly<Record<"weights" | "means" | "variances", Float64Array>>;

/** How the columns of a space are read. */
interface Layout {
  /** Places of the number columns. */
  readonly numbers: readonly number[];
  /** Per text, the columns of its values that occur, each with what stands for no and yes. */
  readonly texts: readonly (readonly { readonly column: number; readonly no: number; readonly yes: number }[])[];
}

function layoutOf(x: Matrix): Layout {
  const ofTexts = new Set((x.texts ?? []).flat());
  const texts = (x.texts ?? []).map((columns) =>
    columns.flatMap((column) => {
      let [no, yes] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
      for (let i = 0; i < x.rows; i++) {
        no = Math.min(no, x.data[i * x.cols + column]!);
        yes = Math.max(yes, x.data[i * x.cols + column]!);
      }
      // A value that no row has, or that all have, tells no classes apart.
      return no < yes ? [{ column, no, yes }] : [];
    }),
  );
  return {
    numbers: Array.from({ length: x.cols }, (_, j) => j).filter((j) => !ofTexts.has(j)),
    texts: texts.filter((values) => values.length > 0),
  };
}

function readRows(x: Matrix, { numbers, texts }: Layout): MixedRows {
  const { rows: n, cols, data } = x;
  const out = new Float64Array(n * numbers.length);
  const values = new Int32Array(n * texts.length).fill(-1);
  for (let i = 0; i < n; i++) {
    numbers.forEach((column, j) => {
      out[i * numbers.length + j] = data[i * cols + column]!;
    });
    texts.forEach((columns, t) => {
      values[i * texts.length + t] = columns.findIndex(({ column, yes }) => data[i * cols + column] === yes);
    });
  }
  const valueCounts = Int32Array.from(texts, (columns) => columns.length);
  return { n, numbers: out, numberCount: numbers.length, values, valueCounts };
}

/** Free parameters: weights, a mean and a variance a number, all shares but one a text. */
function freedom({ numbers, texts }: Layout, k: number): number {
  const shares = texts.reduce((sum, values) => sum + values.length - 1, 0);
  return k - 1 + k * (2 * numbers.length + shares);
}

/**
 * The classes as a diagonal Gaussian mixture that gives every row the same posterior, so that all that can be done with
 * a mixture (rows, tables, JSON, ONNX) can be done with latent classes.
 *
 * A column of a text is read at two points only, no and yes. With one variance s for all classes the quadratic parts
 * cancel between classes, and what is left of −(x − m)² / 2s is x·m/s − m²/2s. With m = s · ln share / (yes − no)
 * the first term grows by ln share from no to yes, as it should; what it is at no, and m²/2s, are taken out of the weight.
 */
function asGaussians(
  classes: LatentClasses,
  { numbers, texts }: Layout,
  cols: number,
  order: readonly number[],
): Gaussians {
  const k = order.length;
  const starts = startsOf(Int32Array.from(texts, (values) => values.length));
  const all = starts[texts.length]!;
  const means = new Float64Array(k * cols);
  // Columns that say nothing: the same mean and variance in all classes.
  const variances = new Float64Array(k * cols).fill(1);
  const logWeights = new Float64Array(k);
  order.forEach((c, at) => {
    logWeights[at] = log(Math.max(classes.weights[c]!, Number.MIN_VALUE));
    numbers.forEach((column, j) => {
      means[at * cols + column] = classes.means[c * numbers.length + j]!;
      variances[at * cols + column] = classes.variances[c * numbers.length + j]!;
    });
    texts.forEach((values, t) => {
      values.forEach(({ column, no, yes }, v) => {
        const slope = classes.logShares[c * all + starts[t]! + v]! / (yes - no);
        means[at * cols + column] = TEXT_VARIANCE * slope;
        variances[at * cols + column] = TEXT_VARIANCE;
        logWeights[at]! += (TEXT_VARIANCE * slope * slope) / 2 - slope * no;
      });
    });
  });
  const highest = logWeights.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  const weights = logWeights.map((value) => Math.max(exp(value - highest), Number.MIN_VALUE));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return { weights: weights.map((weight) => weight / total), means, variances };
}
