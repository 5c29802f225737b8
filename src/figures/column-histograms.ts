/** Many columns at a glance: a small histogram of each, as it is or on a logarithmic axis. */
import { expm1, log1p } from "../core/math.js";
import { describeNumbers } from "../core/statistics.js";
import { listed, readable } from "../core/words.js";
import { baseColours, lightChrome } from "./palette.js";
import { axis, type FigureSpec, figure, type Plain, type Trace } from "./spec.js";

export interface ColumnPanel {
  readonly name: string;
  /** Missing values are left out. */
  readonly values: ArrayLike<number>;
  /** Bins even in log(1 + value); ignored where a value is below 0. */
  readonly log?: boolean;
  readonly unit?: string;
}

export interface ColumnHistogramsOptions {
  /** Panels side by side (3). */
  readonly across?: number;
  /** Bins of each panel (32); more show more detail and more noise. */
  readonly bins?: number;
  readonly question?: string;
}

/** In pixels. */
const panelHeight = 76;
const gapHeight = 44;

/** One panel per entry, row by row; the skew stands in its corner (0 for a symmetric column). */
export function columnHistogramsFigure(
  panels: readonly ColumnPanel[],
  { across = 3, bins = 32, question = "How are the columns spread?" }: ColumnHistogramsOptions = {},
): FigureSpec {
  const drawn = panels.map((panel) => ({ ...panel, ...binned(panel, bins) }));
  const down = Math.max(1, Math.ceil(panels.length / across));
  const pixels = panelHeight * down + gapHeight * (down - 1);
  const gapX = 0.05;
  const gapY = gapHeight / pixels;
  const width = (1 - gapX * (across - 1)) / across;
  const height = (1 - gapY * (down - 1)) / down;
  const data: Trace[] = [];
  const layout: Record<string, Plain> = {};
  const annotations: Plain[] = [];
  drawn.forEach((panel, index) => {
    const suffix = index === 0 ? "" : String(index + 1);
    const left = (index % across) * (width + gapX);
    const top = 1 - Math.floor(index / across) * (height + gapY);
    const places = [...panel.counts.keys()].map((i) => panel.start + (i + 0.5) * panel.step);
    const most = Math.max(1, ...panel.counts);
    data.push({
      type: "bar",
      name: panel.name,
      x: places,
      y: panel.counts,
      width: panel.step,
      xaxis: `x${suffix}`,
      yaxis: `y${suffix}`,
      marker: { color: panel.isLog ? baseColours[4] : baseColours[0], line: { width: 0 } },
      hovertemplate: "%{y} rows<extra></extra>",
    });
    const unit = `(${panel.unit ?? "own units"}${panel.isLog ? ", log scale" : ""})`;
    layout[`xaxis${suffix}`] = axis(unit, {
      domain: [left, Math.min(1, left + width)],
      anchor: `y${suffix}`,
      showgrid: false,
      title: { text: unit, standoff: 2, font: { size: 10, color: lightChrome.muted } },
      tickfont: { size: 10, color: lightChrome.muted },
      range: [panel.start - 0.3 * panel.step, panel.start + (bins + 0.3) * panel.step],
      automargin: false,
      ...panel.ticks,
    });
    layout[`yaxis${suffix}`] = axis("", {
      domain: [Math.max(0, top - height), top],
      anchor: `x${suffix}`,
      showgrid: false,
      showline: false,
      showticklabels: false,
      range: [0, 1.35 * most],
    });
    const corner = { xref: "paper", yref: "paper", y: top, yanchor: "top", showarrow: false };
    annotations.push(
      {
        ...corner,
        x: left,
        xanchor: "left",
        text: `<b>${panel.name}</b>`,
        font: { size: 11, color: lightChrome.ink },
      },
      {
        ...corner,
        x: Math.min(1, left + width),
        xanchor: "right",
        text: panel.skew === null ? "constant" : `skew ${signed(panel.skew)}`,
        font: { size: 10.5, color: lightChrome.muted },
      },
    );
  });
  const askew = drawn.filter((panel) => Math.abs(panel.skew ?? 0) > 1.5);
  return figure({
    question,
    hint: "Rows per bin, each panel on its own scale; skew 0 is symmetric, above 1.5 a long tail to the right",
    alt: `Histograms of ${listed([...new Set(drawn.map((panel) => panel.name))])}. ${
      askew.length === 0
        ? "None has a skew beyond 1.5 on the axis it is drawn on."
        : `Skew beyond 1.5: ${askew.map((panel) => `${panel.name}${panel.isLog ? " (log)" : ""} ${signed(panel.skew!)}`).join(", ")}.`
    }`,
    data,
    layout: { ...layout, annotations, bargap: 0, margin: { l: 16, r: 16, b: 40 } },
    height: 136 + pixels,
    digits: 4,
    table: {
      columns: ["column", "scale", "rows", "lowest", "highest", "skew on this scale"],
      rows: drawn.map((panel) => [
        panel.name,
        panel.isLog ? "log(1 + value)" : "as it is",
        panel.rows,
        panel.low,
        panel.high,
        panel.skew,
      ]),
    },
  });
}

interface Binned {
  readonly isLog: boolean;
  readonly rows: number;
  readonly low: number | null;
  readonly high: number | null;
  /** On the axis drawn; null for a constant. */
  readonly skew: number | null;
  readonly counts: readonly number[];
  /** Where the first bin begins and how wide each is, on the axis drawn. */
  readonly start: number;
  readonly step: number;
  readonly ticks: { readonly [key: string]: Plain };
}

function binned(panel: ColumnPanel, bins: number): Binned {
  const present = Array.from(panel.values).filter(Number.isFinite);
  const low = present.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const high = present.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const isLog = panel.log === true && low >= 0;
  const places = isLog ? present.map(log1p) : present;
  const [from, to] = isLog ? [log1p(low), log1p(high)] : [low, high];
  const [start, end] = present.length === 0 ? [0, 1] : from === to ? [from - 0.5, to + 0.5] : [from, to];
  const step = (end - start) / bins;
  const counts = new Array<number>(bins).fill(0);
  for (const place of places) {
    const bin = Math.min(bins - 1, Math.floor((place - start) / step));
    counts[bin] = counts[bin]! + 1;
  }
  return {
    isLog,
    rows: present.length,
    low: present.length === 0 ? null : low,
    high: present.length === 0 ? null : high,
    skew: places.length === 0 ? null : describeNumbers(Float64Array.from(places)).skewness,
    counts,
    start,
    step,
    ticks: isLog ? logTicks(low, high) : { nticks: 4, tickformat: "~s" },
  };
}

/** At most four round values over the range. */
function logTicks(low: number, high: number): { tickvals: number[]; ticktext: string[] } {
  const round = low < 1 ? [0] : [];
  for (let tick = 1; tick <= high; tick *= 10) if (tick >= low) round.push(tick);
  const every = Math.ceil(round.length / 4);
  const kept = round.filter((_, i) => (round.length - 1 - i) % every === 0 || (i === 0 && every === 1));
  const shown = kept.length >= 2 ? kept : [low, expm1((log1p(low) + log1p(high)) / 2), high];
  return { tickvals: shown.map(log1p), ticktext: shown.map((tick) => readable(tick, 2)) };
}

function signed(value: number): string {
  const text = Math.abs(value).toFixed(1);
  return text === "0.0" ? "0" : `${value > 0 ? "" : "−"}${text}`;
}
