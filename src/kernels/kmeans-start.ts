/**
 * Greedy k-means++ over placed rows: every sum is exact (exact.ts), so the draws are those of the plain algorithm.
 *
 * Greedy k-means++ (Arthur & Vassilvitskii 2007):
 *
 * ```
 * centres = [ any row, each equally likely ]
 * repeat k − 1 times
 *   D²[i] = squared distance of row i to its nearest centre
 *   draw 2 + ⌊ln k⌋ candidate rows, row i with probability D²[i] / Σ D²
 *   append the candidate c that makes Σ_i min(D²[i], |x_i − c|²) smallest, ties to the earlier draw
 * ```
 */
import type { Rng } from "../core/rng.js";
import { gridConstant } from "./exact.js";
import { forSlices, type Placed } from "./kmeans-space.js";
import type { Arena, Pointer } from "./wasm.js";

export function chooseStart(arena: Arena, placed: Placed, k: number, candidates: number, rng: Rng): Int32Array {
  const { n, d, blocks, points } = placed;
  const { wasm } = arena;
  const nearest = arena.f64(blocks * 8);
  const reach = arena.f64(Math.ceil(blocks / 8) * 8);
  const weights = arena.f64(blocks);
  const candidatesAt = arena.i32(candidates);
  const totalsAt = arena.f64(candidates);
  const rows = arena.f64(d * Math.max(1, candidates));
  const round: Round = { nearest, reach, weights, candidatesAt, candidates, totalsAt, rows };
  const { tryAll, take } = placed.balls === 0 ? everywhere(arena, placed, round) : nearby(arena, placed, round);
  const totals = arena.viewF64(totalsAt, candidates);
  const tried = arena.viewI32(candidatesAt, candidates);

  const positions = [rng.int(n)];
  const row = rowAt(arena, placed, positions[0]!, rows);
  let largest = 0;
  forSlices(blocks, d, (from, to) => {
    largest = Math.max(largest, wasm.startNearest(points, n, d, from, to, row, nearest, reach));
  });
  while (positions.length < k) {
    const grid = gridConstant(n, largest);
    const total = wasm.weighBlocks(nearest, blocks, grid, weights);
    for (let q = 0; q < candidates; q++) {
      tried[q] = wasm.pointAtMark(nearest, n, weights, grid, rng.uniform() * total);
    }
    totals.fill(total);
    tryAll(grid);
    let best = 0;
    for (let q = 1; q < candidates; q++) if (totals[q]! < totals[best]!) best = q;
    positions.push(tried[best]!);
    if (positions.length < k) largest = take(best);
  }
  return Int32Array.from(positions, (position) => placed.order?.[position] ?? position);
}

/** Where a round of k-means++ keeps its numbers. */
interface Round {
  readonly nearest: Pointer;
  readonly reach: Pointer;
  readonly weights: Pointer;
  readonly candidatesAt: Pointer;
  readonly candidates: number;
  readonly totalsAt: Pointer;
  readonly rows: Pointer;
}

interface Trying {
  /** Add to each candidate's total what the row as a further centre would change. */
  tryAll(grid: number): void;
  /** Make a candidate a centre; answers the largest of `nearest`. */
  take(candidate: number): number;
}

/** Only the blocks that a candidate could be nearest to. */
function nearby(arena: Arena, { d, blocks, points, balls, radii }: Placed, round: Round): Trying {
  const { nearest, reach, weights, candidatesAt, candidates, totalsAt, rows } = round;
  const { wasm } = arena;
  const work = arena.f64(8);
  return {
    tryAll(grid) {
      forSlices(blocks, d, (from, to) => {
        // biome-ignore format: one line per group of arguments
        wasm.tryCentres(
          points, d, from, to, balls, radii, nearest, reach, weights, grid, candidatesAt, candidates, totalsAt, rows,
          work,
        );
      });
    },
    take(candidate) {
      const position = arena.viewI32(candidatesAt, candidates)[candidate]!;
      let largest = 0;
      forSlices(blocks, d, (from, to) => {
        const most = wasm.addCentre(points, d, from, to, balls, radii, nearest, reach, position, rows, work);
        largest = Math.max(largest, most);
      });
      return largest;
    },
  };
}

/** Every block; what `nearest` would be is kept for each candidate. */
function everywhere(arena: Arena, { d, blocks, points }: Placed, round: Round): Trying {
  const { nearest, weights, candidatesAt, candidates, totalsAt, rows } = round;
  const { wasm } = arena;
  const length = blocks * 8;
  const trials = arena.f64(candidates * length);
  const stride = length * Float64Array.BYTES_PER_ELEMENT;
  return {
    tryAll(grid) {
      forSlices(blocks, d, (from, to) => {
        // biome-ignore format: one line per group of arguments
        wasm.tryCentresEverywhere(
          points, d, from, to, nearest, weights, grid, candidatesAt, candidates, totalsAt, rows, trials, stride,
        );
      });
    },
    take(candidate) {
      arena.viewF64(nearest, length).set(arena.viewF64(trials + candidate * stride, length));
      return wasm.largestOf(nearest, blocks);
    },
  };
}

function rowAt(arena: Arena, { d, points }: Placed, position: number, at: Pointer): Pointer {
  const block = arena.viewF64(points + (position >> 3) * d * 64, d * 8);
  const row = arena.viewF64(at, d);
  for (let k = 0; k < d; k++) row[k] = block[k * 8 + (position & 7)]!;
  return at;
}
