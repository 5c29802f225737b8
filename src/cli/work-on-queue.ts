/** The work of `segmenta worker`. */
import { readTable } from "../data/index.js";
import { workerPool } from "../sweep/execute.js";
import { workQueue } from "../sweep/queue/work.js";
import type { WorkerArguments } from "./commands/worker.js";
import { EXIT, type Io } from "./io.js";
import { dataFrom } from "./open-run.js";
import { packageVersion } from "./version.js";

/** Returns the exit code: stopping a worker is how it ends, so that is good. */
export async function workOnQueue({ queue, jobs, data, idle }: WorkerArguments, io: Io): Promise<number> {
  const pool = workerPool(jobs);
  try {
    const done = await workQueue({
      url: queue,
      version: await packageVersion(),
      pool,
      read: (experiment) => readTable(dataFrom(io, experiment, data)),
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
