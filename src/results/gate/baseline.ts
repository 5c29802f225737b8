/** Where the gate's two sides come from: a results folder, or the same folder at a git ref. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { promisify } from "node:util";
import { UserError } from "../../core/errors.js";
import { didYouMean } from "../../core/suggest.js";
import { parseResults, READ_FILES, type StoredResults, textsIn } from "../read.js";

const execute = promisify(execFile);

/** The files that are compared; curves follow from the rows. */
const COMPARED = READ_FILES.filter((name) => name !== "curves.csv");

/** A side that may have no results. */
export type Side = StoredResults | { readonly name: string; readonly rows: null };

/**
 * The results in a folder.
 *
 * @param path - the folder; `shown` is how it is called in messages
 * @throws UserError `BAD_RESULTS` for files that are damaged or of another experiment
 */
export async function readFolder(path: string, shown: string, experiment: string): Promise<Side> {
  const files = await textsIn(path, COMPARED, shown);
  return ofExperiment(parseResults(shown, files) ?? { name: shown, rows: null }, experiment);
}

/**
 * The baseline that `--against` names: a folder of results (or one that holds them under the experiment's name), or
 * else a git ref.
 *
 * @param results - the results folder whose older state is meant, relative to `cwd`
 * @throws UserError `NOT_FOUND` for what is neither, `BAD_RESULTS` for results of another experiment
 */
export async function readBaseline(against: string, results: string, experiment: string, cwd: string): Promise<Side> {
  for (const folder of [against, join(against, experiment), join(against, "results", experiment)]) {
    const path = join(folder, "selection.json");
    if (existsSync(absolute(cwd, path))) return readFolder(absolute(cwd, folder), folder, experiment);
  }
  return readRef(against, results, experiment, cwd);
}

const absolute = (cwd: string, path: string) => (path.startsWith("/") ? path : join(cwd, path));

async function readRef(ref: string, results: string, experiment: string, cwd: string): Promise<Side> {
  const git = async (...args: string[]) => (await execute("git", args, { cwd, maxBuffer: 1 << 30 })).stdout;
  const isFolder = existsSync(absolute(cwd, ref));
  if (
    !(await git("rev-parse", "--git-dir").then(
      () => true,
      () => false,
    ))
  ) {
    throw new UserError("NOT_FOUND", {
      what: isFolder
        ? `there are no results of ${experiment} in the folder ${ref}`
        : `"${ref}" is not a results folder, and this is not a git repository`,
      where: "command line, --against",
      mend: "name a folder that a run wrote, or run in a git repository and name a branch, tag or commit",
    });
  }
  const commit = await git("rev-parse", "--verify", "--quiet", "--end-of-options", `${ref}^{commit}`).then(
    (text) => text.trim(),
    () => undefined,
  );
  if (commit === undefined) {
    const names = await git("for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/remotes", "refs/tags");
    const known = names.split("\n").filter(Boolean);
    throw new UserError("NOT_FOUND", {
      what: isFolder
        ? `there are no results of ${experiment} in the folder ${ref}`
        : `"${ref}" is neither a git ref here nor a results folder`,
      where: "command line, --against",
      mend: `${known.length > 0 ? didYouMean(ref, known) : "this repository has no commit yet"}; a shallow clone lacks older commits (actions/checkout: fetch-depth: 0)`,
    });
  }
  const shown = `${results} at ${ref}`;
  // As git names it: from the folder it runs in, with slashes.
  const inside = relative(cwd, absolute(cwd, results)).split(sep).join("/");
  const files = new Map<string, string>();
  const listed = await git("ls-tree", "-z", "--name-only", commit, "--", `./${inside}/`).catch(() => "");
  for (const path of listed.split("\0")) {
    const name = COMPARED.find((each) => path.endsWith(`/${each}`));
    if (name !== undefined) files.set(name, await git("show", `${commit}:./${inside}/${name}`));
  }
  return ofExperiment(parseResults(shown, files) ?? { name: shown, rows: null }, experiment);
}

function ofExperiment(side: Side, experiment: string): Side {
  if (side.rows === null || side.selection.experiment === experiment) return side;
  throw new UserError("BAD_RESULTS", {
    what: `these are results of the experiment "${side.selection.experiment}", not of "${experiment}"`,
    where: side.name,
    mend: "compare an experiment with its own results",
  });
}
