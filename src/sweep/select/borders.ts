/** What the evidence says of the borders between segments. Pure. */
import { pairsOf } from "../../stability/borders.js";

/**
 * Density ratio from which two segments lie apart: the way between them is so many times the longest step within. Halves
 * of one cloud have at most 1; moons and rings 2 to 5.
 */
const APART = 1.2;
/** A p so many times below the level is plain enough to stand without the null model. */
const PLAIN = 50;

export interface Border {
  readonly a: number;
  readonly b: number;
  /** Of "no gap along a line". */
  readonly p: number;
  /** The shortest way between the two, as a multiple of the longest step within either. */
  readonly ratio: number;
  readonly gap: boolean;
  /** A gap along a line. */
  readonly straight: boolean;
  /** Apart by density alone. */
  readonly apart: boolean;
  /** So clear a gap that no null model needs to be asked. */
  readonly plain: boolean;
}

/**
 * @param values - p and density ratio of each pair in turn, as gathered
 * @param level - of "every gap that is claimed is one", over all borders of a partition (Holm 1979)
 */
export function bordersIn(
  values: readonly (number | null)[] | undefined,
  k: number,
  level: number,
): readonly Border[] | null {
  if (!values || values.length === 0) return null;
  const before = known.get(values);
  if (before?.level === level) return before.borders;
  const all = pairsOf(k).map(([a, b], i) => ({ a, b, p: values[2 * i] ?? 1, ratio: values[2 * i + 1] ?? 0 }));
  const [gaps, plain] = [level, level / PLAIN].map((at) =>
    holm(
      all.map(({ p }) => p),
      at,
    ),
  );
  const borders = all.map((border, i) => {
    const apart = border.ratio >= APART;
    return { ...border, straight: gaps![i]!, gap: gaps![i]! || apart, apart, plain: plain![i]! || apart };
  });
  known.set(values, { level, borders });
  return borders;
}

/** A decision is taken again hundreds of times on the same borders. */
const known = new WeakMap<readonly unknown[], { readonly level: number; readonly borders: readonly Border[] }>();

/** The hypotheses that Holm's procedure rejects: the i-th smallest of m p-values against level / (m − i). */
function holm(p: readonly number[], level: number): boolean[] {
  const rejected = p.map(() => false);
  const order = p.map((_, i) => i).sort((i, j) => p[i]! - p[j]! || i - j);
  for (const [rank, i] of order.entries()) {
    if (p[i]! > level / (p.length - rank)) break;
    rejected[i] = true;
  }
  return rejected;
}

export const isNatural = (borders: readonly Border[] | null) => !!borders && borders.every(({ gap }) => gap);
export const isPlainlyNatural = (borders: readonly Border[] | null) => !!borders && borders.every(({ plain }) => plain);
/** Is there a gap that no straight line shows? */
export const winds = (borders: readonly Border[] | null) =>
  !!borders && borders.some(({ apart, straight }) => apart && !straight);
export const isApart = (borders: readonly Border[] | null) => !!borders && borders.every(({ apart }) => apart);
