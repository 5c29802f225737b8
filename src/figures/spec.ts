/**
 * What a figure is: plain JSON that Plotly draws, words for those who cannot see it, and its numbers as a table.
 *
 * The types name only the parts of Plotly that our figures use, so that no figure depends on Plotly itself.
 * `figure` finishes every one alike: the house layout, numbers rounded to a stated number of significant
 * digits (so that a spec is a stable file), missing numbers as null.
 */
import { csvText } from "../core/csv.js";
import { type Chrome, darkChrome, lightChrome } from "./palette.js";

export type Cell = string | number | null;

/** The numbers behind a figure, small enough to read aloud or to save as CSV. */
export interface FigureTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

export type Plain = null | boolean | number | string | readonly Plain[] | { readonly [key: string]: Plain };
type PlainObject = { readonly [key: string]: Plain };

/** Where values may come from: a plain or a typed array. */
export type Numbers = ArrayLike<number | null>;

export interface Trace extends PlainObject {
  readonly type: "scatter" | "bar" | "heatmap";
}

export interface Axis extends PlainObject {
  readonly title: PlainObject & { readonly text: string };
}

export interface Layout extends PlainObject {
  readonly title: { readonly text: string; readonly subtitle: { readonly text: string } };
}

export interface FigureSpec {
  readonly data: readonly Trace[];
  readonly layout: Layout;
  /** What a reader would see, in two or three sentences, with the numbers that matter. */
  readonly alt: string;
  readonly table: FigureTable;
}

export interface FigureParts {
  /** Asks the question that the figure answers. */
  readonly question: string;
  /** What to look for, in one line. */
  readonly hint: string;
  readonly alt: string;
  readonly data: readonly Trace[];
  /** Axes and what else differs from the house layout. */
  readonly layout: PlainObject;
  readonly table: FigureTable;
  /** Height in pixels; the width is the reader's. */
  readonly height?: number;
  /** Significant digits of every number. */
  readonly digits?: number;
}

/** Put a figure together. Fractions are rounded to `digits` (5) significant digits; NaN and infinities become null. */
export function figure(parts: FigureParts): FigureSpec {
  const { ink, muted, paper } = lightChrome;
  const { margin, ...rest } = parts.layout;
  const layout = {
    title: {
      text: parts.question,
      font: { size: 17, color: ink },
      x: 0,
      xanchor: "left",
      pad: { l: 16, t: 18 },
      y: 1,
      yanchor: "top",
      subtitle: { text: parts.hint, font: { size: 12.5, color: muted } },
    },
    height: parts.height ?? 420,
    autosize: true,
    font: { family: "system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif", size: 12.5, color: ink },
    margin: { l: 64, r: 24, t: 88, b: 56, ...(margin as PlainObject | undefined) },
    paper_bgcolor: paper,
    plot_bgcolor: paper,
    hoverlabel: { bgcolor: paper, bordercolor: lightChrome.axis, font: { color: ink } },
    showlegend: false,
    hovermode: "closest",
    ...rest,
  };
  const spec = rounded({ data: parts.data, layout, table: parts.table }, parts.digits ?? 5);
  return { ...(spec as unknown as Omit<FigureSpec, "alt">), alt: parts.alt };
}

/** An axis in the house style: a light grid, one line, no ticks. */
export function axis(title: string, rest: PlainObject = {}): Axis {
  return {
    title: { text: title, standoff: 8, font: { size: 12.5, color: lightChrome.muted } },
    tickfont: { color: lightChrome.muted },
    gridcolor: lightChrome.grid,
    linecolor: lightChrome.axis,
    zerolinecolor: lightChrome.axis,
    zeroline: false,
    showline: true,
    ticks: "",
    automargin: true,
    ...rest,
  };
}

/** An axis of names: no grid, ticks or line. */
export function nameAxis(title: string, rest: PlainObject = {}): Axis {
  return axis(title, { showline: false, showgrid: false, tickfont: { color: lightChrome.ink }, ...rest });
}

/**
 * The same figure for a light or a dark page. Figures are made light; for the dark page each colour of paper,
 * ink and grid gives way to its dark twin. Colours of segments, scales and words on coloured cells stay.
 */
export function themed(spec: FigureSpec, theme: "light" | "dark"): FigureSpec {
  if (theme === "light") return spec;
  const twins = new Map(
    Object.entries(lightChrome).map(([part, colour]) => [colour as string, darkChrome[part as keyof Chrome]]),
  );
  const swap = (value: Plain): Plain => {
    if (typeof value === "string") {
      const twin = value.startsWith("#") ? twins.get(value.slice(0, 7)) : undefined;
      return twin === undefined ? value : twin + value.slice(7);
    }
    if (Array.isArray(value)) return value.map(swap);
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, swap(item)]));
  };
  return { ...spec, data: swap(spec.data) as readonly Trace[], layout: swap(spec.layout) as unknown as Layout };
}

/** A copy in which every number has at most that many significant digits, and every array is a plain one. */
function rounded(value: unknown, digits: number): Plain {
  if (value === null || value === undefined) return null;
  if (typeof value === "number") return roundTo(value, digits);
  if (typeof value === "string" || typeof value === "boolean") return value;
  if (Array.isArray(value)) return value.map((item) => rounded(item, digits));
  if (ArrayBuffer.isView(value)) {
    return Array.from(value as unknown as ArrayLike<number>, (item) => roundTo(item, digits));
  }
  const entries = Object.entries(value as object).filter(([, item]) => item !== undefined);
  return Object.fromEntries(entries.map(([key, item]) => [key, rounded(item, digits)]));
}

/** The number with so many significant digits; whole numbers, such as counts, as they are; null for NaN and infinities. */
export function roundTo(value: number, digits: number): number | null {
  if (!Number.isFinite(value)) return null;
  if (Number.isSafeInteger(value)) return value + 0;
  return Number(value.toPrecision(digits)) + 0;
}

/** The table of a figure as CSV. */
export const tableCsv = ({ columns, rows }: FigureTable): string => csvText(columns, rows);
