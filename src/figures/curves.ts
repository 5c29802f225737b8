/** What an index says about each number of clusters, per algorithm, with the spread over seeds. */
import { listed, readable } from "../core/words.js";
import { kAxis, type LinePoint, lineTraces } from "./lines.js";
import { axis, type FigureSpec, figure } from "./spec.js";
import { candidatesOf, type FigureMetric, isBetter, type SweepRow } from "./trials.js";

interface CurvePoint extends LinePoint {
  readonly setting: string;
  readonly seeds: number;
  /** The number of clusters was asked for, not found. */
  readonly asked: boolean;
}

interface CurveLine {
  readonly name: string;
  readonly points: readonly CurvePoint[];
}

/**
 * One line per algorithm over k, by the mean over seeds. Where an algorithm was tried with several settings, each k
 * shows the best of them by this index; the table says which.
 *
 * @throws UserError `SPACE_MISMATCH` if the rows were judged in more than one space
 */
export function curvesFigure(rows: readonly SweepRow[], metric: FigureMetric): FigureSpec {
  const all = curveLines(rows, metric);
  const { lines, left } = withinReach(all);
  const { data, annotations } = lines.length > 0 ? lineTraces(lines) : { data: [], annotations: [] };
  const best = lines.map(({ name, points }) => {
    const top = points.reduce((a, b) => (isBetter(b.value, a.value, metric) ? b : a));
    return `${name} at k = ${top.k} (${readable(top.value)})`;
  });
  return figure({
    question: `How many segments are best by ${metric.title}?`,
    hint: `${metric.better === "higher" ? "Higher" : "Lower"} is better; whiskers: ± one deviation over seeds; hollow: closed out by a gate${
      left === 0 ? "" : `; ${left} of them beyond the right edge`
    }`,
    alt: `${metric.title} against the number of segments, one line per algorithm. ${
      best.length > 0 ? `Best values: ${listed(best)}.` : "No algorithm has a value."
    }`,
    data,
    layout: {
      xaxis: kAxis(lines),
      yaxis: axis(`${metric.title} (${metric.unit ?? "no unit"})`),
      annotations,
      margin: { r: 120 },
    },
    table: {
      columns: ["algorithm", "setting", "k", "mean", "sd", "seeds", "closed out"],
      rows: all.flatMap(({ name, points }) =>
        points.map((point) => [
          name,
          point.setting,
          point.k,
          point.value,
          point.spread,
          point.seeds,
          point.open ? "no" : "yes",
        ]),
      ),
    },
  });
}

/**
 * Points that a gate closed out, beyond every k that is open or was asked for, would squeeze the rest: the table alone
 * has them.
 */
function withinReach(all: readonly CurveLine[]): { lines: CurveLine[]; left: number } {
  const open = all.flatMap(({ points }) => points.filter((point) => point.open || point.asked).map((point) => point.k));
  const highest = open.length > 0 ? Math.max(...open) : Number.POSITIVE_INFINITY;
  const lines = all
    .map(({ name, points }) => ({ name, points: points.filter((point) => point.open || point.k <= highest) }))
    .filter(({ points }) => points.length > 0);
  const count = (list: readonly CurveLine[]) => list.reduce((sum, { points }) => sum + points.length, 0);
  return { lines, left: count(all) - count(lines) };
}

function curveLines(rows: readonly SweepRow[], metric: FigureMetric): CurveLine[] {
  const families = new Map<string, Map<number, CurvePoint>>();
  for (const candidate of candidatesOf(rows)) {
    const spread = candidate.scores[metric.name];
    if (spread === undefined || candidate.k === null) continue;
    const byK = families.get(candidate.family) ?? new Map<number, CurvePoint>();
    families.set(candidate.family, byK);
    const held = byK.get(candidate.k);
    if (held && !isBetter(spread.mean, held.value, metric)) continue;
    const { k, setting } = candidate;
    const open = candidate.reason === null;
    const asked = /(^| )k=/.test(candidate.params);
    byK.set(k, { k, value: spread.mean, spread: spread.sd, open, asked, setting, seeds: spread.count });
  }
  return [...families.entries()].map(([name, byK]) => ({
    name,
    points: [...byK.values()].sort((a, b) => a.k - b.k),
  }));
}
