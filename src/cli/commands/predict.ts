/** `segmenta predict`: a segment for each row of a table. */
import { type ArgumentsOf, declare } from "../command.js";
import { required, text } from "../options.js";

export const predict = declare({
  name: "predict",
  summary: "write id, segment, name and margin for each row of a table",
  words: {
    model: required("a model.json, or an experiment that has been run"),
    table: required("CSV, Parquet, JSON or Excel (.xlsx) with the model's columns"),
  },
  options: {
    out: text("CSV file to write; default: standard output"),
    sheet: text("of an .xlsx file: the sheet, by name or number"),
  },
});

export type PredictArguments = ArgumentsOf<typeof predict>;
