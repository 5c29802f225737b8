/** Does anything exceed data without clusters? All sound candidates, refitted on the same null data sets. */
import { hashOf } from "../../core/hash.js";
import { silhouette } from "../../metrics/silhouette.js";
import { maxNull } from "../../stability/max-null.js";
import { fitRankCopula } from "../../stability/null-model.js";
import { judgedIn } from "../plan.js";
import { EVIDENCE_VERSION, type FunnelParams, type NullView, type Permuted } from "./define.js";
import { type Ask, type GatherContext, obtain } from "./obtain.js";
import { rawRows } from "./raw.js";
import { type Subject, someRows } from "./subjects.js";
import type { EvidenceValues, NullWork, SpaceRecipe } from "./work.js";

type How = NullWork["how"];

/** The view of the decision, then of each preparation by itself. */
export async function nullViews(
  sound: readonly Subject[],
  context: GatherContext,
  params: FunnelParams,
): Promise<NullView[]> {
  const { experiment } = context;
  const decision = experiment.score.space;
  const ask = asker(sound, context, params);
  const asks = Array.from({ length: params.nulls }, (_, draw) => ask("copula", draw));
  const answers = sound.length === 0 ? [] : await obtain("null", [ask("observed", 0), ...asks], context);
  const view = (space: string, prepare: string | null, subjects: readonly Subject[]): NullView => {
    const read = (values: EvidenceValues) =>
      subjects.map((subject) => values[itemOf(subject)]![judgedIn(subject.trial, decision).indexOf(space)] ?? null);
    const [observed, ...nulls] = answers.map(read);
    return { space, prepare, ids: subjects.map(({ candidate }) => candidate.id), observed: observed ?? [], nulls };
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

/** The candidates of a view that exceed the null. */
export function exceeding({ ids, observed, nulls }: NullView, alpha: number): string[] {
  const { p } = maxNull(observed, nulls);
  return ids.filter((_, i) => p[i]! <= alpha);
}

/** The candidate with the largest z of the decision, refitted on data sets with every column shuffled by itself. */
export async function permutedNull(
  sound: readonly Subject[],
  { ids, observed, nulls }: NullView,
  context: GatherContext,
  params: FunnelParams,
): Promise<Permuted | null> {
  const { z } = maxNull(observed, nulls);
  const best = z.reduce<number>((at, value, i) => (value !== null && (at < 0 || value > z[at]!) ? i : at), -1);
  const subject = sound.find(({ candidate }) => candidate.id === ids[best]);
  if (!subject || params.permutations === 0) return null;
  const ask = asker([subject], context, params);
  const asks = Array.from({ length: params.permutations }, (_, draw) => ask("permutation", draw));
  const answers = await obtain("column permutations", asks, context);
  return {
    id: subject.candidate.id,
    observed: observed[best]!,
    values: answers.map((values) => values[itemOf(subject)]![0] ?? null),
  };
}

/** With the preparation's name, since the spaces a candidate is judged in are read by name. */
const itemOf = ({ refit, trial }: Subject) => `${trial.prepare}/${refit.item}`;

/** Makes the asks of one family of candidates; what they share (raw rows, copula, recipes) is made once. */
function asker(
  subjects: readonly Subject[],
  { experiment, table, spaces, dataChecksum }: GatherContext,
  params: FunnelParams,
): (how: How, draw: number) => Ask {
  const decision = experiment.score.space;
  const rows = someRows(table.rows, params.nullRows, params.seed, "evidence/null-rows");
  const raw = rawRows(table, rows);
  let copula: NullWork["copula"] = null;
  const refits = new Map(
    subjects.map((subject) => {
      const { refit, trial } = subject;
      const item = itemOf(subject);
      return [item, { ...refit, item, space: trial.space, judged: judgedIn(trial, decision) }];
    }),
  );
  const recipeOf = (name: string): SpaceRecipe => {
    const { preparation, reduction } = spaces.get(name)!;
    return { name, preparation, reduction: { name: reduction.name, fitted: reduction.fitted } };
  };
  return (how, draw) => ({
    key: hashOf({
      stage: "null",
      version: EVIDENCE_VERSION,
      how,
      draw,
      seed: params.seed,
      rows: rows.length,
      data: dataChecksum,
      space: spaces.get(decision)!.plan.key,
      silhouette: silhouette.version,
    }),
    items: [...refits.keys()],
    work(items) {
      const some = items.map((item) => refits.get(item)!);
      const needed = new Set(some.flatMap(({ space, judged }) => [space, ...judged]));
      if (how === "copula") copula ??= fitRankCopula(raw.codes, (column) => raw.columns[column]!.kind === "number");
      return {
        kind: "null",
        how,
        seed: params.seed,
        draw,
        raw,
        copula: how === "copula" ? copula : null,
        share: rows.length / table.rows,
        spaces: [...needed].map(recipeOf),
        refits: some,
      };
    },
  });
}
