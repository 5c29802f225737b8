/** The snake plot: each segment as one line through all features. */

import { shorten } from "../core/words.js";
import { dot, spreadApart } from "./lines.js";
import { lightChrome, segmentColour, segmentSymbol } from "./palette.js";
import { axis, type FigureSpec, figure, nameAxis } from "./spec.js";

export interface SnakePlotInput {
  readonly features: readonly string[];
  readonly segments: readonly {
    readonly label: number;
    readonly name: string;
    /** Per feature the percentile, 0 … 100, at which the segment's median lies among all customers. */
    readonly percentiles: readonly (number | null)[];
  }[];
  /** Features from top to bottom and names below, for a page too narrow for all features side by side. */
  readonly upright?: boolean;
}

/**
 * Percentiles put features of every unit and shape on one axis: 50 is the customer in the middle. They do not depend
 * on how the data were scaled for clustering.
 */
export function snakePlotFigure(input: SnakePlotInput): FigureSpec {
  const { features, segments, upright = false } = input;
  const ends = segments.map((segment) => segment.percentiles.findLast((value) => value !== null) ?? 50);
  const places = spreadApart(ends, 7);
  const extremes = segments.map((segment) => {
    const known = segment.percentiles
      .map((value, i) => ({ value, feature: features[i]! }))
      .filter((p) => p.value !== null);
    const far = known.reduce<(typeof known)[number] | undefined>(
      (a, b) => (a && Math.abs(a.value! - 50) >= Math.abs(b.value! - 50) ? a : b),
      undefined,
    );
    return far
      ? `${segment.name} is farthest from the middle in ${far.feature} (percentile ${Math.round(far.value!)})`
      : segment.name;
  });
  return figure({
    question: "How does the typical member of each segment compare?",
    hint: "Where each segment's median lies among all customers; 50 is the middle customer",
    alt: `Line plot of the percentile of each segment's median over ${features.length} features. ${extremes.join("; ")}.`,
    data: segments.map((segment) => {
      const along = features.map((_, i) => i);
      return {
        type: "scatter",
        mode: "lines+markers",
        name: segment.name,
        ...(upright ? { x: segment.percentiles, y: along } : { x: along, y: segment.percentiles }),
        line: { color: segmentColour(segment.label), width: 2.5 },
        marker: { color: segmentColour(segment.label), symbol: segmentSymbol(segment.label), size: upright ? 7 : 8 },
        hovertemplate: `${segment.name}: %{${upright ? "x" : "y"}}<extra></extra>`,
      };
    }),
    layout: upright ? uprightLayout(features) : sidewaysLayout(features, segments, places),
    height: upright ? 220 + 28 * features.length : 560,
    digits: 3,
    table: {
      columns: ["feature", ...segments.map((segment) => segment.name)],
      rows: features.map((feature, i) => [feature, ...segments.map((segment) => segment.percentiles[i] ?? null)]),
    },
  });
}

/** The middle customer. */
const middle = { layer: "below", line: { color: lightChrome.axis, width: 1.2, dash: "dot" } } as const;
const percentiles = { range: [-4, 104], dtick: 25 } as const;

/** Names stand at the right end of each line. */
function sidewaysLayout(features: readonly string[], segments: SnakePlotInput["segments"], places: readonly number[]) {
  const last = features.length - 1;
  return {
    xaxis: nameAxis("feature", {
      tickvals: features.map((_, i) => i),
      ticktext: features,
      tickangle: -40,
      showgrid: true,
      tickfont: { size: 11, color: lightChrome.ink },
      range: [-0.3, last + 0.2],
    }),
    yaxis: axis("percentile of the median (0 to 100)", percentiles),
    shapes: [{ type: "line", xref: "paper", x0: 0, x1: 1, y0: 50, y1: 50, ...middle }],
    annotations: segments.map((segment, index) => ({
      x: last,
      y: places[index]!,
      xshift: 12,
      xanchor: "left",
      align: "left",
      text: `${dot(segmentColour(segment.label))} ${shorten(segment.name, 26)}`,
      showarrow: false,
      font: { size: 12, color: lightChrome.ink },
    })),
    margin: { r: 192, b: 130 },
  };
}

function uprightLayout(features: readonly string[]) {
  return {
    xaxis: axis("percentile of the median (0 to 100)", percentiles),
    yaxis: nameAxis("", {
      tickvals: features.map((_, i) => i),
      ticktext: features.map((feature) => shorten(feature, 16)),
      showgrid: true,
      tickfont: { size: 10, color: lightChrome.ink },
      range: [features.length - 0.5, -0.5],
    }),
    shapes: [{ type: "line", yref: "paper", y0: 0, y1: 1, x0: 50, x1: 50, ...middle }],
    showlegend: true,
    legend: { orientation: "h", x: 0, xanchor: "left", y: -0.12, yanchor: "top", itemsizing: "constant" },
    margin: { l: 12, r: 12 },
  };
}
