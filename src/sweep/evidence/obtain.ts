/** Ask for evidence: what the journal holds is read, what it lacks is computed by the executor and kept. */

import type { Table } from "../../core/table.js";
import type { Experiment } from "../config/experiment.js";
import type { OnEvent } from "../events.js";
import type { Executor } from "../execute.js";
import { inParallel } from "../parallel.js";
import type { Plan } from "../plan.js";
import type { TrialOutcome } from "../rows.js";
import type { Space } from "../run.js";
import type { Candidate } from "../select/define.js";
import type { Store } from "../store/store.js";
import type { EvidenceValues, EvidenceWork } from "./work.js";

/** All that a rule may look at to gather its evidence. */
export interface GatherContext {
  readonly experiment: Experiment;
  readonly table: Table;
  readonly dataChecksum: string;
  readonly plan: Plan;
  readonly spaces: ReadonlyMap<string, Space>;
  readonly outcomes: readonly TrialOutcome[];
  readonly candidates: readonly Candidate[];
  readonly store: Store;
  readonly executor: Executor;
  readonly signal: AbortSignal | undefined;
  readonly tell: OnEvent;
}

export interface Ask {
  /** Hash of all that can change the numbers, but for the items. */
  readonly key: string;
  readonly items: readonly string[];
  /** The task that answers some of the items. */
  work(items: readonly string[]): EvidenceWork;
}

/**
 * The numbers of every ask, in order.
 *
 * @throws the signal's reason when it stops the run; what is finished is kept
 */
export async function obtain(stage: string, asks: readonly Ask[], context: GatherContext): Promise<EvidenceValues[]> {
  const { store, executor, signal, tell } = context;
  const lacking = asks.flatMap((ask) => {
    const stored = store.evidence(ask.key);
    const items = ask.items.filter((item) => !stored?.[item]);
    return items.length > 0 ? [{ ask, items }] : [];
  });
  let done = 0;
  await inParallel(lacking, executor.jobs, async ({ ask, items }) => {
    signal?.throwIfAborted();
    const values = await executor.run(ask.work(items), signal);
    await store.add({ type: "evidence", key: ask.key, stage, values });
    tell({ type: "evidence", stage, done: ++done, total: lacking.length });
  });
  return asks.map(({ key }) => store.evidence(key) ?? {});
}
