/** `segmenta list`: what can be named in an experiment, with its options and papers. */
import type { Command } from "../command.js";
import { EXIT } from "../io.js";

export const list: Command = {
  usage: "list [kind] [name]",
  summary: "list algorithms, metrics, rules, steps and reductions with their papers",
  options: (yargs) =>
    yargs
      .positional("kind", {
        choices: ["algorithms", "metrics", "rules", "steps", "reductions"] as const,
        describe: "what to list; default: everything, a line each",
      })
      .positional("name", { type: "string", describe: "one entry in full" })
      .option("json", { type: "boolean", describe: "as JSON" }),
  async run(args, io) {
    const { listing } = await import("../listing.js");
    io.out(
      listing({
        kind: args["kind"] as string | undefined,
        name: args["name"] as string | undefined,
        json: args["json"] === true,
        columns: io.columns,
      }),
    );
    return EXIT.good;
  },
};
