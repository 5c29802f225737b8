/** Scores: each distinct labeling once in each space it is judged in, all labelings of a space in one pass. */
import type { Labels } from "../core/labels.js";
import type { Metric, Scores } from "../metrics/define.js";
import { silhouette } from "../metrics/silhouette.js";
import { silhouetteSampled } from "../metrics/silhouette-sampled.js";
import type { Experiment } from "./config/experiment.js";
import type { Executor, SpaceData } from "./execute.js";
import { inParallel } from "./parallel.js";
import { judgedIn, type Plan } from "./plan.js";
import type { RunOptions, Space } from "./run.js";
import { scoreKey } from "./store/records.js";

/** Above so many rows the silhouette is that of a draw of rows, under its own name and with its error. */
export const EXACT_SILHOUETTE_ROWS = 100_000;

/** Rows from which a metric that can be computed in parts is spread over the workers. */
const ROWS_WORTH_SPLITTING = 2_000;

/** Values that the parts of one batch of labelings may hold on their way between threads. */
const MOST_VALUES = 16_777_216;

/** The experiment as it is run on a table of so many rows. */
export function forRows(experiment: Experiment, rows: number): Experiment {
  if (rows <= EXACT_SILHOUETTE_ROWS) return experiment;
  const metrics = experiment.score.metrics.map((metric) => (metric === silhouette ? silhouetteSampled : metric));
  return { ...experiment, score: { ...experiment.score, metrics: [...new Set(metrics)] } };
}

/** Score what is not stored yet. */
export async function scoreMissing(plan: Plan, spaces: ReadonlyMap<string, Space>, options: RunOptions): Promise<void> {
  const { store, executor, signal, experiment } = options;
  const tell = options.onEvent ?? (() => {});
  const isMissing = (space: Space, { name, version }: Metric, labels: string) =>
    !store.score(scoreKey({ space: space.plan.key, labels, metric: name, version }));
  const labelings = new Map<string, Set<string>>();
  for (const trial of plan.trials) {
    const fit = store.fit(trial.key);
    if (!fit) continue;
    for (const space of judgedIn(trial, experiment.score.space)) {
      const hashes = labelings.get(space) ?? new Set();
      labelings.set(space, hashes.add(fit.labels));
    }
  }
  const tasks = [...labelings].flatMap(([name, hashes]) => {
    const space = spaces.get(name)!;
    return experiment.score.metrics.flatMap((metric) => {
      const missing = [...hashes].filter((labels) => isMissing(space, metric, labels));
      return missing.length > 0 ? [{ space, metric, hashes: missing }] : [];
    });
  });
  let done = 0;
  await inParallel(tasks, executor.jobs, async ({ space, metric, hashes: planned }) => {
    signal?.throwIfAborted();
    await store.refresh();
    const hashes = planned.filter((labels) => isMissing(space, metric, labels));
    if (hashes.length === 0) return void done++;
    const batch: Labels[] = [];
    for (const hash of hashes) batch.push(await store.labels(hash));
    const answers = await scoreBatch({ key: space.plan.key, x: space.x }, metric, batch, executor, signal);
    for (const [i, labels] of hashes.entries()) {
      await store.add({
        type: "score",
        space: space.plan.key,
        labels,
        metric: metric.name,
        version: metric.version,
        scores: answers[i]!,
      });
    }
    done++;
    const { name } = space.plan;
    tell({ type: "score", metric: metric.name, space: name, labelings: hashes.length, done, total: tasks.length });
  });
}

/**
 * Score labelings of one space; a metric that can be computed in parts of the rows uses every worker. The bits
 * do not depend on how it is split.
 */
export async function scoreBatch(
  space: SpaceData,
  metric: Metric,
  labelings: readonly Labels[],
  executor: Executor,
  signal?: AbortSignal,
): Promise<Scores[]> {
  const { rows } = space.x;
  if (!metric.inParts || executor.jobs < 2 || rows < ROWS_WORTH_SPLITTING) {
    return executor.run({ kind: "score", space, metric: metric.name, labelings }, signal);
  }
  const edges = Array.from({ length: executor.jobs + 1 }, (_, part) => Math.round((part * rows) / executor.jobs));
  const most = Math.max(1, Math.floor(MOST_VALUES / rows));
  const scores: Scores[] = [];
  for (let start = 0; start < labelings.length; start += most) {
    const some = labelings.slice(start, start + most);
    const parts = await Promise.all(
      edges.slice(1).map((to, part) => {
        const from = edges[part]!;
        return executor.run({ kind: "score-part", space, metric: metric.name, labelings: some, from, to }, signal);
      }),
    );
    scores.push(...metric.inParts.combine(space.x, some, parts));
  }
  return scores;
}
