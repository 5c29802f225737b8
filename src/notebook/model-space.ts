/** A table as a model sees it: treated by the model's own fitted steps, then reduced as it reduces. */
import type { Matrix } from "../core/matrix.js";
import { type Table, toMatrix } from "../core/table.js";
import { reducerNamed } from "../decomposition/registry.js";
import type { NamedSpace } from "../figures/index.js";
import type { Model } from "../pipeline/index.js";
import { applyPreparation } from "../preprocessing/preparation.js";

export interface ModelSpaces {
  /** All columns after the preparation. */
  readonly prepared: NamedSpace;
  /** What the model was fitted in: the same, or its projection. */
  readonly fitted: NamedSpace;
}

/**
 * The spaces of a model for the rows of a raw table.
 *
 * @param table - with the model's features; others, and the order, do not matter
 * @throws UserError as the preparation does
 */
export function modelSpaces(model: Model, table: Table): ModelSpaces {
  const columns = model.input.features.flatMap(({ name }) => table.columns.filter((column) => column.name === name));
  const treated = applyPreparation({ ...table, columns }, model.preparation as Parameters<typeof applyPreparation>[1]);
  const names = treated.columns.map(({ name }) => name);
  const x: Matrix = toMatrix(treated);
  const reducer = reducerNamed(model.reduction.name);
  const { fitted } = model.reduction;
  return {
    prepared: { x, columns: names },
    fitted: { x: reducer.transform(x, fitted), columns: reducer.columnNames(fitted, names) },
  };
}
