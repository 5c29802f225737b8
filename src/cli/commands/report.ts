/** `segmenta report`: one HTML file that tells the decision, its reasons and its segments. */
import { jobCount } from "../arguments.js";
import type { Command } from "../command.js";

export const report: Command = {
  usage: "report <experiment> [overrides..]",
  summary: "write one offline HTML file about an experiment's results",
  options: (yargs) =>
    yargs
      .positional("experiment", { type: "string", describe: "a file, or the name of one in experiments/" })
      .positional("overrides", { type: "string", array: true, describe: "key=value in the words of the file" })
      .option("results", { type: "string", describe: "folder of the results; default: results/<experiment>" })
      .option("out", { type: "string", describe: "file to write; default: report.html beside the results" })
      .option("jobs", { type: "string", describe: "worker threads for what is not stored yet; default: one per core" }),
  async run(args, io) {
    const { reportExperiment } = await import("../report-experiment.js");
    return reportExperiment(
      {
        experiment: String(args["experiment"]),
        overrides: (args["overrides"] as string[] | undefined) ?? [],
        results: args["results"] as string | undefined,
        out: args["out"] as string | undefined,
        jobs: jobCount(args["jobs"]),
      },
      io,
    );
  },
};
