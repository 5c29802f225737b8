/** No reduction: the prepared columns as they are. */
import { z } from "zod";
import { defineReducer } from "./define.js";

export const none = defineReducer({
  name: "none",
  title: "None: cluster in all prepared columns",
  version: 1,
  cites: [],
  params: z.strictObject({}),
  fit: () => ({ fitted: {}, notes: [] }),
  transform: (x) => x,
  rowTransform: () => (row, start, out) => {
    for (let j = 0; j < out.length; j++) out[j] = row[start + j]!;
  },
  columnNames: (_, input) => input,
});
