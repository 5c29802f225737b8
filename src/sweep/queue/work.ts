/**
 * A worker of the queue: a thin shell around the local pool. The fit itself runs in another thread, because a busy
 * event loop could not renew the lock of its job, which would then be given to somebody else.
 */
import { hostname } from "node:os";
import type { Job } from "bullmq";
import { algorithmNamed } from "../../cluster/registry.js";
import { isUserError } from "../../core/errors.js";
import { hashOf } from "../../core/hash.js";
import type { Matrix } from "../../core/matrix.js";
import { type Table, tableChecksum } from "../../core/table.js";
import { type Experiment, parseExperiment } from "../config/experiment.js";
import type { Executor } from "../execute.js";
import { planSweep } from "../plan.js";
import { prepareSpaces } from "../run.js";
import { connect, loadBullmq } from "./connect.js";
import { encodeFits, type FitJob, QUEUE } from "./job.js";

export interface WorkOptions {
  readonly url: string;
  /** Of the package. */
  readonly version: string;
  /** The pool that fits; as many jobs are taken at once. */
  readonly pool: Executor;
  /** Read the table of an experiment; called once per run. */
  readonly read: (experiment: Experiment) => Promise<Table>;
  readonly say: (text: string) => void;
  readonly signal: AbortSignal;
  /** End after so many milliseconds without a job. */
  readonly idle?: number | undefined;
}

/** A lost worker's job is another's after lock and look, 11 s at most, in milliseconds. */
const LOCK = 8000;
const LOOK_FOR_LOST = 3000;
/** A job that killed so many workers is given up. */
const MOST_LOST = 5;
/** How long a refused job waits for another worker, in milliseconds. */
const ELSEWHERE = 1500;
/** Runs whose spaces are kept ready. */
const KEPT_RUNS = 2;

type Spaces = ReadonlyMap<string, Matrix>;

/** Take jobs until stopped; answers how many were done. */
export async function workQueue(options: WorkOptions): Promise<number> {
  const { pool, say, signal } = options;
  const { bullmq, Client } = await loadBullmq();
  const client = await connect(Client, options.url);
  const queue = new bullmq.Queue(QUEUE, { connection: client });
  queue.on("error", () => {});
  const me = `${hostname()}-${process.pid}`;
  const runs = new Map<string, Promise<Spaces>>();
  let done = 0;
  let busy = 0;
  let quietSince = Date.now();

  const spacesOf = (job: FitJob): Promise<Spaces> => {
    const key = hashOf([job.experiment as never, job.data]);
    const known = runs.get(key) ?? prepareRun(job, options);
    runs.delete(key);
    runs.set(key, known);
    // A refusal is not kept: the file may be mended meanwhile.
    known.catch(() => runs.delete(key));
    for (const oldest of runs.keys()) {
      if (runs.size <= KEPT_RUNS) break;
      runs.delete(oldest);
    }
    return known;
  };

  const worker = new bullmq.Worker<FitJob, string>(
    QUEUE,
    async (job, token, signal) => {
      busy++;
      try {
        const { space, algorithm, grid, seed } = job.data;
        let x: Matrix | undefined;
        try {
          const own = algorithmNamed(algorithm.name).version;
          if (own !== algorithm.version) {
            throw new Refusal(`its ${algorithm.name} is of version ${own}, the run's of version ${algorithm.version}`);
          }
          x = (await spacesOf(job.data)).get(space.key);
          if (!x) throw new Refusal(`its space ${space.name} is prepared otherwise here`);
        } catch (error) {
          if (!(error instanceof Refusal) && !isUserError(error)) throw error;
          await passOn(job, token, (error as Error).message);
        }
        const work = { kind: "fit", space: { key: space.key, x: x! }, algorithm: algorithm.name, grid, seed } as const;
        const fits = await pool.run(work, signal);
        done++;
        say(`${algorithm.name} ${grid.length === 1 ? "" : `(${grid.length} trials) `}in ${space.name}`);
        return encodeFits(fits);
      } finally {
        busy--;
        quietSince = Date.now();
      }
    },
    {
      name: me,
      connection: client,
      concurrency: pool.jobs,
      lockDuration: LOCK,
      stalledInterval: LOOK_FOR_LOST,
      maxStalledCount: MOST_LOST,
    },
  );
  let wasUp = true;
  worker.on("error", (error) => {
    // It goes on trying; said once per loss.
    if (wasUp && client.status !== "ready") say(`the queue does not answer (${error.message}); waiting for it`);
    wasUp = client.status === "ready";
  });

  /** Leave a job to a worker that can do it; when all have refused, it fails with the reason. */
  async function passOn(job: Job<FitJob, string>, token: string | undefined, why: string): Promise<never> {
    say(`refused: ${why}`);
    const refused = [...(job.data.refused ?? []).filter(({ worker }) => worker !== me), { worker: me, why }];
    // Those that left do not count: another may have come in their place.
    const present = (await queue.getWorkers()).map((client) => Object.values(client).join(" "));
    const unable = present.filter((client) => refused.some(({ worker }) => client.includes(worker)));
    if (unable.length >= present.length) throw new bullmq.UnrecoverableError(`the worker ${me} refuses: ${why}`);
    await job.updateData({ ...job.data, refused });
    await job.moveToDelayed(Date.now() + ELSEWHERE, token);
    throw new bullmq.DelayedError();
  }

  say(`${me} takes up to ${pool.jobs} jobs at once`);
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      if (options.idle === undefined || busy > 0 || Date.now() - quietSince < options.idle) return;
      resolve();
    }, 200);
    const stop = () => {
      if (busy > 0) say("finishing what is begun; once more Ctrl-C leaves it to others");
      resolve();
    };
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    worker.on("closed", () => clearInterval(timer));
  });
  await worker.close();
  await queue.close();
  client.disconnect();
  return done;
}

class Refusal extends Error {}

/** The spaces of a run by key, from this machine's own copy of the table. */
async function prepareRun(job: FitJob, { version, read }: WorkOptions): Promise<Spaces> {
  if (job.version !== version) {
    throw new Refusal(`the run is of segmenta ${job.version}, this worker is ${version}`);
  }
  const experiment = parseExperiment(job.experiment.text, job.experiment.file);
  const table = await read(experiment);
  const data = tableChecksum(table);
  if (data !== job.data) {
    throw new Refusal(
      `${experiment.data.path} is other data here: checksum ${data.slice(0, 8)}…, the run's ${job.data.slice(0, 8)}…`,
    );
  }
  const spaces = prepareSpaces(planSweep(experiment, data), table, () => {});
  return new Map([...spaces.values()].map((space) => [space.plan.key, space.x]));
}
