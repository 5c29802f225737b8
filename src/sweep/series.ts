/** Candidates that differ in k alone and minimise inertia: what curves over k are drawn along. */
import type { TrialOutcome } from "./rows.js";
import { representative } from "./rows.js";

export interface Series {
  readonly algorithm: string;
  readonly prepare: string;
  readonly reduce: string;
  /** The parameters but k, as tables show them. */
  readonly params: string;
  /** The space its models were fitted in. */
  readonly space: string;
  /** Representatives, k ascending. */
  readonly points: readonly { readonly k: number; readonly within: number; readonly outcome: TrialOutcome }[];
}

/** A fit belongs to a curve when it asks for k and reports the inertia it reached. */
export function seriesOf(outcomes: readonly TrialOutcome[]): Series[] {
  const candidates = new Map<string, TrialOutcome[]>();
  for (const outcome of outcomes) {
    const { trial, fit } = outcome;
    if (fit?.outputs["inertia"] === undefined || typeof trial.params["k"] !== "number") continue;
    candidates.set(trial.candidate, [...(candidates.get(trial.candidate) ?? []), outcome]);
  }
  const series = new Map<string, { head: Omit<Series, "points">; points: Series["points"][number][] }>();
  for (const seeds of candidates.values()) {
    const outcome = representative(seeds);
    const { trial, fit } = outcome;
    const params = trial.paramsText
      .split(" ")
      .filter((part) => !part.startsWith("k="))
      .join(" ");
    const head = {
      algorithm: trial.algorithm.name,
      prepare: trial.prepare,
      reduce: trial.reduce,
      params,
      space: trial.space,
    };
    const name = Object.values(head).join("\n");
    const known = series.get(name) ?? { head, points: [] };
    known.points.push({ k: trial.params["k"] as number, within: fit!.outputs["inertia"]!, outcome });
    series.set(name, known);
  }
  return [...series.values()].map(({ head, points }) => ({ ...head, points: points.sort((a, b) => a.k - b.k) }));
}
