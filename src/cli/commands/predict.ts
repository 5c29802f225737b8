/** `segmenta predict`: a segment for each row of a table. */
import type { Command } from "../command.js";

export const predict: Command = {
  usage: "predict <model> <table>",
  summary: "write id, segment, name and margin for each row of a table",
  options: (yargs) =>
    yargs
      .positional("model", { type: "string", describe: "a model.json, or an experiment that has been run" })
      .positional("table", { type: "string", describe: "CSV, Parquet or JSON with the model's columns" })
      .option("out", { type: "string", describe: "CSV file to write; default: standard output" }),
  async run(args, io) {
    const { predictFile } = await import("../predict-file.js");
    return predictFile(
      { model: String(args["model"]), table: String(args["table"]), out: args["out"] as string | undefined },
      io,
    );
  },
};
