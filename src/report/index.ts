/** One offline HTML file that tells a decision, its reasons, its segments and where the numbers come from. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

export { buildReport } from "./build.js";
export { type RunnerUp, runnerUpOf } from "./figures.js";
export { type GatherOptions, gatherReport } from "./gather.js";
export type { ReportColumn, ReportFigure, ReportInput, ReportSegment } from "./input.js";

/** The source of the smallest Plotly bundle that draws our figures (1.5 MB), to be inlined. */
export function plotlySource(): Promise<string> {
  const require = createRequire(import.meta.url);
  return readFile(require.resolve("plotly.js-cartesian-dist-min"), "utf8");
}
