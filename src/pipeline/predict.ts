/** Ask a model once. To ask it often, keep a `compileModel` or a `loadModel`. */
import type { Table } from "../core/table.js";
import { compileModel } from "./compile.js";
import type { Prediction } from "./predict-table.js";
import type { Model } from "./schema.js";
import type { Scored } from "./score-row.js";

/** Judge every row of a raw table. Columns the model does not know are ignored with a note. */
export function predict(model: Model, table: Table): Prediction {
  return compileModel(model).predictTable(table);
}

/** Judge one record of raw values by feature name; null is missing. */
export function scoreRow(model: Model, record: Readonly<Record<string, unknown>>): Scored {
  return compileModel(model).scoreRow(record);
}
