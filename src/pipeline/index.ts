/** The model artifact: build it, save it, load it, ask it. */
export { assign } from "../cluster/assign.js";
export { measureAgreement } from "./agreement.js";
export { buildModel, type ModelIngredients } from "./build.js";
export { type CompiledModel, compileModel, NO_SEGMENT } from "./compile.js";
export { type DriftReport, type DriftWatch, driftNotes, watchDrift } from "./drift.js";
export { type LoadedModel, loadModel, parseModel, serializeModel } from "./file.js";
export { formatJson } from "./format-json.js";
export { neededColumns } from "./inputs.js";
export { exportFormats, exportOnnx, requireFormat } from "./onnx/index.js";
export { predict, scoreRow } from "./predict.js";
export { idHeader, type Prediction } from "./predict-table.js";
export { refitRule } from "./refit.js";
export { type InputFeature, type Model, modelJsonSchema, modelSchema, type Segment } from "./schema.js";
export type { Scored } from "./score-row.js";
export {
  parseView,
  serializeView,
  type View,
  type ViewMap,
  type ViewSegment,
  type ViewTree,
  viewJsonSchema,
  viewSchema,
} from "./view-schema.js";
