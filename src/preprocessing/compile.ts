/** A fitted preparation made ready for single rows: no tables, no allocation per row. */
import { UserError } from "../core/errors.js";
import { refuseInfinite, ValueFault } from "./columnwise.js";
import type { ColumnHead, ColumnMap } from "./define.js";
import type { PreparedStep } from "./preparation.js";
import { stepNamed } from "./registry.js";

export type Cell = number | string | null;

export interface RowTreatment {
  /** Names of the prepared columns, in order. */
  readonly columns: readonly string[];
  /**
   * Treat one row: raw values in the order of the inputs (a missing number is NaN, a missing text null) into
   * `out`. Equal, to the bit, to what `applyPreparation` makes of a table with that row.
   *
   * @throws UserError as the steps do, and for a value that is still missing at the end
   */
  treat(raw: ArrayLike<Cell>, out: Float64Array): void;
}

/** The way of one prepared column: from one input through the functions of the steps. */
interface Path {
  readonly head: ColumnHead;
  readonly source: number;
  /** Any of the mapping functions; the kinds were checked when the path was laid. */
  readonly functions: readonly ((value: never) => Cell)[];
}

/**
 * @param inputs - the raw columns a row brings
 * @throws UserError `UNKNOWN_COLUMN` or `NOT_NUMBER` when the inputs do not suit the steps, or text is left over
 */
export function compilePreparation(prepared: readonly PreparedStep[], inputs: readonly ColumnHead[]): RowTreatment {
  let paths: Path[] = inputs.map((head, source) => ({ head, source, functions: [] }));
  for (const { name, fitted } of prepared) {
    const step = stepNamed(name);
    const before = new Map(paths.map((path) => [path.head.name, path]));
    paths = step
      .maps(
        fitted,
        paths.map((path) => path.head),
      )
      .map((map) => extend(before.get(map.from)!, map));
  }
  for (const { head } of paths) if (head.kind === "text") throw textLeft(head.name);
  return {
    columns: paths.map((path) => path.head.name),
    treat(raw, out) {
      for (let p = 0; p < paths.length; p++) out[p] = follow(paths[p]!, raw);
    },
  };
}

function extend(path: Path, map: ColumnMap): Path {
  const kind = map.how === "keep" ? path.head.kind : map.how === "text" ? "text" : "number";
  const functions = map.how === "keep" ? path.functions : [...path.functions, map.of];
  return { head: { name: map.name, kind }, source: path.source, functions };
}

function follow({ head, source, functions }: Path, raw: ArrayLike<Cell>): number {
  let value = raw[source] as Cell;
  try {
    for (let f = 0; f < functions.length; f++) {
      if (typeof value === "number") refuseInfinite(value);
      value = functions[f]!(value as never);
    }
    refuseInfinite(value as number);
  } catch (fault) {
    throw fault instanceof ValueFault ? fault.at(head.name, value, undefined) : fault;
  }
  if (Number.isNaN(value)) throw stillMissing(head.name);
  return value as number;
}

function textLeft(name: string): UserError {
  return new UserError("NOT_NUMBER", {
    what: `column "${name}" holds text after the preparation`,
    where: "prepare",
    mend: `drop it (drop: [${name}]) or encode it (one-hot: [${name}])`,
  });
}

function stillMissing(name: string): UserError {
  return new UserError("MISSING_VALUE", {
    what: `column "${name}" is missing, and the preparation does not fill it`,
    where: "prepare",
    mend: "give the value",
  });
}
