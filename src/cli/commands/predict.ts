/** `segmenta predict`: a segment for each row of a table. */
import { type ArgumentsOf, declare } from "../command.js";
import { required, text } from "../options.js";

export const predict = declare({
  name: "predict",
  summary: "write id, segment, name and margin for each row of a table",
  words: {
    model: required("a model.json, or an experiment that has been run"),
    table: required("CSV, Parquet or JSON with the model's columns"),
  },
  options: { out: text("CSV file to write; default: standard output") },
});

export type PredictArguments = ArgumentsOf<typeof predict>;
