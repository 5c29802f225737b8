/** Put columns on comparable scales. */
import { z } from "zod";
import { UserError } from "../core/errors.js";
import type { Note } from "../core/notes.js";
import { mean, quantiles, range, standardDeviation } from "../core/statistics.js";
import { type NumberColumn, presentValues } from "../core/table.js";
import { defineColumnStep, mapEach, numberColumns, requireColumns } from "./columnwise.js";
import { columnsOption } from "./options.js";

const strategies = ["standard", "min-max", "robust"] as const;
type Strategy = (typeof strategies)[number];

const strategy = z.enum(strategies).meta({
  description:
    "standard: mean 0 and standard deviation 1 (divides by n); min-max: to [0, 1]; robust: median 0 and interquartile range 1",
});

/** New value = (value − centre) / scale; a scale of 0 marks a constant column, which becomes 0. */
type ScaledColumn = { readonly name: string; readonly centre: number; readonly scale: number };

interface ScaleParams extends Readonly<Record<string, unknown>> {
  readonly strategy: Strategy;
  readonly columns?: readonly string[] | undefined;
}

const params: z.ZodType<ScaleParams> = z.union([
  strategy.transform((chosen) => ({ strategy: chosen })),
  z.strictObject({ strategy: strategy.default("standard"), columns: columnsOption }),
]);

export const scale = defineColumnStep({
  name: "scale",
  title: "Scale: gives every column the same say in a distance",
  version: 1,
  cites: [],
  params,
  fit(table, { strategy: chosen, columns }) {
    const notes: Note[] = [];
    const scaled = numberColumns(table, "scale", columns).map((column) => measure(column, chosen, notes));
    return { fitted: { columns: scaled }, notes };
  },
  maps(fitted, columns) {
    requireColumns(
      columns,
      fitted.columns.map(({ name }) => ({ name, kind: "number" })),
      "scale",
    );
    const scales = new Map(fitted.columns.map((column) => [column.name, column]));
    return mapEach(columns, ({ name }) => {
      const found = scales.get(name);
      if (found === undefined) return undefined;
      const { centre, scale: width } = found;
      const of =
        width === 0
          ? (value: number) => (Number.isNaN(value) ? value : 0)
          : (value: number) => (value - centre) / width;
      return [{ name, from: name, how: "number", of }];
    });
  },
});

function measure(column: NumberColumn, chosen: Strategy, notes: Note[]): ScaledColumn {
  const { name } = column;
  const values = presentValues(column);
  if (values.length === 0) {
    throw new UserError("ALL_MISSING", {
      what: `column "${name}" has no values`,
      where: "prepare, scale",
      mend: `drop it before (drop: [${name}])`,
    });
  }
  const { min: low, max: high } = range(values);
  // Values that differ by rounding only (0.3 and 0.1 + 0.2) are one value: dividing by their spread would
  // blow noise up to the size of the other columns.
  if (high - low <= 4 * Number.EPSILON * Math.max(Math.abs(low), Math.abs(high))) {
    notes.push({
      code: "constant-column",
      message: `column "${name}" is ${low} in every row; scaled, it is 0`,
      hint: "a column that never differs tells no rows apart; you may drop it",
    });
    return { name, centre: low, scale: 0 };
  }
  const found = centreAndScale(values, chosen, low, high);
  if (!Number.isFinite(found.centre) || !Number.isFinite(found.scale)) {
    throw new UserError("OUT_OF_DOMAIN", {
      what: `column "${name}" runs from ${low} to ${high}, too far to scale in float64`,
      where: "prepare, scale",
      mend: `take its logarithm before (log1p: [${name}]), or drop it`,
    });
  }
  if (found.scale > 0) return { name, ...found };
  notes.push({
    code: "zero-spread",
    message: `column "${name}" has ${chosen === "robust" ? "interquartile range" : "standard deviation"} 0 but is not constant; it is centred and not scaled`,
    hint: "use scale: standard or min-max for this column",
  });
  return { name, centre: found.centre, scale: 1 };
}

function centreAndScale(
  values: Float64Array,
  chosen: Strategy,
  low: number,
  high: number,
): { centre: number; scale: number } {
  if (chosen === "standard") return { centre: mean(values), scale: standardDeviation(values) };
  if (chosen === "min-max") return { centre: low, scale: high - low };
  const [q25, q50, q75] = quantiles(values, [0.25, 0.5, 0.75]);
  return { centre: q50!, scale: q75! - q25! };
}
