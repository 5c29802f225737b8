/** `segmenta list`: what can be named in an experiment, with its options and papers. */
import { type ArgumentsOf, declare } from "../command.js";
import { flag, oneOf, text } from "../options.js";

export const list = declare({
  name: "list",
  summary: "list algorithms, metrics, rules, steps and reductions with their papers",
  words: {
    kind: oneOf(
      ["algorithms", "metrics", "rules", "steps", "reductions"],
      "what to list (default: everything, a line each)",
    ),
    name: text("one entry in full"),
  },
  options: { json: flag("as JSON") },
});

export type ListArguments = ArgumentsOf<typeof list>;
