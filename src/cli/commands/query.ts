/** `segmenta query`: SQL over all results. */
import { type ArgumentsOf, declare } from "../command.js";
import { defaulting, oneOf, required, text } from "../options.js";

export const query = declare({
  name: "query",
  summary: "query all results in SQL; views: trials, decisions, runs",
  words: { sql: required("such as: select algorithm, max(silhouette) from trials group by 1") },
  options: {
    results: defaulting("results", "folder of results"),
    format: oneOf(["table", "csv", "json", "parquet"], "output format", { default: "table" }),
    out: text("file to write; default: standard output"),
  },
});

export type QueryArguments = ArgumentsOf<typeof query>;
