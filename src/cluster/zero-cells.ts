/**
 * Baseline: which of a few columns a row uses at all. In spending data most columns pile up on 0; the pattern of who
 * buys, who takes cash and who does neither is there before any algorithm, and often all that one finds.
 */
import { z } from "zod";
import { renumber } from "../core/labels.js";
import { defineAlgorithm } from "./define.js";
import { reasonsOf } from "./reasons.js";
import { requireColumn, requireRows } from "./require.js";

const params = z.strictObject({
  columns: z
    .array(z.int().min(0))
    .min(1)
    .max(20)
    .meta({
      description: "columns to look at; rows that exceed the minimum in the same ones are a cluster",
      unit: "columns, from 0",
      sweep: [[0], [0, 1]],
    }),
});

export const zeroCells = defineAlgorithm({
  name: "zero-cells",
  title: "Baseline, zero cells: rows that exceed the minimum of the same columns belong together",
  version: 1,
  cites: [],
  complexity: "O(n·columns). Memory O(n).",
  departures: [],
  seeAlso: { "quantile-bins": "one column without many zeros" },
  can: { noise: false, seeded: false, baseline: true },
  params,
  shows: ["columns"],
  together: () => "all",
  fitMany: (x, grid) =>
    grid.map(({ columns }) => {
      requireRows(x);
      for (const column of columns) requireColumn(x, column, "columns");
      const floors = columns.map((column) => {
        let floor = Number.POSITIVE_INFINITY;
        for (let i = 0; i < x.rows; i++) floor = Math.min(floor, x.data[i * x.cols + column]!);
        return floor;
      });
      // Bit j of a cell says that column j exceeds its floor.
      const cells = Int32Array.from({ length: x.rows }, (_, i) =>
        columns.reduce((cell, column, j) => cell | (x.data[i * x.cols + column]! > floors[j]! ? 1 << j : 0), 0),
      );
      const { labels, old } = renumber(cells);
      return {
        labels,
        reasons: reasonsOf(labels),
        objective: null,
        outputs: {},
        found: { floors: Float64Array.from(floors), cells: Int32Array.from(old) },
        notes: [],
      };
    }),
  cost: (n, _, grid) => ({ bytes: n * 16, seconds: grid.length * n * 1e-7 }),
  assignment(_x, { columns }, fit) {
    const cells = Array.from(fit.found["cells"] as Int32Array);
    return {
      rule: "cells",
      columns,
      floors: Array.from(fit.found["floors"] as Float64Array),
      cells,
      labels: [...cells.keys()],
    };
  },
});
