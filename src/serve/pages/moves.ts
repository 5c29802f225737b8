/** What would move a customer to another segment: counterfactuals of the served model, each asked about once more. */
import { setImmediate } from "node:timers/promises";
import type { Cell } from "../../preprocessing/compile.js";
import { type Change, counterfactual, type FeatureRange } from "../../segments/index.js";
import type { Explained, Service } from "../service.js";

export interface Move {
  readonly to: string;
  /** null: no change of at most three features within the training range was found. */
  readonly changes: readonly Change[] | null;
}

/** More segments than this are not searched for: the page must come back. */
const MOST = 5;

/**
 * The runner-up first, then the others. Texts and missing values stay as they are. Between two searches others get
 * their turn: one takes up to some tens of thousands of judgements.
 */
export async function movesOf(service: Service, answer: Explained, search = counterfactual): Promise<Move[]> {
  const { model } = service;
  const others = model.segments
    .filter(({ label }) => label !== answer.segment)
    .sort((a, b) => Number(b.name === answer.runnerUp) - Number(a.name === answer.runnerUp));
  const slow = model.assignment.rule === "nearest-neighbour" || model.assignment.rule === "nearest-core-point";
  const moves: Move[] = [];
  for (const { label, name } of others.slice(0, slow ? 1 : MOST)) {
    moves.push({ to: name, changes: moveTo(service, answer, label, search) });
    await setImmediate();
  }
  return moves;
}

function moveTo(
  { model, compiled }: Service,
  { raw, segment }: Explained,
  target: number,
  search: typeof counterfactual,
) {
  const { features } = model.input;
  const numbers = features.flatMap((feature, at) => (feature.kind === "number" ? [{ feature, at }] : []));
  const ranges = numbers.map(({ feature, at }): FeatureRange => {
    const { min, max, quantiles, whole, name } = feature;
    const missing = Number.isNaN(raw[at]);
    return {
      feature: name,
      low: min,
      high: max,
      scale: quantiles.p75 - quantiles.p25 || max - min || 1,
      whole,
      fixed: missing || min === max,
    };
  });
  const row = numbers.map(({ feature, at }) => (Number.isNaN(raw[at]) ? feature.median : (raw[at] as number)));
  const whole: Cell[] = [...raw];
  const judge = (values: ArrayLike<number>, start: number) => {
    numbers.forEach(({ at }, j) => {
      whole[at] = Number.isNaN(raw[at]) ? Number.NaN : values[start + j]!;
    });
    return compiled.predictRow(whole);
  };
  const found = search({
    row,
    ranges,
    target,
    predict({ rows, cols, data }) {
      const labels = new Int32Array(rows);
      const margin = new Float64Array(rows);
      for (let i = 0; i < rows; i++) {
        const verdict = judge(data, i * cols);
        labels[i] = verdict.label;
        // Larger the nearer to the target; of rows where it is neither first nor second nothing is known.
        margin[i] = verdict.label === target ? verdict.margin : verdict.second === target ? -verdict.margin : -1e300;
      }
      return { labels, margin };
    },
  });
  if (found === null || segment === target) return null;
  return judge(found.row, 0).label === target ? found.changes : null;
}
