/** `segmenta/notebook`: what cells show things with, and how notebooks are run from code. */
// Every figure, to show.
export * from "../figures/index.js";
export { agree, type CheckResult, compareValues, type Mismatch } from "./check.js";
export { confirm } from "./confirm.js";
export { type DanfoFrame, toDanfo } from "./danfo.js";
export { inNotebook } from "./display.js";
export { loadPlotly } from "./figure-output.js";
export type { CellValue, Rectangle } from "./html-table.js";
export { type ModelSpaces, modelSpaces } from "./model-space.js";
export type { Cell, MimeBundle, Notebook, Output } from "./nbformat.js";
export type { Parameters } from "./parameters.js";
export { type Progress, progress } from "./progress.js";
export { type CellFailure, type CellPlace, type NotebookRun, type RunOptions, runNotebook } from "./run.js";
export { type FrameLike, type Row, type Showable, type ShowOptions, show } from "./show.js";
export { figureToPng, figureToSvg, type ImageSize, type PlotlyFigure } from "./static-image.js";
export { type Tolerance, type Value, values } from "./values.js";
