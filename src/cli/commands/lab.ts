/** `segmenta lab`: the whole job in a browser. */
import { type ArgumentsOf, declare } from "../command.js";
import { text } from "../options.js";

export const lab = declare({
  name: "lab",
  summary: "open the lab: a page that reads, clusters and scores tables, and sends nothing anywhere",
  words: {},
  options: {
    port: text("default: 8090; 0 takes a free one"),
    out: text("write the page into this folder instead: a static host, or a double click, opens it"),
  },
});

export type LabArguments = ArgumentsOf<typeof lab>;
