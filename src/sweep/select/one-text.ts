/** A segment that is one value of a text column under another name. */
import { countClusters, type Labels } from "../../core/labels.js";
import type { Table } from "../../core/table.js";
import { listed } from "../../core/words.js";
import type { Flag } from "./define.js";

/** From here on a segment and a value are one: at most every twentieth row belongs to one of them alone. */
const SAME = 0.95;

/**
 * `ONE_TEXT` when a segment equals, or nearly, the rows of one value of a text column (Jaccard ≥ .95). Such a segment
 * says nothing that the column does not say; it does not change the choice.
 *
 * @param columns - those that had a say in the labels
 * @remarks O(rows) a text column
 */
export function oneText(table: Table, columns: readonly string[], labels: Labels): Flag[] {
  const found = table.columns.flatMap((column) => {
    if (column.kind !== "text" || !columns.includes(column.name)) return [];
    return sameCells(column.values, labels).map((cell) => ({ column: column.name, ...cell }));
  });
  if (found.length === 0) return [];
  const which = listed(
    found.map(
      ({ label, column, value, jaccard }) => `segment ${label} is ${column} "${value}" (Jaccard ${jaccard.toFixed(2)})`,
    ),
  );
  const names = [...new Set(found.map(({ column }) => column))];
  const message = `${which}: what ${names.length === 1 ? "this column says" : "these columns say"} already; drop: [${names.join(", ")}] shows what the others say`;
  return [{ code: "ONE_TEXT", message }];
}

interface Cell {
  readonly label: number;
  readonly value: string;
  readonly jaccard: number;
}

function sameCells(values: readonly (string | null)[], labels: Labels): Cell[] {
  const k = countClusters(labels);
  const sizes = new Int32Array(k);
  const cells = new Map<string, { readonly inEach: Int32Array; size: number }>();
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    if (label >= 0) sizes[label]!++;
    const value = values[i] ?? null;
    if (value === null) continue;
    let cell = cells.get(value);
    if (cell === undefined) {
      cell = { inEach: new Int32Array(k), size: 0 };
      cells.set(value, cell);
    }
    cell.size++;
    if (label >= 0) cell.inEach[label]!++;
  }
  const found: Cell[] = [];
  for (let label = 0; label < k; label++) {
    for (const [value, { inEach, size }] of cells) {
      const jaccard = inEach[label]! / (sizes[label]! + size - inEach[label]!);
      if (jaccard >= SAME) found.push({ label, value, jaccard });
    }
  }
  return found;
}
