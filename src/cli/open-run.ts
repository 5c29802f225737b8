/** What every command on the results of an experiment starts from: the experiment, its rows and the folder. */
import { join } from "node:path";
import { type Table, tableChecksum } from "../core/table.js";
import { readData } from "../data/index.js";
import { resultsChecksum } from "../results/write.js";
import type { Experiment } from "../sweep/config/experiment.js";
import { loadExperiment } from "./experiment-file.js";
import { type Io, pathFrom } from "./io.js";

export interface OpenRun {
  readonly experiment: Experiment;
  readonly table: Table;
  /** What should be said of how the rows were read. */
  readonly notes: readonly string[];
  readonly checksum: string;
  /** The results folder, as the user would write it. */
  readonly folder: string;
  /** The same, as this process reaches it. */
  readonly path: string;
}

/**
 * @param word - the experiment, as the user named it
 * @param out - the results folder, if the user named one, or how the experiment's name gives it
 */
export async function openRun(
  word: string,
  overrides: readonly string[],
  out: string | ((name: string) => string) | undefined,
  io: Pick<Io, "cwd">,
): Promise<OpenRun> {
  const experiment = await loadExperiment(word, overrides, io.cwd);
  return openRows(experiment, typeof out === "function" ? out(experiment.name) : out, io);
}

/** The same, of an experiment that has been read. */
export async function openRows(experiment: Experiment, out: string | undefined, io: Pick<Io, "cwd">): Promise<OpenRun> {
  const { table, notes } = await readData(dataFrom(io, experiment));
  const checksum = tableChecksum(table);
  const folder = await resultsFolder(experiment, checksum, out, io);
  return { experiment, table, notes, checksum, folder, path: pathFrom(io, folder) };
}

/** The data of an experiment, as this process reaches it. */
export function dataFrom(io: Pick<Io, "cwd">, { data }: Experiment, path = data.path) {
  const files = Object.entries(data.files ?? {}).map(([name, file]) => [name, pathFrom(io, file)] as const);
  if (data.sql !== undefined) return { ...data, files: Object.fromEntries(files) };
  return { ...data, path: pathFrom(io, path) };
}

/** `results/<name>`; beside it, in `<name>.local`, when the tables there are of other data. */
export async function resultsFolder(
  experiment: Experiment,
  checksum: string,
  out: string | undefined,
  io: Pick<Io, "cwd">,
): Promise<string> {
  if (out !== undefined) return out;
  const folder = join("results", experiment.name);
  const stored = await resultsChecksum(pathFrom(io, folder));
  return stored === undefined || stored === checksum ? folder : `${folder}.local`;
}
