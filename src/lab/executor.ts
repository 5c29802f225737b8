/** Stages in Web Workers: the executor of a page. Shared memory where the page is isolated, copies where it is not. */
import { UserError } from "../core/errors.js";
import type { Answer, Executor, Work } from "../sweep/execute.js";
import type { SentError } from "../sweep/worker.js";

/** What a fitting worker answers: what the stage gave, or what went wrong that is not the user's. */
export type Reply = { readonly answer: object } | { readonly fault: string };

interface Waiting {
  readonly work: Work;
  readonly signal: AbortSignal | undefined;
  resolve(answer: object): void;
  reject(reason: unknown): void;
}

/**
 * @param start - starts one worker
 * @param jobs - how many tasks run at once
 */
export function webWorkers(start: () => Worker, jobs: number): Executor {
  const idle: Worker[] = [];
  const all = new Set<Worker>();
  const queue: Waiting[] = [];

  function next(): void {
    while (queue.length > 0 && (idle.length > 0 || all.size < jobs)) {
      const waiting = queue.shift()!;
      if (waiting.signal?.aborted) waiting.reject(waiting.signal.reason);
      else give(idle.pop() ?? begin(), waiting);
    }
  }

  function begin(): Worker {
    const worker = start();
    all.add(worker);
    return worker;
  }

  function give(worker: Worker, { work, signal, resolve, reject }: Waiting): void {
    const settle = (alive: boolean) => {
      signal?.removeEventListener("abort", stop);
      worker.onmessage = null;
      worker.onerror = null;
      if (alive) idle.push(worker);
      else {
        worker.terminate();
        all.delete(worker);
      }
      next();
    };
    // A thread in the middle of a loop hears nothing: it is ended, and another starts when there is work.
    const stop = () => {
      settle(false);
      reject(signal!.reason);
    };
    signal?.addEventListener("abort", stop);
    worker.onmessage = ({ data }: MessageEvent<Reply>) => {
      settle(true);
      if ("fault" in data) reject(new Error(data.fault));
      else if (isSentError(data.answer)) reject(new UserError(data.answer.userError.code, data.answer.userError));
      else resolve(data.answer);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      settle(false);
      reject(new Error(event.message || "a worker ended before it had answered"));
    };
    worker.postMessage(work);
  }

  return {
    jobs,
    fitsAtOnce: jobs,
    run<W extends Work>(work: W, signal?: AbortSignal): Promise<Answer<W>> {
      return new Promise((resolve, reject) => {
        queue.push({ work, signal, resolve: (answer) => resolve(answer as Answer<W>), reject });
        next();
      });
    },
    async close() {
      for (const worker of all) worker.terminate();
      all.clear();
      idle.length = 0;
    },
  };
}

const isSentError = (answer: object): answer is SentError => "userError" in answer;
