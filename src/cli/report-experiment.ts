/** The work of `segmenta report`: what is stored is taken, what is missing is fitted, then one page is written. */
import { join } from "node:path";
import { buildReport, gatherReport, plotlySource, runnerUpOf } from "../report/index.js";
import { howConfigDiffers } from "../results/write.js";
import { workerPool } from "../sweep/execute.js";
import { assembleModel } from "../sweep/model.js";
import { provenance } from "../sweep/provenance.js";
import { runSweep } from "../sweep/run.js";
import { notWritable, openStore } from "../sweep/store/file-store.js";
import { writeWhole } from "../sweep/store/temporary.js";
import type { ReportArguments } from "./commands/report.js";
import { EXIT, type Io, pathFrom } from "./io.js";
import { openRun } from "./open-run.js";
import { textProgress } from "./progress.js";
import { readDomain } from "./read-domain.js";
import { wrapNote } from "./render/wrap.js";

/** Returns the exit code. */
export async function reportExperiment(options: ReportArguments, io: Io): Promise<number> {
  const opened = await openRun(options.experiment, options.overrides, options.results, io);
  const { experiment, table, folder, path } = opened;
  const domain = await readDomain(experiment, io.cwd);
  const other = await howConfigDiffers(path, experiment);
  const store = await openStore(path, experiment.name);
  const progress = await textProgress(io);
  const executor = workerPool(options.jobs);
  try {
    const result = await runSweep({
      experiment,
      table,
      store,
      executor,
      signal: io.signal,
      provenance: () => provenance(io.cwd, process.argv.slice(2)),
      onEvent: (event) => progress.show(event),
    });
    const assembled = await assembleModel(result, table, store, domain);
    const gathered = gatherReport(result, assembled, table, { domain, runnerUp: await runnerUpOf(result, store) });
    const page = buildReport({ ...gathered, plotly: await plotlySource() });
    const file = options.out ?? join(folder, "report.html");
    await writeWhole(pathFrom(io, file), page).catch((error: unknown) => {
      throw notWritable(file, error);
    });
    progress.stop();
    if (other !== undefined) {
      const note = `note: ${folder} holds the results of another config (${other}); this page is of the config as given: repeat the overrides of that run to report it`;
      io.err(`${wrapNote(note, io.columns)}\n`);
    }
    io.out(`written: ${file} (${(page.length / 1e6).toFixed(1)} MB; open it in any browser, it needs no network)\n`);
    return result.counts.incomplete > 0 ? EXIT.incomplete : EXIT.good;
  } finally {
    progress.stop();
    await executor.close();
    await store.close();
  }
}
