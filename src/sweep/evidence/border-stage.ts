/** Which borders between segments have a gap? Asked of every labeling, in each space it is judged in. */
import { hashOf } from "../../core/hash.js";
import type { Labels } from "../../core/labels.js";
import { takeRows } from "../../core/matrix.js";
import { mixedShare } from "../../stability/borders.js";
import { EVIDENCE_VERSION, type FunnelParams, type NullView, type StabilityEvidence } from "./define.js";
import { type Ask, type GatherContext, obtain } from "./obtain.js";
import { labelsOf, type SeedView, type Subject, someRows } from "./subjects.js";

/** Rows of the density test, which compares all pairs. */
const DENSITY_ROWS = 1000;
/** Labelings of one task. */
const BATCH = 12;

/** By space and labels, two numbers a border: p of "no gap along a line", and the density ratio. */
export async function borders(
  sound: readonly Subject[],
  views: readonly NullView[],
  seeds: readonly SeedView[],
  context: GatherContext,
  params: FunnelParams,
): Promise<StabilityEvidence["borders"]> {
  const { spaces, table, store } = context;
  const rows = someRows(table.rows, params.borderRows, params.seed, "evidence/border-rows");
  const few = someRows(rows.length, DENSITY_ROWS, params.seed, "evidence/density-rows");
  const asks: { readonly space: string; readonly ask: Ask }[] = [];
  for (const { space, ids } of views) {
    const within = new Set(ids);
    const here = sound.filter(({ candidate }) => within.has(candidate.id));
    const hashes = [...new Set(here.flatMap((subject) => labelsOf(subject, seeds)))];
    const { plan, x: all } = spaces.get(space)!;
    const x = rows.length === all.rows ? all : takeRows(all, rows);
    const labelings = new Map<string, Labels>();
    for (const hash of hashes) labelings.set(hash, cut(await store.labels(hash), rows));
    for (let from = 0; from < hashes.length; from += BATCH) {
      asks.push({
        space,
        ask: {
          key: hashOf({
            stage: "borders",
            version: EVIDENCE_VERSION,
            space: plan.key,
            rows: rows.length,
            seed: params.seed,
          }),
          items: hashes.slice(from, from + BATCH),
          work: (items) => ({
            kind: "borders",
            x,
            seed: params.seed,
            few,
            items,
            labelings: items.map((hash) => labelings.get(hash)!),
          }),
        },
      });
    }
  }
  const answers = await obtain(
    "borders",
    asks.map(({ ask }) => ask),
    context,
  );
  const bySpace: Record<string, Record<string, readonly (number | null)[]>> = {};
  asks.forEach(({ space, ask }, i) => {
    const here = bySpace[space] ?? {};
    bySpace[space] = here;
    for (const hash of ask.items) here[hash] = answers[i]![hash]!;
  });
  return bySpace;
}

const cut = (labels: Labels, rows: Int32Array): Labels =>
  rows.length === labels.length ? labels : Int32Array.from(rows, (row) => labels[row]!);

/** For each two labelings, the share of rows by which the first mixes what the second keeps apart: `a b`. */
export async function mixing(
  mixers: readonly string[],
  apart: readonly string[],
  { store, table }: GatherContext,
  { borderRows, seed }: FunnelParams,
): Promise<Record<string, number>> {
  const rows = someRows(table.rows, borderRows, seed, "evidence/border-rows");
  const labelings = new Map<string, Labels>();
  for (const hash of new Set([...mixers, ...apart])) labelings.set(hash, cut(await store.labels(hash), rows));
  return Object.fromEntries(
    mixers.flatMap((a) =>
      apart.flatMap((b) => (a === b ? [] : [[`${a} ${b}`, mixedShare(labelings.get(a)!, labelings.get(b)!)] as const])),
    ),
  );
}
