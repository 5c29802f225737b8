/** The work of `segmenta verify`. */
import { join } from "node:path";
import { readTable } from "../data/index.js";
import { jsonText } from "../sweep/tables.js";
import { type Check, verifyResults } from "../sweep/verify.js";
import { loadExperiment } from "./experiment-file.js";
import { EXIT, type Io, pathFrom } from "./io.js";
import { readDomain } from "./read-domain.js";
import { wrap } from "./render/wrap.js";

export interface VerifyArguments {
  readonly experiment: string;
  readonly overrides: readonly string[];
  readonly results: string | undefined;
  readonly json: boolean;
}

const MARKS: Readonly<Record<Check["state"], string>> = { same: "✔", differs: "✘", unchecked: "·" };

/** Answers the exit code: 3 when anything differs, 4 when there is nothing to verify. */
export async function verifyExperiment(options: VerifyArguments, io: Io): Promise<number> {
  const experiment = await loadExperiment(options.experiment, options.overrides, io.cwd);
  const table = await readTable({ ...experiment.data, path: pathFrom(io, experiment.data.path) });
  const domain = await readDomain(experiment, io.cwd);
  const folder = options.results ?? join("results", experiment.name);
  const checks = await verifyResults({ experiment, table, domain, folder: pathFrom(io, folder), cwd: io.cwd });
  if (checks === null) {
    io.err(`there are no results in ${folder}; segmenta run ${options.experiment} writes them\n`);
    return EXIT.incomplete;
  }
  const differing = checks.filter(({ state }) => state === "differs");
  if (options.json) io.out(jsonText({ experiment: experiment.name, folder, checks }));
  else {
    for (const { what, state, detail } of checks) {
      io.out(`${wrap(`${MARKS[state]} ${what.padEnd(12)} ${detail}`, io.columns, " ".repeat(17))}\n`);
    }
    const names = [...new Set(differing.map(({ what }) => what))].join(", ");
    io.out(differing.length === 0 ? `\n${folder} is what it says\n` : `\n${folder} differs in: ${names}\n`);
  }
  return differing.length === 0 ? EXIT.good : EXIT.regressed;
}
