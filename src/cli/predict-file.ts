/** The work of `segmenta predict`: a file of any size in, a CSV out, in bounded memory. */
import type { Table } from "../core/table.js";
import { type CsvCell, columnNames, csvLine, openCsvWriter, type ReadOptions, readChunks } from "../data/index.js";
import { driftNotes, idHeader, type Model, type Prediction, watchDrift } from "../pipeline/index.js";
import type { PredictArguments } from "./commands/predict.js";
import { EXIT, type Io, pathFrom } from "./io.js";
import { requireOther } from "./other-file.js";
import { readModel } from "./read-model.js";

/** Score a file; returns the exit code. */
export async function predictFile(options: PredictArguments, io: Io): Promise<number> {
  const { model, compiled, path } = await readModel(options.model, io);
  requireOther(io, options.out, [options.table, path]);
  const reading = await readingFor(model, pathFrom(io, options.table), options.sheet, io.signal);
  const header = [idHeader(reading.id), "segment", "name", "margin"];
  const writer = options.out === undefined ? null : openCsvWriter(pathFrom(io, options.out), header);

  const drift = watchDrift(model);
  const told = new Set<string>();
  let rows = 0;
  let beyond = 0;
  let unread = 0;
  try {
    for await (const batch of readChunks(reading)) {
      io.signal.throwIfAborted();
      const answer = compiled.predictTable(batch);
      drift.addTable(batch, answer.labels);
      for (const note of answer.notes) {
        if (!told.has(note.message)) io.err(`note: ${note.message}${note.hint ? `; ${note.hint}` : ""}\n`);
        told.add(note.message);
      }
      for (const note of rows === 0 ? (batch.notes ?? []) : []) {
        if (note.code !== "empty-rows") io.err(`note: ${note.message}${note.hint ? `; ${note.hint}` : ""}\n`);
      }
      const nothing = rowsOfNothing(batch);
      for (const empty of nothing) unread += empty;
      const lines = answerLines(answer, batch.id?.values, rows, nothing);
      if (writer) await writer.write(lines);
      else {
        // The header waits for the first answers: a table that cannot be scored prints nothing.
        if (rows === 0) io.out(csvLine(header));
        io.out([...lines].map((cells) => csvLine(cells)).join(""));
        await io.drained?.();
        if (io.outIsClosed?.() === true) return EXIT.good;
      }
      for (const count of answer.outOfRange) if (count > 0) beyond++;
      rows += batch.rows;
    }
    await writer?.close();
  } catch (error) {
    await writer?.discard();
    throw error;
  }
  if (unread > 0) io.err(`note: ${unread} of ${rows} rows hold none of the features and get no segment\n`);
  if (beyond > 0) io.err(`note: ${beyond} of ${rows} rows have a value outside the range of the training rows\n`);
  for (const note of driftNotes(drift.report())) io.err(`note: ${note.message}; ${note.hint}\n`);
  if (writer) io.err(`wrote ${rows} rows to ${options.out}\n`);
  return EXIT.good;
}

/** The model's columns and, where the table has it, its id; read as in training. */
async function readingFor(
  model: Model,
  path: string,
  sheet: string | undefined,
  signal: AbortSignal,
): Promise<ReadOptions> {
  const there = new Set(await columnNames(path, sheet));
  const features = model.input.features.filter((feature) => there.has(feature.name));
  const id = model.input.id !== null && there.has(model.input.id) ? model.input.id : undefined;
  return {
    path,
    sheet,
    id,
    // With none of them there, all are read, so that the model's own message lists what it needs.
    columns: features.length > 0 ? features.map((feature) => feature.name) : undefined,
    readings: Object.fromEntries(
      features.map((feature) => [feature.name, (feature.kind === "number" && feature.format) || feature.kind]),
    ),
    missing: model.input.missing,
    keepEmpty: true,
    allowDuplicateIds: true,
    signal,
  };
}

/** Id (or row number), segment, name, margin; an empty margin where there is no runner-up. */
function* answerLines(
  answer: Prediction,
  ids: readonly string[] | undefined,
  before: number,
  nothing: Uint8Array,
): Generator<CsvCell[]> {
  for (let i = 0; i < answer.labels.length; i++) {
    const margin = answer.margins[i]!;
    if (nothing[i]) {
      yield [ids?.[i] ?? before + i + 1, null, null, null];
      continue;
    }
    yield [ids?.[i] ?? before + i + 1, answer.labels[i]!, answer.names[i]!, Number.isFinite(margin) ? margin : null];
  }
}

/** 1 for each row in which every feature is missing. */
function rowsOfNothing({ rows, columns }: Table): Uint8Array {
  const nothing = new Uint8Array(rows).fill(1);
  for (const column of columns) {
    if (column.kind === "number" && column.valid === null) return nothing.fill(0);
    for (let i = 0; i < rows; i++) {
      if (column.kind === "text" ? column.values[i] !== null : column.valid![i]) nothing[i] = 0;
    }
  }
  return nothing;
}
