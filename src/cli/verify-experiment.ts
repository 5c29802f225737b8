/** The work of `segmenta verify`. */
import { join } from "node:path";
import { jsonText } from "../results/tables.js";
import { type Check, verifyResults } from "../results/verify.js";
import type { VerifyArguments } from "./commands/verify.js";
import { EXIT, type Io } from "./io.js";
import { openRun } from "./open-run.js";
import { readDomain } from "./read-domain.js";
import { wrap } from "./render/wrap.js";

const MARKS: Readonly<Record<Check["state"], string>> = { same: "✔", differs: "✘", unchecked: "·" };

/** Returns the exit code: 3 when anything differs, 4 when there is nothing to verify. */
export async function verifyExperiment(options: VerifyArguments, io: Io): Promise<number> {
  // Never `<name>.local`: results of other data are a difference to find here.
  const results = options.results ?? ((name: string) => join("results", name));
  const { experiment, table, folder, path } = await openRun(options.experiment, options.overrides, results, io);
  const domain = await readDomain(experiment, io.cwd);
  const checks = await verifyResults({ experiment, table, domain, folder: path, cwd: io.cwd });
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
    io.out(differing.length === 0 ? `\n${folder} verified\n` : `\n${folder} differs in: ${names}\n`);
  }
  return differing.length === 0 ? EXIT.good : EXIT.regressed;
}
