/** `segmenta init`: look at a table and write a first, commented experiment for it. */
import type { Command } from "../command.js";

export const init: Command = {
  usage: "init <table>",
  summary: "look at a table and write a first experiment for it",
  options: (yargs) =>
    yargs
      .positional("table", { type: "string", describe: "CSV, Parquet or JSON" })
      .option("name", { type: "string", describe: "name of the experiment; default: the table's file name" })
      .option("notebook", { type: "boolean", describe: "also write a first notebook, notebooks/<name>.ipynb" })
      .option("force", { type: "boolean", describe: "write over what is there of that name" }),
  async run(args, io) {
    const { initExperiment } = await import("../init-experiment.js");
    return initExperiment(
      {
        table: String(args["table"]),
        name: args["name"] as string | undefined,
        force: args["force"] === true,
        notebook: args["notebook"] === true,
      },
      io,
    );
  },
};
