/** `segmenta query`: SQL over all results. */
import type { Command } from "../command.js";

export const query: Command = {
  usage: "query <sql>",
  summary: "ask all results in SQL; views: trials, decisions, runs",
  options: (yargs) =>
    yargs
      .positional("sql", {
        type: "string",
        describe: "such as: select algorithm, max(silhouette) from trials group by 1",
      })
      .option("results", { type: "string", default: "results", describe: "folder of results" })
      .option("format", {
        choices: ["table", "csv", "json", "parquet"] as const,
        default: "table",
        describe: "how to answer",
      })
      .option("out", { type: "string", describe: "file to write; default: standard output" }),
  async run(args, io) {
    const { runQuery } = await import("../query-results.js");
    return runQuery(
      {
        sql: String(args["sql"]),
        results: String(args["results"]),
        format: args["format"] as "table" | "csv" | "json" | "parquet",
        out: args["out"] as string | undefined,
      },
      io,
    );
  },
};
