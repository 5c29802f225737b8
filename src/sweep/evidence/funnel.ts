/**
 * The evidence of `gated-stability`, gathered as a funnel: gates → null → prediction strength → Jaccard →
 * calibration. Each stage is spent on the survivors of the one before, and on the trivial baselines once anything
 * has survived. Same data, same candidates, same numbers, whatever the number of workers.
 */
import { hashOf } from "../../core/hash.js";
import { stream } from "../../core/rng.js";
import { adjustedRand } from "../../metrics/agreement.js";
import { calinskiHarabasz } from "../../metrics/calinski-harabasz.js";
import { daviesBouldin } from "../../metrics/davies-bouldin.js";
import { silhouette } from "../../metrics/silhouette.js";
import { growths } from "../../stability/calibration.js";
import { maxNull } from "../../stability/max-null.js";
import { fitRankCopula } from "../../stability/null-model.js";
import { judgedIn } from "../plan.js";
import { failedGates } from "../select/gates.js";
import { type Ask, type GatherContext, obtain } from "./obtain.js";
import { rawRows } from "./raw.js";
import { type SeedView, type Subject, seedViews, subjectsOf } from "./subjects.js";
import type { EvidenceValues, SpaceRecipe } from "./work.js";

/** Raised when the same inputs may give other numbers. */
const VERSION = 1;

/** How far below a threshold a candidate still gets its evidence, since the decision is tried with thresholds so shifted. */
export const SHIFT = 0.05;

/** A baseline of more clusters than this is no segmentation; it gets no evidence. */
const MOST_BASELINE_CLUSTERS = 20;

export interface FunnelParams {
  readonly minCoverage: number;
  readonly minClusterShare: number;
  readonly alpha: number;
  readonly nulls: number;
  readonly permutations: number;
  readonly nullRows: number;
  readonly bootstraps: number;
  readonly jaccard: number;
  readonly splits: number;
  readonly strength: number;
  readonly calibrationRows: number;
  readonly calibrationRuns: number;
  readonly seed: number;
}

/** Candidates judged in one space, against null data judged in the same. */
export interface NullView {
  readonly space: string;
  /** The preparation whose own candidates these are; null for the decision itself. */
  readonly prepare: string | null;
  readonly ids: readonly string[];
  readonly observed: readonly (number | null)[];
  /** Per null data set, per candidate. */
  readonly nulls: readonly (readonly (number | null)[])[];
  readonly permuted: readonly (readonly (number | null)[])[];
}

/** Five numbers of each random clustering of one k, in one space. */
export interface RandomValues {
  readonly silhouette: readonly (number | null)[];
  readonly calinskiHarabasz: readonly (number | null)[];
  readonly daviesBouldin: readonly (number | null)[];
  readonly jaccard: readonly (number | null)[];
  readonly strength: readonly (number | null)[];
}

export interface StabilityEvidence {
  /** Rows that null data sets and random clusterings are made on. */
  readonly nullRows: number;
  readonly calibrationRows: number;
  /** The decision first, then each preparation by itself (none when there is only one). */
  readonly views: readonly NullView[];
  /** Prediction strength of each split, by candidate. */
  readonly strength: Readonly<Record<string, readonly number[]>>;
  /** By candidate and labels: per resample, the Jaccard of each cluster. */
  readonly jaccard: Readonly<Record<string, Readonly<Record<string, readonly (readonly number[])[]>>>>;
  /** By space and k. */
  readonly random: Readonly<Record<string, Readonly<Record<number, RandomValues>>>>;
  /** By space and labels: silhouette, Calinski–Harabasz, Davies–Bouldin on the rows of the random clusterings. */
  readonly indices: Readonly<Record<string, Readonly<Record<string, readonly (number | null)[]>>>>;
  /** Hash of the representative's labels, by candidate. */
  readonly labels: Readonly<Record<string, string>>;
  readonly seeds: readonly SeedView[];
  /** Adjusted Rand index between two labelings, by their hashes, `a b`. */
  readonly alike: Readonly<Record<string, number>>;
}

/** Gather it. */
export async function gatherStability(context: GatherContext, params: FunnelParams): Promise<StabilityEvidence> {
  const { candidates, table } = context;
  const sound = subjectsOf(
    context,
    candidates.filter((candidate) => failedGates(candidate, params).length === 0),
  );
  const baselines = subjectsOf(
    context,
    candidates.filter(({ baseline, k }) => baseline && k >= 2 && k <= MOST_BASELINE_CLUSTERS),
  );
  const seeds = seedViews(context);
  const views = await nullViews(sound, context, params);
  const nullRows = Math.min(table.rows, params.nullRows);
  const calibrationRows = Math.min(table.rows, params.calibrationRows);
  const labels = Object.fromEntries([...sound, ...baselines].map((subject) => [subject.candidate.id, subject.labels]));
  const nothing = {
    nullRows,
    calibrationRows,
    views,
    strength: {},
    jaccard: {},
    random: {},
    indices: {},
    labels,
    seeds,
    alike: {},
  };

  // Who exceeds the null, in the space of the decision or in that of its own preparation?
  const real = new Set(views.flatMap((view) => exceeding(view, params.alpha)));
  const survivors = sound.filter(({ candidate }) => real.has(candidate.id));
  if (survivors.length === 0) return nothing;

  const strength = await predictionStrengths([...survivors, ...baselines], context, params);
  const replicable = survivors.filter(({ candidate }) => mean(strength[candidate.id]!) >= params.strength - SHIFT);
  const resampled = [...replicable, ...baselines];
  const jaccard = await bootstraps(resampled, seeds, context, params);
  const stable = replicable.filter(
    ({ candidate, labels: own }) => worstOf(jaccard[candidate.id]![own]!) >= params.jaccard - SHIFT,
  );
  const judged = stable.length === 0 ? [] : [...stable, ...baselines];
  const calibrated = await calibration(judged, views, seeds, context, params);
  const alike = await likeness(stable, seeds, context);
  return { ...nothing, strength, jaccard, ...calibrated, alike };
}

/** The candidates of a view that exceed the null. */
export function exceeding({ ids, observed, nulls }: NullView, alpha: number): string[] {
  const { p } = maxNull(observed, nulls);
  return ids.filter((_, i) => p[i]! <= alpha);
}

export const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The smallest cluster mean over resamples; 0 without clusters. */
export function worstOf(perResample: readonly (readonly number[])[]): number {
  const k = perResample[0]?.length ?? 0;
  if (k === 0) return 0;
  const means = Array.from({ length: k }, (_, c) => mean(perResample.map((values) => values[c]!)));
  return Math.min(...means);
}

/** So many different rows, ascending; all of them where there are no more. The same for every candidate. */
function someRows(rows: number, most: number, seed: number, purpose: string): Int32Array {
  const order = rows <= most ? Int32Array.from({ length: rows }, (_, i) => i) : stream(seed, purpose).permutation(rows);
  return order.slice(0, most).sort();
}

async function nullViews(sound: readonly Subject[], context: GatherContext, params: FunnelParams): Promise<NullView[]> {
  const { experiment, table, spaces, dataChecksum } = context;
  const decision = experiment.score.space;
  const rows = someRows(table.rows, params.nullRows, params.seed, "evidence/null-rows");
  const raw = rawRows(table, rows);
  const copula = sound.length === 0 ? null : fitRankCopula(raw.codes);
  const judged = (subject: Subject) => judgedIn(subject.trial, decision);
  const needed = new Set(sound.flatMap((subject) => [subject.trial.space, ...judged(subject)]));
  const recipes = [...needed].map((name): SpaceRecipe => {
    const { preparation, reduction } = spaces.get(name)!;
    return { name, preparation, reduction: { name: reduction.name, fitted: reduction.fitted } };
  });
  const refits = new Map(
    sound.map((subject) => [
      subject.refit.item,
      { ...subject.refit, space: subject.trial.space, judged: judged(subject) },
    ]),
  );
  const ask = (how: "observed" | "copula" | "permutation", draw: number): Ask => ({
    key: hashOf({
      stage: "null",
      version: VERSION,
      how,
      draw,
      seed: params.seed,
      rows: rows.length,
      data: dataChecksum,
      space: spaces.get(decision)!.plan.key,
      silhouette: silhouette.version,
    }),
    items: [...refits.keys()],
    work: (items) => ({
      kind: "null",
      how,
      seed: params.seed,
      draw,
      ...raw,
      copula: how === "copula" ? copula : null,
      share: rows.length / table.rows,
      spaces: recipes,
      refits: items.map((item) => refits.get(item)!),
    }),
  });
  const draws = (how: "copula" | "permutation", count: number) => Array.from({ length: count }, (_, b) => ask(how, b));
  const answers =
    sound.length === 0
      ? []
      : await obtain(
          "null",
          [ask("observed", 0), ...draws("copula", params.nulls), ...draws("permutation", params.permutations)],
          context,
        );
  const view = (space: string, prepare: string | null, subjects: readonly Subject[]): NullView => {
    const read = (values: EvidenceValues) =>
      subjects.map((subject) => values[subject.refit.item]![judged(subject).indexOf(space)] ?? null);
    const read_ = answers.map(read);
    return {
      space,
      prepare,
      ids: subjects.map(({ candidate }) => candidate.id),
      observed: read_[0] ?? [],
      nulls: read_.slice(1, 1 + params.nulls),
      permuted: read_.slice(1 + params.nulls),
    };
  };
  const own = experiment.prepare.length > 1 ? experiment.prepare.map(({ name }) => name) : [];
  return [
    view(decision, null, sound),
    ...own.map((name) =>
      view(
        name,
        name,
        sound.filter(({ trial }) => trial.prepare === name),
      ),
    ),
  ];
}

/** Subjects by the space they were fitted in. */
function bySpace(subjects: readonly Subject[]): Map<string, Subject[]> {
  const groups = new Map<string, Subject[]>();
  for (const subject of subjects)
    groups.set(subject.trial.space, [...(groups.get(subject.trial.space) ?? []), subject]);
  return groups;
}

async function predictionStrengths(
  subjects: readonly Subject[],
  context: GatherContext,
  params: FunnelParams,
): Promise<Record<string, number[]>> {
  const asks = [...bySpace(subjects)].flatMap(([name, here]) => {
    const { plan, x } = context.spaces.get(name)!;
    const refits = new Map(here.map(({ refit }) => [refit.item, refit]));
    return Array.from({ length: params.splits }, (_, draw): Ask & { draw: number } => ({
      draw,
      key: hashOf({ stage: "split", version: VERSION, space: plan.key, seed: params.seed, draw }),
      items: [...refits.keys()],
      work: (items) => ({
        kind: "split",
        space: { key: plan.key, x },
        seed: params.seed,
        draw,
        refits: items.map((item) => refits.get(item)!),
      }),
    }));
  });
  const answers = await obtain("prediction strength", asks, context);
  return Object.fromEntries(
    subjects.map(({ candidate, refit }) => [
      candidate.id,
      answers.flatMap((values) => values[refit.item]?.map((value) => value ?? 0) ?? []),
    ]),
  );
}

/** Jaccard of the representative's labels and of every other seed's, all against the same resampled fits. */
async function bootstraps(
  subjects: readonly Subject[],
  seeds: readonly SeedView[],
  context: GatherContext,
  params: FunnelParams,
): Promise<Record<string, Record<string, number[][]>>> {
  const hashes = new Map(subjects.map((subject) => [subject.candidate.id, labelsOf(subject, seeds)]));
  const asks: Ask[] = [];
  for (const [name, here] of bySpace(subjects)) {
    const { plan, x } = context.spaces.get(name)!;
    const all = [...new Set(here.flatMap(({ candidate }) => hashes.get(candidate.id)!))];
    const labelings = new Map<string, Int32Array>();
    for (const hash of all) labelings.set(hash, await context.store.labels(hash));
    const items = here.flatMap((subject) => hashes.get(subject.candidate.id)!.map((hash) => itemOf(subject, hash)));
    for (let draw = 0; draw < params.bootstraps; draw++) {
      asks.push({
        key: hashOf({ stage: "bootstrap", version: VERSION, space: plan.key, seed: params.seed, draw }),
        items,
        work(missing) {
          const wanted = new Set(missing);
          return {
            kind: "bootstrap",
            space: { key: plan.key, x },
            seed: params.seed,
            draw,
            labelings: all.map((hash) => labelings.get(hash)!),
            refits: here.flatMap((subject) => {
              const originals = hashes
                .get(subject.candidate.id)!
                .map((hash) => ({ item: itemOf(subject, hash), labeling: all.indexOf(hash) }))
                .filter(({ item }) => wanted.has(item));
              const { algorithm, params: own, seed } = subject.refit;
              return originals.length > 0 ? [{ algorithm, params: own, seed, originals }] : [];
            }),
          };
        },
      });
    }
  }
  const answers = await obtain("jaccard", asks, context);
  return Object.fromEntries(
    subjects.map((subject) => [
      subject.candidate.id,
      Object.fromEntries(
        hashes.get(subject.candidate.id)!.map((hash) => [
          hash,
          answers.flatMap((values) => {
            const found = values[itemOf(subject, hash)];
            return found ? [found.map((value) => value ?? 0)] : [];
          }),
        ]),
      ),
    ]),
  );
}

const itemOf = ({ refit }: Subject, hash: string) => `${refit.item}/${hash.slice(0, 16)}`;

/** The representative's labels first, then what other seeds found instead. */
function labelsOf({ candidate, labels }: Subject, seeds: readonly SeedView[]): string[] {
  const others = seeds.flatMap((view) => view.labels[candidate.id] ?? []);
  return [...new Set([labels, ...others])];
}

/** Random clusterings of every k that has a stable candidate, and the candidates' indices on the same rows. */
async function calibration(
  judged: readonly Subject[],
  views: readonly NullView[],
  seeds: readonly SeedView[],
  context: GatherContext,
  params: FunnelParams,
): Promise<Pick<StabilityEvidence, "random" | "indices">> {
  const { spaces, table } = context;
  const rows = someRows(table.rows, params.calibrationRows, params.seed, "evidence/calibration-rows");
  const versions = [silhouette, calinskiHarabasz, daviesBouldin].map(({ version }) => version);
  const random: Record<string, Record<number, RandomValues>> = {};
  const indices: Record<string, Record<string, readonly (number | null)[]>> = {};
  const seen = new Map<string, Subject[]>();
  for (const { space, prepare, ids } of views) {
    const within = new Set(ids);
    const here = judged.filter(
      ({ candidate, trial }) =>
        within.has(candidate.id) || (candidate.baseline && (prepare ?? trial.prepare) === trial.prepare),
    );
    seen.set(space, [...(seen.get(space) ?? []), ...here]);
  }
  const asks: { space: string; k: number; growth: string; ask: Ask }[] = [];
  const others: { space: string; ask: Ask }[] = [];
  for (const [space, here] of seen) {
    const { plan, x } = spaces.get(space)!;
    const data = { key: plan.key, x };
    for (const k of [...new Set(here.map(({ candidate }) => candidate.k))].filter((each) => each < rows.length)) {
      for (const growth of growths) {
        const key = hashOf({
          stage: "random",
          version: VERSION,
          space: plan.key,
          rows: rows.length,
          k,
          seed: params.seed,
          growth,
          versions,
        });
        const items = Array.from({ length: params.calibrationRuns }, (_, run) => `${growth}/${run}`);
        const ask: Ask = {
          key,
          items,
          work: (some) => ({ kind: "random", space: data, rows, k, seed: params.seed, items: some }),
        };
        asks.push({ space, k, growth, ask });
      }
    }
    const hashes = [...new Set(here.flatMap((subject) => labelsOf(subject, seeds)))];
    const labelings = new Map<string, Int32Array>();
    for (const hash of hashes) labelings.set(hash, await context.store.labels(hash));
    if (hashes.length > 0) {
      others.push({
        space,
        ask: {
          key: hashOf({
            stage: "indices",
            version: VERSION,
            space: plan.key,
            rows: rows.length,
            seed: params.seed,
            versions,
          }),
          items: hashes,
          work: (some) => ({
            kind: "indices",
            space: data,
            rows,
            items: some,
            labelings: some.map((hash) => labelings.get(hash)!),
          }),
        },
      });
    }
  }
  const answers = await obtain(
    "calibration",
    [...asks, ...others].map(({ ask }) => ask),
    context,
  );
  asks.forEach(({ space, k, ask }, i) => {
    const values = ask.items.map((item) => answers[i]![item]!);
    const column = (at: number, before: readonly (number | null)[] = []) => [
      ...before,
      ...values.map((each) => each[at] ?? null),
    ];
    const known = random[space]?.[k];
    random[space] = {
      ...random[space],
      [k]: {
        silhouette: column(0, known?.silhouette),
        calinskiHarabasz: column(1, known?.calinskiHarabasz),
        daviesBouldin: column(2, known?.daviesBouldin),
        jaccard: column(3, known?.jaccard),
        strength: column(4, known?.strength),
      },
    };
  });
  others.forEach(({ space }, i) => {
    indices[space] = answers[asks.length + i]!;
  });
  return { random, indices };
}

/** How alike the labelings of stable candidates are, over all seeds. */
async function likeness(
  stable: readonly Subject[],
  seeds: readonly SeedView[],
  { store }: GatherContext,
): Promise<Record<string, number>> {
  const hashes = [...new Set(stable.flatMap((subject) => labelsOf(subject, seeds)))];
  const labelings: Int32Array[] = [];
  for (const hash of hashes) labelings.push(await store.labels(hash));
  const alike: Record<string, number> = {};
  hashes.forEach((a, i) => {
    hashes.forEach((b, j) => {
      if (j <= i) return;
      const value = adjustedRand.compare(labelings[i]!, labelings[j]!);
      alike[`${a} ${b}`] = value;
      alike[`${b} ${a}`] = value;
    });
  });
  return alike;
}
