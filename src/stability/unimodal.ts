/**
 * Does a column have more than one mode, and what would it look like with one? The null model asks: a gap inside a
 * single column is structure too, so data "without structure" must not keep it.
 */
import { exp } from "../core/math.js";

/** Smoothed densities are read off at this many points. */
const GRID = 512;
/** A column with no more distinct values is a scale of answers or a count: its steps are not gaps. */
const FEW_VALUES = 20;
/** Bisections for the bandwidth. */
const HALVINGS = 20;
/** So many rows on the smallest or the largest value are a state of their own (buys nothing, pays in full), not a mode. */
const HEAP = 0.05;
/** Share of rows on either side that may lie far out; the smoothing leaves them alone. */
const FAR_OUT = 0.01;

/**
 * The dip: the largest distance between the distribution of the values and the nearest one with a single mode.
 *
 * That one is convex up to its mode and concave beyond, so it follows the greatest convex minorant of the empirical
 * distribution and then the least concave majorant. The interval that can hold the mode shrinks from both ends while
 * the two curves are further apart within it than the fit is off outside it.
 *
 * @param x - ascending, at least one value
 * @returns in [1 / 2n, 1/4]
 * @remarks O(n) each time the interval shrinks, which happens few times
 * @see hartigan1985
 */
export function dip(x: Float64Array): number {
  const n = x.length;
  if (n < 2 || x[0] === x[n - 1]) return 1 / (2 * n);
  const before = minorant(x);
  const after = majorant(x);
  let low = 0;
  let high = n - 1;
  // In half steps of the empirical distribution, 1 / 2n each.
  let largest = 1;
  for (;;) {
    // Vertices of the minorant downwards from `high`, of the majorant upwards from `low`.
    const down = chain(high, low, before);
    const up = chain(low, high, after);
    const { apart, convex, concave } = furthestApart(x, down, up);
    if (apart < largest) break;
    for (let v = convex; v + 1 < down.length; v++) largest = Math.max(largest, excess(x, down[v + 1]!, down[v]!, 1));
    for (let v = concave; v + 1 < up.length; v++) largest = Math.max(largest, excess(x, up[v]!, up[v + 1]!, -1));
    if (down[convex] === low && up[concave] === high) break;
    low = down[convex]!;
    high = up[concave]!;
  }
  return largest / (2 * n);
}

/** For each point, the vertex before it on the greatest convex minorant of the points up to it. */
function minorant(x: Float64Array): Int32Array {
  const before = new Int32Array(x.length);
  for (let j = 1; j < x.length; j++) {
    let a = j - 1;
    while (a > 0) {
      const b = before[a]!;
      if ((x[j]! - x[a]!) * (a - b) < (x[a]! - x[b]!) * (j - a)) break;
      a = b;
    }
    before[j] = a;
  }
  return before;
}

/** For each point, the vertex after it on the least concave majorant of the points from it on. */
function majorant(x: Float64Array): Int32Array {
  const last = x.length - 1;
  const after = new Int32Array(x.length).fill(last);
  for (let j = last - 1; j >= 0; j--) {
    let a = j + 1;
    while (a < last) {
      const b = after[a]!;
      if ((x[j]! - x[a]!) * (a - b) < (x[a]! - x[b]!) * (j - a)) break;
      a = b;
    }
    after[j] = a;
  }
  return after;
}

function chain(from: number, to: number, next: Int32Array): number[] {
  const out = [from];
  for (let at = from; at !== to; ) {
    at = next[at]!;
    out.push(at);
  }
  return out;
}

/** Where the two curves are furthest apart, over the vertices of both; and the places in `down` and `up` around it. */
function furthestApart(x: Float64Array, down: readonly number[], up: readonly number[]) {
  let convex = down.length - 1;
  let concave = up.length - 1;
  if (down.length === 2 && up.length === 2) return { apart: 1, convex, concave };
  let apart = 0;
  let i = down.length - 2;
  let j = 1;
  for (;;) {
    const [a, b] = [down[i]!, up[j]!];
    if (a > b) {
      // The next vertex is one of the majorant: its height above the minorant's chord.
      const start = down[i + 1]!;
      const gap = b - start + 1 - ((x[b]! - x[start]!) * (a - start)) / (x[a]! - x[start]!);
      if (gap >= apart) [apart, convex, concave] = [gap, i + 1, j];
      j++;
    } else {
      // One of the minorant: its depth below the majorant's chord.
      const start = up[j - 1]!;
      const gap = ((x[a]! - x[start]!) * (b - start)) / (x[b]! - x[start]!) - (a - start - 1);
      if (gap >= apart) [apart, convex, concave] = [gap, i, j];
      i--;
    }
    i = Math.max(i, 0);
    j = Math.min(j, up.length - 1);
    if (down[i] === up[j]) return { apart, convex, concave };
  }
}

/** How far the steps of the distribution stand above (1) or below (−1) the chord between two points; at least 1. */
function excess(x: Float64Array, from: number, to: number, side: 1 | -1): number {
  let most = 1;
  if (to - from < 2 || x[to] === x[from]) return most;
  const slope = (to - from) / (x[to]! - x[from]!);
  for (let i = from; i <= to; i++) {
    const chord = (x[i]! - x[from]!) * slope;
    most = Math.max(most, side === 1 ? i - from + 1 - chord : chord - (i - from - 1));
  }
  return most;
}

/**
 * Is a single mode refuted at the 1 % level? Heaps (5 % of the rows or more) on the smallest and on the largest value are
 * left out. Against the uniform distribution, the least favourable one: the quantile of √n · dip is .636 − .44 / √n.
 *
 * @param sorted - ascending
 */
export function hasSeveralModes(sorted: Float64Array): boolean {
  const inner = betweenHeaps(sorted);
  const n = inner.length;
  return n >= 10 && Math.sqrt(n) * dip(spreadTies(inner)) > 0.636 - 0.44 / Math.sqrt(n);
}

/** The values without those on the smallest or largest one, where these are many. A view, not a copy. */
function betweenHeaps(sorted: Float64Array): Float64Array {
  const n = sorted.length;
  let from = 0;
  let to = n;
  while (from < n && sorted[from] === sorted[0]) from++;
  while (to > 0 && sorted[to - 1] === sorted[n - 1]) to--;
  return sorted.subarray(from >= HEAP * n ? from : 0, n - to >= HEAP * n ? to : n);
}

/** Equal values stand for the interval half-way to their neighbours: rounding alone is no mode. */
function spreadTies(sorted: Float64Array): Float64Array {
  const out = Float64Array.from(sorted);
  const n = sorted.length;
  for (let from = 0; from < n; ) {
    let to = from + 1;
    while (to < n && sorted[to] === sorted[from]) to++;
    const value = sorted[from]!;
    const toRight = to < n ? (sorted[to]! - value) / 2 : null;
    const toLeft = from > 0 ? (value - sorted[from - 1]!) / 2 : null;
    const [left, right] = [toLeft ?? toRight ?? 0, toRight ?? toLeft ?? 0];
    if (to - from > 1) {
      for (let i = from; i < to; i++) out[i] = value - left + ((left + right) * (i - from + 0.5)) / (to - from);
    }
    from = to;
  }
  return out;
}

/**
 * The values as they would be with a single mode: quantiles of their density smoothed by the smallest bandwidth that
 * leaves one mode (Silverman's critical bandwidth), with the standard deviation they had. Values that cannot be
 * negative stay so: what the smoothing puts below the smallest is folded back. Heaps on the smallest and the largest value
 * stay, and so do the outermost 1 % on either side where they lie further out than the rest is wide.
 *
 * Left as they are: columns with one mode, and those of up to 20 distinct values, whose gaps are those of the scale.
 *
 * @param sorted - ascending
 * @returns as many values, ascending
 * @remarks O(n + 20 · 512²)
 * @see silverman1981
 */
export function withOneMode(sorted: Float64Array): Float64Array {
  if (fewValues(sorted) || !hasSeveralModes(sorted)) return sorted;
  const out = Float64Array.from(sorted);
  // A view into the copy, so what is written to it is written there.
  const between = betweenHeaps(out);
  const n = between.length;
  const [low, high] = [between[Math.floor(FAR_OUT * (n - 1))]!, between[Math.ceil((1 - FAR_OUT) * (n - 1))]!];
  const width = high - low;
  let from = 0;
  let to = n;
  while (between[from]! < low - width) from++;
  while (between[to - 1]! > high + width) to--;
  const inner = between.subarray(from, to);
  const smooth = smoothed(inner);
  // The deviation is given back, about the smallest value where that is a floor, about the mean elsewhere.
  const was = spread(inner);
  const is = spread(smooth);
  const floor = sorted[0]! >= 0 ? inner[0]! : null;
  const factor = is.deviation > 0 ? was.deviation / is.deviation : 1;
  for (let i = 0; i < smooth.length; i++) {
    inner[i] =
      floor === null ? was.mean + (smooth[i]! - is.mean) * factor : floor + Math.max(0, smooth[i]! - floor) * factor;
  }
  return out.sort();
}

function fewValues(sorted: Float64Array): boolean {
  let different = 1;
  for (let i = 1; i < sorted.length && different <= FEW_VALUES; i++) if (sorted[i] !== sorted[i - 1]) different++;
  return different <= FEW_VALUES;
}

function spread(values: Float64Array): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
  return { mean, deviation: Math.sqrt(squares / values.length) };
}

/** Quantiles of the density at the critical bandwidth. */
function smoothed(sorted: Float64Array): Float64Array {
  const [least, most] = [sorted[0]!, sorted.at(-1)!];
  const folds = least >= 0;
  let [narrow, wide] = [0.01 * (most - least), most - least];
  for (let step = 0; step < HALVINGS; step++) {
    const middle = (narrow + wide) / 2;
    if (modesOf(densityOf(sorted, middle, folds).density) <= 1) wide = middle;
    else narrow = middle;
  }
  const { at, density } = densityOf(sorted, wide, folds);
  const cumulated = new Float64Array(GRID);
  let sum = 0;
  for (let g = 0; g < GRID; g++) {
    cumulated[g] = sum + density[g]! / 2;
    sum += density[g]!;
  }
  const out = new Float64Array(sorted.length);
  let g = 0;
  for (let i = 0; i < out.length; i++) {
    const wanted = ((i + 0.5) / out.length) * sum;
    while (g < GRID - 2 && cumulated[g + 1]! < wanted) g++;
    const step = cumulated[g + 1]! - cumulated[g]!;
    const part = step > 0 ? Math.min(1, Math.max(0, (wanted - cumulated[g]!) / step)) : 0;
    out[i] = at[g]! + part * (at[g + 1]! - at[g]!);
  }
  return out;
}

/** Gaussian kernel density on a grid that reaches three bandwidths beyond the values; folded at the smallest if asked. */
function densityOf(sorted: Float64Array, bandwidth: number, folds: boolean) {
  const [least, most] = [sorted[0]!, sorted.at(-1)!];
  const from = folds ? least : least - 3 * bandwidth;
  const step = (most + 3 * bandwidth - from) / (GRID - 1);
  const counts = new Float64Array(GRID);
  for (const value of sorted) counts[Math.round((value - from) / step)]!++;
  const reach = Math.ceil((4 * bandwidth) / step);
  const kernel = Float64Array.from({ length: reach + 1 }, (_, r) => {
    const z = (r * step) / bandwidth;
    return exp(-0.5 * z * z);
  });
  const density = new Float64Array(GRID);
  for (let g = 0; g < GRID; g++) {
    const count = counts[g]!;
    if (count === 0) continue;
    for (let r = -reach; r <= reach; r++) {
      const to = folds ? Math.abs(g + r) : g + r;
      if (to >= 0 && to < GRID) density[to]! += count * kernel[Math.abs(r)]!;
    }
  }
  // The floor itself is its own mirror image: it was reached once where its neighbours were reached from both sides.
  if (folds) density[0]! *= 2;
  return { at: Float64Array.from({ length: GRID }, (_, g) => from + g * step), density };
}

function modesOf(density: Float64Array): number {
  let modes = 0;
  let rising = true;
  for (let g = 1; g <= density.length; g++) {
    const next = density[g] ?? 0;
    const here = density[g - 1]!;
    if (rising && next < here) {
      modes++;
      rising = false;
    } else if (next > here) rising = true;
  }
  return modes;
}
