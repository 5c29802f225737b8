/**
 * A figure for the page: one display with Plotly's JSON and with HTML that every viewer can show.
 *
 * The HTML holds a PNG, which a viewer that blocks scripts (every notebook freshly cloned is not trusted) leaves as it
 * is, and a script that draws the live figure in its place once Plotly is there. Plotly itself is sent once per
 * kernel, in a display of its own that the runner leaves out of the file.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { type Bundle, display, inNotebook } from "./display.js";
import { escapeHtml } from "./html-table.js";
import { locateOptional } from "./optional.js";
import { libraryMark } from "./outputs.js";
import { figureToPng, imageSize, type PlotlyFigure } from "./static-image.js";

let librarySent = false;
let figures = 0;

/** Show a figure; the first one brings Plotly along. */
export function showFigure(figure: PlotlyFigure): void {
  if (inNotebook() && !librarySent) loadPlotly();
  display(figureBundle(figure, figures++));
}

/**
 * Send Plotly to the page. Needed by hand only when a page was reloaded while its kernel went on and figures stay still.
 */
export function loadPlotly(): void {
  librarySent = true;
  // The small bundle: 1.5 MB; it draws scatter, bar, heatmap, box, violin, histogram.
  const file = locateOptional("plotly.js-cartesian-dist-min/plotly-cartesian.min.js", "a live figure");
  const code = readFileSync(file, "utf8").replaceAll("</script", "<\\/script");
  // RequireJS in the classic notebook would swallow the library: hide `define` from it.
  const script =
    "window.Plotly||(function(){var d=window.define;window.define=undefined;" +
    `try{(function(){${code}\n}).call(window)}finally{window.define=d}})()`;
  display({ "text/plain": "", "text/html": `<script>${script}</script>` }, libraryMark);
}

/** @param index - tells figures of one notebook apart that are alike */
export function figureBundle(figure: PlotlyFigure, index: number): Bundle {
  const layout = figure.layout ?? {};
  const json = JSON.stringify({ data: figure.data, layout });
  const id = `figure-${createHash("sha256").update(json).digest("hex").slice(0, 10)}-${index}`;
  const alt = figure.alt ?? titleOf(layout);
  const text = `[figure] ${alt}`;
  if (!inNotebook()) return { "text/plain": text };
  const png = figureToPng(figure).toString("base64");
  const { width } = imageSize(figure);
  return {
    "text/plain": text,
    "text/html": [
      `<div id="${id}"><img alt="${escapeHtml(alt)}" width="${width}" style="max-width:100%" ` +
        `src="data:image/png;base64,${png}"></div>`,
      `<script>${drawScript(id, json, alt)}</script>`,
    ].join("\n"),
    "application/vnd.plotly.v1+json": { data: figure.data, layout },
  };
}

/** Waits up to 20 s for the library, then leaves the picture as it is. */
function drawScript(id: string, json: string, alt: string): string {
  const figure = json.replaceAll("<", "\\u003c");
  const words = JSON.stringify(alt).replaceAll("<", "\\u003c");
  return (
    `(function draw(left){var box=document.getElementById("${id}");` +
    "if(!box||!window.Plotly){if(left>0)setTimeout(draw,100,left-1);return}" +
    `var figure=${figure};box.textContent="";box.setAttribute("role","img");box.setAttribute("aria-label",${words});` +
    "window.Plotly.newPlot(box,figure.data,figure.layout,{responsive:true,displaylogo:false})})(200)"
  );
}

function titleOf(layout: object): string {
  const { title } = layout as { title?: string | { text?: string } };
  const text = typeof title === "string" ? title : title?.text;
  return text ?? "a figure without a title";
}
