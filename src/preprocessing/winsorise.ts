/** Pull extreme values in to a quantile. */
import { z } from "zod";
import { UserError } from "../core/errors.js";
import { quantiles } from "../core/statistics.js";
import { presentValues } from "../core/table.js";
import { defineColumnStep, mapEach, numberColumns, requireColumns } from "./columnwise.js";
import { columnsOption } from "./options.js";

const share = z.number().min(0).max(1);

export const winsorise = defineColumnStep({
  name: "winsorise",
  title: "Winsorise: values beyond a quantile are set to it, so that a few extremes do not rule the scale",
  version: 1,
  cites: [],
  params: z
    .strictObject({
      lower: share
        .default(0.01)
        .meta({ description: "values below this quantile are raised to it", unit: "share of rows" }),
      upper: share
        .default(0.99)
        .meta({ description: "values above this quantile are lowered to it", unit: "share of rows" }),
      columns: columnsOption,
    })
    .refine(({ lower, upper }) => lower < upper, { message: "lower must be smaller than upper" }),
  fit(table, { lower, upper, columns }) {
    const bounds = numberColumns(table, "winsorise", columns).map((column) => {
      const values = presentValues(column);
      if (values.length === 0) {
        throw new UserError("ALL_MISSING", {
          what: `column "${column.name}" has no values`,
          where: "prepare, winsorise",
          mend: `drop it before (drop: [${column.name}])`,
        });
      }
      const [low, high] = quantiles(values, [lower, upper]);
      return { name: column.name, low: low!, high: high! };
    });
    return { fitted: { columns: bounds }, notes: [] };
  },
  maps(fitted, columns) {
    requireColumns(
      columns,
      fitted.columns.map(({ name }) => ({ name, kind: "number" })),
      "winsorise",
    );
    const bounds = new Map(fitted.columns.map((column) => [column.name, column]));
    return mapEach(columns, ({ name }) => {
      const bound = bounds.get(name);
      if (bound === undefined) return undefined;
      const { low, high } = bound;
      // A missing value (NaN) stays missing.
      const clip = (value: number) => Math.min(Math.max(value, low), high);
      return [{ name, from: name, how: "number", of: clip }];
    });
  },
});
