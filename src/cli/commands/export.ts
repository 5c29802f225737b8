/** `segmenta export`: the model in a form that other programs run. */
import { type ArgumentsOf, declare } from "../command.js";
import { defaulting, required, text } from "../options.js";

export const exportModel = declare({
  name: "export",
  summary: "write the model as an ONNX file",
  words: { model: required("a model.json, or an experiment that has been run") },
  options: {
    to: defaulting("onnx", "the format; onnx is the only one so far"),
    out: text("file to write; default: beside the model, named after the format"),
  },
});

export type ExportArguments = ArgumentsOf<typeof exportModel>;
