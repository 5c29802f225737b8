/** The work of `segmenta worker`. */
import { readTable } from "../data/index.js";
import { workerPool } from "../sweep/execute.js";
import { workQueue } from "../sweep/queue/work.js";
import { EXIT, type Io, pathFrom } from "./io.js";
import { packageVersion } from "./version.js";

export interface WorkArguments {
  readonly queue: string;
  readonly jobs: number | undefined;
  /** Path of the table; default: what the experiment says, from this folder. */
  readonly data: string | undefined;
  /** Milliseconds without a job after which it ends. */
  readonly idle: number | undefined;
}

/** Answers the exit code: stopping a worker is how it ends, so that is good. */
export async function workOnQueue({ queue, jobs, data, idle }: WorkArguments, io: Io): Promise<number> {
  const pool = workerPool(jobs);
  try {
    const done = await workQueue({
      url: queue,
      version: await packageVersion(),
      pool,
      read: (experiment) => readTable({ ...experiment.data, path: pathFrom(io, data ?? experiment.data.path) }),
      say: (text) => io.err(`${text}\n`),
      signal: io.signal,
      idle,
    });
    io.out(`${done} jobs done\n`);
    return EXIT.good;
  } finally {
    await pool.close();
  }
}
