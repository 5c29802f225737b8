/** `segmenta describe`: what is in the columns of a table. */
import type { Command } from "../command.js";

export const describe: Command = {
  usage: "describe <table>",
  summary: "count, missing, quantiles, zeros and skew of each column; correlations",
  options: (yargs) =>
    yargs
      .positional("table", { type: "string", describe: "CSV, Parquet or JSON" })
      .option("id", { type: "string", describe: "column that names each row" })
      .option("correlations", {
        choices: ["pearson", "spearman"] as const,
        describe: "print the strongest correlations too",
      })
      .option("json", { type: "boolean", describe: "everything as JSON" }),
  async run(args, io) {
    const { describeFile } = await import("../describe-file.js");
    return describeFile(
      {
        table: String(args["table"]),
        id: args["id"] as string | undefined,
        correlations: args["correlations"] as "pearson" | "spearman" | undefined,
        json: args["json"] === true,
      },
      io,
    );
  },
};
