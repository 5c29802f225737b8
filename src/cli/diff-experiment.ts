/** The work of `segmenta diff`: the gate. */
import { existsSync } from "node:fs";
import { extname, join } from "node:path";
import { UserError } from "../core/errors.js";
import { tableChecksum } from "../core/table.js";
import { readTable } from "../data/index.js";
import { readBaseline, readFolder, type Side } from "../results/gate/baseline.js";
import { compareResults, type Outcome } from "../results/gate/compare.js";
import { FORMATS, type Format, renderComparison } from "../results/gate/render.js";
import { gateFrom } from "../results/gate/tolerance.js";
import { configChanges } from "../sweep/config/describe.js";
import { inBrief } from "../sweep/config/differences.js";
import type { Experiment } from "../sweep/config/experiment.js";
import { notWritable } from "../sweep/store/file-store.js";
import { writeWhole } from "../sweep/store/temporary.js";
import type { DiffArguments } from "./commands/diff.js";
import { loadExperiment } from "./experiment-file.js";
import { EXIT, type Io, pathFrom } from "./io.js";
import { dataFrom } from "./open-run.js";
import { readText } from "./read-text.js";

const CODES: Readonly<Record<Outcome, number>> = {
  same: EXIT.good,
  better: EXIT.good,
  regressed: EXIT.regressed,
  incomplete: EXIT.incomplete,
  refused: EXIT.usage,
};

const ENDINGS: Readonly<Record<string, Format>> = {
  ".md": "markdown",
  ".json": "json",
  ".xml": "junit",
  ".txt": "text",
};

/** Compare, print, and return the exit code. */
export async function diffExperiment(options: DiffArguments, io: Io): Promise<number> {
  const experiment = await loadExperiment(options.experiment, options.overrides, io.cwd, "in-engine");
  const formats = options.out.map((file) => formatOf(file, options.format));
  const committed = join("results", experiment.name);
  const folder = options.results ?? committed;
  const gate = await gateSettings(options, experiment, io);
  const before = await readBaseline(options.against, committed, experiment.name, io.cwd);
  const after = await readFolder(pathFrom(io, folder), folder, experiment.name);
  const stale = await whyStale(after, experiment, io);

  const comparison = compareResults(experiment.name, before, after, { gate, strict: options.strict, stale });
  for (const [i, file] of options.out.entries()) {
    await writeWhole(pathFrom(io, file), renderComparison(comparison, formats[i]!)).catch((error: unknown) => {
      throw notWritable(file, error);
    });
  }
  io.out(renderComparison(comparison, options.format));
  return CODES[comparison.outcome];
}

function formatOf(file: string, byDefault: Format): Format {
  const ending = extname(file).toLowerCase();
  const format = ENDINGS[ending] ?? (ending === "" ? byDefault : undefined);
  if (format !== undefined) return format;
  throw new UserError("BAD_USAGE", {
    what: `cannot tell a format from the ending of ${file}`,
    where: "command line, --out",
    mend: `use ${Object.keys(ENDINGS).join(", ")} (formats: ${FORMATS.join(", ")})`,
  });
}

/** The gate file that was named, or the one beside the experiment, and what the command line adds to it. */
async function gateSettings({ tolerance, experiment: word }: DiffArguments, experiment: Experiment, io: Io) {
  const isFile = (text: string) => /\.(ya?ml|json)$/.test(text);
  const isThere = (file: string) => existsSync(pathFrom(io, file));
  const named = tolerance.filter(isFile);
  const stem = experiment.source.file.replace(/\.(ya?ml|json)$/, "");
  const beside = ["yaml", "yml", "json"].map((ending) => `${stem}.gate.${ending}`).filter(isThere);
  const [file, other] = named.length > 0 ? named : beside;
  if (other !== undefined || (file !== undefined && !isThere(file))) {
    throw new UserError(other !== undefined ? "BAD_USAGE" : "NOT_FOUND", {
      what: other !== undefined ? `two gate files: ${file} and ${other}` : `there is no file ${file}`,
      where: named.length > 0 ? `command line, --tolerance of ${word}` : other,
      mend: named.length > 0 ? "name one file; further settings go as column=amount" : "keep one of them",
    });
  }
  const words = tolerance.filter((text) => !isFile(text)).flatMap((text) => text.split(","));
  return gateFrom(
    file === undefined ? undefined : { text: await readText(pathFrom(io, file), file), file },
    words.map((text) => text.trim()),
  );
}

/**
 * Results that are not of the files at hand must not pass for them: a run on other data writes elsewhere, and a
 * changed config needs a run.
 */
async function whyStale(side: Side, experiment: Experiment, io: Io): Promise<string[]> {
  if (side.rows === null) return [];
  const { selection } = side;
  const stale: string[] = [];
  // A rule that changed is a matter of its own, told by its hash.
  const changes = configChanges(selection.config, experiment).filter(({ path }) => !path.startsWith("select"));
  if (changes.length > 0) {
    stale.push(`${side.name} was run with another config (${inBrief(changes)}); run the experiment first`);
  }
  const path = pathFrom(io, experiment.data.path);
  // Rows that stay in an engine are counted and hashed by a run alone.
  const files = Object.values(experiment.data.files ?? {}).map((file) => pathFrom(io, file));
  if (!experiment.data.engine && (files.length > 0 ? files : [path]).every((file) => existsSync(file))) {
    const checksum = tableChecksum(await readTable(dataFrom(io, experiment)));
    if (checksum !== selection.data.checksum) {
      stale.push(
        `${side.name} is of other data than ${experiment.data.path}: checksum ${selection.data.checksum.slice(0, 8)}…, the file ${checksum.slice(0, 8)}…`,
      );
    }
  }
  return stale;
}
