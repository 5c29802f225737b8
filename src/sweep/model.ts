/** From a decision to the saved model: the judged labeling itself, named segments, a rule for new rows. */
import type { Fit } from "../cluster/define.js";
import type { Json } from "../core/hash.js";
import type { Note } from "../core/notes.js";
import type { Table } from "../core/table.js";
import { buildModel, type Model, measureAgreement, serializeModel } from "../pipeline/index.js";
import {
  type Domain,
  type Naming,
  nameByDomain,
  nameByEffects,
  nameByOrder,
  type Profile,
  profileSegments,
} from "../segments/index.js";
import type { SweepResult } from "./run.js";
import type { Store } from "./store/store.js";

/** A segment as tables name it. */
export interface NamedSegment {
  readonly name: string;
  readonly size: number;
  readonly share: number;
}

export interface AssembledModel {
  readonly model: Model;
  /** The text of model.json. */
  readonly text: string;
  readonly profiles: readonly Profile[];
  readonly naming: Naming;
  /** As tables show them: in label order, noise last. */
  readonly segments: readonly NamedSegment[];
  readonly notes: readonly Note[];
}

/**
 * Put together the model of the winner. Nothing is fitted anew.
 *
 * @param domain - the names and predicates of the experiment's domain file, if it has one
 * @returns null when the decision has no winner
 */
export async function assembleModel(
  result: SweepResult,
  table: Table,
  store: Store,
  domain?: Domain,
): Promise<AssembledModel | null> {
  const { winner, labels, experiment } = result;
  if (!winner || !labels) return null;
  const { trial } = winner;
  const record = winner.fit!;
  const space = result.spaces.get(trial.space)!;
  const fit: Fit = { ...record, labels, found: await store.found(record.found) };
  const assignment = trial.algorithm.assignment(space.x, trial.params, fit);

  const profiles = profileSegments(table, labels);
  const naming = nameSegments(profiles, result, domain);
  const named = new Map(naming.names.map(({ label, name }) => [label, name]));
  const names = profiles.filter(({ label }) => label >= 0).map(({ label }) => named.get(label)!);
  const seed = trial.seed ?? 0;
  const model = buildModel({
    name: experiment.name,
    table,
    preparation: space.preparation,
    reduction: space.reduction,
    algorithm: { name: trial.algorithm.name, version: trial.algorithm.version, params: trial.params, seed },
    assignment,
    labels,
    names,
    agreement: measureAgreement(space.x, labels, assignment),
    provenance: modelProvenance(result),
  });
  return {
    model,
    text: serializeModel(model),
    profiles,
    naming,
    segments: profiles.map(({ label, size, share }) => ({ name: named.get(label) ?? "noise", size, share })),
    notes: naming.notes,
  };
}

/** Names by the domain file, along one column, or from what sets each segment apart. */
export function nameSegments(
  profiles: readonly Profile[],
  { experiment }: Pick<SweepResult, "experiment">,
  domain: Domain | undefined,
): Naming {
  const { names, domain: where } = experiment.segments;
  if (domain) return nameByDomain(profiles, domain, where);
  if (names) return nameByOrder(profiles, names.by, names.labels);
  return nameByEffects(profiles);
}

/** What the model says of its origin: the same run gives the same words, so no clock, no host, no commit. */
function modelProvenance(result: SweepResult): Record<string, Json> {
  const { experiment, winner, dataChecksum, tableFacts } = result;
  return {
    experiment: experiment.name,
    data: { checksum: dataChecksum, rows: tableFacts.rows },
    rule: { name: experiment.select.rule.name, hash: experiment.select.hash },
    space: experiment.score.space,
    fittedIn: winner!.trial.space,
    trial: winner!.trial.key,
    labels: winner!.fit!.labels,
  };
}
