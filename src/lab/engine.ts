/**
 * The lab's engine: what the command line does, in a worker of the page, so that the page stays free. It reads tables,
 * proposes an experiment, runs it with workers of its own, and writes the same files.
 */

import { parse } from "yaml";
import { experimentText } from "../cli/init-experiment.js";
import { type CsvCell, csvText } from "../core/csv.js";
import { formatUserError, UserError, UserErrors } from "../core/errors.js";
import { type ColumnSummary, describeTable } from "../data/describe.js";
import { driftNotes, idHeader, loadModel, watchDrift } from "../pipeline/index.js";
import { gatherReport, runnerUpOf } from "../report/index.js";
import { outputOf } from "../results/output.js";
import { headline } from "../results/selection.js";
import { parseDomain } from "../segments/index.js";
import { type Experiment, parseExperiment } from "../sweep/config/experiment.js";
import { assembleModel } from "../sweep/model.js";
import { runSweep } from "../sweep/run.js";
import { memoryStore } from "../sweep/store/store.js";
import { webWorkers } from "./executor.js";
import type { Ask, ColumnReading, LabFile, Problem, Tell } from "./messages.js";
import { columnsOf, tableOf } from "./read-table.js";

/** Fits and scores of this page, by content key: what is stored is not fitted again. */
const store = memoryStore();

/**
 * Answer the page.
 *
 * @param tell - sends to the page
 * @param startWorker - starts a worker for fits
 */
export function engine(
  tell: (message: Tell) => void,
  startWorker: () => Worker,
): (ask: Exclude<Ask, { ask: "begin" }>) => void {
  let running: AbortController | undefined;

  const work = {
    look: ({ file }: Ask & { ask: "look" }) => tell(look(file)),
    check: ({ text }: Ask & { ask: "check" }) => {
      const { sweep } = parseExperiment(text, "experiment.yaml");
      tell({ tell: "checked", trials: sweep.reduce((sum, { grid }) => sum + grid.length, 0) });
    },
    async run({ file, experiment: text, domain: domainText, jobs }: Ask & { ask: "run" }) {
      running?.abort();
      const stop = new AbortController();
      running = stop;
      const executor = webWorkers(startWorker, jobs);
      try {
        const experiment = parseExperiment(text, "experiment.yaml");
        requireHere(experiment.data);
        const table = tableOf(file.bytes, { ...experiment.data, path: file.path });
        const named = experiment.segments.domain;
        const domain = named !== undefined && domainText !== null ? parseDomain(parse(domainText), named) : undefined;
        if (named !== undefined && domain === undefined) throw noDomain(named);
        const onEvent = (event: Parameters<NonNullable<Parameters<typeof runSweep>[0]["onEvent"]>>[0]) =>
          tell({ tell: "event", event });
        const result = await runSweep({ experiment, table, store, executor, signal: stop.signal, onEvent });
        const { files } = await outputOf(result, table, store, domain);
        const assembled = await assembleModel(result, table, store, domain);
        const report = gatherReport(result, assembled, table, { domain, runnerUp: await runnerUpOf(result, store) });
        tell({ tell: "finished", files, report, headline: headline(result) });
      } catch (error) {
        if (!stop.signal.aborted) throw error;
        tell({ tell: "stopped" });
      } finally {
        await executor.close();
      }
    },
    stop: () => running?.abort(),
    score: ({ file, model }: Ask & { ask: "score" }) => tell(score(file, model)),
  };

  return (ask) => {
    const task = async () => work[ask.ask](ask as never);
    task().catch((error: unknown) => tell({ tell: "wrong", during: ask.ask, problems: problemsOf(error) }));
  };
}

function look(file: LabFile): Tell {
  const table = tableOf(file.bytes, { path: file.path });
  const columns = describeTable(table).map(reading);
  const name = file.path
    .split(/[\\/]/)
    .at(-1)!
    .replace(/\.[^.]*$/, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-");
  const proposal = experimentText(name.replace(/^-+|-+$/g, "") || "experiment", file.path, table);
  return { tell: "looked", rows: table.rows, columns, proposal };
}

function reading(summary: ColumnSummary): ColumnReading {
  const { name, kind, missing, distinct } = summary;
  if (summary.kind === "text") {
    const top = summary.mostFrequent;
    const content = top === null ? "" : `most often ${top.value} (${top.count})`;
    return { name, kind, missing, distinct, content, skew: null };
  }
  const { min, median, max, skew } = summary;
  const content = min === null ? "" : `${short(min)} … ${short(median)} … ${short(max)}`;
  return { name, kind, missing, distinct, content, skew };
}

const short = (value: number | null) => (value === null ? "" : String(Number(value.toPrecision(4))));

/** What only the command line does. */
function requireHere(data: Experiment["data"]): void {
  const asked = (["engine", "per", "sql", "sheet", "readings", "missing"] as const).find(
    (key) => data[key] !== undefined,
  );
  if (asked === undefined) return;
  throw new UserError("BAD_CONFIG", {
    what: `the lab does not read tables with data.${asked} yet`,
    where: `experiment.yaml, data.${asked}`,
    mend: "run this experiment with the command line: npx segmenta run experiment.yaml",
  });
}

function noDomain(path: string): UserError {
  return new UserError("NOT_FOUND", {
    what: `there is no domain file ${path}`,
    where: "experiment.yaml, segments.domain",
    mend: "leave segments.domain out to name segments by what sets them apart, or run with the command line",
  });
}

function score(file: LabFile, text: string): Tell {
  const { model, compiled } = loadModel(text);
  const there = new Set(columnsOf(file.bytes, file.path));
  const features = model.input.features.filter(({ name }) => there.has(name));
  const table = tableOf(file.bytes, {
    path: file.path,
    id: model.input.id !== null && there.has(model.input.id) ? model.input.id : undefined,
    columns: features.length > 0 ? features.map(({ name }) => name) : undefined,
    kinds: Object.fromEntries(features.map(({ name, kind }) => [name, kind])),
    allowDuplicateIds: true,
  });
  const answer = compiled.predictTable(table);
  const drift = watchDrift(model);
  drift.addTable(table, answer.labels);
  const counts = new Map<string, number>();
  for (const name of answer.names) counts.set(name, (counts.get(name) ?? 0) + 1);
  const lines = Array.from(answer.labels, (label, i): CsvCell[] => {
    const margin = answer.margins[i]!;
    return [table.id?.values[i] ?? i + 1, label, answer.names[i]!, Number.isFinite(margin) ? margin : null];
  });
  const header = [idHeader(table.id?.name), "segment", "name", "margin"];
  const notes = [...answer.notes, ...driftNotes(drift.report())];
  return {
    tell: "scored",
    csv: csvText(header, lines),
    rows: table.rows,
    counts: [...counts],
    notes: notes.map(({ message, hint }) => (hint ? `${message}; ${hint}` : message)),
  };
}

function problemsOf(error: unknown): Problem[] {
  if (error instanceof UserErrors) return error.errors.map((each) => ({ text: formatUserError(each), ours: false }));
  if (error instanceof UserError) return [{ text: formatUserError(error), ours: false }];
  const { message, stack } = error as Error;
  return [{ text: `this is our fault, not yours: ${message}\n${stack ?? ""}`, ours: true }];
}
