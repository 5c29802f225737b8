/** `segmenta export`: the model in a form that other programs run. */
import type { Command } from "../command.js";

export const exportModel: Command = {
  usage: "export <model>",
  summary: "write the model as an ONNX file",
  options: (yargs) =>
    yargs
      .positional("model", { type: "string", describe: "a model.json, or an experiment that has been run" })
      .option("to", { type: "string", default: "onnx", describe: "the format; onnx is the one there is" })
      .option("out", { type: "string", describe: "file to write; default: beside the model, named after the format" }),
  async run(args, io) {
    const { exportFile } = await import("../export-file.js");
    return exportFile(
      { model: String(args["model"]), to: String(args["to"]), out: args["out"] as string | undefined },
      io,
    );
  },
};
