/** Segments against features: what each segment has more or less of than everyone else. */
import { listed, percent } from "../core/words.js";
import { divergingScale, inkOn, lightChrome, scaleColour } from "./palette.js";
import { type FigureSpec, figure, nameAxis, type Plain } from "./spec.js";

export interface HeatmapSegment {
  readonly name: string;
  /** Share of all rows, in [0, 1]. */
  readonly share: number;
  /** Cliff's delta per feature, in [−1, 1]; null where it is not defined. */
  readonly effects: readonly (number | null)[];
}

export interface ProfileHeatmapInput {
  readonly features: readonly string[];
  readonly segments: readonly HeatmapSegment[];
}

/** Cliff's delta of each segment against all other rows, features in the order given. */
export function profileHeatmapFigure(input: ProfileHeatmapInput): FigureSpec {
  const { features, segments } = input;
  const rows = [...features.keys()].reverse();
  const z = rows.map((feature) => segments.map((segment) => segment.effects[feature] ?? null));
  const columns = segments.map((_, index) => index);
  // Of 760 pixels the features take some 320, and a letter 7.
  const room = Math.min(24, Math.max(8, Math.floor(440 / Math.max(1, segments.length) / 7)));
  const cells: Plain[] = rows.flatMap((feature, y) =>
    segments.map((segment, x): Plain => {
      const effect = segment.effects[feature] ?? null;
      const colour = effect === null ? lightChrome.paper : scaleColour(divergingScale, (effect + 1) / 2);
      return {
        x,
        y,
        text: effect === null ? "–" : signed(effect),
        showarrow: false,
        font: { size: 11, color: effect === null ? lightChrome.muted : inkOn(colour) },
      };
    }),
  );
  const said = segments.map((segment) => {
    const order = [...features.keys()]
      .filter((feature) => (segment.effects[feature] ?? null) !== null)
      .sort((a, b) => Math.abs(segment.effects[b]!) - Math.abs(segment.effects[a]!) || a - b)
      .slice(0, 2);
    return `${segment.name}: ${listed(order.map((feature) => `${features[feature]} ${signed(segment.effects[feature]!)}`))}`;
  });
  return figure({
    question: "What does each segment have more or less of?",
    hint: "Cliff's delta against all others: +1 all above (red), 0 alike, −1 all below (blue)",
    alt: `Heat map of effect sizes for ${segments.length} segments and ${features.length} features. Strongest: ${said.join("; ")}.`,
    data: [
      {
        type: "heatmap",
        x: columns,
        y: rows.map((_, y) => y),
        z,
        zmin: -1,
        zmax: 1,
        colorscale: divergingScale,
        showscale: false,
        xgap: 2,
        ygap: 2,
        hovertemplate: "%{z}<extra></extra>",
      },
    ],
    layout: {
      xaxis: nameAxis("segment (share of customers)", {
        tickvals: columns,
        ticktext: segments.map((segment) => `${wrapped(segment.name, room)}<br>${percent(segment.share)}`),
        side: "bottom",
        tickangle: 0,
      }),
      yaxis: nameAxis("", { tickvals: rows.map((_, y) => y), ticktext: rows.map((feature) => features[feature]!) }),
      annotations: cells,
      margin: { l: 12, b: 84 },
    },
    height: 190 + 25 * features.length,
    digits: 3,
    table: {
      columns: ["feature", ...segments.map((segment) => segment.name)],
      rows: features.map((feature, index) => [feature, ...segments.map((segment) => segment.effects[index] ?? null)]),
    },
  });
}

function signed(value: number): string {
  const text = Math.abs(value).toFixed(2);
  return text === "0.00" ? "0" : `${value > 0 ? "+" : "−"}${text}`;
}

/** A name over several lines, broken at blanks and behind hyphens, so that neighbours do not meet. */
export function wrapped(name: string, width = 14): string {
  const lines: string[] = [];
  let gap = "";
  for (const [, word, between] of name.matchAll(/([^ -]*-|[^ -]+)( *)/g)) {
    const last = lines[lines.length - 1];
    if (last !== undefined && `${last}${gap}${word}`.length <= width) lines[lines.length - 1] = `${last}${gap}${word}`;
    else lines.push(word!);
    gap = between!;
  }
  return lines.join("<br>");
}
