/**
 * Stages in worker threads. A task is plain data: a matrix in shared memory, a name, parameters. The answer
 * depends on the task alone, so any number of workers and any order give the same results.
 */
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { Piscina } from "piscina";
import type { Fit, Params } from "../cluster/define.js";
import { UserError } from "../core/errors.js";
import type { Labels } from "../core/labels.js";
import type { Matrix } from "../core/matrix.js";
import type { Scores } from "../metrics/define.js";
import type { EvidenceValues, EvidenceWork } from "./evidence/work.js";
import { runTask, type SentError } from "./worker.js";

/** A matrix with the key of its content, so that a worker keeps what it built on it. */
export interface SpaceData {
  readonly key: string;
  readonly x: Matrix;
}

export interface FitWork {
  readonly kind: "fit";
  readonly space: SpaceData;
  readonly algorithm: string;
  readonly grid: readonly Params[];
  readonly seed: number;
}

export interface ScoreWork {
  readonly kind: "score";
  readonly space: SpaceData;
  readonly metric: string;
  readonly labelings: readonly Labels[];
}

/** Some rows of a metric that can be computed in parts. */
export interface ScorePartWork {
  readonly kind: "score-part";
  readonly space: SpaceData;
  readonly metric: string;
  readonly labelings: readonly Labels[];
  readonly from: number;
  readonly to: number;
}

export type Work = FitWork | ScoreWork | ScorePartWork | EvidenceWork;
export type Answer<W extends Work> = W extends FitWork
  ? Fit[]
  : W extends ScoreWork
    ? Scores[]
    : W extends ScorePartWork
      ? Float64Array[]
      : EvidenceValues;

export interface Executor {
  /** Tasks that run at once. */
  readonly jobs: number;
  /** Fits that may be asked for at once: more than `jobs` where others do them. */
  readonly fitsAtOnce: number;
  run<W extends Work>(work: W, signal?: AbortSignal): Promise<Answer<W>>;
  close(): Promise<void>;
}

/** Runs every task in this thread: for small sweeps and for notebooks. */
export function inThread(): Executor {
  return {
    jobs: 1,
    fitsAtOnce: 1,
    async run<W extends Work>(work: W, signal?: AbortSignal): Promise<Answer<W>> {
      signal?.throwIfAborted();
      return runTask(work);
    },
    close: async () => {},
  };
}

/**
 * A pool of worker threads. They start with the first task: a run that finds everything stored starts none.
 *
 * @param jobs - how many tasks run at once; default: one per core
 */
export function workerPool(jobs: number = availableParallelism()): Executor {
  // Sources run straight from src/ (as under the test runner) use the built worker beside them.
  const here = fileURLToPath(new URL("./worker-entry.cjs", import.meta.url));
  const filename = here.replace(/[\\/]src([\\/]sweep[\\/]worker-entry\.cjs)$/, (_, rest: string) => `/dist${rest}`);
  let pool: Piscina | undefined;
  const start = () =>
    new Piscina({ filename, name: "runInWorker", minThreads: jobs, maxThreads: jobs, idleTimeout: 60_000 });
  return {
    jobs,
    fitsAtOnce: jobs,
    async run<W extends Work>(work: W, signal?: AbortSignal): Promise<Answer<W>> {
      pool ??= start();
      const answer: Answer<W> | SentError = await pool.run(work, signal ? { signal } : {});
      if (isSentError(answer)) throw new UserError(answer.userError.code, answer.userError);
      return answer;
    },
    close: async () => pool?.destroy(),
  };
}

const isSentError = (answer: object): answer is SentError => "userError" in answer;
