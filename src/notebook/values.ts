/** Numbers that a notebook stands for: shown as a small table, and compared by `segmenta notebook run --check`. */
import { UserError } from "../core/errors.js";
import { display } from "./display.js";
import { htmlTable, textTable } from "./html-table.js";

/** NaN and infinities are kept as their names. */
export type Value = number | string | boolean;

/** Two numbers agree when |now − old| ≤ absolute + relative · |old|. */
export interface Tolerance {
  readonly absolute: number;
  readonly relative: number;
}

export const valuesMime = "application/vnd.segmenta.values+json";

export const defaultTolerance: Tolerance = { absolute: 1e-9, relative: 1e-9 };

/**
 * Publish named values.
 *
 * @param named - name → number, text or truth value
 * @param tolerances - for single names, how far a later run may differ; 1e-9, absolute and relative, if left out
 * @param caption - said below the table
 * @throws UserError `UNKNOWN_NAME` for a tolerance of a value that is not there, `PARAM_RANGE` if it is below 0
 * @example values({ silhouette, winner: "kmeans k=2" }, { silhouette: { absolute: 1e-6 } });
 */
export function values(
  named: Readonly<Record<string, Value>>,
  tolerances: Readonly<Record<string, Partial<Tolerance>>> = {},
  caption?: string,
): void {
  for (const [name, tolerance] of Object.entries(tolerances)) {
    if (!(name in named)) {
      throw new UserError("UNKNOWN_NAME", {
        what: `a tolerance is given for "${name}", which is not among the values`,
        where: "values",
        mend: `values: ${Object.keys(named).join(", ")}`,
      });
    }
    for (const bound of Object.values(tolerance)) {
      if (bound >= 0) continue;
      throw new UserError("PARAM_RANGE", {
        what: `the tolerance of ${name} must be 0 or more, got ${bound}`,
        where: "values",
      });
    }
  }
  const written = Object.entries(named).map(([name, value]): [string, Value] => [name, jsonValue(value)]);
  const rows = written.map(([name, value]) => [name, value]);
  const table = { columns: ["", "value"], rows, caption };
  display({
    "text/plain": textTable(table),
    "text/html": htmlTable(table),
    [valuesMime]: { values: Object.fromEntries(written), tolerances },
  });
}

function jsonValue(value: Value): Value {
  if (typeof value !== "number") return value;
  return Number.isFinite(value) ? value + 0 : String(value);
}
