/** What a worker thread does with a task. */
import type { Fit } from "../cluster/define.js";
import { algorithmNamed } from "../cluster/registry.js";
import { type ErrorCode, UserError } from "../core/errors.js";
import type { Matrix } from "../core/matrix.js";
import type { Scores } from "../metrics/define.js";
import { metricNamed } from "../metrics/registry.js";
import { runEvidence } from "./evidence/run-work.js";
import type { EvidenceValues } from "./evidence/work.js";
import type { Answer, SpaceData, Work } from "./execute.js";

/** How many spaces a thread keeps, with what the kernels built on them. */
const KEPT_SPACES = 4;

const spaces = new Map<string, Matrix>();

/**
 * The matrix of a space, the same object each time, since kernels hang what they build on the object.
 * A message brings a new object around the same shared memory every time.
 */
function matrixOf({ key, x }: SpaceData): Matrix {
  const known = spaces.get(key) ?? x;
  spaces.delete(key);
  spaces.set(key, known);
  for (const oldest of spaces.keys()) {
    if (spaces.size <= KEPT_SPACES) break;
    spaces.delete(oldest);
  }
  return known;
}

/** Do one task. Pure but for the cache of spaces. */
export function runTask<W extends Work>(work: W): Answer<W> {
  return answerTo(work) as Answer<W>;
}

function answerTo(work: Work): Fit[] | Scores[] | Float64Array[] | EvidenceValues {
  if (work.kind === "fit") {
    return algorithmNamed(work.algorithm).fitMany(matrixOf(work.space), work.grid, { seed: work.seed });
  }
  if (work.kind === "score-part") {
    return metricNamed(work.metric).inParts!.part(matrixOf(work.space), work.labelings, work.from, work.to);
  }
  if (work.kind === "score") return metricNamed(work.metric).scoreMany(matrixOf(work.space), work.labelings);
  return runEvidence(work);
}

/** A user's error as plain data: messages between threads keep no class and no own fields of an error. */
export interface SentError {
  readonly userError: { code: ErrorCode; what: string; where: string | undefined; mend: string | undefined };
}

/** The entry of a worker thread. */
export function runInWorker<W extends Work>(work: W): Answer<W> | SentError {
  try {
    return runTask(work);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { code, what, where, mend } = error;
    return { userError: { code, what, where, mend } };
  }
}
