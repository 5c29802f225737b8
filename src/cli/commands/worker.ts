/** `segmenta worker`: take trials from a queue. */
import { duration, jobCount } from "../arguments.js";
import type { Command } from "../command.js";

export const worker: Command = {
  usage: "worker",
  summary: "take trials from a queue and fit them here, until stopped",
  options: (yargs) =>
    yargs
      .option("queue", { type: "string", requiresArg: true, describe: "redis://host:port of the queue" })
      .option("jobs", { type: "string", describe: "worker threads, and jobs at once; default: one per core" })
      .option("data", { type: "string", describe: "the table, where it lies elsewhere than the experiment says" })
      .option("idle", { type: "string", describe: "end after this time without a job (30s, 5m); default: never" })
      .demandOption("queue"),
  async run(args, io) {
    const { workOnQueue } = await import("../work-on-queue.js");
    return workOnQueue(
      {
        queue: String(args["queue"]),
        jobs: jobCount(args["jobs"]),
        data: args["data"] as string | undefined,
        idle: duration("idle", args["idle"]),
      },
      io,
    );
  },
};
