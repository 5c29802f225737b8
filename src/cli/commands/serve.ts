/** `segmenta serve`: the model as a service, with a page for people. */
import type { Command } from "../command.js";

export const serve: Command = {
  usage: "serve <model>",
  summary: "answer requests with a model: a page, a JSON and CSV API, metrics",
  options: (yargs) =>
    yargs
      .positional("model", { type: "string", describe: "a model.json, or an experiment that has been run" })
      .option("port", { type: "string", describe: "default: PORT, or 8080; 0 takes a free one" })
      .option("host", { type: "string", describe: "default: 127.0.0.1, this machine alone; 0.0.0.0 for every network" })
      .option("compare", { type: "string", array: true, describe: "results folders to set beside the model's own" })
      .option("log", { type: "boolean", describe: "a line of JSON on stderr for each request" })
      .option("password", { type: "string", describe: "ask for it; better given as SEGMENTA_PASSWORD" })
      .option("tunnel", {
        type: "boolean",
        describe: "a public address through ngrok; needs a password and NGROK_AUTHTOKEN",
      }),
  async run(args, io) {
    const { serveModel } = await import("../serve-model.js");
    return serveModel(
      {
        model: String(args["model"]),
        port: args["port"] as string | undefined,
        host: args["host"] as string | undefined,
        log: args["log"] === true,
        password: args["password"] as string | undefined,
        tunnel: args["tunnel"] === true,
        compare: (args["compare"] as string[] | undefined) ?? [],
      },
      io,
    );
  },
};
