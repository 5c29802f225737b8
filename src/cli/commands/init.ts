/** `segmenta init`: look at a table and write a first, commented experiment for it. */
import { type ArgumentsOf, declare } from "../command.js";
import { flag, required, text } from "../options.js";

export const init = declare({
  name: "init",
  summary: "look at a table and write a first experiment for it",
  words: { table: required("CSV, Parquet, JSON or Excel (.xlsx)") },
  options: {
    name: text("name of the experiment; default: the table's file name"),
    sheet: text("of an .xlsx file: the sheet, by name or number"),
    notebook: flag("also write a first notebook, notebooks/<name>.ipynb"),
    force: flag("overwrite existing files of that name"),
  },
});

export type InitArguments = ArgumentsOf<typeof init>;
