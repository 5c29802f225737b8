/** Lloyd's iteration with its passes in the engine; the centres, k×d numbers, are all that travels. */
import type { Vector } from "./dialect.js";
import type { SqlEngine } from "./engine.js";
import { type Centres, farthestSql, type Rows, readStep, type Step, stepSql } from "./statements.js";

export interface PushedFit {
  readonly centres: Centres;
  /** The clusters under these centres. */
  readonly last: Step;
  readonly iterations: number;
  readonly converged: boolean;
}

/**
 * As the iteration in memory: assign, move, until the squared shifts of the centres sum to at most `shiftLimit`, no
 * label changes, or `maxIter` passes are over; an empty cluster takes over the row farthest from its centre.
 *
 * Labels stay in the engine, so that "no label changes" is read off sizes and sums: they are what they were.
 *
 * @param unit - the size of a coordinate: the root of the mean variance
 * @remarks one pass over the rows per iteration, one more at the end
 */
export async function pushedLloyd(
  engine: SqlEngine,
  rows: Rows,
  vector: Vector,
  start: Centres,
  options: { readonly maxIter: number; readonly shiftLimit: number; readonly unit: number },
  signal?: AbortSignal,
): Promise<PushedFit> {
  const { k } = start;
  const d = vector.cols;
  const centres: Centres = { k, values: start.values.slice() };
  const pass = async () => readStep(await engine.query(stepSql(engine.dialect, rows, vector, centres), signal), k, d);
  let before: Step | undefined;
  let iterations = 0;
  while (iterations < options.maxIter) {
    iterations++;
    const step = await pass();
    if (before && isSame(before, step, d, options.unit)) return { centres, last: step, iterations, converged: true };
    before = step;
    const { sizes, sums } = step.sizes.includes(0) ? await relocate(engine, rows, vector, centres, step, signal) : step;
    let shift = 0;
    for (let c = 0; c < k; c++) {
      if (sizes[c] === 0) continue;
      for (let j = 0; j < d; j++) {
        const next = sums[c * d + j]! / sizes[c]!;
        const moved = next - centres.values[c * d + j]!;
        shift += moved * moved;
        centres.values[c * d + j] = next;
      }
    }
    if (shift <= options.shiftLimit) return { centres, last: await pass(), iterations, converged: true };
  }
  return { centres, last: await pass(), iterations, converged: false };
}

/** Sizes equal, and sums but for what the order of adding changes. */
function isSame(a: Step, b: Step, d: number, unit: number): boolean {
  return a.sums.every((sum, at) => {
    const c = Math.floor(at / d);
    const size = a.sizes[c]!;
    return size === b.sizes[c] && Math.abs(sum - b.sums[at]!) <= 1e-13 * (size * unit + Math.abs(sum));
  });
}

/** Copies of sizes and sums with the farthest rows moved to the empty clusters; see the kernel of k-means. */
async function relocate(
  engine: SqlEngine,
  rows: Rows,
  vector: Vector,
  centres: Centres,
  step: Step,
  signal: AbortSignal | undefined,
): Promise<Pick<Step, "sizes" | "sums">> {
  const [sizes, sums] = [step.sizes.slice(), step.sums.slice()];
  const empty = [...sizes.keys()].filter((c) => sizes[c] === 0);
  const answer = await engine.query(farthestSql(engine.dialect, rows, vector, centres, empty.length), signal);
  answer.forEach(([far, group, ...coordinates], i) => {
    if (!(Number(far) > 0)) return;
    const [donor, to] = [Number(group), empty[i]!];
    sizes[donor]! -= 1;
    sizes[to] = 1;
    coordinates.forEach((value, j) => {
      sums[donor * vector.cols + j]! -= Number(value);
      sums[to * vector.cols + j] = Number(value);
    });
  });
  return { sizes, sums };
}
