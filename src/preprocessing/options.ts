/** Options that several steps share, so that they read and document alike. */
import { z } from "zod";

/** Names of columns, at least one. */
export const columnNames = z.array(z.string().min(1)).min(1).meta({ description: "names of columns" });

/** Which columns a step treats; all that it can treat when left out. */
export const columnsOption = columnNames
  .optional()
  .meta({ description: "columns to treat; left out: every number column" });

/** `[A, B]`, or `{ columns: [A, B] }`. */
export const columnList = z.union([
  columnNames.transform((columns) => ({ columns })),
  z.strictObject({ columns: columnNames }),
]);
