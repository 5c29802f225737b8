/**
 * Where the parts of an SVG lie: jsdom lays nothing out, and Plotly asks, to place titles, legends and margins.
 *
 * Text is measured by the mean widths of a sans-serif's classes of letters, within some 5 % of the fonts that draw it.
 * Boxes of curves are those of their end points, which is all that ticks, frames and markers need.
 */

/** Edges in the coordinates named where it is made; y grows downwards. */
export interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export const empty: Box = { left: 0, right: 0, top: 0, bottom: 0 };

/** x' = a·x + c·y + e, y' = b·x + d·y + f, as in SVG. */
type Affine = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

/** As the DOM hands out boxes. */
export function rectangleOf(box: Box | null): Box & { x: number; y: number; width: number; height: number } {
  const { left, right, top, bottom } = box ?? empty;
  return { left, right, top, bottom, x: left, y: top, width: right - left, height: bottom - top };
}

/** The box in the element's own coordinates; null if there is nothing to see in it. */
export function ownBox(element: Element): Box | null {
  switch (element.nodeName.toLowerCase()) {
    case "defs":
    case "clippath":
    case "style":
    case "title":
      return null;
    case "text":
      return textBox(element);
    case "tspan":
      return textBox(element);
    case "rect":
    case "image": {
      const [left, top] = [number(element, "x"), number(element, "y")];
      return { left, top, right: left + number(element, "width"), bottom: top + number(element, "height") };
    }
    case "circle": {
      const [x, y, r] = [number(element, "cx"), number(element, "cy"), number(element, "r")];
      return { left: x - r, right: x + r, top: y - r, bottom: y + r };
    }
    case "path":
      return pathBox(element.getAttribute("d") ?? "");
    default: {
      let all: Box | null = null;
      for (const child of element.children) {
        if (/display:\s*none/.test(child.getAttribute("style") ?? "")) continue;
        all = union(all, moved(ownBox(child), transformOf(child)));
      }
      return all;
    }
  }
}

/** The box in the page's coordinates. */
export function pageBox(element: Element): Box | null {
  let box = ownBox(element);
  for (let at: Element | null = element; at && at.nodeName.toLowerCase() !== "svg"; at = at.parentElement) {
    box = moved(box, transformOf(at));
  }
  return box;
}

function union(a: Box | null, b: Box | null): Box | null {
  if (!a || !b) return a ?? b;
  return {
    left: Math.min(a.left, b.left),
    right: Math.max(a.right, b.right),
    top: Math.min(a.top, b.top),
    bottom: Math.max(a.bottom, b.bottom),
  };
}

function moved(box: Box | null, steps: readonly Affine[]): Box | null {
  let out = box;
  for (const [a, b, c, d, e, f] of [...steps].reverse()) {
    if (!out) return null;
    const xs = [out.left, out.right];
    const ys = [out.top, out.bottom];
    const corners = xs.flatMap((x) => ys.map((y) => [a * x + c * y + e, b * x + d * y + f] as const));
    out = {
      left: Math.min(...corners.map(([x]) => x)),
      right: Math.max(...corners.map(([x]) => x)),
      top: Math.min(...corners.map(([, y]) => y)),
      bottom: Math.max(...corners.map(([, y]) => y)),
    };
  }
  return out;
}

/** `translate(1,2)rotate(-90,3,4)` as steps, the outermost first. */
function transformOf(element: Element): Affine[] {
  const text = element.getAttribute("transform") ?? "";
  return [...text.matchAll(/(\w+)\s*\(([^)]*)\)/g)].flatMap(([, kind, list]): Affine[] => {
    const values = numbersIn(list!);
    const [p = 0, q = 0, r = 0] = values;
    switch (kind) {
      case "translate":
        return [[1, 0, 0, 1, p, q]];
      case "scale":
        return [[p, 0, 0, values.length > 1 ? q : p, 0, 0]];
      case "rotate": {
        const [cos, sin] = [Math.cos((p * Math.PI) / 180), Math.sin((p * Math.PI) / 180)];
        return [
          [1, 0, 0, 1, q, r],
          [cos, sin, -sin, cos, 0, 0],
          [1, 0, 0, 1, -q, -r],
        ];
      }
      case "matrix":
        return values.length === 6 ? [values as unknown as Affine] : [];
      default:
        return [];
    }
  });
}

function pathBox(d: string): Box | null {
  let box: Box | null = null;
  for (const { x, y } of pathPoints(d)) box = union(box, { left: x, right: x, top: y, bottom: y });
  return box;
}

/** The length of a path, as if its curves were straight; arrowheads ask. */
export function pathLength(d: string): number {
  const points = pathPoints(d);
  return points.slice(1).reduce((sum, point, i) => sum + distance(points[i]!, point), 0);
}

/** The point so far along a path. */
export function pointAlong(d: string, length: number): Point {
  const points = pathPoints(d);
  let left = length;
  for (let i = 1; i < points.length; i++) {
    const [from, to] = [points[i - 1]!, points[i]!];
    const step = distance(from, to);
    if (left <= step && step > 0) {
      return { x: from.x + ((to.x - from.x) * left) / step, y: from.y + ((to.y - from.y) * left) / step };
    }
    left -= step;
  }
  return points.at(-1) ?? { x: 0, y: 0 };
}

interface Point {
  readonly x: number;
  readonly y: number;
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

/** The end points of a path's commands. */
function pathPoints(d: string): Point[] {
  let [x, y] = [0, 0];
  const points: Point[] = [];
  for (const [, command, list] of d.matchAll(/([a-zA-Z])([^a-zA-Z]*)/g)) {
    const values = numbersIn(list!);
    const relative = command === command!.toLowerCase();
    const kind = command!.toUpperCase();
    const step = { H: 1, V: 1, M: 2, L: 2, T: 2, Q: 4, S: 4, C: 6, A: 7 }[kind] ?? 0;
    for (let i = 0; step > 0 && i + step <= values.length; i += step) {
      const last = values[i + step - 1]!;
      const before = values[i + step - 2]!;
      if (kind === "H") x = relative ? x + last : last;
      else if (kind === "V") y = relative ? y + last : last;
      else [x, y] = relative ? [x + before, y + last] : [before, last];
      points.push({ x, y });
    }
  }
  return points;
}

const ascent = 0.93;
const descent = 0.24;
const lineHeight = 1.3;

function textBox(element: Element): Box | null {
  const size = fontSize(element);
  const parts = element.querySelectorAll("tspan.line");
  const lines = parts.length > 0 ? Array.from(parts, (part) => part.textContent ?? "") : [element.textContent ?? ""];
  const width = Math.max(...lines.map(textWidth)) * size;
  if (width === 0) return null;
  const x = number(element, "x");
  const y = number(element, "y") + offsetY(element, size);
  const anchor = styleOf(element, "text-anchor");
  const left = anchor === "middle" ? x - width / 2 : anchor === "end" ? x - width : x;
  const bottom = y + (lines.length - 1) * lineHeight * size + descent * size;
  return { left, right: left + width, top: y - ascent * size, bottom };
}

/** `dy`, in em or pixels. */
function offsetY(element: Element, size: number): number {
  const dy = element.getAttribute("dy");
  if (!dy) return 0;
  return dy.endsWith("em") ? Number.parseFloat(dy) * size : Number.parseFloat(dy) || 0;
}

/** In units of the font's size. */
function textWidth(text: string): number {
  let width = 0;
  for (const letter of text) {
    if (/[ijl.,:;'|!()[\] ]/.test(letter)) width += 0.31;
    else if (/[mwMW%@—]/.test(letter)) width += 0.9;
    else if (/[A-Z]/.test(letter)) width += 0.68;
    else width += 0.57;
  }
  return width;
}

function fontSize(element: Element): number {
  return Number.parseFloat(styleOf(element, "font-size") ?? "12") || 12;
}

/** The value of an inherited property, from `style` or the attribute of that name. */
function styleOf(element: Element, property: string): string | undefined {
  for (let at: Element | null = element; at; at = at.parentElement) {
    const style = at.getAttribute("style");
    const start = style?.indexOf(`${property}:`) ?? -1;
    if (style && start >= 0)
      return style
        .slice(start + property.length + 1)
        .split(";")[0]!
        .trim();
    const own = at.getAttribute(property);
    if (own) return own;
  }
  return undefined;
}

function number(element: Element, attribute: string): number {
  return Number.parseFloat(element.getAttribute(attribute) ?? "0") || 0;
}

function numbersIn(text: string): number[] {
  return (text.match(/-?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?/gi) ?? []).map(Number);
}
