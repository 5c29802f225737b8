/** The dashboard of a model: the view beside it, and other results to set beside its own. */
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { parseView, type View } from "../pipeline/index.js";
import { dashboardPages, readExperiments } from "../web/index.js";
import { type Io, pathFrom } from "./io.js";

/**
 * @param model - path of a model.json, as given
 * @param compare - folders with results; the model's own is put before them where it is one
 * @throws UserError for a view or results that cannot be read
 */
export async function dashboardOf(model: string, compare: readonly string[], io: Pick<Io, "cwd">) {
  const folder = dirname(pathFrom(io, model));
  const view = await readView(join(folder, "view.json"));
  const others = compare.map((path) => pathFrom(io, path)).filter((path) => path !== folder);
  const experiments = others.length === 0 ? [] : await readExperiments([folder, ...others]);
  return dashboardPages({ view, experiments });
}

/** Null where there is none: the pages then say so. */
async function readView(path: string): Promise<View | null> {
  const text = await readFile(path, "utf8").catch(() => null);
  return text === null ? null : parseView(text, path);
}
