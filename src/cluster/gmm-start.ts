/**
 * A start for mixtures that k-means cannot give: long and thin groups, which it cuts across. Many small k-means clusters
 * are joined two at a time, each time the two whose union costs a Gaussian mixture the least likelihood.
 */
import { log } from "../core/math.js";
import type { Matrix } from "../core/matrix.js";
import type { CovarianceType } from "../kernels/gmm.js";
import { bestOfStarts } from "./kmeans.js";

/** Small clusters to join. */
const SMALL = 30;
/** Rows that a small cluster should have. */
const ROWS_EACH = 8;

interface Part {
  readonly rows: number;
  readonly mean: Float64Array;
  /** d×d sums of products about the mean. */
  readonly scatter: Float64Array;
  readonly cost: number;
}

/**
 * @param start - counter of the stream that the small clusters are drawn from
 * @returns for each k up to the small clusters' number, n labels in 0 … k−1
 * @remarks one k-means run of up to 30 clusters and about 1,000 determinants, for all k together
 * @see fraley1998
 */
export function joinedStarts(x: Matrix, type: CovarianceType, seed: number, start: number): (k: number) => Int32Array {
  const many = Math.max(2, Math.min(SMALL, Math.floor(x.rows / ROWS_EACH)));
  const small = smallClusters(x, many, seed, start);
  const moments = momentsOf(x, small, many);
  // Few rows span no ellipsoid: each is taken to have the mean variance within small clusters on top.
  const within = moments.reduce((sum, { scatter }) => sum + traceOf(scatter, x.cols), 0) / (x.rows * x.cols);
  const priced = (part: Omit<Part, "cost">): Part => ({ ...part, cost: costOf(part, type, within) });

  // `into[c]` is the part that small cluster c belongs to; one copy for each number of parts that are left.
  const into = Int32Array.from({ length: many }, (_, c) => c);
  const parts: (Part | null)[] = moments.map((each) => (each.rows > 0 ? priced(each) : null));
  let left = parts.filter((part) => part !== null).length;
  const levels = new Map([[left, into.slice()]]);
  const unions = new Array<Part | undefined>(many * many);
  while (left > 2) {
    let least = Number.POSITIVE_INFINITY;
    let [a, b] = [-1, -1];
    for (let i = 0; i < many; i++) {
      if (!parts[i]) continue;
      for (let j = i + 1; j < many; j++) {
        if (!parts[j]) continue;
        unions[i * many + j] ??= priced(unionOf(parts[i]!, parts[j]!));
        const loss = unions[i * many + j]!.cost - parts[i]!.cost - parts[j]!.cost;
        if (loss < least) [least, a, b] = [loss, i, j];
      }
    }
    parts[a] = unions[a * many + b]!;
    parts[b] = null;
    for (let c = 0; c < many; c++) {
      if (into[c] === b) into[c] = a;
      unions[Math.min(a, c) * many + Math.max(a, c)] = undefined;
    }
    levels.set(--left, into.slice());
  }
  return (k) => {
    const level = levels.get(k);
    if (!level) return smallClusters(x, k, seed, start);
    const number = new Map([...new Set(level)].map((part, i) => [part, i]));
    return small.map((label) => number.get(level[label]!)!);
  };
}

const smallClusters = (x: Matrix, k: number, seed: number, start: number) =>
  bestOfStarts(x, { k, nInit: 1, maxIter: 300, tol: 1e-4 }, seed, "gmm/joined", start).labels;

function momentsOf(x: Matrix, labels: Int32Array, k: number): Omit<Part, "cost">[] {
  const d = x.cols;
  const sizes = new Int32Array(k);
  const means = Array.from({ length: k }, () => new Float64Array(d));
  for (let i = 0; i < x.rows; i++) {
    sizes[labels[i]!]!++;
    for (let j = 0; j < d; j++) means[labels[i]!]![j]! += x.data[i * d + j]!;
  }
  means.forEach((mean, c) => {
    for (let j = 0; j < d; j++) mean[j]! /= Math.max(sizes[c]!, 1);
  });
  const scatters = means.map(() => new Float64Array(d * d));
  for (let i = 0; i < x.rows; i++) {
    const mean = means[labels[i]!]!;
    const data = scatters[labels[i]!]!;
    for (let a = 0; a < d; a++) {
      const off = x.data[i * d + a]! - mean[a]!;
      for (let b = 0; b < d; b++) data[a * d + b]! += off * (x.data[i * d + b]! - mean[b]!);
    }
  }
  return means.map((mean, c) => ({ rows: sizes[c]!, mean, scatter: scatters[c]! }));
}

function unionOf(a: Part, b: Part): Omit<Part, "cost"> {
  const d = a.mean.length;
  const rows = a.rows + b.rows;
  const mean = a.mean.map((value, j) => (a.rows * value + b.rows * b.mean[j]!) / rows);
  const scatter = new Float64Array(d * d);
  const weight = (a.rows * b.rows) / rows;
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < d; j++) {
      const apart = (a.mean[i]! - b.mean[i]!) * (a.mean[j]! - b.mean[j]!);
      scatter[i * d + j] = a.scatter[i * d + j]! + b.scatter[i * d + j]! + weight * apart;
    }
  }
  return { rows, mean, scatter };
}

function traceOf(scatter: Float64Array, d: number): number {
  let sum = 0;
  for (let i = 0; i < d; i++) sum += scatter[i * d + i]!;
  return sum;
}

/** Twice the negative log-likelihood of a part, constants left out: n · log |Σ|. */
function costOf({ rows, mean, scatter }: Omit<Part, "cost">, type: CovarianceType, floor: number): number {
  const d = mean.length;
  if (type === "spherical") return rows * d * log(traceOf(scatter, d) / (rows * d) + floor || Number.MIN_VALUE);
  if (type === "diag") {
    let sum = 0;
    for (let j = 0; j < d; j++) sum += log(scatter[j * d + j]! / rows + floor || Number.MIN_VALUE);
    return rows * sum;
  }
  // Cholesky, the squares of the diagonal multiplied up.
  const l = new Float64Array(d * d);
  let sum = 0;
  for (let i = 0; i < d; i++) {
    for (let j = 0; j <= i; j++) {
      let value = scatter[i * d + j]! / rows + (i === j ? floor : 0);
      for (let c = 0; c < j; c++) value -= l[i * d + c]! * l[j * d + c]!;
      if (i === j) {
        l[i * d + i] = Math.sqrt(Math.max(value, Number.MIN_VALUE));
        sum += log(Math.max(value, Number.MIN_VALUE));
      } else l[i * d + j] = value / l[j * d + j]!;
    }
  }
  return rows * sum;
}
