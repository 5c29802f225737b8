/** `segmenta run`: plan, fit what is missing, score, select, write the tables. */
import { type ArgumentsOf, declare } from "../command.js";
import { byteSize, duration, flag, jobs, required, text, texts } from "../options.js";

export const run = declare({
  name: "run",
  summary: "sweep an experiment, choose a model, write the tables",
  words: {
    experiment: required("a file, or the name of one in experiments/"),
    overrides: texts("key=value in the words of the file"),
  },
  options: {
    dryRun: flag("print the plan and stop"),
    explain: flag("say for each trial why it runs"),
    jobs: jobs(),
    out: text("results folder; default: results/<experiment>"),
    budget: duration("stop fitting after this long (60s, 2m) and choose among finished trials"),
    maxMemory: byteSize("refuse stages that need more (2gb); default: an equal share per worker"),
    maxTime: duration("refuse stages that take longer on one core; default: 1h"),
    failFast: flag("stop fitting once a trial has failed"),
    retryFailed: flag("fit only the trials that failed before"),
    shard: text("fit part i of n, as i/n; auto takes it from the scheduler"),
    queue: text("redis://host:port of a queue: its workers do the fitting", { requiresArg: true }),
    json: flag("events on stderr and the decision on stdout as JSON"),
  },
});

export type RunArguments = ArgumentsOf<typeof run>;
