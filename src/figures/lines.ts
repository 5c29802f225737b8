/** Lines over k with their names at the right end, where a reader looks for them, instead of in a legend. */
import { lightChrome, seriesStyle } from "./palette.js";
import { axis, type Plain, type Trace } from "./spec.js";

export interface LinePoint {
  readonly k: number;
  readonly value: number;
  /** Half the length of the whisker; null for none. */
  readonly spread: number | null;
  /** False where a gate closed: drawn hollow. */
  readonly open: boolean;
}

export interface Line {
  readonly name: string;
  /** Ascending in k, at least one. */
  readonly points: readonly LinePoint[];
}

/** The traces of the lines, and their names beside the last points, kept from lying on each other. */
export function lineTraces(lines: readonly Line[]): { data: Trace[]; annotations: Plain[] } {
  const data = lines.map(({ name, points }, index): Trace => {
    const style = seriesStyle(index);
    const whiskers = points.map((point) => point.spread ?? 0);
    return {
      type: "scatter",
      mode: "lines+markers",
      name,
      x: points.map((point) => point.k),
      y: points.map((point) => point.value),
      ...(whiskers.some((length) => length > 0)
        ? { error_y: { type: "data", array: whiskers, color: style.colour, thickness: 1.2, width: 3 } }
        : {}),
      line: { color: style.colour, width: 2, dash: style.dash },
      marker: {
        color: points.map((point) => (point.open ? style.colour : lightChrome.paper)),
        line: { color: style.colour, width: 1.5 },
        symbol: style.symbol,
        size: 8,
        opacity: 1,
      },
      hovertemplate: `${name}, k = %{x}: %{y}<extra></extra>`,
    };
  });
  const places = namePlaces(lines);
  const annotations = lines.map(
    ({ name, points }, index): Plain => ({
      x: points[points.length - 1]!.k,
      y: places[index]!,
      xshift: 10,
      xanchor: "left",
      align: "left",
      text: `${dot(seriesStyle(index).colour)} ${name}`,
      showarrow: false,
      font: { size: 12, color: lightChrome.ink },
    }),
  );
  return { data, annotations };
}

/** A dot in a line's colour before its name: where lines meet, the place alone does not tell whose name it is. */
export function dot(colour: string): string {
  return `<span style="color:${colour}">●</span>`;
}

/** The axis of k, a little longer than the lines. */
export function kAxis(lines: readonly Line[]): Plain {
  const ks = lines.flatMap((line) => line.points.map((point) => point.k));
  const range = ks.length > 0 ? { range: [Math.min(...ks) - 0.4, Math.max(...ks) + 0.4] } : {};
  const few = ks.length > 0 && Math.max(...ks) - Math.min(...ks) <= 20;
  return axis("number of segments k (count)", { ...(few ? { dtick: 1 } : { nticks: 12 }), ...range });
}

/** Names of lines that end at the same k are moved apart. */
function namePlaces(lines: readonly Line[]): number[] {
  const values = lines.flatMap((line) => line.points.map((point) => point.value));
  const gap = (Math.max(...values) - Math.min(...values) || 1) * 0.06;
  const ends = lines.map((line) => line.points[line.points.length - 1]!);
  const places = ends.map((end) => end.value);
  for (const k of new Set(ends.map((end) => end.k))) {
    const members = [...ends.keys()].filter((index) => ends[index]!.k === k);
    const apart = spreadApart(
      members.map((index) => places[index]!),
      gap,
    );
    members.forEach((index, at) => {
      places[index] = apart[at]!;
    });
  }
  return places;
}

/** Move places apart until each two differ by `gap`, keeping their order and, as far as can be, their middle. */
export function spreadApart(places: readonly number[], gap: number): number[] {
  const order = places.map((_, index) => index).sort((a, b) => places[a]! - places[b]! || a - b);
  // Blocks of touching labels, each centred on the mean of its wishes (pool adjacent violators).
  const blocks: { members: number[]; centre: number }[] = [];
  for (const index of order) {
    blocks.push({ members: [index], centre: places[index]! });
    for (let b = blocks.length - 1; b > 0; b--) {
      const upper = blocks[b]!;
      const lower = blocks[b - 1]!;
      const need = (gap * (upper.members.length + lower.members.length)) / 2;
      if (upper.centre - lower.centre >= need) break;
      const members = [...lower.members, ...upper.members];
      // Each member would like the block's centre at its own wish minus its offset in the block.
      const wishes = members.map((member, at) => places[member]! - gap * (at - (members.length - 1) / 2));
      blocks.splice(b - 1, 2, { members, centre: wishes.reduce((sum, wish) => sum + wish, 0) / members.length });
    }
  }
  const out = new Array<number>(places.length);
  for (const { members, centre } of blocks) {
    members.forEach((member, at) => {
      out[member] = centre + gap * (at - (members.length - 1) / 2);
    });
  }
  return out;
}
