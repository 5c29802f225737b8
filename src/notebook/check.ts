/**
 * `--check`: are the numbers a notebook shows now those that were committed?
 *
 * Compared are the values that cells publish with `values({…})`, by name, and the numbers in the printed text of cells
 * tagged `check`, in order. Pictures and tables are for the eye and are not compared.
 */
import { type Cell, hasTag, isObject, type Notebook, type Output } from "./nbformat.js";
import { type CellPlace, codePlaces } from "./run.js";
import { defaultTolerance, type Tolerance, type Value, valuesMime } from "./values.js";

export interface Mismatch {
  readonly cell: CellPlace;
  /** Name of the value, or `stdout, number 3`. */
  readonly key: string;
  /** As committed; undefined if there was none. */
  readonly old: Value | undefined;
  /** As of now; undefined if it is gone. */
  readonly now: Value | undefined;
  readonly tolerance: Tolerance;
}

export interface CheckResult {
  readonly compared: number;
  readonly mismatches: readonly Mismatch[];
}

/** Compare two runs of a notebook, cell by cell; the cells must be the same. */
export function compareValues(committed: Notebook, now: Notebook): CheckResult {
  const mismatches: Mismatch[] = [];
  let compared = 0;
  for (const [index, place] of codePlaces(now.cells)) {
    const cell = now.cells[index]!;
    const old = valuesOf(committed.cells.find((other) => other.id === cell.id));
    const fresh = valuesOf(cell);
    for (const key of new Set([...old.keys(), ...fresh.keys()])) {
      compared++;
      const before = old.get(key);
      const after = fresh.get(key);
      const tolerance = after?.tolerance ?? before?.tolerance ?? defaultTolerance;
      if (before && after && agree(before.value, after.value, tolerance)) continue;
      mismatches.push({ cell: place, key, old: before?.value, now: after?.value, tolerance });
    }
  }
  return { compared, mismatches };
}

/** Equal, or both numbers with |now − old| ≤ absolute + relative · |old|. */
export function agree(old: Value, now: Value, tolerance: Tolerance): boolean {
  if (old === now) return true;
  if (typeof old !== "number" || typeof now !== "number") return false;
  return Math.abs(now - old) <= tolerance.absolute + tolerance.relative * Math.abs(old);
}

interface Tagged {
  readonly value: Value;
  readonly tolerance: Tolerance;
}

function valuesOf(cell: Cell | undefined): Map<string, Tagged> {
  const found = new Map<string, Tagged>();
  for (const output of cell?.outputs ?? []) {
    for (const [key, tagged] of publishedValues(output)) found.set(key, tagged);
  }
  if (!cell || !hasTag(cell, "check")) return found;
  for (const stream of ["stdout", "stderr"]) {
    for (const [key, value] of printedValues(cell.outputs ?? [], stream)) {
      found.set(key, { value, tolerance: defaultTolerance });
    }
  }
  return found;
}

function publishedValues(output: Output): [string, Tagged][] {
  if (output.output_type !== "display_data") return [];
  const published = output.data[valuesMime];
  if (!isObject(published) || !isObject(published["values"])) return [];
  const tolerances = isObject(published["tolerances"]) ? published["tolerances"] : {};
  return Object.entries(published["values"]).map(([key, value]) => {
    const given = tolerances[key];
    const tolerance = isObject(given) ? { ...defaultTolerance, ...(given as Partial<Tolerance>) } : defaultTolerance;
    return [key, { value: value as Value, tolerance }];
  });
}

/** The numbers printed, in order, and the words between them as one text. */
function printedValues(outputs: readonly Output[], stream: string): [string, Value][] {
  const text = outputs
    .map((output) => {
      if (output.output_type === "stream" && output.name === stream) return output.text;
      const plain = output.output_type === "execute_result" ? output.data["text/plain"] : undefined;
      return stream === "stdout" && typeof plain === "string" ? `${plain}\n` : "";
    })
    .join("");
  if (text === "") return [];
  const number = /-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/g;
  const numbers = [...text.matchAll(number)].map((match) => Number(match[0]));
  return [
    ...numbers.map((value, i): [string, Value] => [`${stream}, number ${i + 1}`, value]),
    [`${stream}, words`, text.replaceAll(number, "#")],
  ];
}
