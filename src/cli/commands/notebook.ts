/** `segmenta notebook run | lab`: notebooks without Python, or in Jupyter. */
import { type ArgumentsOf, declare } from "../command.js";
import { defaulting, flag, oneOf, text, texts } from "../options.js";

export const notebook = declare({
  name: "notebook",
  summary: "run notebooks on the TypeScript kernel, or open Jupyter",
  words: {
    action: oneOf(["run", "lab"], "execute from clean, or open Jupyter on a folder", { demandOption: true }),
    files: texts("notebooks or folders of them (notebooks)"),
  },
  options: {
    param: texts("run: name=value; repeatable", { array: false, alias: "p", requiresArg: true }),
    check: flag("run: compare with the committed values, write nothing"),
    out: text("run: a folder or .ipynb file; in place if absent", { requiresArg: true }),
    timeout: defaulting("600", "run: seconds a single cell may take"),
    live: flag("run: keep the plotting library, for export as HTML"),
  },
  examples: [
    ["notebook lab -- --no-browser", "what follows -- goes to Jupyter"],
    ["notebook run notebooks --check", "are the numbers still right?"],
    ["notebook run notebooks/02-choose.ipynb -p drawn=300 --out out", ""],
  ],
});

export type NotebookArguments = ArgumentsOf<typeof notebook>;
