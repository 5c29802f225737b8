/**
 * Is there a gap between two segments, or do they run into each other? Two tests. One looks along the straight line that
 * separates the two best and sees a gap between groups of any size; the other compares densities, and sees gaps that wind.
 *
 * **Along a line.** The direction is Fisher's, learned on four fifths of the rows; the others are placed along it, and so
 * every row in turn. Without a gap the density falls from the larger segment's mode, through the border, to the far end
 * of the smaller segment: its distribution function is concave. The statistic is the distance to the least concave
 * majorant, from four starts (a small group beside a large one shows only from a start in the large one's tail), against
 * the uniform distribution, the least favourable case. (The dip test of both segments together has no power where sizes
 * differ: a group of 5 % at eight deviations has p = 1.)
 *
 * **By density.** Mutual reachability distances as in HDBSCAN: how far apart the two segments are, in units of the longest
 * step that holds either together.
 */
import { countClusters, type Labels } from "../core/labels.js";
import { exp } from "../core/math.js";
import { allocateMatrix, type Matrix } from "../core/matrix.js";
import { stream } from "../core/rng.js";
import { cholesky } from "../core/symmetric.js";

const FOLDS = 5;
const REPEATS = 3;
/** Added to the diagonal of the pooled covariance, as a share of its mean. */
const RIDGE = 0.05;
/** Beside the mode: where in the larger segment the density is watched from. */
const STARTS = [0.75, 0.9, 0.97];
/** Fewer rows along a line say nothing. */
const LEAST_ROWS = 8;
/** A column with no more distinct values has steps, which are not gaps. */
const FEW_VALUES = 20;
/** The neighbour that a core distance reaches to. */
const NEIGHBOUR = 5;

/** One number per pair of segments, in the order of `pairsOf`. */
export type PerBorder = readonly number[];

/** The pairs (0, 1), (0, 2), …, (0, k − 1), (1, 2), … */
export function pairsOf(k: number): [number, number][] {
  return Array.from({ length: k }, (_, a) =>
    Array.from({ length: k - a - 1 }, (_, i): [number, number] => [a, a + 1 + i]),
  ).flat();
}

/**
 * p of "no gap along the line" for every pair of segments: the median over three times five folds.
 *
 * @param x - n×d, few-valued columns jittered (`withoutSteps`)
 * @param labels - noise (−1) takes no part
 * @param seed - of the folds
 * @returns p in (0, 1], small where there is a gap; 1 where a segment has too few rows
 * @remarks O(n·d² + k²·d³ + k·n·(d + log n))
 */
export function borderGaps(x: Matrix, labels: Labels, seed: number): number[] {
  const k = countClusters(labels);
  const repeats = Array.from({ length: REPEATS }, (_, repeat) => {
    const parts = new Parts(x, labels, k, seed, repeat);
    return pairsOf(k).map(([a, b]) => gapBetween(parts, a, b));
  });
  return pairsOf(k).map((_, i) => repeats.map((values) => values[i]!).sort((a, b) => a - b)[REPEATS >> 1]!);
}

/** Rows by segment and fold, with the moments of each part. */
class Parts {
  readonly rows: readonly (readonly number[])[][];
  /** Sums of the columns and of their products, by segment and fold. */
  private readonly sums: Float64Array[][];
  private readonly products: Float64Array[][];

  constructor(
    readonly x: Matrix,
    labels: Labels,
    readonly k: number,
    seed: number,
    repeat: number,
  ) {
    const rows = Array.from({ length: k }, () => Array.from({ length: FOLDS }, (): number[] => []));
    const seen = new Int32Array(k);
    for (const row of stream(seed, "stability/border-folds", repeat).permutation(x.rows)) {
      const label = labels[row]!;
      if (label >= 0) rows[label]![seen[label]!++ % FOLDS]!.push(row);
    }
    this.rows = rows;
    const d = x.cols;
    this.sums = rows.map((folds) => folds.map(() => new Float64Array(d)));
    this.products = rows.map((folds) => folds.map(() => new Float64Array(d * d)));
    rows.forEach((folds, c) => {
      folds.forEach((members, f) => {
        const sum = this.sums[c]![f]!;
        const product = this.products[c]![f]!;
        for (const row of members) {
          for (let i = 0; i < d; i++) {
            const value = x.data[row * d + i]!;
            sum[i]! += value;
            for (let j = 0; j <= i; j++) product[i * d + j]! += value * x.data[row * d + j]!;
          }
        }
      });
    });
  }

  size(c: number): number {
    return this.rows[c]!.reduce((sum, { length }) => sum + length, 0);
  }

  /** Count, mean and scatter of a segment without one fold. */
  without(c: number, fold: number) {
    const d = this.x.cols;
    const mean = new Float64Array(d);
    const scatter = new Float64Array(d * d);
    let count = 0;
    for (let f = 0; f < FOLDS; f++) {
      if (f === fold) continue;
      count += this.rows[c]![f]!.length;
      for (let i = 0; i < d; i++) mean[i]! += this.sums[c]![f]![i]!;
      for (let i = 0; i < d * d; i++) scatter[i]! += this.products[c]![f]![i]!;
    }
    for (let i = 0; i < d; i++) mean[i]! /= Math.max(count, 1);
    for (let i = 0; i < d; i++) for (let j = 0; j <= i; j++) scatter[i * d + j]! -= count * mean[i]! * mean[j]!;
    return { count, mean, scatter };
  }
}

function gapBetween(parts: Parts, a: number, b: number): number {
  const { x } = parts;
  const d = x.cols;
  const [large, small] = parts.size(a) >= parts.size(b) ? [a, b] : [b, a];
  const ofLarge: number[] = [];
  const all: number[] = [];
  for (let fold = 0; fold < FOLDS; fold++) {
    const line = fisher(parts.without(large, fold), parts.without(small, fold));
    if (line === null) return 1;
    for (const c of [large, small]) {
      for (const row of parts.rows[c]![fold]!) {
        let at = -line.origin;
        for (let j = 0; j < d; j++) at += line.direction[j]! * x.data[row * d + j]!;
        all.push(at);
        if (c === large) ofLarge.push(at);
      }
    }
  }
  const sorted = Float64Array.from(all).sort();
  const larger = Float64Array.from(ofLarge).sort();
  const mode = halfSampleMode(larger);
  const starts = [
    mode,
    ...STARTS.map((share) => larger[Math.floor(share * (larger.length - 1))]!).filter((at) => at > mode),
  ];
  const smallest = Math.min(...starts.map((start) => fallingP(sorted.subarray(firstAtLeast(sorted, start)))));
  return Math.min(1, starts.length * smallest);
}

type Moments = ReturnType<Parts["without"]>;

/** The line along which the larger segment's mean is at 0 and the smaller one's at 1, and spreads are smallest. */
function fisher(large: Moments, small: Moments): { direction: Float64Array; origin: number } | null {
  const d = large.mean.length;
  if (large.count < 2 || small.count < 2) return null;
  const pooled = allocateMatrix(d, d);
  let trace = 0;
  for (let i = 0; i < d; i++) {
    for (let j = 0; j <= i; j++) {
      const value = (large.scatter[i * d + j]! + small.scatter[i * d + j]!) / (large.count + small.count - 2 || 1);
      pooled.data[i * d + j] = value;
      pooled.data[j * d + i] = value;
    }
    trace += pooled.data[i * d + i]!;
  }
  const ridge = trace > 0 ? (RIDGE * trace) / d : 1;
  for (let i = 0; i < d; i++) pooled.data[i * d + i]! += ridge;
  const factor = cholesky(pooled);
  if (factor === null) return null;
  const apart = small.mean.map((value, j) => value - large.mean[j]!);
  const direction = solve(factor, apart);
  const length = dot(direction, apart);
  if (!(length > 0)) return null;
  for (let j = 0; j < d; j++) direction[j]! /= length;
  return { direction, origin: dot(direction, large.mean) };
}

const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, j) => sum + value * b[j]!, 0);

/** v with L·Lᵀ·v = y. */
function solve({ data: l, rows: d }: Matrix, y: Float64Array): Float64Array {
  const v = Float64Array.from(y);
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < i; j++) v[i]! -= l[i * d + j]! * v[j]!;
    v[i]! /= l[i * d + i]!;
  }
  for (let i = d - 1; i >= 0; i--) {
    for (let j = i + 1; j < d; j++) v[i]! -= l[j * d + i]! * v[j]!;
    v[i]! /= l[i * d + i]!;
  }
  return v;
}

function firstAtLeast(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Where the density is highest: the half of the values that lies closest together, again and again.
 *
 * @param sorted - ascending, at least one
 */
export function halfSampleMode(sorted: Float64Array): number {
  let from = 0;
  let count = sorted.length;
  while (count > 3) {
    const half = (count + 1) >> 1;
    let best = from;
    for (let i = from; i + half <= from + count; i++) {
      if (sorted[i + half - 1]! - sorted[i]! < sorted[best + half - 1]! - sorted[best]!) best = i;
    }
    from = best;
    count = half;
  }
  let sum = 0;
  for (let i = from; i < from + count; i++) sum += sorted[i]!;
  return sum / count;
}

/**
 * p of "the density falls from the first of these values on": √m times the largest distance between their
 * distribution and its least concave majorant, against the uniform distribution. Its tail is
 * 2.8 · exp(−1.955 · (T + .15 / √m)²), fitted by simulation: from p = .1 to .01 within a fifth of p for m = 20 … 500.
 *
 * @param sorted - ascending
 */
export function fallingP(sorted: Float64Array): number {
  const m = sorted.length - 1;
  if (m + 1 < LEAST_ROWS || sorted[0] === sorted[m]) return 1;
  const t = Math.sqrt(m) * concaveDistance(sorted) + 0.15 / Math.sqrt(m);
  return Math.min(1, 2.8 * exp(-1.955 * t * t));
}

/** The distribution starts at 0 with the first value and steps up by 1 / m at each of the m others. */
function concaveDistance(x: Float64Array): number {
  const m = x.length - 1;
  // Vertices of the majorant: (x[v], v / m), the slopes between them falling.
  const hull = [0];
  for (let i = 1; i <= m; i++) {
    if (x[i] === x[i + 1]) continue;
    while (hull.length > 1) {
      const [b, a] = [hull.at(-1)!, hull.at(-2)!];
      if ((b - a) * (x[i]! - x[b]!) > (i - b) * (x[b]! - x[a]!)) break;
      hull.pop();
    }
    hull.push(i);
  }
  let furthest = 0;
  for (let v = 1; v < hull.length; v++) {
    const [a, b] = [hull[v - 1]!, hull[v]!];
    const width = x[b]! - x[a]!;
    // Just before a step the distribution is lowest.
    for (let i = a + 1; i <= b; i++) {
      const height = width > 0 ? a + ((b - a) * (x[i]! - x[a]!)) / width : b;
      furthest = Math.max(furthest, height - (i - 1));
    }
  }
  return furthest / m;
}

/**
 * The columns in which there can be a gap. What lies between the answers of a scale, or between two kinds of customers, is
 * not one: columns of 3 to 20 distinct values are spread evenly half a step to either side, and those of two
 * (flags, and what one-hot makes of a text) are left out.
 *
 * @returns x itself where every column has many values; null where none can show a gap
 */
export function withoutSteps(x: Matrix, seed: number): Matrix | null {
  const { rows, cols } = x;
  const distinct = Array.from({ length: cols }, (_, j) => {
    const values = new Set<number>();
    for (let i = 0; i < rows && values.size <= FEW_VALUES; i++) values.add(x.data[i * cols + j]!);
    return values;
  });
  if (distinct.every(({ size }) => size > FEW_VALUES)) return x;
  const kept = [...distinct.keys()].filter((j) => distinct[j]!.size > 2);
  if (kept.length === 0) return null;
  const out = allocateMatrix(rows, kept.length);
  kept.forEach((j, to) => {
    const rng = stream(seed, "stability/border-steps", j);
    const sorted = [...distinct[j]!].sort((a, b) => a - b);
    const spread = sorted.length <= FEW_VALUES;
    for (let i = 0; i < rows; i++) {
      const value = x.data[i * cols + j]!;
      out.data[i * kept.length + to] = spread ? value + step(sorted, sorted.indexOf(value), rng.uniform()) : value;
    }
  });
  return out;
}

/** From half-way down to half-way up; at either end as far out as in. */
function step(sorted: readonly number[], at: number, share: number): number {
  const down = at > 0 ? sorted[at]! - sorted[at - 1]! : sorted[1]! - sorted[0]!;
  const up = at + 1 < sorted.length ? sorted[at + 1]! - sorted[at]! : down;
  return -down / 2 + ((down + up) / 2) * share;
}

/** Mutual reachability of every two rows, n×n: the larger of their distance and either's to its fifth neighbour. */
export function mutualReachability(x: Matrix): Float64Array {
  const { rows: n, cols: d } = x;
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      let squared = 0;
      for (let c = 0; c < d; c++) {
        const difference = x.data[i * d + c]! - x.data[j * d + c]!;
        squared += difference * difference;
      }
      out[i * n + j] = Math.sqrt(squared);
      out[j * n + i] = out[i * n + j]!;
    }
  }
  const neighbour = Math.min(NEIGHBOUR, n - 1);
  const core = Float64Array.from({ length: n }, (_, i) => out.slice(i * n, (i + 1) * n).sort()[neighbour]!);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) out[i * n + j] = Math.max(out[i * n + j]!, core[i]!, core[j]!);
  return out;
}

/**
 * For every pair of segments: the shortest way from one to the other, as a multiple of the longest step that holds either
 * together (of its spanning tree, steps to loose ends left out). Above 1 there is less density between them
 * than within. 0 where a segment has no more rows than a core distance looks at.
 *
 * @param reach - n×n, of `mutualReachability`
 * @remarks O(n²)
 */
export function densityGaps(reach: Float64Array, labels: Labels): number[] {
  const n = labels.length;
  const k = countClusters(labels);
  const members = Array.from({ length: k }, (): number[] => []);
  for (let i = 0; i < n; i++) if (labels[i]! >= 0) members[labels[i]!]!.push(i);
  const steps = members.map((rows) => longestInnerStep(reach, n, rows));
  const separation = new Float64Array(k * k).fill(Number.POSITIVE_INFINITY);
  for (let i = 0; i < n; i++) {
    const a = labels[i]!;
    if (a < 0) continue;
    for (let j = 0; j < i; j++) {
      const b = labels[j]!;
      if (b < 0 || b === a) continue;
      const at = a < b ? a * k + b : b * k + a;
      if (reach[i * n + j]! < separation[at]!) separation[at] = reach[i * n + j]!;
    }
  }
  return pairsOf(k).map(([a, b]) => {
    if (Math.min(members[a]!.length, members[b]!.length) <= NEIGHBOUR) return 0;
    const step = Math.max(steps[a]!, steps[b]!);
    return step > 0 ? separation[a * k + b]! / step : separation[a * k + b]! > 0 ? Number.MAX_VALUE : 0;
  });
}

/** The longest edge between rows that have two edges or more, in the spanning tree of some rows. */
function longestInnerStep(reach: Float64Array, n: number, rows: readonly number[]): number {
  const m = rows.length;
  const nearest = new Float64Array(m).fill(Number.POSITIVE_INFINITY);
  const from = new Int32Array(m);
  const joined = new Uint8Array(m);
  const degree = new Int32Array(m);
  const edges: { readonly a: number; readonly b: number; readonly length: number }[] = [];
  let current = 0;
  for (let step = 1; step < m; step++) {
    joined[current] = 1;
    let next = -1;
    for (let i = 0; i < m; i++) {
      if (joined[i]) continue;
      const length = reach[rows[current]! * n + rows[i]!]!;
      if (length < nearest[i]!) {
        nearest[i] = length;
        from[i] = current;
      }
      if (next < 0 || nearest[i]! < nearest[next]!) next = i;
    }
    edges.push({ a: from[next]!, b: next, length: nearest[next]! });
    degree[from[next]!]!++;
    degree[next]!++;
    current = next;
  }
  const inner = edges.filter(({ a, b }) => degree[a]! > 1 && degree[b]! > 1);
  return (inner.length > 0 ? inner : edges).reduce((longest, { length }) => Math.max(longest, length), 0);
}

/**
 * How far a partition mixes what another keeps apart: the share of rows that are not in the other's segment that most
 * of their own segment is in. Noise of either takes no part.
 *
 * @returns in [0, 1); 0 where each segment lies within one of the other's
 */
export function mixedShare(labels: Labels, other: Labels): number {
  const [k, m] = [countClusters(labels), countClusters(other)];
  const counts = new Int32Array(k * m);
  let rows = 0;
  for (let i = 0; i < labels.length; i++) {
    if (labels[i]! < 0 || other[i]! < 0) continue;
    counts[labels[i]! * m + other[i]!]!++;
    rows++;
  }
  let mixed = rows;
  for (let c = 0; c < k; c++)
    mixed -= counts.subarray(c * m, (c + 1) * m).reduce((most, count) => Math.max(most, count), 0);
  return rows === 0 ? 0 : mixed / rows;
}
