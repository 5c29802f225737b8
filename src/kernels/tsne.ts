/**
 * t-SNE by gradient descent: Barnes–Hut repulsion for eight points at a time, attraction along the kept affinities.
 * Forces are float32, positions float64.
 *
 * One step (van der Maaten 2014):
 *
 * ```
 * closeness[i, j] = 1 / (1 + |y_i − y_j|²);  Z = Σ_{i≠j} closeness[i, j]
 * attraction[i] = Σ_j e · p[i, j] closeness[i, j] (y_i − y_j)        e = 12 for the first 250 steps, then 1
 * repulsion[i]  = Σ_j closeness[i, j]² (y_i − y_j) / Z               cells of the tree far enough away count as one
 * gradient[i] = 4 (attraction[i] − repulsion[i])
 * gain = where gradient and velocity point the same way · 0.8, else + 0.2;  at least 0.01
 * velocity = momentum · velocity − rate · gain · gradient;  y += velocity
 * ```
 */
import { log } from "../core/math.js";
import type { Affinities } from "./affinities.js";
import { type Arena, type Pointer, withArena } from "./wasm.js";

export interface Embedding {
  /** n×2 row-major. */
  readonly positions: Float64Array;
  /** Kullback–Leibler divergence in nats, Σ p ln(p/q) over the kept affinities. */
  readonly divergence: number;
}

export interface Descent {
  readonly iterations: number;
  /** Barnes–Hut's accuracy: 0 is exact; below 0.7. */
  readonly theta: number;
}

const LEAF = 8;
/** Affinities count twelvefold at first, so that clusters gather before they spread (as scikit-learn). */
const EXAGGERATION = 12;
const EARLY = 250;
/** While points fly far in a step they are parted into leaves anew before each; later before one in so many. */
const FLIGHT = 100;
const RESORT = 10;
/** Up to so many rows the reported divergence is normalised by the sum over all pairs. */
const EXACT_SUM = 20_000;
/** Up to so many also in float64: the closeness of a few points far apart is lost beside their own 1. */
const FLOAT64_SUM = 512;
const LEAVES_PER_CALL = 128;
const ROWS_PER_CALL = 4096;

/**
 * Move points so that their closeness matches the affinities.
 *
 * @param start - n×2, small (standard deviation about 1e-4)
 * @remarks O((n log n + affinities)·iterations); 4·(affinities + O(n)) bytes. Deterministic.
 * @see vandermaaten2014
 */
export function embed(affinities: Affinities, start: Float64Array, { iterations, theta }: Descent): Embedding {
  const { n } = affinities;
  // scikit-learn's automatic learning rate (Belkina et al. 2019)
  const rate = Math.max(n / EXAGGERATION / 4, 50);
  return withArena((arena) => {
    const state = prepare(arena, affinities, start);
    for (let step = 0; step < iterations; step++) {
      const early = step < EARLY;
      attract(arena, state);
      const sum = repel(arena, state, theta, step < FLIGHT || step % RESORT === 0);
      arena.wasm.descend(
        state.attraction,
        state.repulsion,
        1 / sum,
        early ? EXAGGERATION : 1,
        state.position,
        state.velocity,
        state.gain,
        state.points,
        2 * n,
        early ? 0.5 : 0.8,
        rate,
      );
    }
    const positions = arena.viewF64(state.position, 2 * n).slice();
    const finalTheta = Math.min(theta, n > EXACT_SUM ? 0.2 : 0);
    const sum = n > FLOAT64_SUM ? repel(arena, state, finalTheta, true) : sumOfCloseness(positions);
    return { positions, divergence: divergenceOf(affinities, positions, sum) };
  });
}

interface State {
  readonly n: number;
  /** Leaves of the tree: a power of two. */
  readonly leaves: number;
  readonly starts: Pointer;
  readonly offsets: Pointer;
  readonly values: Pointer;
  readonly points: Pointer;
  readonly position: Pointer;
  readonly velocity: Pointer;
  readonly gain: Pointer;
  readonly attraction: Pointer;
  readonly repulsion: Pointer;
  readonly order: Pointer;
  readonly xs: Pointer;
  readonly ys: Pointer;
  readonly records: Pointer;
  readonly nodes: Pointer;
  readonly list: Pointer;
  readonly queue: Pointer;
  readonly out: Pointer;
}

function prepare(arena: Arena, affinities: Affinities, start: Float64Array): State {
  const { n } = affinities;
  const padded = Math.ceil(n / LEAF) * LEAF;
  let leaves = 1;
  while (leaves * LEAF < n) leaves *= 2;
  const state: State = {
    n,
    leaves,
    ...placeAffinities(arena, affinities),
    points: arena.f32(2 * n),
    position: arena.put(start),
    velocity: arena.f64(2 * n),
    gain: arena.f64(2 * n),
    attraction: arena.f32(2 * n),
    repulsion: arena.f32(2 * n),
    order: arena.put(Int32Array.from({ length: n }, (_, i) => i)),
    xs: arena.f32(padded),
    ys: arena.f32(padded),
    nodes: arena.f32(2 * leaves * 8),
    records: arena.f32(4 * leaves * LEAF),
    list: arena.f32(4 * (leaves * (LEAF + 1) + LEAF)),
    queue: arena.i32(2 * leaves + 2),
    out: arena.f32(24),
  };
  arena.viewF32(state.points, 2 * n).set(start);
  arena.viewF64(state.velocity, 2 * n).fill(0);
  arena.viewF64(state.gain, 2 * n).fill(1);
  return state;
}

/** Rows padded to multiples of four with affinity 0 to the row itself. */
function placeAffinities(arena: Arena, { n, starts, columns, values }: Affinities) {
  const padded = new Int32Array(n + 1);
  for (let i = 0; i < n; i++) padded[i + 1] = padded[i]! + Math.ceil((starts[i + 1]! - starts[i]!) / 4) * 4;
  const offsets = new Int32Array(padded[n]!);
  const weights = new Float32Array(padded[n]!);
  for (let i = 0; i < n; i++) {
    let to = padded[i]!;
    for (let at = starts[i]!; at < starts[i + 1]!; at++, to++) {
      offsets[to] = columns[at]! * 8;
      weights[to] = values[at]!;
    }
    offsets.fill(i * 8, to, padded[i + 1]!);
  }
  return { starts: arena.put(padded), offsets: arena.put(offsets), values: arena.put(weights) };
}

function attract({ wasm }: Arena, { n, points, starts, offsets, values, attraction }: State): void {
  for (let from = 0; from < n; from += ROWS_PER_CALL) {
    wasm.attract(points, starts, offsets, values, attraction, from, Math.min(n, from + ROWS_PER_CALL));
  }
}

/** Repulsion on all points. Returns Σ over pairs i ≠ j of 1/(1 + |y_i − y_j|²). */
function repel({ wasm }: Arena, s: State, theta: number, sort: boolean): number {
  if (sort) wasm.sortByBoxes(s.points, s.n, s.order, s.xs, s.ys, s.leaves);
  wasm.buildTree(s.points, s.n, s.order, s.xs, s.ys, s.records, s.nodes, s.leaves);
  const used = Math.ceil(s.n / LEAF);
  let sum = 0;
  for (let from = 0; from < used; from += LEAVES_PER_CALL) {
    const to = Math.min(used, from + LEAVES_PER_CALL);
    // biome-ignore format: one line per group of arguments
    sum += wasm.repel(
      s.nodes, s.leaves, s.n, from, to, theta, s.xs, s.ys, s.records, s.order, s.list, s.queue, s.out, s.repulsion,
    );
  }
  return sum;
}

/** Σ over pairs i ≠ j of 1/(1 + |y_i − y_j|²). */
function sumOfCloseness(y: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < y.length; i += 2) {
    for (let j = 0; j < i; j += 2) {
      const dx = y[i]! - y[j]!;
      const dy = y[i + 1]! - y[j + 1]!;
      sum += 2 / (1 + dx * dx + dy * dy);
    }
  }
  return sum;
}

function divergenceOf({ n, starts, columns, values }: Affinities, y: Float64Array, sum: number): number {
  let total = 0;
  for (let i = 0; i < n; i++) {
    for (let at = starts[i]!; at < starts[i + 1]!; at++) {
      const p = values[at]!;
      if (p === 0) continue;
      const dx = y[2 * i]! - y[2 * columns[at]!]!;
      const dy = y[2 * i + 1]! - y[2 * columns[at]! + 1]!;
      total += p * log(p * (1 + dx * dx + dy * dy) * sum);
    }
  }
  return total;
}
