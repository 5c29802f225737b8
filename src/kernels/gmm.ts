/**
 * Expectation–maximisation for mixtures of Gaussians, both steps fused over chunks of 64 neighbouring rows.
 *
 * The maths is scikit-learn's (regularised covariances, stop on the change of the mean log-likelihood). Scatter
 * is summed about the old means and then shifted to the new ones: E[x²] − mean² would lose all digits when a
 * column lies far from 0. A component adds nothing where it is responsible for less than 1e-16 of each row.
 *
 * The plain algorithm (Dempster, Laird & Rubin 1977):
 *
 * ```
 * responsibility[i, j] = 1 if k-means put row i into cluster j, else 0;  M step
 * repeat
 *   E  log p[i, j] = log weight[j] + log N(x_i; mean[j], covariance[j])
 *      responsibility[i, j] = exp(log p[i, j] − log Σ_j exp log p[i, j])
 *      bound = the mean over i of log Σ_j exp log p[i, j]
 *   M  mass[j] = Σ_i responsibility[i, j];  weight[j] = mass[j] / n
 *      mean[j] = Σ_i responsibility[i, j] x_i / mass[j]
 *      covariance[j] = Σ_i responsibility[i, j] (x_i − mean[j])(x_i − mean[j])ᵀ / mass[j] + regCovar · I
 * until |bound − bound before| < tol, or maxIter rounds
 * ```
 */
import { log } from "../core/math.js";
import type { Matrix } from "../core/matrix.js";
import { blocksOf } from "./blocks.js";
import { type Arena, type Pointer, withArena } from "./wasm.js";

export type CovarianceType = "full" | "tied" | "diag" | "spherical";

export interface Mixture {
  readonly type: CovarianceType;
  readonly k: number;
  /** k, adding up to 1. */
  readonly weights: Float64Array;
  /** k×d. */
  readonly means: Float64Array;
  /** full: k·d×d, tied: d×d, diag: k×d, spherical: k. */
  readonly covariances: Float64Array;
}

export interface EmResult {
  readonly mixture: Mixture;
  /** n×k, responsibilities under `mixture`. */
  readonly responsibilities: Float64Array;
  /** n, log-likelihood of each row under `mixture`. */
  readonly logLikelihoods: Float64Array;
  /** Mean log-likelihood of E-step t, before the M-step that follows it. */
  readonly bounds: readonly number[];
  readonly converged: boolean;
  /** False when a covariance was not positive definite in float64, in spite of the floor. */
  readonly definite: boolean;
}

export interface EmOptions {
  /** Stop when the mean log-likelihood changes by less. */
  readonly tol: number;
  readonly maxIter: number;
  /** Added to every variance. */
  readonly regCovar: number;
  /** d; taken from every row first, so that densities are computed near 0. Means are relative to it. Default 0. */
  readonly middle?: Float64Array;
}

const LOG_TWO_PI = log(2 * Math.PI);
/** The words of `emChunks`. */
const TYPES = { diag: 0, full: 1, tied: 2, spherical: 3 } as const;
/** Chunks per call into WebAssembly: some milliseconds. */
const SLICE = 64;

/**
 * EM from hard labels: an M-step on them, then E and M in turn until the mean log-likelihood changes by less
 * than `tol`, or `maxIter` rounds are over. A last E-step makes the responsibilities those of the mixture.
 *
 * @param x - n×d, finite
 * @param labels - n, in 0 … k−1; the start
 * @remarks O(n·k·d²) a round for full, half of it for tied, O(n·k·d) for diag and spherical; O(n·(d + k)) memory
 * @see dempster1977
 */
export function emFromLabels(
  x: Matrix,
  labels: Int32Array,
  k: number,
  type: CovarianceType,
  options: EmOptions,
): EmResult {
  return withArena((arena) => {
    const state = place(arena, x, labels, k, type, options);
    run(state, "maximise");
    let mixture = maximise(state);
    const bounds: number[] = [];
    let converged = false;
    let definite = true;
    while (!converged && bounds.length < options.maxIter) {
      definite = prepare(state, mixture) && definite;
      const bound = run(state, "both") / x.rows;
      const before = bounds.at(-1);
      bounds.push(bound);
      mixture = maximise(state);
      converged = before !== undefined && Math.abs(bound - before) < options.tol;
    }
    definite = prepare(state, mixture) && definite;
    run(state, "expect");
    return { mixture, ...readRows(state), bounds, converged, definite };
  });
}

interface State {
  readonly arena: Arena;
  readonly n: number;
  readonly d: number;
  /** d rounded up to even. */
  readonly dp: number;
  readonly k: number;
  readonly type: CovarianceType;
  readonly regCovar: number;
  readonly order: Int32Array;
  readonly chunkCount: number;
  /** Tiles of 2×4 that cover the lower triangle of dp×dp. */
  readonly tiles: number;
  readonly chunks: Pointer;
  readonly means: Pointer;
  readonly shape: Pointer;
  readonly shapeLength: number;
  readonly constants: Pointer;
  readonly responsibilities: Pointer;
  /** mass, first and second moments, one after the other. */
  readonly sums: Pointer;
  readonly sumsLength: number;
  readonly rows: Pointer;
  readonly work: Pointer;
}

const isMatrix = (type: CovarianceType): boolean => type === "full" || type === "tied";

function place(
  arena: Arena,
  x: Matrix,
  labels: Int32Array,
  k: number,
  type: CovarianceType,
  { regCovar, middle }: EmOptions,
): State {
  const { rows: n, cols: d } = x;
  const { order } = blocksOf(x);
  const dp = d + (d & 1);
  const chunkCount = Math.ceil(n / 64);
  const tiles = countTiles(dp);
  const secondLength = { full: k * tiles * 16, tied: tiles * 16, diag: k * dp * 2, spherical: k * 2 }[type];
  const shapeLength = { full: k * dp * dp, tied: dp * dp + dp + k * dp, diag: k * dp, spherical: k }[type];
  const state: State = {
    arena,
    n,
    d,
    dp,
    k,
    type,
    regCovar,
    order,
    chunkCount,
    tiles,
    chunks: arena.f64(chunkCount * 64 * dp),
    means: arena.f64(k * dp),
    shape: arena.f64(shapeLength),
    shapeLength,
    constants: arena.f64(k),
    responsibilities: arena.f64(chunkCount * 64 * k),
    sums: arena.f64(k * 2 + k * dp * 2 + secondLength),
    sumsLength: k * 2 + k * dp * 2 + secondLength,
    rows: arena.f64(chunkCount * 64),
    work: arena.f64((2 * dp + k + 6) * 64),
  };
  arena.viewF64(state.work, (dp + 4) * 64).fill(0);

  const chunks = arena.viewF64(state.chunks, chunkCount * 64 * dp).fill(0);
  const responsibilities = arena.viewF64(state.responsibilities, chunkCount * 64 * k).fill(0);
  const startMeans = arena.viewF64(state.means, k * dp).fill(0);
  const sizes = new Float64Array(k);
  for (let position = 0; position < chunkCount * 64; position++) {
    // lanes past n repeat the last row; their responsibilities are 0
    const row = order[Math.min(position, n - 1)]!;
    const lane = position & 63;
    const chunk = position >> 6;
    for (let j = 0; j < d; j++) {
      chunks[(chunk * dp + j) * 64 + lane] = x.data[row * d + j]! - (middle?.[j] ?? 0);
    }
    if (position >= n) continue;
    const c = labels[row]!;
    responsibilities[(chunk * k + c) * 64 + lane] = 1;
    sizes[c]! += 1;
    for (let j = 0; j < d; j++) startMeans[c * dp + j]! += chunks[(chunk * dp + j) * 64 + lane]!;
  }
  // the first scatter is summed about the means of the labels
  for (let c = 0; c < k; c++) for (let j = 0; j < d; j++) startMeans[c * dp + j]! /= Math.max(1, sizes[c]!);
  return state;
}

function countTiles(dp: number): number {
  let tiles = 0;
  for (let p = 0; p < dp; p += 2) tiles += Math.floor((p + 1) / 4) + 1;
  return tiles;
}

/** One pass over all chunks; answers the sum of the log-likelihoods. */
function run(state: State, steps: "maximise" | "expect" | "both"): number {
  const { arena, n, dp, k, type, chunkCount, sums } = state;
  if (steps !== "expect") arena.viewF64(sums, state.sumsLength).fill(0);
  let total = 0;
  for (let from = 0; from < chunkCount; from += SLICE) {
    total += arena.wasm.emChunks(
      state.chunks,
      n,
      from,
      Math.min(chunkCount, from + SLICE),
      dp,
      k,
      state.means,
      TYPES[type],
      state.shape,
      state.constants,
      state.responsibilities,
      steps === "expect" ? 0 : sums,
      sums + k * 16,
      sums + k * 16 + k * dp * 16,
      state.tiles,
      steps === "expect" ? state.rows : 0,
      state.work,
      steps === "maximise" ? 0 : 1,
    );
  }
  return total;
}

/** The mixture that fits the summed responsibilities best, every variance lifted by `regCovar`. */
function maximise(state: State): Mixture {
  const { arena, n, d, dp, k, type } = state;
  const sums = arena.viewF64(state.sums, state.sumsLength);
  const old = arena.viewF64(state.means, k * dp);
  const pair = (at: number): number => sums[at]! + sums[at + 1]!;

  const mass = new Float64Array(k);
  const means = new Float64Array(k * d);
  const shift = new Float64Array(k * d);
  const firstAt = k * 2;
  for (let c = 0; c < k; c++) {
    // a component without rows keeps a tiny mass, so that nothing is divided by 0
    mass[c] = 10 * Number.EPSILON + pair(c * 2);
    for (let j = 0; j < d; j++) {
      const mean = old[c * dp + j]!;
      shift[c * d + j] = (pair(firstAt + (c * dp + j) * 2) - 10 * Number.EPSILON * mean) / mass[c]!;
      means[c * d + j] = mean + shift[c * d + j]!;
    }
  }
  // Σ r (x−μ')(x−μ')ᵀ from sums about the old mean μ, where δ = μ' − μ: S2 − S1 δᵀ − δ S1ᵀ + N δ δᵀ
  const moved = (c: number, a: number, b: number): number => {
    const [da, db] = [shift[c * d + a]!, shift[c * d + b]!];
    const first = (j: number): number => pair(firstAt + (c * dp + j) * 2);
    return pair(c * 2) * da * db - first(a) * db - da * first(b);
  };
  const covariances = isMatrix(type)
    ? covarianceMatrices(state, mass, pair, moved)
    : variances(state, mass, pair, moved);
  return { type, k, weights: mass.map((m) => m / n), means, covariances };
}

function covarianceMatrices(
  { d, dp, k, type, tiles, regCovar }: State,
  mass: Float64Array,
  pair: (at: number) => number,
  moved: (c: number, a: number, b: number) => number,
): Float64Array {
  const secondAt = k * 2 + k * dp * 2;
  const out = new Float64Array((type === "full" ? k : 1) * d * d);
  const totalMass = mass.reduce((sum, m) => sum + m, 0);
  for (let m = 0; m < out.length / (d * d); m++) {
    let at = secondAt + m * tiles * 16;
    for (let p = 0; p < dp; p += 2) {
      for (let q = 0; q <= p + 1; q += 4, at += 16) {
        for (let a = p; a < Math.min(p + 2, d); a++) {
          for (let b = q; b < Math.min(q + 4, a + 1); b++) {
            let scatter = pair(at + (a - p) * 8 + (b - q) * 2);
            if (type === "full") scatter += moved(m, a, b);
            else for (let c = 0; c < k; c++) scatter += moved(c, a, b);
            const covariance = scatter / (type === "full" ? mass[m]! : totalMass) + (a === b ? regCovar : 0);
            out[(m * d + a) * d + b] = covariance;
            out[(m * d + b) * d + a] = covariance;
          }
        }
      }
    }
  }
  return out;
}

function variances(
  { d, dp, k, type, regCovar }: State,
  mass: Float64Array,
  pair: (at: number) => number,
  moved: (c: number, a: number, b: number) => number,
): Float64Array {
  const secondAt = k * 2 + k * dp * 2;
  if (type === "diag") {
    const diag = new Float64Array(k * d);
    for (let c = 0; c < k; c++) {
      for (let j = 0; j < d; j++) {
        diag[c * d + j] = (pair(secondAt + (c * dp + j) * 2) + moved(c, j, j)) / mass[c]! + regCovar;
      }
    }
    return diag;
  }
  return Float64Array.from({ length: k }, (_, c) => {
    let scatter = pair(secondAt + c * 2);
    for (let j = 0; j < d; j++) scatter += moved(c, j, j);
    return scatter / mass[c]! / d + regCovar;
  });
}

/** Write what the next E-step needs; false when a covariance is not positive definite. */
function prepare(state: State, { weights, means, covariances }: Mixture): boolean {
  const { arena, d, dp, k, type, regCovar } = state;
  const placedMeans = arena.viewF64(state.means, k * dp);
  const shape = arena.viewF64(state.shape, state.shapeLength).fill(0);
  const constants = arena.viewF64(state.constants, k);
  for (let c = 0; c < k; c++) for (let j = 0; j < d; j++) placedMeans[c * dp + j] = means[c * d + j]!;

  let definite = true;
  if (isMatrix(type)) {
    const matrices = type === "full" ? k : 1;
    for (let m = 0; m < matrices; m++) {
      const factor = inverseFactor(covariances, m * d * d, d, dp, regCovar, shape, m * dp * dp);
      definite &&= factor.definite;
      const constant = -0.5 * (d * LOG_TWO_PI + factor.logDeterminant);
      if (type === "full") constants[m] = log(weights[m]!) + constant;
      else for (let c = 0; c < k; c++) constants[c] = log(weights[c]!) + constant;
    }
    if (type === "tied") turnMeans(state, shape, means);
    return definite;
  }
  for (let c = 0; c < k; c++) {
    let logDeterminant = 0;
    if (type === "spherical") {
      logDeterminant = d * log(covariances[c]!);
      shape[c] = 1 / covariances[c]!;
    } else {
      for (let j = 0; j < d; j++) {
        logDeterminant += log(covariances[c * d + j]!);
        shape[c * dp + j] = 1 / covariances[c * d + j]!;
      }
    }
    constants[c] = log(weights[c]!) - 0.5 * (d * LOG_TWO_PI + logDeterminant);
  }
  return true;
}

/** Behind the tied factor U: ones, and U·mean of each component. */
function turnMeans({ d, dp, k }: State, shape: Float64Array, means: Float64Array): void {
  shape.fill(1, dp * dp, dp * dp + dp);
  for (let c = 0; c < k; c++) {
    for (let r = 0; r < d; r++) {
      let sum = 0;
      for (let j = 0; j <= r; j++) sum += shape[r * dp + j]! * means[c * d + j]!;
      shape[dp * dp + dp + c * dp + r] = sum;
    }
  }
}

/**
 * U = L⁻¹ where Σ = L·Lᵀ, so that zᵀΣ⁻¹z = |U z|². A pivot that is not positive becomes `floor`, so that a fit can
 * go on to its end and say that it is singular.
 *
 * @param out - out, dp×dp from `at`, lower triangle
 */
function inverseFactor(
  covariances: Float64Array,
  offset: number,
  d: number,
  dp: number,
  floor: number,
  out: Float64Array,
  at: number,
): { logDeterminant: number; definite: boolean } {
  const factor = new Float64Array(d * d);
  let logDeterminant = 0;
  let definite = true;
  for (let i = 0; i < d; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = covariances[offset + i * d + j]!;
      for (let c = 0; c < j; c++) sum -= factor[i * d + c]! * factor[j * d + c]!;
      if (j < i) {
        factor[i * d + j] = sum / factor[j * d + j]!;
        continue;
      }
      if (!(sum > 0)) {
        definite = false;
        sum = floor;
      }
      factor[i * d + i] = Math.sqrt(sum);
      logDeterminant += log(sum);
    }
  }
  for (let j = 0; j < d; j++) {
    out[at + j * dp + j] = 1 / factor[j * d + j]!;
    for (let i = j + 1; i < d; i++) {
      let sum = 0;
      for (let c = j; c < i; c++) sum -= factor[i * d + c]! * out[at + c * dp + j]!;
      out[at + i * dp + j] = sum / factor[i * d + i]!;
    }
  }
  return { logDeterminant, definite };
}

/** Responsibilities and log-likelihoods, back in row order. */
function readRows({ arena, n, k, order, chunkCount, responsibilities, rows }: State): {
  responsibilities: Float64Array;
  logLikelihoods: Float64Array;
} {
  const from = arena.viewF64(responsibilities, chunkCount * 64 * k);
  const each = arena.viewF64(rows, chunkCount * 64);
  const out = new Float64Array(n * k);
  const logLikelihoods = new Float64Array(n);
  for (let position = 0; position < n; position++) {
    const row = order[position]!;
    logLikelihoods[row] = each[position]!;
    for (let c = 0; c < k; c++) {
      out[row * k + c] = from[((position >> 6) * k + c) * 64 + (position & 63)]!;
    }
  }
  return { responsibilities: out, logLikelihoods };
}
