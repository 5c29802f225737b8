/** Everything a finished sweep writes, as texts: what `run` puts on the disk and `verify` holds against it. */
import type { Table } from "../core/table.js";
import type { Domain } from "../segments/index.js";
import { assembleModel } from "./model.js";
import { type NamedSegment, resultFiles } from "./results.js";
import type { SweepResult } from "./run.js";
import type { Store } from "./store/store.js";

export interface Output {
  /** Text by file name. The same result gives the same bytes. */
  readonly files: Map<string, string>;
  readonly segments: readonly NamedSegment[];
}

/** The files of a result, its model among them where something was chosen. */
export async function outputOf(result: SweepResult, table: Table, store: Store, domain?: Domain): Promise<Output> {
  const assembled = await assembleModel(result, table, store, domain);
  const segments = assembled?.segments ?? [];
  const files = resultFiles(result, segments);
  if (assembled) files.set("model.json", assembled.text);
  return { files, segments };
}
