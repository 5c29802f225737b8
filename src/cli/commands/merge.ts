/** `segmenta merge`: the journals of shards become one result. */
import { jobCount } from "../arguments.js";
import type { Command } from "../command.js";

export const merge: Command = {
  usage: "merge <experiment> [folders..]",
  summary: "join the results folders of shards, choose a model, write the tables",
  options: (yargs) =>
    yargs
      .positional("experiment", { type: "string", describe: "a file, or the name of one in experiments/" })
      .positional("folders", { type: "string", array: true, describe: "results folders that shards wrote" })
      .option("set", { type: "string", array: true, describe: "overrides the shards ran with, key=value" })
      .option("out", { type: "string", describe: "results folder; default: results/<experiment>" })
      .option("jobs", { type: "string", describe: "worker threads; default: one per core" })
      .option("json", { type: "boolean", describe: "events on stderr and the decision on stdout as JSON" }),
  async run(args, io) {
    const { mergeExperiment } = await import("../merge-experiment.js");
    return mergeExperiment(
      {
        experiment: String(args["experiment"]),
        folders: (args["folders"] as string[] | undefined) ?? [],
        overrides: (args["set"] as string[] | undefined) ?? [],
        out: args["out"] as string | undefined,
        jobs: jobCount(args["jobs"]),
        json: args["json"] === true,
      },
      io,
    );
  },
};
