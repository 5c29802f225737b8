/**
 * The lab in one script: the page, its engine and its fitting workers. A worker is started from the script's own text,
 * so that one file is enough and opening it needs no server.
 */
import type { Work } from "../sweep/execute.js";
import { runInWorker } from "../sweep/worker.js";
import { engine } from "./engine.js";
import type { Reply } from "./executor.js";
import type { Ask, Tell } from "./messages.js";
import { startPage } from "./page.js";

if (typeof document === "undefined") startWorker(self as unknown as WorkerScope);
else {
  const code = document.currentScript!.textContent;
  startPage(() => {
    const engine = newWorker(code, "engine");
    engine.postMessage({ ask: "begin", code } satisfies Ask);
    return engine;
  });
}

function newWorker(code: string, name: "engine" | "fit"): Worker {
  const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  const worker = new Worker(url, { name });
  // The worker is fetching it by now; a page that starts many keeps none of the copies.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
  return worker;
}

/** The part of a worker's global scope that is used; the compiler knows the page's only. */
interface WorkerScope {
  readonly name: string;
  onmessage: ((event: MessageEvent) => void) | null;
  postMessage(message: unknown): void;
}

function startWorker(scope: WorkerScope): void {
  if (scope.name === "engine") {
    let code = "";
    const answer = engine(
      (message: Tell) => scope.postMessage(message),
      () => newWorker(code, "fit"),
    );
    scope.onmessage = ({ data }: MessageEvent<Ask>) => {
      if (data.ask === "begin") code = data.code;
      else answer(data);
    };
    return;
  }
  scope.onmessage = ({ data }: MessageEvent<Work>) => scope.postMessage(reply(data));
}

function reply(work: Work): Reply {
  try {
    return { answer: runInWorker(work) };
  } catch (error) {
    return { fault: (error as Error).message };
  }
}
