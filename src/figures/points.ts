/**
 * The marks of a map: one point per row, or, above a stated number of rows, a raster of densities.
 *
 * A hundred thousand points drown both the browser and the eye; then each cell of a fine grid takes the colour
 * of the segment that most of its rows belong to, stronger where rows are denser.
 */
import { segmentName } from "../core/words.js";
import { segmentColour, segmentSymbol } from "./palette.js";
import type { Trace } from "./spec.js";

export interface MapPoints {
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  readonly labels: ArrayLike<number>;
  /** Names by label; `Segment 0` … where absent. */
  readonly names?: Readonly<Record<number, string>>;
  /** Above this number of rows the points give way to a raster (100,000); a page that redraws wants fewer. */
  readonly rasterAbove?: number;
}

/** Unless the points say otherwise. */
export const rasterAbove = 100_000;

const gridColumns = 160;
const gridRows = 120;

/** The labels that occur, ascending, noise last. */
export function presentLabels(labels: ArrayLike<number>): number[] {
  const seen = new Set<number>();
  for (let i = 0; i < labels.length; i++) seen.add(labels[i]! < 0 ? -1 : labels[i]!);
  return [...seen].sort((a, b) => (a < 0 ? 1 : b < 0 ? -1 : a - b));
}

/** One trace per segment, noise first so that it lies below. */
export function mapTraces(points: MapPoints): Trace[] {
  const labels = presentLabels(points.labels).reverse();
  return points.labels.length > (points.rasterAbove ?? rasterAbove)
    ? rasterTraces(points, labels)
    : pointTraces(points, labels);
}

function pointTraces(points: MapPoints, labels: readonly number[]): Trace[] {
  const n = points.labels.length;
  const size = n > 20_000 ? 2.5 : n > 4_000 ? 3.5 : n > 500 ? 5 : 8;
  return labels.map((label) => {
    const x: number[] = [];
    const y: number[] = [];
    for (let i = 0; i < n; i++) {
      const own = points.labels[i]! < 0 ? -1 : points.labels[i]!;
      if (own !== label || !Number.isFinite(points.x[i]!) || !Number.isFinite(points.y[i]!)) continue;
      x.push(points.x[i]!);
      y.push(points.y[i]!);
    }
    return {
      type: "scatter",
      mode: "markers",
      name: keyName(label, points.names),
      x,
      y,
      marker: {
        color: segmentColour(label),
        symbol: segmentSymbol(label),
        size,
        opacity: n > 4_000 ? 0.55 : 0.75,
        line: label < 0 ? { width: 1, color: segmentColour(label) } : { width: 0 },
      },
      hovertemplate: `${segmentName(label, points.names)}<extra></extra>`,
    };
  });
}

function rasterTraces(points: MapPoints, labels: readonly number[]): Trace[] {
  const [x0, x1] = extent(points.x);
  const [y0, y1] = extent(points.y);
  const stepX = (x1 - x0) / gridColumns || 1;
  const stepY = (y1 - y0) / gridRows || 1;
  const cells = gridColumns * gridRows;
  const place = new Map(labels.map((label, index) => [label, index]));
  const counts = new Int32Array(cells * labels.length);
  for (let i = 0; i < points.labels.length; i++) {
    const column = Math.min(gridColumns - 1, Math.floor((points.x[i]! - x0) / stepX));
    const row = Math.min(gridRows - 1, Math.floor((points.y[i]! - y0) / stepY));
    if (!(column >= 0 && row >= 0)) continue;
    const index = place.get(points.labels[i]! < 0 ? -1 : points.labels[i]!)!;
    const at = index * cells + row * gridColumns + column;
    counts[at] = counts[at]! + 1;
  }

  // Each cell belongs to its most frequent segment; its shade is the root of its rows, so that thin parts show.
  const grids = labels.map(() =>
    Array.from({ length: gridRows }, () => new Array<number | null>(gridColumns).fill(null)),
  );
  let highest = 0;
  for (let cell = 0; cell < cells; cell++) {
    let total = 0;
    let best = 0;
    for (let index = 0; index < labels.length; index++) {
      const count = counts[index * cells + cell]!;
      total += count;
      if (count > counts[best * cells + cell]!) best = index;
    }
    if (total === 0) continue;
    const shade = Math.sqrt(total);
    if (shade > highest) highest = shade;
    grids[best]![Math.floor(cell / gridColumns)]![cell % gridColumns] = shade;
  }
  return labels.map((label, index) => ({
    type: "heatmap",
    name: keyName(label, points.names),
    x0: x0 + stepX / 2,
    dx: stepX,
    y0: y0 + stepY / 2,
    dy: stepY,
    z: grids[index]!,
    zmin: 0,
    zmax: highest,
    showscale: false,
    hoverinfo: "name",
    colorscale: [
      [0, `${segmentColour(label)}30`],
      [1, `${segmentColour(label)}ff`],
    ],
  }));
}

/** The name with the number that marks the segment's middle: `2 · Dormant`. */
function keyName(label: number, names: Readonly<Record<number, string>> | undefined): string {
  const name = segmentName(label, names);
  return label < 0 || names?.[label] === undefined ? name : `${label} · ${name}`;
}

/** The median place of each segment: where its name goes, and what the figure's table lists. */
export function segmentCentres(
  points: MapPoints,
): { label: number; name: string; rows: number; x: number; y: number }[] {
  return presentLabels(points.labels).map((label) => {
    const x: number[] = [];
    const y: number[] = [];
    for (let i = 0; i < points.labels.length; i++) {
      if ((points.labels[i]! < 0 ? -1 : points.labels[i]!) !== label) continue;
      x.push(points.x[i]!);
      y.push(points.y[i]!);
    }
    return { label, name: segmentName(label, points.names), rows: x.length, x: middle(x), y: middle(y) };
  });
}

function middle(values: number[]): number {
  const sorted = values.sort((a, b) => a - b);
  return (sorted[Math.floor((sorted.length - 1) / 2)]! + sorted[Math.ceil((sorted.length - 1) / 2)]!) / 2;
}

export function extent(values: ArrayLike<number>): [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? [low, high] : [0, 1];
}
