/** What a page has and jsdom has not, as far as Plotly asks for it: places and sizes, a canvas, object URLs. */
import { encodePng } from "./png.js";
import { empty, ownBox, pageBox, pathLength, pointAlong, rectangleOf } from "./svg-boxes.js";

/** The parts of a jsdom window that are touched here. */
export interface StubWindow {
  SVGElement: { prototype: object };
  HTMLCanvasElement: { prototype: object };
  URL: { createObjectURL?: unknown };
  TextDecoder?: unknown;
  Math: { random(): number };
}

export function installStubs(window: StubWindow): void {
  window.URL.createObjectURL = () => "";
  window.TextDecoder ??= TextDecoder;
  Object.assign(window.SVGElement.prototype, {
    getBBox(this: Element) {
      return rectangleOf(ownBox(this));
    },
    getBoundingClientRect(this: Element) {
      return rectangleOf(pageBox(this));
    },
    getComputedTextLength(this: Element) {
      const { left, right } = ownBox(this) ?? empty;
      return right - left;
    },
    getTotalLength(this: Element) {
      return pathLength(this.getAttribute("d") ?? "");
    },
    getPointAtLength(this: Element, length: number) {
      return pointAlong(this.getAttribute("d") ?? "", length);
    },
  });
  Object.assign(window.HTMLCanvasElement.prototype, {
    getContext(this: Canvas) {
      return contextOf(this);
    },
    toDataURL(this: Canvas) {
      const { rgba } = contextOf(this);
      return `data:image/png;base64,${encodePng(this.width, this.height, rgba).toString("base64")}`;
    },
  });
}

/** Ids in the picture come from the window's random numbers: the same ones for every figure. */
export function restartRandom(window: StubWindow): void {
  let state = 1;
  window.Math.random = () => {
    state = (Math.imul(state, 48271) >>> 0) % 2147483647;
    return state / 2147483647;
  };
}

// Canvas: the two ways in which Plotly paints a heatmap -----------------------------------------------------------------

interface Canvas {
  width: number;
  height: number;
  painted?: Context;
}

interface Context {
  readonly rgba: Uint8ClampedArray;
  fillStyle: string;
  fillRect(x: number, y: number, width: number, height: number): void;
  createImageData(width: number, height: number): { width: number; height: number; data: Uint8ClampedArray };
  putImageData(image: { width: number; height: number; data: Uint8ClampedArray }, x: number, y: number): void;
}

function contextOf(canvas: Canvas): Context {
  const { width, height } = canvas;
  if (canvas.painted?.rgba.length === width * height * 4) return canvas.painted;
  const rgba = new Uint8ClampedArray(width * height * 4);
  const context: Context = {
    rgba,
    fillStyle: "rgba(0,0,0,0)",
    fillRect(x, y, w, h) {
      const [r = 0, g = 0, b = 0, a = 1] = (this.fillStyle.match(/[\d.]+/g) ?? []).map(Number);
      for (let row = Math.max(0, Math.round(y)); row < Math.min(height, Math.round(y + h)); row++) {
        for (let column = Math.max(0, Math.round(x)); column < Math.min(width, Math.round(x + w)); column++) {
          rgba.set([r, g, b, a * 255], (row * width + column) * 4);
        }
      }
    },
    createImageData: (w, h) => ({ width: w, height: h, data: new Uint8ClampedArray(w * h * 4) }),
    putImageData(image, x, y) {
      for (let row = 0; row < image.height; row++) {
        const line = image.data.subarray(row * image.width * 4, (row + 1) * image.width * 4);
        rgba.set(line, ((row + y) * width + x) * 4);
      }
    },
  };
  canvas.painted = context;
  return context;
}
