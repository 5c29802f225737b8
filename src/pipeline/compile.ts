/** A model made ready: everything that can be computed before the first row is computed here. */
import { newVerdict, rowAssigner, type Verdict } from "../cluster/assign.js";
import { UserError } from "../core/errors.js";
import { NOISE } from "../core/labels.js";
import { LARGEST, type Table } from "../core/table.js";
import { reducerNamed } from "../decomposition/registry.js";
import { type Cell, compilePreparation } from "../preprocessing/compile.js";
import { fromJson, requireShape } from "./assignment-json.js";
import { type Prediction, readTable } from "./predict-table.js";
import type { Model } from "./schema.js";
import { readRecord, type Scored } from "./score-row.js";

/** The name of rows that belong to no segment. */
export const NO_SEGMENT = "no segment";

/** What a model needs to judge rows: no golden rows, no hash. */
export type ModelParts = Pick<Model, "input" | "preparation" | "reduction" | "assignment" | "segments">;

export interface CompiledModel {
  /** The raw features a row brings, in order. */
  readonly features: readonly string[];
  /** The segment's name; `no segment` for −1. */
  nameOf(label: number): string;
  /**
   * Judge one row of raw values in the order of the features; a missing number is NaN, a missing text null.
   * The answer is reused by the next call: copy what you keep.
   *
   * @throws UserError as the preparation does
   */
  predictRow(raw: ArrayLike<Cell>): Readonly<Verdict>;
  /** Judge every row of a raw table. */
  predictTable(table: Table): Prediction;
  /** Judge one record, as a request brings it. */
  scoreRow(record: Readonly<Record<string, unknown>>): Scored;
}

/**
 * @throws UserError `SHAPE_MISMATCH` and those of the steps when the parts of a model do not fit each other
 * @remarks one row costs O(d + d·components + the rule), with no allocation
 */
export function compileModel(model: ModelParts): CompiledModel {
  const { features } = model.input;
  const { columns, treat } = compilePreparation(model.preparation, features);
  const reducer = reducerNamed(model.reduction.name);
  const space = reducer.columnNames(model.reduction.fitted, columns);
  const reduce = reducer.rowTransform(model.reduction.fitted);
  const assignment = fromJson(model.assignment);
  requireShape(assignment, space.length, model.segments.length);
  const assignRow = rowAssigner(assignment);
  const nameOf = (label: number) => (label === NOISE ? NO_SEGMENT : model.segments[label]!.name);

  const prepared = new Float64Array(columns.length);
  const reduced = new Float64Array(space.length);
  const verdict = newVerdict();
  const predictRow = (raw: ArrayLike<Cell>): Readonly<Verdict> => {
    treat(raw, prepared);
    for (let j = 0; j < prepared.length; j++) if (!(Math.abs(prepared[j]!) <= LARGEST)) throw tooFar(columns[j]!);
    reduce(prepared, 0, reduced);
    assignRow(reduced, 0, verdict);
    return verdict;
  };

  return {
    features: features.map((feature) => feature.name),
    nameOf,
    predictRow,
    predictTable: (table) => {
      const { rows, rowAt, notes } = readTable(table, features);
      const labels = new Int32Array(rows);
      const margins = new Float64Array(rows);
      const outOfRange = new Uint16Array(rows);
      const names: string[] = new Array(rows);
      for (let i = 0; i < rows; i++) {
        const { raw, beyond } = rowAt(i);
        const { label, margin } = naming(table, i, () => predictRow(raw));
        labels[i] = label;
        margins[i] = margin;
        outOfRange[i] = beyond;
        names[i] = nameOf(label);
      }
      return { labels, names, margins, outOfRange, notes };
    },
    scoreRow: (record) => {
      const { raw, imputed, outOfRange, notes } = readRecord(record, features);
      const { label, margin, second } = predictRow(raw);
      return {
        label,
        name: nameOf(label),
        margin: Number.isFinite(margin) ? margin : null,
        runnerUp: Number.isFinite(margin) ? nameOf(second) : null,
        imputed,
        outOfRange,
        notes,
      };
    },
  };
}

/** An error about a row of a table says which row. */
function naming<T>(table: Table, row: number, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const who = table.id === null ? "" : ` (${table.id.name} ${table.id.values[row]})`;
    throw new UserError(error.code, {
      what: error.what,
      where: `row ${row + 1}${who}`,
      mend: error.mend,
      cause: error,
    });
  }
}

function tooFar(column: string): UserError {
  return new UserError("OUT_OF_DOMAIN", {
    what: `column "${column}" lies too far from the training rows to be measured`,
    where: "predict",
    mend: "check the unit of the value",
  });
}
