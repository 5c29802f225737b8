/** Principal component analysis: fewer columns that keep most of the variance. */
import { z } from "zod";
import { UserError } from "../core/errors.js";
import { allocateMatrix } from "../core/matrix.js";
import type { Note } from "../core/notes.js";
import { type PrincipalAxes, principalAxes } from "./axes.js";
import { defineReducer, type RowTransform } from "./define.js";

interface PcaParams extends Readonly<Record<string, unknown>> {
  readonly components?: number | undefined;
  readonly variance?: number | undefined;
}

const params: z.ZodType<PcaParams> = z
  .strictObject({
    components: z.int().min(1).optional().meta({
      description: "how many components to keep",
      unit: "columns",
    }),
    variance: z.number().gt(0).max(1).optional().meta({
      description:
        "keep the fewest components that together explain more than this share of the variance; 1 keeps all there are",
      unit: "share of variance",
    }),
  })
  .refine(({ components, variance }) => (components === undefined) !== (variance === undefined), {
    message: "pca needs exactly one of components and variance",
  });

type FittedPca = {
  readonly mean: readonly number[];
  /** Unit rows, one per component kept. */
  readonly components: readonly (readonly number[])[];
  /** Variance along each component kept, divided by n − 1. */
  readonly explainedVariance: readonly number[];
  /** The same as a share of the variance of all columns. */
  readonly explainedVarianceRatio: readonly number[];
};

export const pca = defineReducer<PcaParams, FittedPca>({
  name: "pca",
  title: "PCA: the few directions along which the rows differ most",
  version: 1,
  cites: ["pearson1901"],
  params,
  /**
   * @throws UserError `TOO_FEW_ROWS` below 2 rows; `PARAM_RANGE` when more components are asked for than the
   * rows span, or when nothing varies
   * @remarks O(n·d²) time, O(d²) memory. The sign of a component makes its largest entry positive.
   */
  fit(x, { components, variance }) {
    requireTwoRows(x.rows);
    return pcaOf(x.rows, x.cols, principalAxes(x), { components, variance });
  },
  transform(x, fitted) {
    const project = projector(fitted);
    const out = allocateMatrix(x.rows, fitted.components.length);
    const row = new Float64Array(out.cols);
    for (let i = 0; i < x.rows; i++) {
      project(x.data, i * x.cols, row);
      out.data.set(row, i * out.cols);
    }
    return out;
  },
  rowTransform: projector,
  columnNames: (fitted) => fitted.components.map((_, c) => `PC${c + 1}`),
});

/**
 * What a PCA keeps of the axes of n rows in d columns.
 *
 * @throws UserError `PARAM_RANGE` as `fit`
 */
export function pcaOf(
  rows: number,
  cols: number,
  { mean, variances, axes }: PrincipalAxes,
  { components, variance }: PcaParams,
): { fitted: FittedPca; notes: Note[] } {
  const total = variances.reduce((sum, value) => sum + value, 0);
  const floor = variances[0]! * cols * Number.EPSILON;
  const rank = Math.min(variances.filter((value) => value > floor).length, rows - 1);
  if (!(total > 0) || !Number.isFinite(total)) {
    throw new UserError("PARAM_RANGE", {
      what: total === 0 ? "pca found no variance: every column is constant" : "the variance is too large for float64",
      where: "reduce, pca",
      mend: total === 0 ? "check the data, or use reduce: none" : "add a scale step to the preparation",
    });
  }
  const kept = components ?? countFor(variances, variance ?? 1, total, rank);
  if (kept > rank) throw tooMany(kept, cols, rank);
  return {
    fitted: {
      mean: Array.from(mean),
      components: axes.slice(0, kept).map((axis) => Array.from(axis)),
      explainedVariance: Array.from(variances.subarray(0, kept)),
      explainedVarianceRatio: Array.from(variances.subarray(0, kept), (value) => value / total),
    },
    notes: advise(kept, variances, total),
  };
}

function requireTwoRows(rows: number): void {
  if (rows >= 2) return;
  throw new UserError("TOO_FEW_ROWS", {
    what: `pca needs at least 2 rows, got ${rows}`,
    where: "reduce, pca",
    mend: "use reduce: none",
  });
}

/** out = components · (row − mean). */
function projector(fitted: FittedPca): RowTransform {
  const d = fitted.mean.length;
  const mean = Float64Array.from(fitted.mean);
  const components = Float64Array.from(fitted.components.flat());
  const centred = new Float64Array(d);
  return (row, start, out) => {
    for (let j = 0; j < d; j++) centred[j] = row[start + j]! - mean[j]!;
    for (let c = 0, at = 0; c < out.length; c++) {
      let sum = 0;
      for (let j = 0; j < d; j++, at++) sum += components[at]! * centred[j]!;
      out[c] = sum;
    }
  };
}

/** The smallest count whose cumulative share exceeds `share`; all that vary, when none does. */
function countFor(variances: Float64Array, share: number, total: number, rank: number): number {
  let sum = 0;
  for (let count = 1; count <= rank; count++) {
    sum += variances[count - 1]! / total;
    if (sum > share) return share === 1 ? rank : count;
  }
  return rank;
}

function tooMany(components: number, columns: number, rank: number): UserError {
  const what =
    components > columns
      ? `pca cannot make ${components} components of ${columns} ${columns === 1 ? "column" : "columns"}`
      : `pca was asked for ${components} components, but the rows span only ${rank} of the ${columns} columns' dimensions`;
  return new UserError("PARAM_RANGE", {
    what,
    where: "reduce, pca.components",
    mend: `give components from 1 to ${rank}`,
  });
}

/** A component that ties with the next one is one of many equally good directions. */
function advise(kept: number, variances: Float64Array, total: number): Note[] {
  const notes: Note[] = [];
  const last = variances[kept - 1]!;
  const next = variances[kept];
  if (next !== undefined && last - next <= 1e-9 * total) {
    notes.push({
      code: "tied-components",
      message: `components ${kept} and ${kept + 1} explain the same variance (${last}); which direction is kept is arbitrary`,
      hint: `keep ${kept + 1} components`,
    });
  }
  return notes;
}
