/**
 * Indices that need neighbouring k: read off the curve W(k) of inertia over the number of clusters. They belong
 * to a whole sweep, not to one labeling, so they are a table of their own.
 */
import { UserError } from "../core/errors.js";
import { exp, log } from "../core/math.js";
import type { ReferenceKey } from "../core/references.js";
import { didYouMean } from "../core/suggest.js";
import type { MetricColumn } from "./define.js";
import { chooseGap, gapCurve } from "./gap.js";

/** The inertia of one k. */
export interface WithinPoint {
  readonly k: number;
  readonly within: number;
}

/** One k of a curve; null where a neighbour is missing or the ratio is not defined. */
export interface CurvePoint {
  readonly k: number;
  readonly value: number | null;
}

export interface Shape {
  readonly rows: number;
  readonly cols: number;
}

interface CurveEntry {
  readonly name: string;
  readonly title: string;
  readonly version: number;
  readonly cites: readonly ReferenceKey[];
  readonly favours: string;
  readonly column: MetricColumn;
  /** How a number of clusters is read off the curve, in words. */
  readonly reading: string;
}

/** A curve made from W(k) alone. */
export interface WithinCurve extends CurveEntry {
  readonly needs: "within";
  /** One point per k given, ascending; k = 1 may be given and helps its neighbour. */
  along(points: readonly WithinPoint[], shape: Shape): CurvePoint[];
  /** The k this curve speaks for, or null if it names none. */
  choose(points: readonly CurvePoint[]): number | null;
}

/** A curve that clusters reference data sets too. */
export interface ReferenceCurve extends CurveEntry {
  readonly needs: "references";
  along: typeof gapCurve;
  choose: typeof chooseGap;
}

export type Curve = WithinCurve | ReferenceCurve;

/**
 * H(k) = (W(k) / W(k+1) − 1)·(n − k − 1): does one more cluster pay? Hartigan's rule of thumb takes the smallest
 * k with H ≤ 10.
 */
export const hartigan: WithinCurve = {
  name: "hartigan",
  title: "Hartigan: what one more cluster takes off the inertia",
  version: 1,
  cites: ["hartigan1975"],
  favours: "many clusters on large data: the threshold 10 does not grow with n",
  column: { name: "hartigan", title: "Hartigan", better: "lower", range: [-1, Number.POSITIVE_INFINITY] },
  reading: "the smallest k with a value of at most 10",
  needs: "within",
  along(points, { rows }) {
    const within = byK(points);
    return ascending(points).map((k) => {
      const here = within.get(k);
      const next = within.get(k + 1);
      return { k, value: here && next ? (here / next - 1) * (rows - k - 1) : null };
    });
  },
  choose: (points) => points.find(({ value }) => value !== null && value <= 10)?.k ?? null,
};

/**
 * KL(k) = |DIFF(k) / DIFF(k+1)| with DIFF(k) = (k−1)^(2/d)·W(k−1) − k^(2/d)·W(k): how sharply the gain of
 * splitting falls off after k, corrected for what splitting uniform data in d columns would gain.
 */
export const krzanowskiLai: WithinCurve = {
  name: "krzanowski-lai",
  title: "Krzanowski–Lai: how sharply the gain of splitting falls off after k",
  version: 1,
  cites: ["krzanowski1988"],
  favours: "sharp elbows; jumps to odd k where the next difference is near zero",
  column: { name: "krzanowski_lai", title: "Krzanowski–Lai", better: "higher", range: [0, Number.POSITIVE_INFINITY] },
  reading: "the k with the largest value",
  needs: "within",
  along(points, { cols }) {
    const within = byK(points);
    const corrected = (k: number) => {
      const value = within.get(k);
      return value === undefined ? undefined : exp((2 / cols) * log(k)) * value;
    };
    const difference = (k: number) => {
      const before = corrected(k - 1);
      const here = corrected(k);
      return before === undefined || here === undefined ? undefined : before - here;
    };
    return ascending(points).map((k) => {
      const here = difference(k);
      const next = difference(k + 1);
      return { k, value: here === undefined || !next ? null : Math.abs(here / next) };
    });
  },
  choose(points) {
    let best: { k: number; value: number } | null = null;
    for (const { k, value } of points) if (value !== null && (best === null || value > best.value)) best = { k, value };
    return best?.k ?? null;
  },
};

export const gap: ReferenceCurve = {
  name: "gap",
  title: "Gap: how much lower log W(k) lies than on data without clusters",
  version: 1,
  cites: ["tibshirani2001"],
  favours: "round, well-separated clusters; rises without end where marginals are not uniform",
  column: {
    name: "gap",
    title: "gap",
    better: "higher",
    range: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
  },
  reading: "the smallest k with gap(k) ≥ gap(k+1) − its standard error",
  needs: "references",
  along: gapCurve,
  choose: chooseGap,
};

export const curves: readonly Curve[] = [hartigan, krzanowskiLai, gap];

/** @throws UserError `UNKNOWN_NAME`, with the nearest known name */
export function curveNamed(name: string): Curve {
  const curve = curves.find((entry) => entry.name === name);
  if (curve !== undefined) return curve;
  const known = curves.map((entry) => entry.name);
  throw new UserError("UNKNOWN_NAME", { what: `unknown curve index "${name}"`, mend: didYouMean(name, known) });
}

const byK = (points: readonly WithinPoint[]) => new Map(points.map(({ k, within }) => [k, within]));

const ascending = (points: readonly WithinPoint[]) => points.map(({ k }) => k).sort((a, b) => a - b);
