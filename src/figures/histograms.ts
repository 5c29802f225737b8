/** How a feature is spread within each segment, in bins shared by all of them. */
import { expm1, log1p } from "../core/math.js";
import { percent, readable, segmentName } from "../core/words.js";
import { everyoneColour, lightChrome, segmentColour } from "./palette.js";
import { presentLabels } from "./points.js";
import { axis, type FigureSpec, figure, type Plain, type Trace } from "./spec.js";

export interface SegmentHistograms {
  readonly feature: string;
  readonly unit?: string;
  /** Bin i holds values in [edges[i], edges[i + 1]), the last one its upper edge too; in the feature's own unit. */
  readonly edges: readonly number[];
  /** Widths grow with the value: bins are even in log(1 + value). */
  readonly log: boolean;
  readonly segments: readonly { readonly label: number; readonly name: string; readonly counts: readonly number[] }[];
}

export interface HistogramOptions {
  readonly unit?: string;
  readonly names?: Readonly<Record<number, string>>;
  /** How many bins; more show more detail and more noise. */
  readonly bins?: number;
  /** Bins even in log(1 + value); right for money. Values must then be 0 or more, or the bins are even. */
  readonly log?: boolean;
}

/** Money and counts pile up near 0 with a long tail: there the upper quartile lies far from the largest value. */
export function suitsLog(values: ArrayLike<number>, upperQuartile: number): boolean {
  let max = 0;
  for (let i = 0; i < values.length; i++) if (values[i]! > max) max = values[i]!;
  return upperQuartile * 4 < max;
}

/** Count values per bin and segment; missing values are left out. */
export function segmentHistograms(
  feature: string,
  values: ArrayLike<number>,
  labels: ArrayLike<number>,
  options: HistogramOptions = {},
): SegmentHistograms {
  const bins = options.bins ?? 30;
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i]!)) continue;
    low = Math.min(low, values[i]!);
    high = Math.max(high, values[i]!);
  }
  if (low > high) [low, high] = [0, 1];
  if (low === high) [low, high] = [low - 0.5, high + 0.5];
  const log = options.log === true && low >= 0;
  const to = (value: number) => (log ? log1p(value) : value);
  const from = (place: number) => (log ? expm1(place) : place);
  const start = to(low);
  const step = (to(high) - start) / bins;
  const edges = Array.from({ length: bins + 1 }, (_, i) =>
    i === 0 ? low : i === bins ? high : from(start + i * step),
  );
  const segments = presentLabels(labels).map((label) => {
    const counts = new Array<number>(bins).fill(0);
    for (let i = 0; i < values.length; i++) {
      if ((labels[i]! < 0 ? -1 : labels[i]!) !== label || !Number.isFinite(values[i]!)) continue;
      const bin = Math.max(0, Math.min(bins - 1, Math.floor((to(values[i]!) - start) / step)));
      counts[bin] = counts[bin]! + 1;
    }
    return { label, name: segmentName(label, options.names), counts };
  });
  return { feature, edges, log, segments, ...(options.unit === undefined ? {} : { unit: options.unit }) };
}

/** One row of bars per segment over the same axis; the grey outline behind each is everyone. */
export function histogramsFigure(input: SegmentHistograms): FigureSpec {
  const { edges, segments, log } = input;
  const bins = edges.length - 1;
  const place = (value: number) => (log ? log1p(value) : value);
  const centres = Array.from({ length: bins }, (_, i) => (place(edges[i]!) + place(edges[i + 1]!)) / 2);
  const width = (place(edges[bins]!) - place(edges[0]!)) / bins;
  const everyone = centres.map((_, i) => sum(segments.map((segment) => segment.counts[i]!)));
  const total = sum(everyone);
  const shares = (counts: readonly number[]) => counts.map((count) => (100 * count) / Math.max(1, sum(counts)));
  const grey = shares(everyone);
  // The outline stands on the axis at both ends; between, a line in steps turns halfway from centre to centre.
  const ends = [place(edges[0]!), place(edges[bins]!)] as const;
  const outline = {
    x: [ends[0], ends[0], ...centres, ends[1], ends[1]],
    y: [0, grey[0]!, ...grey, grey.at(-1)!, 0],
  };

  const unit = input.unit ?? "own units";
  const data: Trace[] = [];
  const layout: Record<string, Plain> = {};
  const annotations: Plain[] = [];
  const gap = 0.04;
  const height = (1 - gap * (segments.length - 1)) / Math.max(1, segments.length);
  segments.forEach((segment, index) => {
    const suffix = index === 0 ? "" : String(index + 1);
    const top = 1 - index * (height + gap);
    const bars = shares(segment.counts);
    const yaxis = `y${suffix}`;
    layout[`yaxis${suffix}`] = axis(index === Math.floor((segments.length - 1) / 2) ? "share (%)" : "", {
      domain: [Math.max(0, top - height), top],
      nticks: 3,
      showline: false,
      range: [0, 1.3 * Math.max(1, ...bars, ...grey)],
    });
    data.push(
      {
        type: "bar",
        name: segment.name,
        x: centres,
        y: bars,
        width,
        yaxis,
        marker: { color: segmentColour(segment.label), line: { width: 0 } },
        hovertemplate: `${segment.name}: %{y} %<extra></extra>`,
      },
      {
        type: "scatter",
        mode: "lines",
        name: "everyone",
        ...outline,
        yaxis,
        line: { color: everyoneColour, width: 1.5, shape: "hvh" },
        hoverinfo: "skip",
      },
    );
    annotations.push({
      xref: "paper",
      yref: "paper",
      x: 1,
      y: top,
      xanchor: "right",
      yanchor: "top",
      text: `${segment.name} (${percent(sum(segment.counts) / Math.max(1, total))})`,
      showarrow: false,
      font: { size: 12, color: lightChrome.ink },
    });
  });
  const ticks = log ? logTicks(edges[0]!, edges[bins]!) : undefined;
  layout["xaxis"] = axis(`${input.feature} (${unit}${log ? ", log scale" : ""})`, {
    anchor: segments.length > 1 ? `y${segments.length}` : "y",
    showgrid: false,
    range: [place(edges[0]!) - width * 0.5, place(edges[bins]!) + width * 0.5],
    ...(ticks ? { tickvals: ticks.map(log1p), ticktext: ticks.map((tick) => readable(tick)) } : {}),
  });
  const peaks = segments.map((segment) => {
    const at = segment.counts.indexOf(Math.max(...segment.counts));
    return `${segment.name} is fullest between ${readable(edges[at]!)} and ${readable(edges[at + 1]!)}`;
  });
  return figure({
    question: `How do the segments differ in ${input.feature}?`,
    hint: `Share of each segment per bin${log ? ", bins even in log(1 + value)" : ""}; grey line: everyone`,
    alt: `Histograms of ${input.feature} (${unit}) for ${segments.length} segments in ${bins} shared bins. ${peaks.join("; ")}.`,
    data,
    layout: { ...layout, annotations, bargap: 0, barmode: "overlay" },
    height: 150 + Math.max(220, 92 * segments.length),
    digits: 4,
    table: {
      columns: ["from", "to", ...segments.map((segment) => segment.name)],
      rows: centres.map((_, i) => [edges[i]!, edges[i + 1]!, ...segments.map((segment) => segment.counts[i]!)]),
    },
  });
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Round numbers over the range: 0, 1, 10, 100 … in the feature's own unit. */
function logTicks(low: number, high: number): number[] {
  const ticks = low <= 0 ? [0] : [];
  for (let tick = 0.001; tick <= high; tick *= 10) {
    const round = Number(tick.toPrecision(1));
    if (round >= low && (round >= 1 || high < 10)) ticks.push(round);
  }
  return ticks.length >= 2 ? ticks : [low, high];
}
