/** A config as results keep it, and how a kept one differs from an experiment at hand. */
import { type Difference, differences } from "./differences.js";
import type { Experiment } from "./experiment.js";

/** The config as resolved: what a stored result says it was made from. Plain JSON, no paths but the data's. */
export function describeExperiment(experiment: Experiment) {
  return {
    name: experiment.name,
    prepare: Object.fromEntries(
      experiment.prepare.map(({ name, steps: list }) => [
        name,
        list.map(({ step, params }) => ({ [step.name]: params })),
      ]),
    ),
    reduce: experiment.reduce.map(({ reducer, params }) => ({ [reducer.name]: params })),
    sweep: Object.fromEntries(experiment.sweep.map(({ algorithm, grid }) => [algorithm.name, grid])),
    seeds: experiment.seeds,
    score: { space: experiment.score.space, metrics: experiment.score.metrics.map((metric) => metric.name) },
    select: { rule: experiment.select.rule.name, ...experiment.select.params },
    segments: experiment.segments,
  };
}

/** Where the config that results keep differs from an experiment, old → new. */
export function configChanges(kept: unknown, experiment: Experiment): Difference[] {
  // As it comes back from a file: without keys that are undefined.
  return differences(kept, JSON.parse(JSON.stringify(describeExperiment(experiment))));
}
