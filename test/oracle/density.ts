/** DBSCAN for many (eps, minSamples) at once: three passes over the pairs serve all of them. */
import { squaredDistance } from "./distance.js";

export interface DensityPoint {
  /** Radius, a distance. */
  readonly eps: number;
  /** Rows within eps, the row itself included, that make a row a core. */
  readonly minSamples: number;
}

export interface DensityResult {
  /** n; the first core row (in row order) of the row's cluster, −1 for noise. */
  readonly labels: Int32Array;
  /** n; 1 for core rows. */
  readonly core: Uint8Array;
}

/**
 * Core rows within eps of each other share a cluster; a border row joins the touching cluster whose first core
 * row comes first, which is where scikit-learn's scan in row order puts it too.
 *
 * @param x - n×d
 * @remarks O(n²·(d + points)) time, O(n·points) memory
 * @see ester1996, schubert2017
 */
export function densityClusters(
  x: Float64Array,
  n: number,
  d: number,
  points: readonly DensityPoint[],
): DensityResult[] {
  const cores = coreRows(x, n, d, points);
  const labels = points.map(() => Int32Array.from({ length: n }, (_, i) => i));

  // Neighbouring cores point at the lower of their first rows: in the end, at the first core row of the cluster.
  const widest = points.reduce((most, { eps }) => Math.max(most, eps), 0);
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      const distance = distanceWithin(x, i, j, d, widest);
      if (distance === undefined) continue;
      for (let p = 0; p < points.length; p++) {
        if (distance <= points[p]!.eps && cores[p]![i] && cores[p]![j]) unite(labels[p]!, i, j);
      }
    }
  }
  return points.map(({ eps }, p) => ({
    core: cores[p]!,
    labels: labels[p]!.map((_, i, first) =>
      cores[p]![i] ? firstOf(first, i) : firstTouching(x, n, d, i, eps, cores[p]!, first),
    ),
  }));
}

/** Which rows have at least minSamples rows within eps, for each point of the grid. */
function coreRows(x: Float64Array, n: number, d: number, points: readonly DensityPoint[]): Uint8Array[] {
  const radii = [...new Set(points.map(({ eps }) => eps))].sort((a, b) => a - b);
  const widest = radii.at(-1) ?? 0;
  // counts[i·radii + r] = rows whose distance to row i lies in (radius r−1, radius r]
  const counts = new Int32Array(n * radii.length);
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      const distance = distanceWithin(x, i, j, d, widest);
      if (distance === undefined) continue;
      let r = 0;
      while (distance > radii[r]!) r++;
      counts[i * radii.length + r]! += 1;
      counts[j * radii.length + r]! += 1;
    }
  }
  return points.map(({ eps, minSamples }) => {
    const reach = radii.indexOf(eps);
    return Uint8Array.from({ length: n }, (_, i) => {
      let within = 1; // the row itself
      for (let r = 0; r <= reach; r++) within += counts[i * radii.length + r]!;
      return within >= minSamples ? 1 : 0;
    });
  });
}

/** The distance of two rows if it is at most `reach`. The root is taken last, so that far pairs cost none. */
function distanceWithin(x: Float64Array, i: number, j: number, d: number, reach: number): number | undefined {
  const squared = squaredDistance(x, i, x, j, d);
  // A shade wider than reach², whose rounding must not decide.
  if (squared > reach * reach * (1 + 1e-12)) return undefined;
  const distance = Math.sqrt(squared);
  return distance <= reach ? distance : undefined;
}

/** The least first-core row among the clusters that a border row touches; −1 when it touches none. */
function firstTouching(
  x: Float64Array,
  n: number,
  d: number,
  border: number,
  eps: number,
  core: Uint8Array,
  first: Int32Array,
): number {
  let least = -1;
  for (let j = 0; j < n; j++) {
    if (!core[j] || distanceWithin(x, border, j, d, eps) === undefined) continue;
    const cluster = firstOf(first, j);
    if (least < 0 || cluster < least) least = cluster;
  }
  return least;
}

function unite(first: Int32Array, i: number, j: number): void {
  const a = firstOf(first, i);
  const b = firstOf(first, j);
  if (a < b) first[b] = a;
  else first[a] = b;
}

function firstOf(first: Int32Array, i: number): number {
  let at = i;
  while (first[at] !== at) {
    first[at] = first[first[at]!]!;
    at = first[at]!;
  }
  return at;
}
