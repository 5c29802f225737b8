/**
 * From a config to the list of trials, each with its content key. Pure: nothing is read or fitted.
 *
 * A key is the hash of all that can change the answer. Its parts are kept beside it, so that a rerun can say
 * which of them differs.
 */
import type { Algorithm, Params } from "../cluster/define.js";
import { canonicalJson, hashOf } from "../core/hash.js";
import type { Experiment, Preparation, Reduction } from "./config/experiment.js";
import { describeParams } from "./config/grid.js";

/** Everything a fit depends on. Same parts, same answer, no second run. */
export interface KeyParts {
  /** Checksum of the parsed table. */
  readonly data: string;
  /** Canonical JSON of the preparation's steps, versions and parameters. */
  readonly prepare: string;
  readonly reduce: string;
  readonly algorithm: string;
  readonly version: number;
  readonly params: string;
  readonly seed: number | null;
}

export interface Trial {
  readonly key: string;
  readonly parts: KeyParts;
  readonly prepare: string;
  readonly reduce: string;
  /** Full name of the space it is fitted in: `standard` or `standard/pca-2`. */
  readonly space: string;
  readonly algorithm: Algorithm;
  readonly params: Params;
  /** As shown in tables. */
  readonly paramsText: string;
  /** null for an algorithm that draws no random numbers. */
  readonly seed: number | null;
  /** The trial without its seed, the unit of selection. */
  readonly candidate: string;
  /** Position of the candidate in the plan. */
  readonly order: number;
}

/** A matrix that labelings are fitted or judged in. */
export interface SpacePlan {
  readonly name: string;
  readonly key: string;
  readonly prepare: Preparation;
  /** null for the prepared table itself. */
  readonly reduce: Reduction | null;
}

export interface Plan {
  readonly trials: readonly Trial[];
  readonly spaces: ReadonlyMap<string, SpacePlan>;
}

/** The full name of the space of a preparation under a reduction. */
export function spaceName(prepare: string, reduce: string): string {
  return reduce === "none" ? prepare : `${prepare}/${reduce}`;
}

/**
 * The plan of an experiment on a table. Trivial baselines are fitted in the prepared spaces only, since they
 * speak of the table's own columns.
 *
 * @param dataChecksum - of the parsed table
 */
export function planSweep(experiment: Experiment, dataChecksum: string): Plan {
  const trials: Trial[] = [];
  const spaces = new Map<string, SpacePlan>();
  let order = 0;
  for (const prepare of experiment.prepare) {
    const prepareText = canonicalJson(
      prepare.steps.map(({ step, params }) => ({ step: step.name, version: step.version, params })),
    );
    const inSpace = (reduce: Reduction | null) => {
      const reduceText = reduce ? describeReduction(reduce) : "none";
      const name = spaceName(prepare.name, reduce?.name ?? "none");
      const key = hashOf({ data: dataChecksum, prepare: prepareText, reduce: reduceText });
      spaces.set(name, { name, key, prepare, reduce });
      return { name, reduce: reduce?.name ?? "none", reduceText };
    };
    const prepared = inSpace(null);
    const fittedIn = experiment.reduce.map((reduce) => (reduce.name === "none" ? prepared : inSpace(reduce)));

    for (const { algorithm, grid } of experiment.sweep) {
      for (const { name, reduce, reduceText } of algorithm.can.baseline ? [prepared] : fittedIn) {
        for (const params of grid) {
          const paramsText = describeParams(algorithm, params);
          for (const seed of algorithm.can.seeded ? experiment.seeds : [null]) {
            const parts: KeyParts = {
              data: dataChecksum,
              prepare: prepareText,
              reduce: reduceText,
              algorithm: algorithm.name,
              version: algorithm.version,
              params: canonicalJson(params),
              seed,
            };
            trials.push({
              key: hashOf(parts),
              parts,
              prepare: prepare.name,
              reduce,
              space: name,
              algorithm,
              params,
              paramsText,
              seed,
              candidate: [algorithm.name, prepare.name, reduce, paramsText].join(" | "),
              order,
            });
          }
          order++;
        }
      }
    }
  }
  return { trials, spaces };
}

function describeReduction({ reducer, params }: Reduction): string {
  return canonicalJson({ reducer: reducer.name, version: reducer.version, params });
}

/** Trials that one call of `fitMany` answers: same space, algorithm and seed, and the algorithm wants them together. */
export interface FitTask {
  readonly space: string;
  readonly algorithm: Algorithm;
  readonly seed: number | null;
  readonly trials: readonly Trial[];
}

/** Group the trials that are to be fitted; those that share work stand in one task. */
export function fitTasks(trials: readonly Trial[]): FitTask[] {
  const groups = new Map<string, Trial[]>();
  for (const trial of trials) {
    const name = [trial.space, trial.algorithm.name, trial.seed, trial.algorithm.together(trial.params)].join("\n");
    const group = groups.get(name);
    if (group) group.push(trial);
    else groups.set(name, [trial]);
  }
  return [...groups.values()].map((group) => ({
    space: group[0]!.space,
    algorithm: group[0]!.algorithm,
    seed: group[0]!.seed,
    trials: group,
  }));
}

/** Spaces a trial's labeling is judged in: the one of the decision, and that of its own preparation. */
export function judgedIn(trial: Trial, decisionSpace: string): string[] {
  return trial.prepare === decisionSpace ? [decisionSpace] : [decisionSpace, trial.prepare];
}
