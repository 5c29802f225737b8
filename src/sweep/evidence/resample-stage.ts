/** Do the survivors replicate? The same halves and resamples for every candidate, drawn from the same rows. */
import { hashOf } from "../../core/hash.js";
import { takeRows } from "../../core/matrix.js";
import { EVIDENCE_VERSION, type FunnelParams, mean, SHIFT } from "./define.js";
import { type Ask, type GatherContext, obtain } from "./obtain.js";
import { labelsOf, type SeedView, type Subject, someRows } from "./subjects.js";

/** Splits of one round, after which candidates that cannot reach the threshold any more are let go. */
const ROUND = 2;

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

/** Subjects by the space they were fitted in, with the rows of it that resamples are drawn from. */
function bySpace(subjects: readonly Subject[], { spaces, table }: GatherContext, params: FunnelParams) {
  const rows = someRows(table.rows, params.resampleRows, params.seed, "evidence/resample-rows");
  const groups = new Map<string, Subject[]>();
  for (const subject of subjects)
    groups.set(subject.trial.space, [...(groups.get(subject.trial.space) ?? []), subject]);
  return [...groups].map(([name, here]) => {
    const { plan, x } = spaces.get(name)!;
    const key = { version: EVIDENCE_VERSION, space: plan.key, rows: rows.length, seed: params.seed };
    return { name, here, key, rows, x: rows.length === x.rows ? x : takeRows(x, rows), of: x.rows };
  });
}

/**
 * Prediction strength of each split, by candidate. After every two splits those that could not reach the threshold
 * (less `SHIFT`) with full marks in all the others are let go.
 */
export async function predictionStrengths(
  survivors: readonly Subject[],
  context: GatherContext,
  params: FunnelParams,
): Promise<Record<string, number[]>> {
  const strength: Record<string, number[]> = {};
  const run = async (subjects: readonly Subject[], draws: readonly number[]) => {
    const asks = bySpace(subjects, context, params).flatMap(({ name, here, key, x, of }) => {
      const refits = new Map(here.map(({ refit }) => [refit.item, refit]));
      return draws.map((draw): Ask & { readonly space: string } => ({
        space: name,
        key: hashOf({ stage: "split", ...key, draw }),
        items: [...refits.keys()],
        work: (items) => ({
          kind: "split",
          x,
          of,
          seed: params.seed,
          draw,
          refits: items.map((item) => refits.get(item)!),
        }),
      }));
    });
    const answers = await obtain("prediction strength", asks, context);
    for (const { candidate, refit, trial } of subjects) {
      const found = asks.flatMap(({ space }, i) => (space === trial.space ? [answers[i]![refit.item]![0] ?? 0] : []));
      strength[candidate.id] = [...(strength[candidate.id] ?? []), ...found];
    }
  };
  let hopeful = survivors;
  for (let from = 0; from < params.splits && hopeful.length > 0; from += ROUND) {
    const to = Math.min(from + ROUND, params.splits);
    await run(hopeful, range(from, to));
    hopeful = hopeful.filter(({ candidate }) => {
      const most = (mean(strength[candidate.id]!) * to + params.splits - to) / params.splits;
      return most >= params.strength - SHIFT;
    });
  }
  return strength;
}

/**
 * Jaccard of each cluster per resample, by candidate and labels: of the representative's labels and of every other
 * seed's, all against the same resampled fits.
 */
export async function bootstraps(
  subjects: readonly Subject[],
  seeds: readonly SeedView[],
  context: GatherContext,
  params: FunnelParams,
): Promise<Record<string, Record<string, number[][]>>> {
  const jaccard: Record<string, Record<string, number[][]>> = {};
  const asks: Ask[] = [];
  const owners: { readonly here: readonly Subject[]; readonly hashes: ReadonlyMap<Subject, readonly string[]> }[] = [];
  for (const { here, key, rows, x, of } of bySpace(subjects, context, params)) {
    const hashes = new Map(here.map((subject) => [subject, labelsOf(subject, seeds)]));
    const all = [...new Set([...hashes.values()].flat())];
    const labelings = new Map<string, Int32Array>();
    for (const hash of all) {
      const labels = await context.store.labels(hash);
      labelings.set(hash, rows.length === labels.length ? labels : Int32Array.from(rows, (row) => labels[row]!));
    }
    const items = here.flatMap((subject) => hashes.get(subject)!.map((hash) => itemOf(subject, hash)));
    for (let draw = 0; draw < params.bootstraps; draw++) {
      owners.push({ here, hashes });
      asks.push({
        key: hashOf({ stage: "bootstrap", ...key, draw }),
        items,
        work(missing) {
          const wanted = new Set(missing);
          return {
            kind: "bootstrap",
            x,
            of,
            seed: params.seed,
            draw,
            labelings: all.map((hash) => labelings.get(hash)!),
            refits: here.flatMap((subject) => {
              const originals = hashes
                .get(subject)!
                .map((hash) => ({ item: itemOf(subject, hash), labeling: all.indexOf(hash) }))
                .filter(({ item }) => wanted.has(item));
              return originals.length > 0 ? [{ ...subject.refit, originals }] : [];
            }),
          };
        },
      });
    }
  }
  const answers = await obtain("jaccard", asks, context);
  owners.forEach(({ here, hashes }, i) => {
    for (const subject of here) {
      const own = jaccard[subject.candidate.id] ?? {};
      jaccard[subject.candidate.id] = own;
      for (const hash of hashes.get(subject)!) {
        const values = answers[i]![itemOf(subject, hash)]!.map((value) => value ?? 0);
        own[hash] = [...(own[hash] ?? []), values];
      }
    }
  });
  return jaccard;
}

const itemOf = ({ refit }: Subject, hash: string) => `${refit.item}/${hash.slice(0, 16)}`;
