/** `segmenta report`: one HTML file with the decision, its reasons and its segments. */
import { type ArgumentsOf, declare } from "../command.js";
import { jobs, required, text, texts } from "../options.js";

export const report = declare({
  name: "report",
  summary: "write one offline HTML file about an experiment's results",
  words: {
    experiment: required("a file, or the name of one in experiments/"),
    overrides: texts("key=value in the words of the file"),
  },
  options: {
    results: text("results folder; default: results/<experiment>"),
    out: text("file to write; default: report.html beside the results"),
    jobs: jobs("worker threads for what is not stored yet; default: one per core"),
  },
});

export type ReportArguments = ArgumentsOf<typeof report>;
