/** From the word on the command line to an experiment and its results folder. */
import { existsSync, readdirSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { UserError } from "../core/errors.js";
import { didYouMean } from "../core/suggest.js";
import { type Experiment, parseExperiment } from "../sweep/config/experiment.js";
import { readText } from "./read-text.js";

const ENDINGS = [".yaml", ".yml", ".json"];

/**
 * Find and read an experiment: a path, or the name of a file in `experiments/`.
 *
 * @param word - `credit-cards` or `some/where/mine.yaml`
 * @param rows - `in-engine` takes an experiment whose rows stay in an SQL engine too; other commands need them here
 * @throws UserError `NOT_FOUND` with a suggestion, or what is wrong with the file
 */
export async function loadExperiment(
  word: string,
  overrides: readonly string[],
  cwd: string,
  rows: "in-memory" | "in-engine" = "in-memory",
): Promise<Experiment> {
  const isPath = ENDINGS.some((ending) => word.endsWith(ending));
  const candidates = isPath ? [word] : ENDINGS.map((ending) => join("experiments", `${word}${ending}`));
  const file = candidates.find((candidate) => existsSync(resolve(cwd, candidate)));
  if (!file) {
    const known = experimentNames(cwd);
    throw new UserError("NOT_FOUND", {
      what: isPath ? `there is no file ${word}` : `there is no experiment "${word}"`,
      where: isPath ? word : join("experiments", `${word}.yaml`),
      mend:
        known.length > 0
          ? didYouMean(basename(word).replace(/\.(ya?ml|json)$/, ""), known)
          : "segmenta init <table> writes a first experiment",
    });
  }
  const experiment = parseExperiment(await readText(resolve(cwd, file), file), file, overrides);
  if (experiment.data.engine && rows === "in-memory") {
    throw new UserError("BAD_CONFIG", {
      what: `the rows of ${experiment.name} stay in ${experiment.data.engine.kind}; this command needs them in memory`,
      where: experiment.source.where(["data", "engine"]),
      mend: "use run, diff, predict and serve; or sample the table into a file for the rest",
    });
  }
  return experiment;
}

/** Names of the experiments in the folder `experiments/`. */
export function experimentNames(cwd: string): string[] {
  try {
    return readdirSync(resolve(cwd, "experiments"))
      .filter((name) => ENDINGS.some((ending) => name.endsWith(ending)) && !/\.(domain|gate)\./.test(name))
      .map((name) => name.replace(/\.(ya?ml|json)$/, ""))
      .sort();
  } catch {
    return [];
  }
}
