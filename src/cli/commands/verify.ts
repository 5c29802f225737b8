/** `segmenta verify`: is a results folder what it says? */
import type { Command } from "../command.js";

export const verify: Command = {
  usage: "verify <experiment> [overrides..]",
  summary: "check data, config, rule, packages, model and tables of results",
  options: (yargs) =>
    yargs
      .positional("experiment", { type: "string", describe: "a file, or the name of one in experiments/" })
      .positional("overrides", { type: "string", array: true, describe: "overrides the results were made with" })
      .option("results", { type: "string", describe: "results folder; default: results/<experiment>" })
      .option("json", { type: "boolean", describe: "as JSON" }),
  async run(args, io) {
    const { verifyExperiment } = await import("../verify-experiment.js");
    return verifyExperiment(
      {
        experiment: String(args["experiment"]),
        overrides: (args["overrides"] as string[] | undefined) ?? [],
        results: args["results"] as string | undefined,
        json: args["json"] === true,
      },
      io,
    );
  },
};
