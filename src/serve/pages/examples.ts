/** A customer of each segment to begin with: made of medians and quantiles, so it is nobody's row. */
import type { Cell } from "../../preprocessing/compile.js";
import { typicalCustomer } from "../reasons.js";
import type { Service } from "../service.js";

export interface Example {
  readonly label: number;
  readonly name: string;
  /** Values in the order of the features; a missing number is NaN. */
  readonly row: readonly Cell[];
  readonly margin: number | null;
}

/** By label; a segment of which no made-up row is known to fall into it is left out. */
export type Examples = ReadonlyMap<number, Example>;

export function examplesOf({ model, compiled }: Service): Examples {
  const { features } = model.input;
  const typical = typicalCustomer(model);
  const numbers = (row: readonly Cell[]) =>
    row.map((cell, j) => cell ?? (features[j]!.kind === "number" ? Number.NaN : null));
  const found = new Map<number, Example>();
  for (const { label, name, medians } of model.segments) {
    const middle = features.map((feature, j) => medians[feature.name] ?? typical[j]!);
    const golden = model.golden.filter((row) => row.label === label).map(({ row }) => row);
    for (const candidate of [middle, ...golden]) {
      const row = numbers(candidate);
      const verdict = compiled.predictRow(row);
      if (verdict.label !== label) continue;
      found.set(label, { label, name, row, margin: Number.isFinite(verdict.margin) ? verdict.margin : null });
      break;
    }
  }
  return found;
}
