/** `segmenta describe`: what is in the columns of a table. */
import { type ArgumentsOf, declare } from "../command.js";
import { flag, oneOf, required, text } from "../options.js";

export const describe = declare({
  name: "describe",
  summary: "count, missing, quantiles, zeros and skew of each column; correlations",
  words: { table: required("CSV, Parquet, JSON or Excel (.xlsx)") },
  options: {
    id: text("column that names each row"),
    correlations: oneOf(["pearson", "spearman"], "print the strongest correlations too"),
    sheet: text("of an .xlsx file: the sheet, by name or number"),
    json: flag("everything as JSON"),
  },
});

export type DescribeArguments = ArgumentsOf<typeof describe>;
