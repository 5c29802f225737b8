/** `segmenta profile`: a card for each segment. */
import type { Command } from "../command.js";

export const profile: Command = {
  usage: "profile <target>",
  summary: "segment cards: size, medians, what sets each apart, its rule",
  options: (yargs) =>
    yargs
      .positional("target", { type: "string", describe: "a model.json, or an experiment that has been run" })
      .option("top", { type: "string", describe: "columns on each card; default: 6" })
      .option("json", { type: "boolean", describe: "as JSON" }),
  async run(args, io) {
    const { wholeNumber } = await import("../arguments.js");
    const { profileModel } = await import("../profile-model.js");
    return profileModel(
      { target: String(args["target"]), top: wholeNumber("top", args["top"]), json: args["json"] === true },
      io,
    );
  },
};
