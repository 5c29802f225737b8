/** Who uses what at all: the combinations of zero and not zero over a few columns. */
import { percent, readable } from "../core/words.js";
import { baseColours, lightChrome, outColour } from "./palette.js";
import { axis, type FigureSpec, figure, nameAxis } from "./spec.js";

export interface ZeroPatterns {
  readonly features: readonly string[];
  /** Rows with a value in every one of the columns. */
  readonly rows: number;
  /** Most rows first. */
  readonly patterns: readonly {
    /** Per feature: is the value other than 0? */
    readonly used: readonly boolean[];
    readonly rows: number;
  }[];
}

/** Count the patterns; rows with a missing value in one of the columns are left out. */
export function zeroPatterns(
  columns: readonly { readonly name: string; readonly values: ArrayLike<number> }[],
): ZeroPatterns {
  const counts = new Map<string, number>();
  let rows = 0;
  for (let i = 0; i < (columns[0]?.values.length ?? 0); i++) {
    const row = columns.map(({ values }) => values[i]!);
    if (!row.every(Number.isFinite)) continue;
    rows++;
    const key = row.map((value) => (value === 0 ? "0" : "1")).join("");
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const patterns = [...counts]
    .sort(([a, n], [b, m]) => m - n || (a < b ? 1 : -1))
    .map(([key, count]) => ({ used: [...key].map((bit) => bit === "1"), rows: count }));
  return { features: columns.map(({ name }) => name), rows, patterns };
}

/** Most bars drawn; the table has as many. */
const SHOWN = 24;

/** A bar per pattern; below it a dot for each column, full where the value is not 0. */
export function zeroPatternsFigure({ features, rows, patterns }: ZeroPatterns): FigureSpec {
  const shown = patterns.slice(0, SHOWN);
  const x = shown.map((_, i) => i);
  const share = (count: number) => count / Math.max(1, rows);
  const words = (used: readonly boolean[]) => features.filter((_, j) => used[j]).join(" + ") || "none of them";
  const grid = shown.flatMap((pattern, i) => features.map((_, j) => ({ x: i, y: -j, used: pattern.used[j]! })));
  const top = shown[0];
  return figure({
    question: "Who uses what at all?",
    hint: `Share of customers per pattern; a full dot: the column is not 0 (${features.length} columns, ${patterns.length} patterns)`,
    alt: `Bars for ${patterns.length} patterns of zero and not zero over ${features.join(", ")}. ${
      top
        ? `The most frequent, ${words(top.used)}, holds ${percent(share(top.rows))} of ${readable(rows, 12)} rows.`
        : ""
    }`,
    data: [
      {
        type: "bar",
        x,
        y: shown.map((pattern) => 100 * share(pattern.rows)),
        marker: { color: baseColours[0], line: { width: 0 } },
        width: 0.62,
        hovertext: shown.map((pattern) => `${words(pattern.used)}: ${readable(pattern.rows, 12)}`),
        hoverinfo: "text",
      },
      {
        type: "scatter",
        mode: "markers",
        x: grid.map((dot) => dot.x),
        y: grid.map((dot) => dot.y),
        yaxis: "y2",
        marker: {
          size: 13,
          color: grid.map((dot) => (dot.used ? baseColours[0] : lightChrome.paper)),
          line: { width: 1.4, color: grid.map((dot) => (dot.used ? baseColours[0] : outColour)) },
        },
        hoverinfo: "skip",
      },
    ],
    layout: {
      xaxis: nameAxis("pattern (most frequent first)", {
        tickvals: x,
        ticktext: x.map(() => ""),
        anchor: "y2",
        range: [-0.7, shown.length - 0.3],
      }),
      yaxis: axis("share of customers (%)", { domain: [0.38, 1], showline: false }),
      yaxis2: nameAxis("", {
        domain: [0, 0.33],
        tickvals: features.map((_, j) => -j),
        ticktext: [...features],
        range: [-(features.length - 0.5), 0.5],
      }),
      annotations: shown.map((pattern, i) => ({
        x: i,
        y: 100 * share(pattern.rows),
        text: percent(share(pattern.rows)),
        showarrow: false,
        yanchor: "bottom",
        font: { size: 11.5, color: lightChrome.ink },
      })),
      margin: { l: 12 },
    },
    height: 360 + 20 * features.length,
    table: {
      columns: [...features, "rows", "share"],
      rows: shown.map((pattern) => [
        ...pattern.used.map((used) => (used ? "yes" : "0")),
        pattern.rows,
        share(pattern.rows),
      ]),
    },
  });
}
