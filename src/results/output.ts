/** Everything a finished sweep writes, as texts: what `run` puts on the disk and `verify` holds against it. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Labels } from "../core/labels.js";
import type { Table } from "../core/table.js";
import { parseView, serializeView, type View } from "../pipeline/index.js";
import type { Domain } from "../segments/index.js";
import { assembleModel, type NamedSegment } from "../sweep/model.js";
import { scoreColumns } from "../sweep/rows.js";
import type { SweepResult } from "../sweep/run.js";
import type { Store } from "../sweep/store/store.js";
import { curvesCsv } from "./curves.js";
import { selectionRecord, summaryMarkdown } from "./selection.js";
import { assignmentsCsv, jsonText, metricsCsv } from "./tables.js";
import { buildView } from "./view.js";

/** The files of a result, by name: same result, same bytes. */
export function resultFiles(result: SweepResult, segments: readonly NamedSegment[]): Map<string, string> {
  const files = decisionFiles(result, segments, result.labels);
  const curves = curvesCsv(result);
  if (curves !== null) files.set("curves.csv", curves);
  return files;
}

/** Those that follow from the rows and the decision alone, wherever the rows of the data are. */
export function decisionFiles(
  result: SweepResult,
  segments: readonly NamedSegment[],
  labels: Labels | null,
): Map<string, string> {
  const files = new Map<string, string>();
  files.set("metrics.csv", metricsCsv(result.rows, scoreColumns(result.experiment.score.metrics)));
  if (labels) files.set("assignments.csv", assignmentsCsv(labels, result.tableFacts.id));
  files.set("selection.json", jsonText(selectionRecord(result)));
  files.set("summary.md", summaryMarkdown(result, segments));
  return files;
}

export interface Output {
  /** Text by file name. The same result gives the same bytes. */
  readonly files: Map<string, string>;
  readonly segments: readonly NamedSegment[];
}

/**
 * The files of a result, with its model and its view where something was chosen.
 *
 * @param earlier - the view that stands there: what of it still holds need not be made anew
 */
export async function outputOf(
  result: SweepResult,
  table: Table,
  store: Store,
  domain?: Domain,
  earlier?: View,
): Promise<Output> {
  const assembled = await assembleModel(result, table, store, domain);
  const segments = assembled?.segments ?? [];
  const files = resultFiles(result, segments);
  if (assembled) {
    files.set("model.json", assembled.text);
    files.set("view.json", serializeView(buildView(result, assembled, table, { domain, earlier })));
  }
  return { files, segments };
}

/** The view in a results folder; undefined where there is none that can be read. */
export async function earlierView(folder: string): Promise<View | undefined> {
  try {
    return parseView(await readFile(join(folder, "view.json"), "utf8"));
  } catch {
    return undefined;
  }
}
