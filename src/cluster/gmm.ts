/** Gaussian mixtures: each cluster is a Gaussian, each row goes to the one most likely to have made it. */
import { createRequire } from "node:module";
import { z } from "zod";
import { hashOf } from "../core/hash.js";
import { type Labels, renumber } from "../core/labels.js";
import { log } from "../core/math.js";
import type { Matrix } from "../core/matrix.js";
import type { Note } from "../core/notes.js";
import { type CovarianceType, type EmResult, emFromLabels, type Mixture } from "../kernels/gmm.js";
import { defineAlgorithm, type Fit, type FitReason } from "./define.js";
import { joinedStarts } from "./gmm-start.js";
import { bestOfStarts } from "./kmeans.js";
import { reasonsOf } from "./reasons.js";
import { requireClusters } from "./require.js";
import { matrixOf, pickRows } from "./rows.js";

/** Loaded when first wanted: as an import it would cost every start of a thread a tenth of a second. */
const loadMlMatrix = () => createRequire(import.meta.url)("ml-matrix") as typeof import("ml-matrix");

const params = z.strictObject({
  k: z
    .int()
    .min(2)
    .meta({ description: "number of components", unit: "clusters", sweep: [2, 3, 4, 5, 6, 7, 8, 9, 10] }),
  covarianceType: z
    .enum(["full", "tied", "diag", "spherical"])
    .default("full")
    .meta({
      description:
        "shape of the components: full any ellipsoids, tied one ellipsoid for all, diag along the axes, spherical balls",
      unit: "name",
      sweep: ["full", "diag"],
    }),
  tol: z
    .number()
    .positive()
    .default(1e-3)
    .meta({
      description: "stop when the mean log-likelihood changes by less than this",
      unit: "nats per row",
      sweep: [1e-3],
    }),
  maxIter: z
    .int()
    .min(1)
    .default(100)
    .meta({ description: "the most rounds of one start", unit: "rounds", sweep: [100] }),
  regCovar: z
    .number()
    .positive()
    .default(1e-6)
    .meta({
      description: "added to every variance, so that no component shrinks to a point",
      unit: "squared distance after scaling",
      sweep: [1e-6],
    }),
  nInit: z
    .int()
    .min(1)
    .default(2)
    .meta({
      description:
        "starts, by turns from a k-means run and from small k-means clusters joined by likelihood; the likeliest mixture is kept",
      unit: "starts",
      sweep: [2],
    }),
});

type GmmParams = z.output<typeof params>;

export const gmm = defineAlgorithm({
  name: "gmm",
  title: "Gaussian mixture: each row goes to the bell-shaped cluster most likely to have made it",
  version: 5,
  cites: ["dempster1977", "schwarz1978", "akaike1974", "biernacki2000", "fraley1998"],
  complexity: "O(n·k·d²) a round for full and tied covariances, O(n·k·d) for diag and spherical. Memory O(n·(d + k)).",
  departures: [
    "Starts from the labels of a k-means run, as in scikit-learn, and every other time (tied apart) from small k-means clusters joined by the likelihood of the mixture, which finds long and thin groups; the paper leaves the start open.",
    "A sound mixture is kept before a likelier one that has shrunk onto a few rows or has not converged.",
    "regCovar is added to every variance, which keeps a component from shrinking onto one row; a component that stays there is reported as singular.",
  ],
  seeAlso: { kmeans: "speed, when clusters are round and alike", hdbscan: "clusters that are not ellipsoids" },
  can: { noise: false, seeded: true, baseline: false },
  params,
  shows: ["k", "covarianceType"],
  together: (params) => hashOf(params),
  fitMany(x, grid, { seed }) {
    const known = new Map<string, ReturnType<typeof joinedStarts>>();
    return grid.map((point) =>
      fitGmm(x, point, seed, (start) => {
        const name = `${point.covarianceType} ${start}`;
        const joined = known.get(name) ?? joinedStarts(x, point.covarianceType, seed, start);
        known.set(name, joined);
        return joined(point.k);
      }),
    );
  },
  /** Some 60 passes of n·k·d² multiply-adds (n·k·d for diagonal kinds); rows in blocks and responsibilities. */
  cost: (n, d, grid) => ({
    bytes: n * d * 24 + Math.max(...grid.map(({ k }) => k)) * n * 8,
    seconds: grid.reduce((sum, { k, nInit, covarianceType }) => {
      const perRow = covarianceType === "full" || covarianceType === "tied" ? d * d + 20 : 2 * d + 20;
      return sum + nInit * n * k * perRow * 2e-8;
    }, 0),
  }),
  assignment: (x, { covarianceType }, fit) => {
    const columns = { full: x.cols, tied: x.cols, diag: x.cols, spherical: 1 }[covarianceType];
    return {
      rule: "posterior",
      covarianceType,
      weights: fit.found["weights"] as Float64Array,
      means: matrixOf(fit.found["means"] as Float64Array, x.cols),
      covariances: matrixOf(fit.found["covariances"] as Float64Array, columns),
    };
  },
});

/** @param joined - the labels that start number `start` sets out from, for odd ones */
function fitGmm(x: Matrix, params: GmmParams, seed: number, joined: (start: number) => Int32Array): Fit {
  requireClusters(x, params.k);
  const { rows: n, cols: d } = x;
  const { k, covarianceType: type } = params;
  const middle = columnMeans(x);

  let best: (EmResult & { readonly singular: boolean }) | undefined;
  for (let start = 0; start < params.nInit; start++) {
    // One ellipsoid for all needs no other start: k-means errs towards like shapes as well.
    const labels = start % 2 === 0 || type === "tied" ? kMeansStart(x, k, seed, start) : joined(start);
    const result = emFromLabels(x, labels, k, type, { ...params, middle });
    const singular = !result.definite || isDegenerate(result.mixture, n, d, params.regCovar);
    if (best === undefined || isBetter({ ...result, singular }, best)) best = { ...result, singular };
  }
  const { mixture, responsibilities, logLikelihoods, bounds, converged, singular } = best!;

  const { labels, old } = renumber(mostLikely(responsibilities, n, k));
  const loglik = meanOf(logLikelihoods);
  const freedom = countParameters(k, d, type);
  const bic = -2 * n * loglik + freedom * log(n);
  const ordered = order(mixture, d, old, middle);

  const reasons: FitReason[] = reasonsOf(labels, k);
  const notes: Note[] = [];
  if (singular) {
    reasons.push("singular");
    notes.push({
      code: "singular",
      message: "a component has shrunk onto too few rows, or onto a plane: its likelihood says nothing",
      hint: "ask for fewer components, use covarianceType diag or tied, or drop constant and duplicate columns",
    });
  }
  if (!converged) {
    reasons.push("not-converged");
    notes.push({
      code: "not-converged",
      message: `the likelihood was still changing after ${params.maxIter} rounds`,
      hint: "raise maxIter",
    });
  }
  return {
    labels,
    reasons,
    objective: { value: loglik, better: "higher" },
    outputs: {
      loglik,
      bic,
      aic: -2 * n * loglik + 2 * freedom,
      icl: bic + classificationPenalty(responsibilities, n, k),
      iterations: bounds.length,
    },
    found: { weights: ordered.weights, means: ordered.means, covariances: ordered.covariances },
    notes,
  };
}

type Outcome = Pick<EmResult, "logLikelihoods" | "converged"> & { readonly singular: boolean };

/** Sound before unsound, then the likelier; ties to the earlier. */
function isBetter(a: Outcome, b: Outcome): boolean {
  const sound = ({ singular, converged }: Outcome) => Number(!singular) + Number(!singular && converged);
  if (sound(a) !== sound(b)) return sound(a) > sound(b);
  return meanOf(a.logLikelihoods) > meanOf(b.logLikelihoods);
}

/**
 * The labels that start `start` sets out from: one k-means run of its own stream.
 *
 * @see bestOfStarts
 */
function kMeansStart(x: Matrix, k: number, seed: number, start: number): Int32Array {
  return bestOfStarts(x, { k, nInit: 1, maxIter: 300, tol: 1e-4 }, seed, "gmm/init", start).labels;
}

/** The column means. Densities are computed around them, near 0, where the digits are. */
function columnMeans({ data, rows, cols }: Matrix): Float64Array {
  const middle = new Float64Array(cols);
  for (let i = 0; i < rows; i++) for (let j = 0; j < cols; j++) middle[j]! += data[i * cols + j]! - data[j]!;
  for (let j = 0; j < cols; j++) middle[j] = data[j]! + middle[j]! / rows;
  return middle;
}

/** The component of the highest responsibility, ties to the lower one. */
export function mostLikely(responsibilities: Float64Array, n: number, k: number): Labels {
  const labels = new Int32Array(n);
  for (let i = 0; i < n; i++) {
    let best = 0;
    for (let c = 1; c < k; c++) if (responsibilities[i * k + c]! > responsibilities[i * k + best]!) best = c;
    labels[i] = best;
  }
  return labels;
}

/**
 * What ICL adds to BIC: −2 Σ ln of each row's highest responsibility. It is 0 when every row is sure of its
 * component, so ICL prefers components that lie apart (biernacki2000).
 */
export function classificationPenalty(responsibilities: Float64Array, n: number, k: number): number {
  let total = 0;
  for (let i = 0; i < n; i++) {
    let highest = 0;
    for (let c = 0; c < k; c++) highest = Math.max(highest, responsibilities[i * k + c]!);
    total -= 2 * log(highest);
  }
  return total;
}

/** Free parameters: the p of BIC and AIC. */
export function countParameters(k: number, d: number, type: CovarianceType): number {
  const ofCovariances = { full: (k * d * (d + 1)) / 2, tied: (d * (d + 1)) / 2, diag: k * d, spherical: k }[type];
  return ofCovariances + k * d + k - 1;
}

/** A covariance within 20 times the floor, or a component with too few rows to span one. */
function isDegenerate({ type, k, weights, covariances }: Mixture, n: number, d: number, regCovar: number): boolean {
  const rowsNeeded = { full: d + 1, tied: 0, diag: 3, spherical: 2 }[type];
  if (weights.some((weight) => weight * n < rowsNeeded)) return true;
  if (type === "diag" || type === "spherical") return covariances.some((variance) => variance < 20 * regCovar);
  const { EigenvalueDecomposition, Matrix: MlMatrix } = loadMlMatrix();
  const matrices = type === "full" ? k : 1;
  for (let c = 0; c < matrices; c++) {
    const flat = covariances.subarray(c * d * d, (c + 1) * d * d);
    const covariance = MlMatrix.from1DArray(d, d, flat);
    const values = new EigenvalueDecomposition(covariance, { assumeSymmetric: true }).realEigenvalues;
    if (values.some((value) => value < 20 * regCovar)) return true;
  }
  return false;
}

/**
 * The mixture in the order of the labels, its means moved back to where the data lies. Components that won no
 * row come last: they own no label, but their densities take part in every posterior.
 */
function order(mixture: Mixture, d: number, old: readonly number[], middle: Float64Array): Mixture {
  const { type, k } = mixture;
  const components = [...old];
  for (let c = 0; c < k; c++) if (!old.includes(c)) components.push(c);
  const perComponent = { full: d * d, tied: 0, diag: d, spherical: 1 }[type];
  return {
    ...mixture,
    weights: pickRows(mixture.weights, 1, components),
    means: pickRows(mixture.means, d, components).map((value, e) => value + middle[e % d]!),
    covariances: type === "tied" ? mixture.covariances : pickRows(mixture.covariances, perComponent, components),
  };
}

function meanOf(values: Float64Array): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i]!;
  return total / values.length;
}
