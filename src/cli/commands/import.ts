/** `segmenta import`: labels made elsewhere, judged beside the fitted ones. */
import { type ArgumentsOf, declare } from "../command.js";
import { flag, required, text } from "../options.js";

export const importCommand = declare({
  name: "import",
  summary: "bring in labels made elsewhere; later runs judge them too",
  words: {
    experiment: required("a file, or the name of one in experiments/"),
    labels: text("CSV, Parquet or JSON: id or row number, and label"),
  },
  options: {
    name: required("what to call them, such as sklearn-kmeans"),
    id: text("column of ids; default: the experiment's, or row, or row order"),
    column: text("column of labels; default: label, cluster, segment"),
    out: text("results folder; default: results/<experiment>"),
    remove: flag("remove the labels of this name"),
  },
});

export type ImportArguments = ArgumentsOf<typeof importCommand>;
