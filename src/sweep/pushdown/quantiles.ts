/**
 * Exact quantiles by counting: values are counted in bins, the bin that holds the wanted rank is counted in finer bins,
 * until few enough are left to be fetched. Memory is that of the bins, on any engine and over any number of shards, and
 * the answer is the very value that sorting would give.
 */
import type { SqlEngine } from "./engine.js";
import { binsSql, type Rows, valuesSql } from "./statements.js";

const BINS = 1024;

/** Few enough to fetch and sort. */
const FEW = 20_000;

interface Part {
  readonly low: number;
  readonly high: number;
  /** Values below `low`. */
  readonly before: number;
  readonly size: number;
}

/**
 * Quantiles by linear interpolation at position (n−1)p, as in memory (R's type 7).
 *
 * @param value - SQL over the top layer of `rows`; NULL is missing
 * @param whole - how many values are there, the least and the greatest
 * @remarks two passes over the one column for most data, log₁₀₂₄ of its range for the worst
 */
export async function exactQuantiles(
  engine: SqlEngine,
  rows: Rows,
  value: string,
  whole: { readonly present: number; readonly min: number; readonly max: number },
  shares: readonly number[],
  signal?: AbortSignal,
): Promise<number[]> {
  const positions = shares.map((share) => (whole.present - 1) * share);
  const ranks = new Set(positions.flatMap((position) => [Math.floor(position), Math.ceil(position)]));
  const found = new Map<number, number>();
  const all = { low: whole.min, high: whole.max, before: 0, size: whole.present };
  await settle(engine, rows, value, all, [...ranks], found, signal);
  return positions.map((position) => {
    const low = Math.floor(position);
    const a = found.get(low)!;
    return position === low ? a : a + (found.get(low + 1)! - a) * (position - low);
  });
}

/** Find the values that stand at `ranks` (from 0), all of which lie in this part. */
async function settle(
  engine: SqlEngine,
  rows: Rows,
  value: string,
  part: Part,
  ranks: readonly number[],
  found: Map<number, number>,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (part.low === part.high) {
    for (const rank of ranks) found.set(rank, part.low);
    return;
  }
  const { dialect } = engine;
  if (part.size <= FEW) {
    const answer = await engine.query(valuesSql(dialect, rows, value, part.low, part.high), signal);
    for (const rank of ranks) found.set(rank, Number(answer[rank - part.before]![0]));
    return;
  }
  const bins = await engine.query(binsSql(dialect, rows, value, part.low, part.high, BINS), signal);
  let before = part.before;
  for (const [, size, low, high] of bins) {
    const bin = { low: Number(low), high: Number(high), before, size: Number(size) };
    before += bin.size;
    const inside = ranks.filter((rank) => rank >= bin.before && rank < before);
    if (inside.length > 0) await settle(engine, rows, value, bin, inside, found, signal);
  }
}
