/**
 * Figures as still pictures, without a browser: Plotly draws into a jsdom page, resvg paints the SVG as PNG.
 *
 * For viewers that may not run scripts (a notebook not trusted, a README). About 1 s for the first figure, in which
 * Plotly is loaded, and 0.1 to 0.6 s for each further one. The same figure gives the same bytes, on a machine with the same fonts.
 */
import { readFileSync } from "node:fs";
import { installStubs, restartRandom, type StubWindow } from "./dom-stubs.js";
import { loadOptional, locateOptional } from "./optional.js";
import { encodeSmallPng } from "./png.js";

/** What Plotly draws; our own `FigureSpec` is one, and so is any plain Plotly JSON. */
export interface PlotlyFigure {
  readonly data: readonly object[];
  readonly layout?: object | undefined;
  /** What a reader would see, in words. */
  readonly alt?: string | undefined;
}

export interface ImageSize {
  /** Pixels; the layout's own width or 760 if left out. */
  readonly width?: number;
  /** Pixels; the layout's own height or 420 if left out. */
  readonly height?: number;
}

interface Plotly {
  newPlot(element: Element, data: unknown, layout: unknown, config: unknown): Promise<unknown>;
  purge(element: Element): void;
  readonly Snapshot: { toSVG(element: Element, format: string, scale: number): string };
}

interface Page extends StubWindow {
  readonly document: Document;
  readonly Plotly: Plotly;
  eval(code: string): unknown;
}

let page: Page | undefined;

/**
 * The figure as an SVG document. Points drawn by WebGL are drawn as vector marks instead.
 *
 * @throws UserError `MISSING_OPTIONAL` without jsdom
 */
export function figureToSvg(figure: PlotlyFigure, size: ImageSize = {}): string {
  page ??= openPage();
  restartRandom(page);
  const { Plotly, document } = page;
  const box = document.createElement("div");
  document.body.appendChild(box);
  try {
    const { width, height } = imageSize(figure, size);
    // Plotly writes defaults into what it is given, and must own it.
    const { data, layout } = JSON.parse(
      JSON.stringify({ data: figure.data.map(asVector), layout: figure.layout ?? {} }),
    );
    // The drawing is done when this returns: nothing in it waits for fonts, maps or MathJax.
    Plotly.newPlot(box, data, { ...layout, width, height, autosize: false }, { staticPlot: true }).catch(() => {});
    const svg = Plotly.Snapshot.toSVG(box, "svg", 1);
    // resvg knows `optimizeSpeed` for a heatmap that must not be blurred, and references without quotes.
    return svg
      .replaceAll("image-rendering: pixelated", "image-rendering: optimizeSpeed")
      .replaceAll(/url\('(#[^']*)'\)/g, "url($1)");
  } finally {
    Plotly.purge(box);
    box.remove();
  }
}

/**
 * The figure as PNG, in at most 256 colours.
 *
 * @param size.scale - pixels of the picture per pixel of the figure (1.5)
 * @throws UserError `MISSING_OPTIONAL` without jsdom or @resvg/resvg-js
 */
export function figureToPng(figure: PlotlyFigure, size: ImageSize & { readonly scale?: number } = {}): Buffer {
  const { Resvg } = loadOptional<typeof import("@resvg/resvg-js")>("@resvg/resvg-js", "drawing a still figure");
  const svg = figureToSvg(figure, size).replaceAll(/font-family:[^;"]*/g, "font-family: sans-serif");
  const picture = new Resvg(svg, {
    fitTo: { mode: "zoom", value: size.scale ?? 1.5 },
    font: { loadSystemFonts: true, sansSerifFamily: sansSerif },
    background: "white",
  });
  const { width, height, pixels } = picture.render();
  return encodeSmallPng(width, height, pixels);
}

/** Width and height a figure is drawn at. */
export function imageSize(figure: PlotlyFigure, size: ImageSize = {}): { width: number; height: number } {
  const own = (figure.layout ?? {}) as { width?: unknown; height?: unknown };
  const pick = (given: number | undefined, layout: unknown, otherwise: number) =>
    given ?? (typeof layout === "number" ? layout : otherwise);
  return { width: pick(size.width, own.width, 760), height: pick(size.height, own.height, 420) };
}

const sansSerif = { darwin: "Helvetica", win32: "Arial" }[process.platform as string] ?? "DejaVu Sans";

/** jsdom has no WebGL. */
function asVector(trace: object): object {
  const { type } = trace as { type?: unknown };
  return type === "scattergl" ? { ...trace, type: "scatter" } : trace;
}

function openPage(): Page {
  const { JSDOM, VirtualConsole } = loadOptional<typeof import("jsdom")>("jsdom", "drawing a still figure");
  const plotly = readFileSync(locateOptional("plotly.js-dist/plotly.js", "drawing a figure"), "utf8");
  const options = {
    runScripts: "outside-only",
    pretendToBeVisual: true,
    virtualConsole: new VirtualConsole(),
  } as const;
  const window = new JSDOM("<!DOCTYPE html><body></body>", options).window as unknown as Page;
  installStubs(window);
  window.eval(plotly);
  return window;
}
