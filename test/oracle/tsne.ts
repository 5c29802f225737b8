/** t-SNE by its formulas: all pairs, float64. And two judges of any map. */
import type { Matrix } from "../../src/core/matrix.js";
import { squaredDistance } from "./nearest-neighbours.js";

/** Conditional probabilities over the given squared distances, calibrated by bisection. */
export function slowCalibrate(squared: readonly number[], perplexity: number): number[] {
  const least = Math.min(...squared);
  let low = 0;
  let high = Number.POSITIVE_INFINITY;
  let beta = 1;
  let p: number[] = [];
  for (let step = 0; step < 300; step++) {
    const weights = squared.map((d) => Math.exp(-beta * (d - least)));
    const sum = weights.reduce((a, b) => a + b);
    p = weights.map((w) => w / sum);
    const entropy = -p.reduce((h, v) => h + (v > 0 ? v * Math.log(v) : 0), 0);
    if (entropy > Math.log(perplexity)) low = beta;
    else high = beta;
    beta = high === Number.POSITIVE_INFINITY ? beta * 2 : (low + high) / 2;
  }
  return p;
}

/** The exact table P over all pairs, n×n. */
export function exactAffinities(x: Matrix, perplexity: number): Float64Array {
  const n = x.rows;
  const p = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    const others = Array.from({ length: n }, (_, j) => j).filter((j) => j !== i);
    const conditional = slowCalibrate(
      others.map((j) => squaredDistance(x, i, j)),
      perplexity,
    );
    others.forEach((j, at) => {
      p[i * n + j]! += conditional[at]! / (2 * n);
      p[j * n + i]! += conditional[at]! / (2 * n);
    });
  }
  return p;
}

const closeness = (y: Float64Array, i: number, j: number): number => {
  const dx = y[2 * i]! - y[2 * j]!;
  const dy = y[2 * i + 1]! - y[2 * j + 1]!;
  return 1 / (1 + dx * dx + dy * dy);
};

function totalCloseness(y: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < y.length / 2; i++) for (let j = 0; j < i; j++) sum += 2 * closeness(y, i, j);
  return sum;
}

/** Kullback–Leibler divergence of a map from P. */
export function exactDivergence(p: Float64Array, y: Float64Array): number {
  const n = y.length / 2;
  const total = totalCloseness(y);
  let divergence = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      if (p[i * n + j]! > 0) divergence += p[i * n + j]! * Math.log((p[i * n + j]! * total) / closeness(y, i, j));
    }
  }
  return divergence;
}

/** Gradient descent as scikit-learn does it, with exact forces. */
export function slowEmbed(p: Float64Array, start: Float64Array, iterations: number): Float64Array {
  const n = start.length / 2;
  const y = start.slice();
  const velocity = new Float64Array(2 * n);
  const gain = new Float64Array(2 * n).fill(1);
  const rate = Math.max(n / 48, 50);
  for (let step = 0; step < iterations; step++) {
    const early = step < 250;
    const total = totalCloseness(y);
    const gradient = new Float64Array(2 * n);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        if (i === j) continue;
        const q = closeness(y, i, j);
        const pull = 4 * ((early ? 12 : 1) * p[i * n + j]! - q / total) * q;
        for (const c of [0, 1]) gradient[2 * i + c]! += pull * (y[2 * i + c]! - y[2 * j + c]!);
      }
    }
    for (let c = 0; c < 2 * n; c++) {
      gain[c] = Math.max(velocity[c]! * gradient[c]! < 0 ? gain[c]! + 0.2 : gain[c]! * 0.8, 0.01);
      velocity[c] = (early ? 0.5 : 0.8) * velocity[c]! - rate * gain[c]! * gradient[c]!;
      y[c]! += velocity[c]!;
    }
  }
  return y;
}

/** Venna and Kaski's trustworthiness: are the map's k nearest among the row's nearest? 1 is best. */
export function trustworthiness(x: Matrix, y: Float64Array, k: number): number {
  const n = x.rows;
  let penalty = 0;
  for (let i = 0; i < n; i++) {
    const others = Array.from({ length: n }, (_, j) => j).filter((j) => j !== i);
    const rank = new Map(
      others.toSorted((a, b) => squaredDistance(x, i, a) - squaredDistance(x, i, b)).map((j, r) => [j, r + 1]),
    );
    const near = others.toSorted((a, b) => closeness(y, i, b) - closeness(y, i, a)).slice(0, k);
    for (const j of near) penalty += Math.max(0, rank.get(j)! - k);
  }
  return 1 - (2 / (n * k * (2 * n - 3 * k - 1))) * penalty;
}
