/**
 * Registries grow. Where a message lists a whole one, snapshots say which, so that a new entry changes none of them,
 * and a list that is not the whole registry still shows.
 */
import { commands } from "../src/cli/commands/index.js";
import { algorithms } from "../src/cluster/registry.js";
import { reducers } from "../src/decomposition/registry.js";
import { metrics } from "../src/metrics/registry.js";
import { steps } from "../src/preprocessing/registry.js";
import { rules } from "../src/sweep/select/registry.js";

const registries: Readonly<Record<string, readonly { readonly name: string }[]>> = {
  algorithm: algorithms,
  metric: metrics,
  rule: rules,
  step: steps,
  reduction: reducers,
  command: commands.map(({ declaration }) => declaration),
};

/** `known: kmeans, gmm, …` as `known: (every algorithm)`. */
export function withoutRegistries(text: string): string {
  return Object.entries(registries).reduce(
    (rest, [kind, entries]) => rest.replaceAll(entries.map(({ name }) => name).join(", "), `(every ${kind})`),
    text,
  );
}
