/** `segmenta verify`: do the results still follow from the data, the config and the code? */
import { type ArgumentsOf, declare } from "../command.js";
import { flag, required, text, texts } from "../options.js";

export const verify = declare({
  name: "verify",
  summary: "check data, config, rule, packages, model and tables of results",
  words: {
    experiment: required("a file, or the name of one in experiments/"),
    overrides: texts("overrides the results were made with"),
  },
  options: { results: text("results folder; default: results/<experiment>"), json: flag("as JSON") },
});

export type VerifyArguments = ArgumentsOf<typeof verify>;
