/** The segments of the training rows: how many, and what is typical of each, in the units of the raw table. */
import { UserError } from "../core/errors.js";
import { clusterSizes, type Labels } from "../core/labels.js";
import { quantiles } from "../core/statistics.js";
import type { Column, Table } from "../core/table.js";
import type { Cell } from "../preprocessing/compile.js";
import { byCodePoint } from "../preprocessing/order.js";
import type { Segment } from "./schema.js";

/**
 * @param features - the columns to describe
 * @param labels - canonical, length `table.rows`
 * @param names - one per label, all different
 * @throws UserError `SHAPE_MISMATCH` if the names do not match the clusters or are not all different
 */
export function describeSegments(
  table: Table,
  features: readonly string[],
  labels: Labels,
  names: readonly string[],
): { segments: Segment[]; noise: number } {
  const { sizes, noise } = clusterSizes(labels);
  if (names.length !== sizes.length) {
    throw new UserError("SHAPE_MISMATCH", {
      what: `${names.length} segment names were given for ${sizes.length} clusters`,
      where: "segments.names",
      mend: `give ${sizes.length} names`,
    });
  }
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) {
    throw new UserError("SHAPE_MISMATCH", {
      what: `two segments are named "${twice}"`,
      where: "segments.names",
      mend: "give every segment a name of its own",
    });
  }
  const columns = features.map((name) => table.columns.find((column) => column.name === name)!);
  const segments = sizes.map((size, label): Segment => {
    const rows = labels.reduce<number[]>((found, own, row) => {
      if (own === label) found.push(row);
      return found;
    }, []);
    const medians = Object.fromEntries(columns.map((column) => [column.name, typical(column, rows)]));
    return { label, name: names[label]!, size, share: size / labels.length, medians };
  });
  return { segments, noise: noise / labels.length };
}

/** The median of numbers, the most frequent text; null when all are missing. */
function typical(column: Column, rows: readonly number[]): Cell {
  if (column.kind === "number") {
    const values = Float64Array.from(rows, (row) => column.values[row]!).filter((value) => !Number.isNaN(value));
    return values.length === 0 ? null : quantiles(values, [0.5])[0]!;
  }
  const counts = new Map<string, number>();
  for (const row of rows) {
    const text = column.values[row];
    if (text != null) counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  const most = [...counts].sort((a, b) => b[1] - a[1] || byCodePoint(a[0], b[0]))[0];
  return most?.[0] ?? null;
}
