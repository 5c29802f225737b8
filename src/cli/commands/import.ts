/** `segmenta import`: labels made elsewhere, judged beside the fitted ones. */
import type { Command } from "../command.js";

export const importCommand: Command = {
  usage: "import <experiment> [labels]",
  summary: "bring in labels made elsewhere; later runs judge them too",
  options: (yargs) =>
    yargs
      .positional("experiment", { type: "string", describe: "a file, or the name of one in experiments/" })
      .positional("labels", { type: "string", describe: "CSV, Parquet or JSON: id or row number, and label" })
      .option("name", { type: "string", demandOption: true, describe: "what to call them, such as sklearn-kmeans" })
      .option("id", { type: "string", describe: "column of ids; default: the experiment's, or row, or row order" })
      .option("column", { type: "string", describe: "column of labels; default: label, cluster, segment" })
      .option("out", { type: "string", describe: "results folder; default: results/<experiment>" })
      .option("remove", { type: "boolean", describe: "forget the labels of this name" }),
  async run(args, io) {
    const { importFile } = await import("../import-labels.js");
    return importFile(
      {
        experiment: String(args["experiment"]),
        labels: args["labels"] as string | undefined,
        name: String(args["name"]),
        id: args["id"] as string | undefined,
        column: args["column"] as string | undefined,
        out: args["out"] as string | undefined,
        remove: args["remove"] === true,
      },
      io,
    );
  },
};
