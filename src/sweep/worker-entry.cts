/**
 * What a thread of the pool loads first. CommonJS, because the pool would `require` an ES module, and Node aborts the
 * whole process when a thread is ended in the middle of that (`Module::IsGraphAsync must be used on an instantiated
 * module`). An asynchronous import may be ended at any moment.
 */
import type { runInWorker } from "./worker.js" with { "resolution-mode": "import" };

exports.runInWorker = async (...args: Parameters<typeof runInWorker>) =>
  (await import("./worker.js")).runInWorker(...args);
