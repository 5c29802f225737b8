/** Everything a finished sweep writes, as texts: what `run` puts on the disk and `verify` holds against it. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Table } from "../core/table.js";
import { parseView, serializeView, type View } from "../pipeline/index.js";
import type { Domain } from "../segments/index.js";
import { assembleModel } from "./model.js";
import { type NamedSegment, resultFiles } from "./results.js";
import type { SweepResult } from "./run.js";
import type { Store } from "./store/store.js";
import { buildView } from "./view.js";

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
