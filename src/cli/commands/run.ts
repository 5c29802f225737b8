/** `segmenta run`: plan, fit what is missing, score, select, write the tables. */

import { byteSize, duration, jobCount } from "../arguments.js";
import type { Command } from "../command.js";

export const run: Command = {
  usage: "run <experiment> [overrides..]",
  summary: "sweep an experiment, choose a model, write the tables",
  options: (yargs) =>
    yargs
      .positional("experiment", { type: "string", describe: "a file, or the name of one in experiments/" })
      .positional("overrides", { type: "string", array: true, describe: "key=value in the words of the file" })
      .option("dry-run", { type: "boolean", describe: "print the plan and stop" })
      .option("explain", { type: "boolean", describe: "say for each trial why it runs" })
      .option("jobs", { type: "string", describe: "worker threads; default: one per core" })
      .option("out", { type: "string", describe: "results folder; default: results/<experiment>" })
      .option("budget", {
        type: "string",
        describe: "fit no more after this time (60s, 2m) and choose from what is there",
      })
      .option("max-memory", {
        type: "string",
        describe: "refuse stages that need more (2gb); default: what a core has",
      })
      .option("max-time", { type: "string", describe: "refuse stages that take longer on one core; default: 1h" })
      .option("fail-fast", { type: "boolean", describe: "fit no more once a trial has failed" })
      .option("retry-failed", { type: "boolean", describe: "fit only the trials that failed before" })
      .option("shard", { type: "string", describe: "fit part i of n, as i/n; auto takes it from the scheduler" })
      .option("queue", {
        type: "string",
        requiresArg: true,
        describe: "redis://host:port of a queue: fits are left to its workers",
      })
      .option("json", { type: "boolean", describe: "events on stderr and the decision on stdout as JSON" }),
  async run(args, io) {
    const { parseShard } = await import("../../sweep/shard.js");
    const { runExperiment } = await import("../run-experiment.js");
    return runExperiment(
      {
        experiment: String(args["experiment"]),
        overrides: (args["overrides"] as string[] | undefined) ?? [],
        dryRun: args["dry-run"] === true,
        explain: args["explain"] === true,
        jobs: jobCount(args["jobs"]),
        out: args["out"] as string | undefined,
        failFast: args["fail-fast"] === true,
        json: args["json"] === true,
        fit: args["retry-failed"] === true ? "failed" : "missing",
        maxBytes: byteSize("max-memory", args["max-memory"]),
        maxMs: duration("max-time", args["max-time"]),
        budgetMs: duration("budget", args["budget"]),
        queue: args["queue"] as string | undefined,
        shard: args["shard"] === undefined ? undefined : parseShard(String(args["shard"]), io.env),
      },
      io,
    );
  },
};
