/** Sweeps from a program: `import { parseExperiment, runSweep } from "segmenta/sweep"`. */
export { type Experiment, parseExperiment } from "./config/experiment.js";
export { experimentJsonSchema } from "./config/json-schema.js";
export type { OnEvent, SweepEvent } from "./events.js";
export { type Executor, inThread, workerPool } from "./execute.js";
export type { Plan, Trial } from "./plan.js";
export type { Row, TrialOutcome } from "./rows.js";
export { type RunOptions, runSweep, type Space, type SweepResult } from "./run.js";
export type { Candidate, Verdict } from "./select/define.js";
export { rules } from "./select/registry.js";
export { openStore } from "./store/file-store.js";
export { memoryStore, type Store } from "./store/store.js";
