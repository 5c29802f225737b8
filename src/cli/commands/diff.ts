/** `segmenta diff`: the gate between two results of an experiment. */
import type { Command } from "../command.js";

export const diff: Command = {
  usage: "diff <experiment> [overrides..]",
  summary: "hold results against a baseline: scores, decision, assignments",
  options: (yargs) =>
    yargs
      .positional("experiment", { type: "string", describe: "a file, or the name of one in experiments/" })
      .positional("overrides", { type: "string", array: true, describe: "overrides the results were made with" })
      .option("against", { type: "string", demandOption: true, describe: "a git ref, or a folder of results" })
      .option("results", { type: "string", describe: "results to judge; default: results/<experiment>" })
      .option("strict", { type: "boolean", describe: "what is better, new or relabelled fails too" })
      .option("tolerance", {
        type: "string",
        array: true,
        nargs: 1,
        describe: "a gate file, or column=amount: silhouette=0.01, davies_bouldin=2%, inertia=ignore, moved=1%",
      })
      .option("format", {
        choices: ["text", "markdown", "json", "junit"] as const,
        default: "text",
        describe: "what to print",
      })
      .option("out", { type: "string", array: true, nargs: 1, describe: "also write a .md, .json, .xml or .txt file" }),
  async run(args, io) {
    const { diffExperiment } = await import("../diff-experiment.js");
    return diffExperiment(
      {
        experiment: String(args["experiment"]),
        overrides: (args["overrides"] as string[] | undefined) ?? [],
        against: String(args["against"]),
        results: args["results"] as string | undefined,
        strict: args["strict"] === true,
        tolerance: (args["tolerance"] as string[] | undefined) ?? [],
        format: args["format"] as "text" | "markdown" | "json" | "junit",
        out: (args["out"] as string[] | undefined) ?? [],
      },
      io,
    );
  },
};
