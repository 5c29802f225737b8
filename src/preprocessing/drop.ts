/** Leave columns out. */

import { columnNamed } from "../core/table.js";
import { defineColumnStep, mapEach } from "./columnwise.js";
import { columnList } from "./options.js";

export const drop = defineColumnStep({
  name: "drop",
  title: "Drop: leave columns out, such as codes, dates and what must not decide",
  version: 1,
  cites: [],
  params: columnList,
  fit(table, { columns }) {
    for (const name of columns) columnNamed(table, name, "prepare, drop");
    return { fitted: { columns }, notes: [] };
  },
  // New rows need not have a column that is going to be dropped.
  maps(fitted, columns) {
    const gone = new Set(fitted.columns);
    return mapEach(columns, (column) => (gone.has(column.name) ? [] : undefined));
  },
});
