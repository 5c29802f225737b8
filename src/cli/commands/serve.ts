/** `segmenta serve`: the model as a service, with a page for people. */
import { type ArgumentsOf, declare } from "../command.js";
import { flag, required, text, texts } from "../options.js";

export const serve = declare({
  name: "serve",
  summary: "answer requests with a model: a page, a JSON and CSV API, metrics",
  words: { model: required("a model.json, or an experiment that has been run") },
  options: {
    port: text("default: PORT, or 8080; 0 takes a free one"),
    host: text("default: 127.0.0.1, this machine alone; 0.0.0.0 for every network"),
    compare: texts("results folders to show beside the model's own"),
    log: flag("a line of JSON on stderr for each request"),
    password: text("require this password (prefer SEGMENTA_PASSWORD)"),
    tunnel: flag("a public address through ngrok; needs a password and NGROK_AUTHTOKEN"),
  },
});

export type ServeArguments = ArgumentsOf<typeof serve>;
