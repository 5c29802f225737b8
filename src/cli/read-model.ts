/** A model file from the disk, checked before anything else is done with it. */
import { readFile } from "node:fs/promises";
import { UserError } from "../core/errors.js";
import { type LoadedModel, loadModel } from "../pipeline/index.js";
import { type Io, pathFrom } from "./io.js";

/**
 * @param shown - the path as the user wrote it
 * @throws UserError `NOT_FOUND` or `NOT_READABLE`, and those of `loadModel`
 */
export async function readModel(shown: string, io: Pick<Io, "cwd">): Promise<LoadedModel> {
  let text: string;
  try {
    text = await readFile(pathFrom(io, shown), "utf8");
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === "ENOENT";
    throw new UserError(missing ? "NOT_FOUND" : "NOT_READABLE", {
      what: missing ? `there is no file ${shown}` : `cannot read ${shown}: ${(cause as Error).message}`,
      where: shown,
      mend: "a run writes the model to results/<experiment>/model.json",
      cause,
    });
  }
  return loadModel(text, shown);
}
