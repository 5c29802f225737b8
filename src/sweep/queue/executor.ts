/**
 * An executor whose fits are done by workers elsewhere, through BullMQ on Redis. All the rest (preparing, scoring,
 * evidence, choosing, writing) stays with the one who asks, so the journal has one writer, workers need no shared
 * folder, and the tables are those of a single machine to the byte.
 *
 * Delivery is at-least-once. That is harmless here: a job is named by its content, its answer depends on that alone,
 * and the first answer that arrives is taken. What Redis forgets (a restart without a disk) is asked for again.
 */
import { setMaxListeners } from "node:events";
import type { Job, Queue, QueueEvents } from "bullmq";
import type { Fit } from "../../cluster/define.js";
import { algorithmNamed } from "../../cluster/registry.js";
import type { Answer, Executor, FitWork, Work } from "../execute.js";
import { connect, loadBullmq, shownUrl } from "./connect.js";
import { decodeFits, type FitJob, jobId, QUEUE, type RunWords } from "./job.js";

export interface QueueOptions {
  readonly url: string;
  readonly words: RunWords;
  /** Does everything but fits. */
  readonly local: Executor;
  /** Name of a space by its key, for messages. */
  readonly nameOf?: (key: string) => string;
  /** Things the user should know while waiting. */
  readonly say: (text: string) => void;
  /** How long the queue may be gone before what is left is given up, in milliseconds (60,000). */
  readonly patience?: number;
}

/** Fits that are asked for at once; workers take what they can. */
const AT_ONCE = 256;
/** How soon Redis must answer to count as there, in milliseconds. */
const PULSE = 2000;
/** Between two looks at everything that is waited for, in milliseconds; events wake us earlier. */
const LOOK = 1000;
/** Answers that nobody fetched are forgotten after a day, in seconds. */
const KEPT = 86_400;

interface Waiting {
  readonly job: FitJob;
  readonly resolve: (fits: Fit[]) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Connect to the queue.
 *
 * @throws UserError `BAD_USAGE` or `MISSING_OPTIONAL`, before any work
 */
export async function queueExecutor(options: QueueOptions): Promise<Executor> {
  const { bullmq, Client } = await loadBullmq();
  const client = await connect(Client, options.url);
  const listener = await connect(Client, options.url);
  const queue = new bullmq.Queue(QUEUE, { connection: client });
  const events = new bullmq.QueueEvents(QUEUE, { connection: listener });
  // Both reconnect by themselves; how long that may take is watched below.
  const quiet = () => {};
  client.on("error", quiet);
  listener.on("error", quiet);
  queue.on("error", quiet);
  events.on("error", quiet);
  return new Asking(
    options,
    queue,
    events,
    async () => (await within(PULSE, client.ping())) !== undefined,
    async () => {
      await Promise.allSettled([within(1000, events.close()), within(1000, queue.close())]);
      client.disconnect();
      listener.disconnect();
    },
  );
}

class Asking implements Executor {
  readonly jobs: number;
  readonly fitsAtOnce = AT_ONCE;
  readonly #waiting = new Map<string, Waiting>();
  readonly #told = new Set<string>();
  readonly #timer: NodeJS.Timeout;
  #alive = Date.now();
  #up = true;
  #asking = false;
  #lonely = 0;
  #looking = false;
  #gone: Error | undefined;

  constructor(
    readonly options: QueueOptions,
    readonly queue: Queue,
    events: QueueEvents,
    /** Whether Redis answers, told within a bounded time: a frozen server keeps its connections open. */
    readonly answers: () => Promise<boolean>,
    readonly disconnect: () => Promise<void>,
  ) {
    this.jobs = options.local.jobs;
    const settle = ({ jobId }: { jobId: string }) => void this.#settle(jobId).catch(() => {});
    events.on("completed", settle);
    events.on("failed", settle);
    this.#timer = setInterval(() => this.#look(), LOOK);
  }

  async run<W extends Work>(work: W, signal?: AbortSignal): Promise<Answer<W>> {
    if (work.kind !== "fit") return this.options.local.run(work, signal);
    return (await this.#ask(work, signal)) as Answer<W>;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.disconnect();
    await this.options.local.close();
  }

  async #ask(work: FitWork, signal: AbortSignal | undefined): Promise<Fit[]> {
    signal?.throwIfAborted();
    // One listener for each fit that is asked for at once.
    if (signal) setMaxListeners(0, signal);
    if (this.#gone) throw this.#gone;
    const { name, version } = algorithmNamed(work.algorithm);
    const job: FitJob = {
      ...this.options.words,
      space: { key: work.space.key, name: this.options.nameOf?.(work.space.key) ?? work.space.key.slice(0, 8) },
      algorithm: { name, version },
      grid: work.grid,
      seed: work.seed,
    };
    const id = jobId(job);
    const answered = new Promise<Fit[]>((resolve, reject) => this.#waiting.set(id, { job, resolve, reject }));
    const abort = () => {
      this.#waiting.get(id)?.reject(signal!.reason);
      // What no worker has begun is taken back; what one has begun ends there, and its answer is kept a day.
      void within(1000, this.queue.remove(id)).catch(() => {});
    };
    signal?.addEventListener("abort", abort, { once: true });
    this.#put(id, job).catch((error) => this.#waiting.get(id)?.reject(error));
    try {
      return await answered;
    } finally {
      this.#waiting.delete(id);
      signal?.removeEventListener("abort", abort);
    }
  }

  /** Queue a job; one that failed before makes room, one that is there or done already is waited for. */
  async #put(id: string, job: FitJob): Promise<void> {
    const known = await this.queue.getJob(id);
    if (known && (await known.isFailed())) await known.remove();
    await this.queue.add("fit", job, { jobId: id, removeOnComplete: { age: KEPT }, removeOnFail: { age: KEPT } });
    await this.#settle(id);
  }

  /** Take the answer of a job that has one. */
  async #settle(id: string): Promise<void> {
    const waiting = this.#waiting.get(id);
    if (!waiting) return;
    const job = (await this.queue.getJob(id)) as Job<FitJob, string> | undefined;
    const state = job ? await job.getState() : "unknown";
    if (!this.#waiting.has(id)) return;
    if (!job || state === "unknown") {
      // Redis came back without it.
      await this.#put(id, waiting.job);
    } else if (state === "completed") {
      // Looked at anew: the job may have been read just before it was completed, without its answer.
      const answered = ((await this.queue.getJob(id)) as typeof job | undefined) ?? job;
      try {
        waiting.resolve(decodeFits(answered.returnvalue));
      } catch (error) {
        waiting.reject(new Error("a worker's answer cannot be read", { cause: error }));
      }
      await job.remove();
    } else if (state === "failed") {
      const failed = ((await this.queue.getJob(id)) as typeof job | undefined) ?? job;
      waiting.reject(new Error(failed.failedReason));
      await job.remove();
    } else {
      for (const { worker, why } of job.data.refused ?? []) this.#tell(`the worker ${worker} refuses: ${why}`);
    }
  }

  /** Now and then: is Redis there, is anybody working, is there an answer whose event was lost? */
  #look(): void {
    this.#feelPulse();
    if (this.#waiting.size === 0 || this.#up) this.#alive = Date.now();
    else if (Date.now() - this.#alive > (this.options.patience ?? 60_000)) this.#giveUp();
    else if (Date.now() - this.#alive > 3 * LOOK)
      this.#tell(`the queue at ${shownUrl(this.options.url)} does not answer; waiting for it`);
    if (this.#looking || !this.#up) return;
    this.#looking = true;
    this.#lookThrough()
      .catch(() => {})
      .finally(() => {
        this.#looking = false;
      });
  }

  #feelPulse(): void {
    if (this.#asking) return;
    this.#asking = true;
    this.answers()
      .catch(() => false)
      .then((up) => {
        this.#up = up;
        this.#asking = false;
      });
  }

  async #lookThrough(): Promise<void> {
    for (const id of [...this.#waiting.keys()]) await this.#settle(id);
    if (this.#waiting.size === 0) return;
    this.#lonely = (await this.queue.getWorkersCount()) === 0 ? this.#lonely + 1 : 0;
    if (this.#lonely === 3) {
      this.#tell(`no worker is there; start one: segmenta worker --queue ${shownUrl(this.options.url)}`);
    }
  }

  #giveUp(): void {
    const seconds = Math.round((this.options.patience ?? 60_000) / 1000);
    this.#gone = new Error(
      `the queue at ${shownUrl(this.options.url)} has been gone for ${seconds} s; run the same command again to go on`,
    );
    for (const { reject } of this.#waiting.values()) reject(this.#gone);
  }

  /** Once each. */
  #tell(text: string): void {
    if (this.#told.has(text)) return;
    this.#told.add(text);
    this.options.say(text);
  }
}

/** A promise that is given up after a while. */
function within<T>(milliseconds: number, promise: Promise<T>): Promise<T | undefined> {
  return Promise.race([
    promise,
    new Promise<undefined>((resolve) => setTimeout(resolve, milliseconds, undefined).unref()),
  ]);
}
