/** A model file from the disk, checked before anything else is done with it. */
import { existsSync, readdirSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../core/errors.js";
import { didYouMean } from "../core/suggest.js";
import { type LoadedModel, loadModel } from "../pipeline/index.js";
import { type Io, pathFrom } from "./io.js";

/**
 * @param given - a path, or the name of an experiment that has been run
 * @returns the model, and its path as the user would write it
 * @throws UserError `NOT_FOUND` or `NOT_READABLE`, and those of `loadModel`
 */
export async function readModel(given: string, io: Pick<Io, "cwd">): Promise<LoadedModel & { readonly path: string }> {
  const ofRun = join("results", given, "model.json");
  const isRun = !(await isFile(pathFrom(io, given))) && (await isFile(pathFrom(io, ofRun)));
  const path = isRun ? ofRun : given;
  let text: string;
  try {
    text = await readFile(pathFrom(io, path), "utf8");
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === "ENOENT";
    throw new UserError(missing ? "NOT_FOUND" : "NOT_READABLE", {
      what: missing ? `there is no file ${path}` : `cannot read ${path}: ${(cause as Error).message}`,
      where: path,
      mend: missing ? whereModelsAre(given, io) : "name a model.json that may be read",
      cause,
    });
  }
  return { ...loadModel(text, path), path };
}

/** The experiments with a model, the nearest first. */
function whereModelsAre(given: string, io: Pick<Io, "cwd">): string {
  const hasModel = (name: string) => existsSync(pathFrom(io, join("results", name, "model.json")));
  const root = pathFrom(io, "results");
  const known = existsSync(root) ? readdirSync(root).filter(hasModel).sort() : [];
  if (known.length === 0) return "segmenta run <experiment> writes the model to results/<experiment>/model.json";
  const [, named = given] = /^results[\\/]([^\\/]+)/.exec(given) ?? [];
  return `${didYouMean(named, known)}; name an experiment that has been run, or a model.json`;
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() === true;
}
