/** Tables as danfojs data frames, for looking around. Its statistics are not to be trusted where values are missing. */
import type { Table } from "../core/table.js";
import { loadOptional } from "./optional.js";

/** A data frame of danfojs-node. The parts that answer rightly; `raw` is the frame itself, with all the others. */
export type DanfoFrame = import("danfojs-node").DataFrame;

/**
 * A danfojs DataFrame of the same rows; missing values are null, the id is the first column.
 *
 * Right: head, tail, query, sortValues, valueCounts, groupby over complete columns, toCSV, toJSON, isNa().sum().
 *
 * **Wrong in danfojs 1.2.0 where values are missing**: `groupby().mean()` counts them as 0; `describe()` throws; `fillNa`
 * changes its source even without `inplace`; `dropNa({ axis: 1 })` drops rows; scalers reckon in 32 bits; there is no
 * `corr` and no `quantile`. Impute, describe and correlate with this package instead.
 *
 * @throws UserError `MISSING_OPTIONAL` if danfojs-node is not installed
 * @remarks About a second for the first call, which loads danfojs.
 */
export function toDanfo(table: Table): DanfoFrame {
  const danfo = loadOptional<typeof import("danfojs-node")>("danfojs-node", "a danfojs data frame");
  const columns: Record<string, (string | number | null)[]> = {};
  if (table.id) columns[table.id.name] = [...table.id.values];
  for (const column of table.columns) {
    columns[column.name] =
      column.kind === "text"
        ? [...column.values]
        : Array.from(column.values, (value, i) => (column.valid === null || column.valid[i] === 1 ? value : null));
  }
  return new danfo.DataFrame(columns);
}
