/** The candidates side by side: one dot per index, so that disagreement between indices is seen at once. */
import { readable, shorten } from "../core/words.js";
import { accentColour, lightChrome, outColour, seriesStyle } from "./palette.js";
import { axis, type FigureSpec, figure, nameAxis, type Plain, type Trace } from "./spec.js";
import { type Candidate, candidatesOf, type FigureMetric, isBetter, type SweepRow } from "./trials.js";

export interface LeaderboardInput {
  readonly rows: readonly SweepRow[];
  /** One panel each; candidates are sorted by the first. */
  readonly metrics: readonly [FigureMetric, ...FigureMetric[]];
  /** How many candidates to show (18); the table lists them all. */
  readonly top?: number;
  /** The chosen one, as `candidatesOf` names it. */
  readonly winner?: string;
}

/** Candidates sorted by the first index, those that can be chosen before those that cannot; ties by name. */
export function rankCandidates(rows: readonly SweepRow[], metric: FigureMetric): Candidate[] {
  const value = (candidate: Candidate) => candidate.scores[metric.name]?.mean;
  return candidatesOf(rows).sort((a, b) => {
    if ((a.reason === null) !== (b.reason === null)) return a.reason === null ? -1 : 1;
    const x = value(a);
    const y = value(b);
    if (x !== y) return x === undefined ? 1 : y === undefined ? -1 : isBetter(x, y, metric) ? -1 : 1;
    return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
  });
}

/**
 * Dots per metric, whiskers over seeds, hollow grey where a gate closed.
 *
 * @throws UserError `SPACE_MISMATCH` if the rows were judged in more than one space
 */
export function leaderboardFigure(input: LeaderboardInput): FigureSpec {
  const { metrics, winner } = input;
  const ranked = rankCandidates(input.rows, metrics[0]);
  const head = ranked.slice(0, input.top ?? 18);
  // The winner is always in the picture, wherever this index puts it.
  const chosen = ranked.find((candidate) => candidate.name === winner);
  const shown = chosen && !head.includes(chosen) ? [...head.slice(0, -1), chosen] : head;
  const places = shown.map((_, index) => -index);
  const names = shown.map((candidate) => {
    const name = shorten(candidate.name, 34);
    return candidate.name === winner ? `<b>${name}</b>` : name;
  });

  const data: Trace[] = [];
  const axes: Record<string, Plain> = {
    yaxis: nameAxis("", {
      tickvals: places,
      ticktext: names,
      range: [-shown.length + 0.4, 0.6],
      showgrid: true,
    }),
  };
  const gap = 0.05;
  const width = (1 - gap * (metrics.length - 1)) / metrics.length;
  metrics.forEach((metric, panel) => {
    const suffix = panel === 0 ? "" : String(panel + 1);
    const start = panel * (width + gap);
    axes[`xaxis${suffix}`] = axis(
      `${metric.title}<br>(${metric.unit ?? "no unit"})<br>${metric.better === "higher" ? "higher is better →" : "← lower is better"}`,
      { domain: [start, Math.min(1, start + width)], nticks: 5, tickangle: 0, showline: false },
    );
    data.push(...panelTraces(shown, places, metric, `x${suffix}`, winner));
  });

  const first = shown[0];
  const lead = first
    ? `${first.name} leads by ${metrics[0].title} (${readable(first.scores[metrics[0].name]?.mean ?? null)})`
    : "there is no candidate";
  const out = ranked.filter((candidate) => candidate.reason !== null).length;
  return figure({
    question: "Which clustering leads, and do the indices agree?",
    hint: `Sorted by ${metrics[0].title}; whiskers: ± one deviation over seeds; hollow: closed out by a gate`,
    alt: `Dots for ${shown.length} of ${ranked.length} candidates in ${metrics.length} panels; ${lead}.${
      chosen ? ` Chosen: ${chosen.name}.` : ""
    } ${out} of ${ranked.length} are closed out by a gate.`,
    data,
    layout: { ...axes, margin: { l: 12, r: 32, b: 92 } },
    height: 190 + 24 * Math.max(shown.length, 3),
    table: {
      columns: ["candidate", ...metrics.flatMap((metric) => [metric.name, `${metric.name} sd`]), "closed out by"],
      rows: ranked.map((candidate) => [
        candidate.name,
        ...metrics.flatMap((metric) => {
          const spread = candidate.scores[metric.name];
          return [spread?.mean ?? null, spread?.sd ?? null];
        }),
        candidate.reason,
      ]),
    },
  });
}

/** One dot per candidate; the best open one of the panel is named by its number. */
function panelTraces(
  shown: readonly Candidate[],
  places: readonly number[],
  metric: FigureMetric,
  xaxis: string,
  winner: string | undefined,
): Trace[] {
  const open = shown.filter((candidate) => candidate.reason === null && candidate.scores[metric.name]);
  const best = open.reduce<Candidate | undefined>(
    (a, b) => (a && !isBetter(b.scores[metric.name]!.mean, a.scores[metric.name]!.mean, metric) ? a : b),
    undefined,
  );
  const colour = (candidate: Candidate) =>
    candidate.reason !== null ? outColour : candidate.name === winner ? accentColour : seriesStyle(0).colour;
  const drawn = shown.flatMap((candidate, index) => {
    const spread = candidate.scores[metric.name];
    return spread ? [{ candidate, spread, y: places[index]! }] : [];
  });
  return [
    {
      type: "scatter",
      mode: "markers+text",
      xaxis,
      x: drawn.map(({ spread }) => spread.mean),
      y: drawn.map(({ y }) => y),
      error_x: {
        type: "data",
        array: drawn.map(({ spread }) => spread.sd ?? 0),
        color: lightChrome.axis,
        thickness: 1.2,
        width: 0,
      },
      marker: {
        size: drawn.map(({ candidate }) => (candidate.name === winner ? 12 : 9)),
        symbol: drawn.map(({ candidate }) => (candidate.reason === null ? "circle" : "circle-open")),
        color: drawn.map(({ candidate }) => colour(candidate)),
        opacity: 1,
      },
      text: drawn.map(({ candidate, spread }) => (candidate === best ? readable(spread.mean) : "")),
      textposition: metric.better === "higher" ? "middle left" : "middle right",
      textfont: { size: 11, color: lightChrome.muted },
      cliponaxis: false,
      hovertext: drawn.map(
        ({ candidate, spread }) =>
          `${candidate.name}: ${readable(spread.mean, 4)}${candidate.reason === null ? "" : ` (${candidate.reason})`}`,
      ),
      hoverinfo: "text",
    },
  ];
}
