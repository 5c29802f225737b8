/** `segmenta worker`: take trials from a queue. */
import { type ArgumentsOf, declare } from "../command.js";
import { duration, jobs, required, text } from "../options.js";

export const worker = declare({
  name: "worker",
  summary: "take trials from a queue and fit them here, until stopped",
  words: {},
  options: {
    queue: required("redis://host:port of the queue", { requiresArg: true }),
    jobs: jobs("worker threads, and jobs at once; default: one per core"),
    data: text("path of the table, if it is not where the experiment says"),
    idle: duration("end after this time without a job (30s, 5m); default: never"),
  },
});

export type WorkerArguments = ArgumentsOf<typeof worker>;
