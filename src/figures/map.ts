/** Maps of the customers: the plane of two principal components, and t-SNE. */
import { percent, readable } from "../core/words.js";
import { spreadApart } from "./lines.js";
import { lightChrome, segmentColour } from "./palette.js";
import { extent, type MapPoints, mapTraces, rasterAbove, segmentCentres } from "./points.js";
import { axis, type FigureSpec, figure, type Plain, type Trace } from "./spec.js";

export interface PcaMapInput extends MapPoints {
  /** Share of the variance along each axis, in [0, 1]. */
  readonly explained: readonly [number, number];
  /** The weight of each feature in the two components. */
  readonly loadings: readonly { readonly feature: string; readonly x: number; readonly y: number }[];
  /** How many arrows, the longest first; a larger value shows more features and is harder to read. */
  readonly arrows?: number;
}

/** The two-dimensional view that keeps most variance, with arrows along which single features grow. */
export function pcaMapFigure(input: PcaMapInput): FigureSpec {
  const [first, second] = input.explained;
  const longest = [...input.loadings]
    .sort((a, b) => Math.hypot(b.x, b.y) - Math.hypot(a.x, a.y))
    .slice(0, input.arrows ?? 6);
  const [x0, x1] = extent(input.x);
  const [y0, y1] = extent(input.y);
  const reach = Math.max(1e-300, ...longest.map((arrow) => Math.hypot(arrow.x, arrow.y)));
  const scale = (0.42 * Math.min(x1 - x0, y1 - y0)) / reach;
  const tips = longest.map(({ feature, x, y }) => ({ feature, x: x * scale, y: y * scale }));
  const places = namePlaces(tips, 0.05 * (y1 - y0));
  const arrows = tips.flatMap((tip, index) => arrowTo(tip.feature, tip.x, tip.y, places[index]!));
  const kept = percent(first + second);
  const lost = percent(1 - first - second);
  return map(input, {
    question: "Do the segments part on the plane of most variance?",
    hint: `Two principal components keep ${kept} of the variance; arrows show which way features grow`,
    x: `component 1 (${percent(first)} of variance, scaled units)`,
    y: `component 2 (${percent(second)} of variance, scaled units)`,
    closing: `The plane keeps ${kept} of the variance, so segments that overlap here may differ in the other ${lost}.`,
    annotations: arrows,
  });
}

/** Neighbourhoods by t-SNE: near points are alike; sizes of and distances between groups mean nothing. */
export function tsneMapFigure(input: MapPoints & { readonly perplexity?: number }): FigureSpec {
  const perplexity = input.perplexity === undefined ? "" : `, perplexity ${readable(input.perplexity)}`;
  return map(input, {
    question: "Do neighbours belong to the same segment?",
    hint: `t-SNE${perplexity}: near points are alike; distances between groups mean nothing`,
    x: "t-SNE 1 (no unit)",
    y: "t-SNE 2 (no unit)",
    closing: "Only neighbourhoods can be read: the size of a group and the distance between groups carry no meaning.",
    annotations: [],
  });
}

interface MapWords {
  readonly question: string;
  readonly hint: string;
  readonly x: string;
  readonly y: string;
  readonly closing: string;
  readonly annotations: readonly Plain[];
}

function map(points: MapPoints, words: MapWords): FigureSpec {
  const centres = segmentCentres(points);
  const total = points.labels.length;
  const sizes = centres.map((centre) => `${centre.name} ${percent(centre.rows / total)}`).join(", ");
  return figure({
    question: words.question,
    hint: words.hint,
    alt: `Map of ${readable(total)} rows coloured by segment (${sizes}). ${words.closing}`,
    data: [...mapTraces(points), ...centreTraces(centres)],
    layout: {
      xaxis: axis(words.x, { showticklabels: false }),
      yaxis: axis(words.y, { showticklabels: false, scaleanchor: "x" }),
      annotations: words.annotations,
      showlegend: true,
      legend: { orientation: "h", y: -0.12, yanchor: "top", x: 0, itemsizing: "constant", traceorder: "reversed" },
    },
    height: 520,
    digits: total > rasterAbove ? 3 : 4,
    table: {
      columns: ["segment", "rows", "share", "median x", "median y"],
      rows: centres.map((centre) => [centre.name, centre.rows, centre.rows / total, centre.x, centre.y]),
    },
  });
}

/** A ringed number at the middle of each segment, so that colour is never the only key. */
function centreTraces(centres: ReturnType<typeof segmentCentres>): Trace[] {
  const shown = centres.filter((centre) => centre.label >= 0);
  return [
    {
      type: "scatter",
      mode: "markers+text",
      x: shown.map((centre) => centre.x),
      y: shown.map((centre) => centre.y),
      text: shown.map((centre) => String(centre.label)),
      textfont: { size: 12, color: lightChrome.ink, weight: 700 },
      marker: {
        size: 22,
        color: "#ffffff",
        line: { width: 3, color: shown.map((centre) => segmentColour(centre.label)) },
      },
      hovertext: shown.map((centre) => centre.name),
      hoverinfo: "text",
      showlegend: false,
      cliponaxis: false,
    },
  ];
}

/** Heights of the names at the tips: on each side of the origin they keep a distance. */
function namePlaces(tips: readonly { readonly x: number; readonly y: number }[], gap: number): number[] {
  const places = tips.map((tip) => tip.y);
  for (const right of [true, false]) {
    const members = [...tips.keys()].filter((index) => tips[index]!.x >= 0 === right);
    const apart = spreadApart(
      members.map((index) => tips[index]!.y),
      gap,
    );
    members.forEach((index, at) => {
      places[index] = apart[at]!;
    });
  }
  return places;
}

function arrowTo(feature: string, x: number, y: number, nameY: number): Plain[] {
  const arrow = { x, y, ax: 0, ay: 0, xref: "x", yref: "y", axref: "x", ayref: "y", text: "", showarrow: true };
  return [
    { ...arrow, arrowhead: 2, arrowsize: 0.9, arrowwidth: 1.6, arrowcolor: lightChrome.ink },
    {
      x,
      y: nameY,
      text: feature,
      showarrow: false,
      xanchor: x >= 0 ? "left" : "right",
      xshift: x >= 0 ? 5 : -5,
      yanchor: "middle",
      font: { size: 11, color: lightChrome.ink },
      bgcolor: `${lightChrome.paper}cc`,
      borderpad: 1,
    },
  ];
}
