/** Segmenta from a program: the public surface on one screen. */

export { assign } from "./cluster/assign.js";
export type { Algorithm, Assigned, Assignment, Fit } from "./cluster/define.js";
// Cluster and judge a matrix.
export { cluster } from "./cluster/fit.js";
export { algorithmNamed, algorithms } from "./cluster/registry.js";
export { type ErrorCode, formatUserError, isUserError, UserError, UserErrors } from "./core/errors.js";
export { canonicalLabels, type Labels, NOISE } from "./core/labels.js";
// The shared words.
export { type Matrix, matrix, takeRows } from "./core/matrix.js";
export type { Note } from "./core/notes.js";
export { type Rng, stream } from "./core/rng.js";
export {
  type Column,
  columnNamed,
  type NumberColumn,
  numberColumn,
  type Table,
  tableChecksum,
  takeTableRows,
  toMatrix,
  withColumns,
} from "./core/table.js";
// Tables from files.
export {
  type ColumnSummary,
  type Correlations,
  correlations,
  describeTable,
  readChunks,
  readTable,
} from "./data/index.js";
export { reducerNamed, reducers } from "./decomposition/registry.js";
export { type TsneMap, type TsneOptions, tsne } from "./decomposition/tsne.js";
export { type Agreement, agreementNamed, agreements } from "./metrics/agreement.js";
export { metricNamed, metrics } from "./metrics/registry.js";
export { score } from "./metrics/score.js";
// The model artifact.
export {
  type DriftReport,
  driftNotes,
  type LoadedModel,
  loadModel,
  type Model,
  type Prediction,
  predict,
  serializeModel,
  watchDrift,
} from "./pipeline/index.js";
export { applyPreparation, fitPreparation, type PreparedStep } from "./preprocessing/preparation.js";
export { steps } from "./preprocessing/registry.js";
export {
  readResults,
  resultFiles,
  type Selection,
  type StoredResults,
  type StoredRow,
  writeResults,
} from "./results/index.js";
// What segments are like.
export {
  type Domain,
  learnRules,
  nameByDomain,
  nameByEffects,
  nameByOrder,
  type Profile,
  parseDomain,
  profileSegments,
  readSegment,
} from "./segments/index.js";
export {
  type Executor,
  type Experiment,
  inThread,
  memoryStore,
  openStore,
  parseExperiment,
  rules,
  runSweep,
  type Store,
  type SweepEvent,
  type SweepResult,
  workerPool,
} from "./sweep/index.js";
// Sweeps.
export { type AssembledModel, assembleModel } from "./sweep/model.js";
