/** Rousseeuw's silhouette plot: every row's silhouette, sorted within its segment. */
import { percent, readable, segmentName } from "../core/words.js";
import { lightChrome, segmentColour } from "./palette.js";
import { presentLabels } from "./points.js";
import { axis, type FigureSpec, figure, nameAxis, type Plain, type Trace } from "./spec.js";

export interface SilhouettePlotInput {
  /** One value in [−1, 1] per row. */
  readonly silhouettes: ArrayLike<number>;
  readonly labels: ArrayLike<number>;
  readonly names?: Readonly<Record<number, string>>;
}

/** Above this number of rows each segment is drawn by evenly spaced ranks of its sorted rows. */
const drawnRows = 2_000;

/**
 * A blade per segment: its height is its size, its edge the sorted silhouettes; the line is the mean of all.
 * Blades that stay right of the line are well set apart; the part left of 0 lies nearer to another segment.
 *
 * @see rousseeuw1987
 */
export function silhouettePlotFigure(input: SilhouettePlotInput): FigureSpec {
  const total = input.labels.length;
  const groups = presentLabels(input.labels).map((label) => {
    const values: number[] = [];
    for (let i = 0; i < total; i++) {
      if ((input.labels[i]! < 0 ? -1 : input.labels[i]!) === label && Number.isFinite(input.silhouettes[i]!)) {
        values.push(input.silhouettes[i]!);
      }
    }
    values.sort((a, b) => b - a);
    const mean = values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
    const below = values.filter((value) => value < 0).length;
    return { label, name: segmentName(label, input.names), values, mean, below };
  });
  const counted = groups.reduce((sum, group) => sum + group.values.length, 0);
  const mean = counted === 0 ? null : groups.reduce((sum, g) => sum + (g.mean ?? 0) * g.values.length, 0) / counted;
  const misplaced = groups.reduce((sum, group) => sum + group.below, 0);

  const data: Trace[] = [];
  const ticks: number[] = [];
  const gap = Math.max(1, total * 0.018);
  let top = 0;
  for (const group of groups) {
    const { x, y } = blade(group.values, top, Math.min(1, drawnRows / Math.max(1, total)));
    ticks.push(top - group.values.length / 2);
    top -= group.values.length + gap;
    data.push({
      type: "scatter",
      mode: "lines",
      name: group.name,
      x,
      y,
      fill: "tozerox",
      fillcolor: `${segmentColour(group.label)}cc`,
      line: { color: segmentColour(group.label), width: 0.5, shape: "vh" },
      hovertemplate: `${group.name}: %{x}<extra></extra>`,
    });
  }
  const shapes: Plain[] =
    mean === null
      ? []
      : [
          {
            type: "line",
            x0: mean,
            x1: mean,
            yref: "paper",
            y0: 0,
            y1: 1,
            line: { color: lightChrome.ink, width: 1.2, dash: "dot" },
          },
        ];
  return figure({
    question: "Does each customer lie nearer to their own segment?",
    hint: `Mean silhouette ${readable(mean)}; ${percent(counted === 0 ? null : misplaced / counted)} lie nearer to another segment (left of 0)`,
    alt: `Silhouette of every row, sorted within ${groups.length} groups. Mean ${readable(mean)}. ${groups
      .map(
        (group) =>
          `${group.name}: mean ${readable(group.mean)}, ${percent(group.below / Math.max(1, group.values.length))} below 0`,
      )
      .join("; ")}.`,
    data,
    layout: {
      xaxis: axis("silhouette (no unit, −1 to 1)", { zeroline: true, showline: false, tickformat: ".1f" }),
      yaxis: nameAxis("", {
        tickvals: ticks,
        ticktext: groups.map((g) => `${g.name}<br>${percent(g.values.length / Math.max(1, total))}`),
      }),
      shapes,
      annotations:
        mean === null
          ? []
          : [
              {
                x: mean,
                y: 1,
                yref: "paper",
                yanchor: "bottom",
                text: `mean ${readable(mean)}`,
                showarrow: false,
                font: { size: 11.5, color: lightChrome.ink },
              },
            ],
      margin: { l: 12 },
    },
    height: 460,
    digits: 4,
    table: {
      columns: ["segment", "rows", "mean", "lowest", "median", "highest", "share below 0"],
      rows: groups.map(({ name, values, mean, below }) => [
        name,
        values.length,
        mean,
        values[values.length - 1] ?? null,
        values[Math.floor(values.length / 2)] ?? null,
        values[0] ?? null,
        values.length === 0 ? null : below / values.length,
      ]),
    },
  });
}

/** The outline of one segment's sorted rows, downwards from `top`, by `share` of them (never fewer than 20). */
function blade(values: readonly number[], top: number, share: number): { x: number[]; y: number[] } {
  const n = values.length;
  const points = Math.min(n, Math.max(20, Math.round(n * share)));
  const x: number[] = [];
  const y: number[] = [];
  for (let i = 0; i < points; i++) {
    const rank = points === 1 ? 0 : Math.round((i * (n - 1)) / (points - 1));
    x.push(values[rank]!);
    y.push(top - rank);
  }
  return { x, y };
}
