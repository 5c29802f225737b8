/** One trial where the rows are: start from the sample, iterate in the engine, judge in the engine. */

import { newVerdict, rowAssigner } from "../../cluster/assign.js";
import { bestOfStarts } from "../../cluster/kmeans.js";
import { UserError } from "../../core/errors.js";
import { hashOf } from "../../core/hash.js";
import { type Labels, NOISE } from "../../core/labels.js";
import { type Matrix, matrix } from "../../core/matrix.js";
import type { EvidenceValues } from "../evidence/work.js";
import { judgedIn, type Trial } from "../plan.js";
import type { SqlEngine } from "./engine.js";
import { pushedMetrics, pushedScores } from "./indices.js";
import { pushedLloyd } from "./lloyd.js";
import { SAMPLE_ROWS } from "./sample.js";
import type { PushedSpace } from "./spaces.js";
import { type Centres, readStep, stepSql } from "./statements.js";

/** Raised when the same rows may give another answer. */
const VERSION = 1;

/** What is kept of a trial: small, whatever the number of rows. */
export interface PushedTrial {
  /** Centres of the clusters that have rows, in the order in which the sample meets them. */
  readonly centres: Centres;
  readonly sizes: Float64Array;
  readonly inertia: number;
  readonly iterations: number;
  readonly converged: boolean;
  /** By space: the values of `pushedMetrics`, in that order. */
  readonly scores: Readonly<Record<string, readonly (number | null)[]>>;
}

/** What stands in the journal under this key is the answer of this trial. */
export function trialKey(trial: Trial): string {
  return hashOf({ pushdown: VERSION, sample: SAMPLE_ROWS, trial: trial.key });
}

/**
 * k-means with its passes in the engine. The start is the best of `nInit` k-means fits of the sample, so that few
 * passes over all rows are left to do.
 *
 * @throws UserError `PARAM_RANGE` when k is more than there are rows; `EngineLost`
 */
export async function runTrial(
  engine: SqlEngine,
  trial: Trial,
  spaces: ReadonlyMap<string, PushedSpace>,
  decisionSpace: string,
  signal?: AbortSignal,
): Promise<PushedTrial> {
  const space = spaces.get(trial.space)!;
  const params = trial.params as { k: number; nInit: number; maxIter: number; tol: number };
  if (params.k > space.sample.rows) {
    throw new UserError("PARAM_RANGE", {
      what: `k = ${params.k} clusters are more than the ${space.sample.rows} rows that starts are sought in`,
      where: "sweep.kmeans.k",
      mend: `ask for at most ${space.sample.rows} clusters`,
    });
  }
  const { centres: start } = bestOfStarts(space.sample, params, trial.seed ?? 0, "kmeans/init");
  const fit = await pushedLloyd(
    engine,
    space.rows,
    space.vector,
    { k: params.k, values: start },
    {
      maxIter: params.maxIter,
      shiftLimit: params.tol * space.meanVariance,
      unit: Math.sqrt(space.meanVariance),
    },
    signal,
  );
  const { cols } = space.vector;
  const order = clusterOrder(fit.centres, fit.last.sizes, space.sample);
  const centres = reorder(fit.centres, cols, order);
  const sizes = Float64Array.from(order, (c) => fit.last.sizes[c]!);
  const sums = reorder({ k: params.k, values: fit.last.sums }, cols, order).values;

  const scores: Record<string, readonly (number | null)[]> = {};
  for (const name of judgedIn(trial, decisionSpace)) {
    const judge = spaces.get(name)!;
    // Spaces of one preparation stand side by side in the same rows.
    const fitted = { vector: space.vector, centres };
    const rows = judge.rows;
    const own =
      name === trial.space
        ? sums
        : readStep(
            await engine.query(stepSql(engine.dialect, rows, fitted.vector, centres, judge.vector), signal),
            centres.k,
            judge.vector.cols,
          ).sums;
    const means = own.map((sum, at) => sum / sizes[Math.floor(at / judge.vector.cols)]!);
    const judged = { vector: judge.vector, centres: { k: centres.k, values: means } };
    const found = await pushedScores(engine, rows, fitted, judged, sizes, signal);
    scores[name] = Object.values(pushedMetrics).map((column) => found[column]!);
  }
  return {
    centres,
    sizes,
    inertia: fit.last.inertia,
    iterations: fit.iterations,
    converged: fit.converged,
    scores,
  };
}

/** Clusters that have rows, numbered by first appearance in the sample; those it does not meet come last. */
function clusterOrder(centres: Centres, sizes: Float64Array, sample: Matrix): number[] {
  const seen = new Set<number>(nearestOf(centres, sample));
  for (let c = 0; c < centres.k; c++) seen.add(c);
  return [...seen].filter((c) => sizes[c]! > 0);
}

function reorder({ values }: Centres, cols: number, order: readonly number[]): Centres {
  const out = new Float64Array(order.length * cols);
  order.forEach((c, to) => {
    out.set(values.subarray(c * cols, (c + 1) * cols), to * cols);
  });
  return { k: order.length, values: out };
}

/** k×d. */
export function centreMatrix({ k, values }: Centres): Matrix {
  const cols = values.length / k;
  return matrix(Array.from({ length: k }, (_, c) => Array.from(values.subarray(c * cols, (c + 1) * cols))));
}

/** The nearest centre of each row of a matrix. */
export function nearestOf(centres: Centres, x: Matrix): Labels {
  const assign = rowAssigner({ rule: "nearest-centre", centres: centreMatrix(centres) });
  const verdict = newVerdict();
  const labels = new Int32Array(x.rows).fill(NOISE);
  for (let i = 0; i < x.rows; i++) {
    assign(x.data, i * x.cols, verdict);
    labels[i] = verdict.label;
  }
  return labels;
}

/** As the journal keeps it. */
export function encodeTrial(trial: PushedTrial): EvidenceValues {
  const judged = Object.entries(trial.scores).map(([space, values]) => [`judged in ${space}`, values] as const);
  return {
    centres: [...trial.centres.values],
    sizes: [...trial.sizes],
    fit: [trial.inertia, trial.iterations, trial.converged ? 1 : 0],
    ...Object.fromEntries(judged),
  };
}

/** @returns undefined when nothing is stored, or not for these spaces */
export function decodeTrial(values: EvidenceValues | undefined, judged: readonly string[]): PushedTrial | undefined {
  const { centres, sizes, fit } = values ?? {};
  if (!values || !centres || !sizes || !fit) return undefined;
  const scores: Record<string, readonly (number | null)[]> = {};
  for (const space of judged) {
    const own = values[`judged in ${space}`];
    if (own === undefined) return undefined;
    scores[space] = own;
  }
  return {
    centres: { k: sizes.length, values: Float64Array.from(centres, Number) },
    sizes: Float64Array.from(sizes, Number),
    inertia: fit[0]!,
    iterations: fit[1]!,
    converged: fit[2] === 1,
    scores,
  };
}
