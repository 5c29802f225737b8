/** ln(1 + x), for long right tails. */
import { z } from "zod";
import { log1p as logOnePlus } from "../core/math.js";
import { defineColumnStep, mapEach, numberColumns, requireColumns, ValueFault } from "./columnwise.js";
import { columnNames } from "./options.js";

const domain = new ValueFault(
  "OUT_OF_DOMAIN",
  "log1p needs values above −1",
  "leave the column out of log1p, or mend the value",
);

const choice = z
  .union([columnNames, z.literal("all")])
  .meta({ description: 'names of columns, or "all" number columns' });

export const log1p = defineColumnStep({
  name: "log1p",
  title: "Log: ln(1 + x) draws in the long tail of amounts and counts, and keeps 0 at 0",
  version: 1,
  cites: [],
  params: z.union([choice.transform((columns) => ({ columns })), z.strictObject({ columns: choice })]),
  fit(table, params) {
    const columns = numberColumns(table, "log1p", params.columns === "all" ? undefined : params.columns);
    return { fitted: { columns: columns.map((column) => column.name) }, notes: [] };
  },
  maps(fitted, columns) {
    const chosen = new Set(fitted.columns);
    requireColumns(
      columns,
      fitted.columns.map((name) => ({ name, kind: "number" })),
      "log1p",
    );
    return mapEach(columns, ({ name }) =>
      chosen.has(name) ? [{ name, from: name, how: "number", of: logOrRefuse }] : undefined,
    );
  },
});

function logOrRefuse(value: number): number {
  if (value <= -1) throw domain;
  return logOnePlus(value);
}
