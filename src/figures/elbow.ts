/** The elbow: where more clusters stop paying for themselves. */
import { readable } from "../core/words.js";
import { accentColour, lightChrome, seriesStyle } from "./palette.js";
import { axis, type FigureSpec, figure } from "./spec.js";

export interface ElbowInput {
  /** Ascending. */
  readonly ks: readonly number[];
  /** Within-cluster sum of squares for each k, in squared units of the space. */
  readonly inertia: readonly number[];
  /** What was fitted, such as `kmeans`. */
  readonly algorithm: string;
}

/**
 * The k farthest below the straight line between the first and the last point, both axes scaled to [0, 1]
 * (Satopää et al. 2011). A drawing aid, not a test: it finds a bend in any falling curve, also of data without clusters.
 *
 * @returns null with fewer than three points, or where the curve does not fall below the line
 */
export function elbowOf(ks: readonly number[], inertia: readonly number[]): number | null {
  const last = ks.length - 1;
  if (last < 2) return null;
  const width = ks[last]! - ks[0]!;
  const height = inertia[0]! - inertia[last]!;
  if (!(width > 0 && height > 0)) return null;
  let best: number | null = null;
  let deepest = 1e-9;
  for (let i = 1; i < last; i++) {
    const along = (ks[i]! - ks[0]!) / width;
    const fallen = (inertia[0]! - inertia[i]!) / height;
    if (fallen - along > deepest) {
      deepest = fallen - along;
      best = ks[i]!;
    }
  }
  return best;
}

/** Inertia over k with the bend marked. */
export function elbowFigure(input: ElbowInput): FigureSpec {
  const { ks, inertia, algorithm } = input;
  const knee = elbowOf(ks, inertia);
  const style = seriesStyle(0);
  const first = inertia[0] ?? null;
  const at = knee === null ? null : inertia[ks.indexOf(knee)]!;
  const bend = knee === null ? "no bend" : `the bend is at k = ${knee}`;
  return figure({
    question: "Where do more segments stop paying?",
    hint: `${algorithm}: ${bend} (farthest from the chord; every falling curve has one)`,
    alt: `Within-cluster sum of squares against the number of segments for ${algorithm}; ${bend}${
      at === null ? "" : `, where ${readable(at)} of ${readable(first)} at k = ${ks[0]} is left`
    }.`,
    data: [
      {
        type: "scatter",
        mode: "lines",
        x: ks.length > 1 ? [ks[0]!, ks[ks.length - 1]!] : [],
        y: ks.length > 1 ? [inertia[0]!, inertia[inertia.length - 1]!] : [],
        line: { color: lightChrome.axis, width: 1, dash: "dot" },
        hoverinfo: "skip",
      },
      {
        type: "scatter",
        mode: "lines+markers",
        x: [...ks],
        y: [...inertia],
        line: { color: style.colour, width: 2 },
        marker: {
          color: ks.map((k) => (k === knee ? accentColour : style.colour)),
          size: ks.map((k) => (k === knee ? 12 : 7)),
          opacity: 1,
        },
        hovertemplate: "k = %{x}: %{y}<extra></extra>",
      },
    ],
    layout: {
      xaxis: axis("number of segments k (count)", { dtick: 1 }),
      yaxis: axis("inertia (squared scaled units)", { rangemode: "tozero" }),
      annotations:
        knee === null
          ? []
          : [
              {
                x: knee,
                y: at,
                text: `k = ${knee}`,
                showarrow: false,
                yshift: 18,
                xshift: 18,
                font: { color: lightChrome.ink },
              },
            ],
    },
    table: { columns: ["k", "inertia"], rows: ks.map((k, i) => [k, inertia[i]!]) },
  });
}
