/** A preparation: steps one after another, learnt from the training rows and then fixed. */
import { UserError } from "../core/errors.js";
import { canonicalJson } from "../core/hash.js";
import type { Note } from "../core/notes.js";
import { parseParams } from "../core/params.js";
import type { Table } from "../core/table.js";
import type { Fitted } from "./define.js";
import { stepNamed } from "./registry.js";

/** A step as a config names it; `params` in any form its schema takes. */
export interface StepChoice {
  readonly name: string;
  readonly params: unknown;
}

/** A fitted step as a model keeps it: plain JSON. */
export interface PreparedStep {
  readonly name: string;
  readonly version: number;
  readonly fitted: Fitted;
}

/**
 * Fit each step on what the steps before it made, and treat the table by it.
 *
 * @returns the treated table, what must be remembered to treat new rows alike, and advice
 * @throws UserError of the step that cannot go on; `EMPTY_TABLE` when no column is left
 * @remarks O(rows · columns · log rows) for the quantiles. The fitted values survive a trip through JSON to
 * the bit, and applying them to the training rows gives this very table.
 */
export function fitPreparation(
  table: Table,
  steps: readonly StepChoice[],
): { table: Table; fitted: PreparedStep[]; notes: Note[] } {
  if (table.rows === 0) {
    throw new UserError("EMPTY_TABLE", {
      what: "the table has no rows",
      where: "prepare",
      mend: "check the data file",
    });
  }
  const fitted: PreparedStep[] = [];
  const notes: Note[] = [];
  let current = table;
  for (const choice of steps) {
    const step = stepNamed(choice.name);
    const params = parseParams(step.params, choice.params, `prepare, ${step.name}`);
    const learnt = step.fit(current, params);
    // Through JSON once, so that what is used now is what a saved model will use (−0 becomes 0).
    const plain = JSON.parse(canonicalJson(learnt.fitted)) as Fitted;
    current = step.apply(current, plain);
    requireDistinct(current, step.name);
    fitted.push({ name: step.name, version: step.version, fitted: plain });
    notes.push(...learnt.notes);
  }
  if (current.columns.length === 0) {
    throw new UserError("EMPTY_TABLE", {
      what: "no column is left after the preparation",
      where: "prepare",
      mend: "drop fewer columns",
    });
  }
  return { table: current, fitted, notes };
}

/** Treat any rows as the training rows were treated. One row alone gives the same as that row among others. */
export function applyPreparation(table: Table, fitted: readonly PreparedStep[]): Table {
  return fitted.reduce((current, step) => stepNamed(step.name).apply(current, step.fitted), table);
}

/** A new column (an indicator, a category) must not take the name of another. */
function requireDistinct(table: Table, step: string): void {
  const seen = new Set<string>();
  for (const { name } of table.columns) {
    if (seen.has(name)) {
      throw new UserError("BAD_CONFIG", {
        what: `after ${step} two columns are named "${name}"`,
        where: `prepare, ${step}`,
        mend: "drop or rename the older one",
      });
    }
    seen.add(name);
  }
}
