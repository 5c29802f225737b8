/** `segmenta merge`: the journals of shards become one result. */
import { type ArgumentsOf, declare } from "../command.js";
import { flag, jobs, required, text, texts } from "../options.js";

export const merge = declare({
  name: "merge",
  summary: "join the results folders of shards, choose a model, write the tables",
  words: {
    experiment: required("a file, or the name of one in experiments/"),
    folders: texts("results folders that shards wrote"),
  },
  options: {
    set: texts("overrides the shards ran with, key=value"),
    out: text("results folder; default: results/<experiment>"),
    jobs: jobs(),
    json: flag("events on stderr and the decision on stdout as JSON"),
  },
});

export type MergeArguments = ArgumentsOf<typeof merge>;
