/** What a row must bring: learnt by asking the preparation itself, so that it holds for steps yet to be written. */
import { isUserError } from "../core/errors.js";
import { quantiles, range } from "../core/statistics.js";
import {
  type Column,
  numberColumn,
  presentValues,
  type Table,
  takeTableRows,
  toMatrix,
  withColumns,
} from "../core/table.js";
import { byCodePoint } from "../preprocessing/order.js";
import { applyPreparation, type PreparedStep } from "../preprocessing/preparation.js";
import type { InputFeature } from "./schema.js";

const shares = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99] as const;

/**
 * The raw columns a model reads, in table order, with their training ranges. A column that the preparation
 * drops untouched is not among them.
 */
export function describeInputs(table: Table, preparation: readonly PreparedStep[]): InputFeature[] {
  const sample = takeTableRows(table, [0]);
  const needed = new Set(neededColumns(table, preparation));
  return table.columns
    .filter(({ name }) => needed.has(name))
    .map((column) => describe(column, mayBeMissing(column, sample, preparation)));
}

/** Names of the columns that have a say in the prepared ones. */
export function neededColumns(table: Table, preparation: readonly PreparedStep[]): string[] {
  const sample = takeTableRows(table, [0]);
  const prepared = namesOf(applyPreparation(sample, preparation));
  return sample.columns.filter((column) => isNeeded(column, sample, preparation, prepared)).map(({ name }) => name);
}

/** Without the column the preparation fails, or makes other columns. */
function isNeeded(column: Column, sample: Table, preparation: readonly PreparedStep[], prepared: string): boolean {
  const rest = withColumns(
    sample,
    sample.columns.filter(({ name }) => name !== column.name),
  );
  return attempt(() => namesOf(applyPreparation(rest, preparation))) !== prepared;
}

/** A row without a value goes through all the same. */
function mayBeMissing(column: Column, sample: Table, preparation: readonly PreparedStep[]): boolean {
  const missing: Column =
    column.kind === "text" ? { ...column, values: [null] } : numberColumn(column.name, Float64Array.of(Number.NaN));
  const changed = withColumns(
    sample,
    sample.columns.map((other) => (other.name === column.name ? missing : other)),
  );
  return attempt(() => toMatrix(applyPreparation(changed, preparation))) !== undefined;
}

function attempt<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    if (isUserError(error)) return undefined;
    throw error;
  }
}

function namesOf(table: Table): string {
  return JSON.stringify(table.columns.map((column) => column.name));
}

function describe(column: Column, missing: boolean): InputFeature {
  if (column.kind === "text") {
    const categories = [...new Set(column.values.filter((value) => value !== null))].sort(byCodePoint);
    return { name: column.name, kind: "text", categories, mayBeMissing: missing };
  }
  const values = presentValues(column);
  const { min, max } = range(values);
  const [p01, p05, p25, p50, p75, p95, p99] = quantiles(values, shares) as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return {
    name: column.name,
    kind: "number",
    min,
    max,
    median: p50,
    quantiles: { p01, p05, p25, p50, p75, p95, p99 },
    mayBeMissing: missing,
    whole: values.every((value) => Number.isInteger(value)),
    ...(column.format ? { format: column.format } : {}),
  };
}
