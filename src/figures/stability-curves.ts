/** Which numbers of segments replicate: Jaccard and prediction strength over k, with the bars they must clear. */
import { listed, readable } from "../core/words.js";
import { lightChrome, seriesStyle } from "./palette.js";
import { axis, type FigureSpec, figure, type Plain, type Trace } from "./spec.js";

export interface StabilityPoint {
  readonly k: number;
  readonly mean: number | null;
  /** 10 % and 90 % quantiles over resamples, where known. */
  readonly low?: number | null;
  readonly high?: number | null;
}

export interface StabilityInput {
  /** What was resampled, such as `kmeans`. */
  readonly algorithm: string;
  /** Jaccard of the worst cluster, over bootstrap resamples. */
  readonly jaccard: readonly StabilityPoint[];
  readonly predictionStrength: readonly StabilityPoint[];
  readonly thresholds: { readonly jaccard: number; readonly predictionStrength: number };
}

/** Two panels over one k axis; full dots clear their bar, hollow ones do not. */
export function stabilityCurvesFigure(input: StabilityInput): FigureSpec {
  const panels = [
    {
      title: "worst cluster's Jaccard",
      points: input.jaccard,
      bar: input.thresholds.jaccard,
      suffix: "",
      domain: [0.56, 1],
    },
    {
      title: "prediction strength",
      points: input.predictionStrength,
      bar: input.thresholds.predictionStrength,
      suffix: "2",
      domain: [0, 0.44],
    },
  ] as const;
  const clears = (k: number) =>
    panels.every(({ points, bar }) =>
      points.some((point) => point.k === k && point.mean !== null && point.mean >= bar),
    );
  const ks = [...new Set(panels.flatMap(({ points }) => points.map((point) => point.k)))].sort((a, b) => a - b);
  const stable = ks.filter(clears);
  const verdict =
    stable.length === 0
      ? "no k clears both"
      : `k = ${listed(stable.map(String))} ${stable.length === 1 ? "clears" : "clear"} both`;
  const layout: Record<string, Plain> = {
    xaxis: axis("number of segments k (count)", { dtick: 1, anchor: "y2" }),
  };
  const data: Trace[] = [];
  const shapes: Plain[] = [];
  const annotations: Plain[] = [];
  panels.forEach(({ title, points, bar, suffix, domain }, index) => {
    const colour = seriesStyle(index * 4).colour;
    const known = points.filter((point) => point.mean !== null);
    layout[`yaxis${suffix}`] = axis(`${title}<br>(no unit, 0 to 1)`, { domain, range: [0, 1.05], dtick: 0.25 });
    data.push({
      type: "scatter",
      mode: "lines+markers",
      name: title,
      x: known.map((point) => point.k),
      y: known.map((point) => point.mean),
      yaxis: `y${suffix}`,
      error_y: {
        type: "data",
        symmetric: false,
        array: known.map((point) => Math.max(0, (point.high ?? point.mean!) - point.mean!)),
        arrayminus: known.map((point) => Math.max(0, point.mean! - (point.low ?? point.mean!))),
        color: colour,
        thickness: 1.2,
        width: 3,
      },
      line: { color: colour, width: 2 },
      marker: {
        size: 9,
        color: known.map((point) => (point.mean! >= bar ? colour : lightChrome.paper)),
        line: { color: colour, width: 2 },
        opacity: 1,
      },
      hovertemplate: `k = %{x}: %{y}<extra></extra>`,
    });
    shapes.push({
      type: "line",
      xref: "paper",
      yref: `y${suffix}`,
      x0: 0,
      x1: 1,
      y0: bar,
      y1: bar,
      line: { color: lightChrome.ink, width: 1.2, dash: "dash" },
    });
    annotations.push({
      xref: "paper",
      yref: `y${suffix}`,
      x: 1.01,
      y: bar,
      xanchor: "left",
      yanchor: "middle",
      text: `must reach<br>${readable(bar)}`,
      align: "left",
      showarrow: false,
      font: { size: 11.5, color: lightChrome.ink },
    });
  });
  const whiskers = panels.some(({ points }) => points.some(({ low, high }) => low != null || high != null));
  return figure({
    question: "Which numbers of segments replicate?",
    hint: `${input.algorithm}: ${verdict}; full dots clear their bar${whiskers ? "; whiskers: 10 to 90 % of resamples" : ""}`,
    alt: `Stability of ${input.algorithm} against the number of segments: ${verdict} (Jaccard ${readable(
      input.thresholds.jaccard,
    )}, prediction strength ${readable(input.thresholds.predictionStrength)}). ${ks
      .map(
        (k) =>
          `k = ${k}: ${panels.map(({ points }) => readable(points.find((point) => point.k === k)?.mean ?? null)).join(" and ")}`,
      )
      .join("; ")}.`,
    data,
    layout: { ...layout, shapes, annotations, margin: { r: 90 } },
    height: 480,
    digits: 4,
    table: {
      columns: ["k", "jaccard", "prediction strength", "clears both"],
      rows: ks.map((k) => [
        k,
        ...panels.map(({ points }) => points.find((point) => point.k === k)?.mean ?? null),
        clears(k) ? "yes" : "no",
      ]),
    },
  });
}
