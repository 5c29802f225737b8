/** `segmenta diff`: the gate between two results of an experiment. */
import { type ArgumentsOf, declare } from "../command.js";
import { flag, oneOf, required, text, texts } from "../options.js";

export const diff = declare({
  name: "diff",
  summary: "compare results with a baseline: scores, decision, assignments",
  words: {
    experiment: required("a file, or the name of one in experiments/"),
    overrides: texts("overrides the results were made with"),
  },
  options: {
    against: required("a git ref, or a results folder"),
    results: text("results to compare; default: results/<experiment>"),
    strict: flag("also fail on improvements, new rows and relabelled segments"),
    tolerance: texts("a gate file, or column=amount: silhouette=0.01, davies_bouldin=2%, inertia=ignore, moved=1%", {
      nargs: 1,
    }),
    format: oneOf(["text", "markdown", "json", "junit"], "what to print", { default: "text" }),
    out: texts("also write a .md, .json, .xml or .txt file", { nargs: 1 }),
  },
});

export type DiffArguments = ArgumentsOf<typeof diff>;
