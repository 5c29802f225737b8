/** Whether a stage may start: what it will need by its algorithm's own estimate, against what it may have. Pure. */
import type { Matrix } from "../core/matrix.js";
import type { FitTask } from "./plan.js";

export interface Limits {
  /** Working memory of one stage, beyond the table itself. */
  readonly bytes: number;
  /** Time of one stage on one core, as far as it can be foreseen. */
  readonly seconds: number;
}

/** Why a task is refused, or null when it may start. An hour too long is refused, a minute too long is not known. */
export function refusal(
  task: FitTask,
  { rows, cols }: Matrix,
  limits: Limits | undefined,
): { reason: "memory" | "time"; message: string } | null {
  if (!limits) return null;
  const { bytes, seconds } = task.algorithm.cost(
    rows,
    cols,
    task.trials.map((trial) => trial.params),
  );
  const shape = `${rows} rows × ${cols} columns`;
  if (bytes > limits.bytes) {
    const need = `${Math.ceil(bytes / 1e6)} MB`;
    const message = `${task.algorithm.name} on ${shape} needs about ${need} of memory; the limit is ${Math.floor(limits.bytes / 1e6)} MB (--max-memory)`;
    return { reason: "memory", message };
  }
  if (seconds > limits.seconds) {
    const message = `${task.algorithm.name} on ${shape} would take about ${Math.ceil(seconds / 60)} minutes on one core; the limit is ${Math.floor(limits.seconds / 60)} (--max-time)`;
    return { reason: "time", message };
  }
  return null;
}
