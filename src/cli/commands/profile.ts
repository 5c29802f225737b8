/** `segmenta profile`: a card for each segment. */
import { type ArgumentsOf, declare } from "../command.js";
import { count, flag, required } from "../options.js";

export const profile = declare({
  name: "profile",
  summary: "segment cards: size, medians, what sets each apart, its rule",
  words: { target: required("a model.json, or an experiment that has been run") },
  options: { top: count("columns on each card; default: 6"), json: flag("as JSON") },
});

export type ProfileArguments = ArgumentsOf<typeof profile>;
