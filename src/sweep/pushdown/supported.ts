/** What can be pushed down; anything else is refused before any work. */
import { UserError, UserErrors } from "../../core/errors.js";
import type { Experiment } from "../config/experiment.js";
import { pushedMetrics } from "./indices.js";
import { pushedSteps } from "./prepare.js";

const REDUCERS = ["none", "pca"];
const ALGORITHMS = ["kmeans"];

/** @throws UserError or UserErrors `BAD_CONFIG` with everything the engine cannot do, and what it can */
export function requireSupported(experiment: Experiment): void {
  const engine = experiment.data.engine!.kind;
  const errors: UserError[] = [];
  const refuse = (what: string, path: readonly (string | number)[], mend: string) =>
    errors.push(new UserError("BAD_CONFIG", { what, where: experiment.source.where(path), mend }));
  const steps = Object.keys(pushedSteps);
  for (const { name, steps: list } of experiment.prepare) {
    list.forEach(({ step, params }, i) => {
      const path = ["prepare", name, i];
      if (!steps.includes(step.name)) {
        refuse(`${step.name} cannot be pushed down to ${engine}`, path, `steps that can: ${steps.join(", ")}`);
      } else if (step.name === "impute") {
        const { strategy, value, indicator } = params;
        const able = ["median", "mean", "constant"].includes(String(strategy)) && typeof value !== "string";
        if (!able || indicator === true) {
          const what = indicator === true ? "an indicator" : typeof value === "string" ? "a text" : String(strategy);
          refuse(
            `impute with ${what} cannot be pushed down to ${engine}`,
            path,
            "use median, mean or a constant number, without indicator",
          );
        }
      }
    });
  }
  experiment.reduce.forEach(({ reducer }, i) => {
    if (REDUCERS.includes(reducer.name)) return;
    refuse(
      `${reducer.name} cannot be pushed down to ${engine}`,
      ["reduce", i],
      `reductions that can: ${REDUCERS.join(", ")}`,
    );
  });
  for (const { algorithm, grid } of experiment.sweep) {
    if (!ALGORITHMS.includes(algorithm.name)) {
      refuse(
        `${algorithm.name} cannot be pushed down to ${engine}`,
        ["sweep", algorithm.name],
        `algorithms that can: ${ALGORITHMS.join(", ")}; sample the table to use others`,
      );
    } else if (grid.some((params) => params["engine"] !== "segmenta")) {
      refuse(
        `kmeans of ml-kmeans cannot be pushed down to ${engine}`,
        ["sweep", algorithm.name, "engine"],
        "leave engine out",
      );
    }
  }
  if (experiment.prepare.length > 1) {
    refuse(
      `${experiment.prepare.length} preparations cannot be compared inside ${engine}`,
      ["prepare"],
      "keep one preparation, with any reductions of it",
    );
  }
  const able = Object.keys(pushedMetrics);
  experiment.score.metrics.forEach(({ name }, i) => {
    if (able.includes(name)) return;
    const also = name.startsWith("silhouette")
      ? "; the silhouette needs all pairs of rows, simplified-silhouette does not"
      : "";
    refuse(
      `${name} cannot be pushed down to ${engine}`,
      ["score", "metrics", i],
      `indices that can: ${able.join(", ")}${also}`,
    );
  });
  const { rule } = experiment.select;
  if (rule.gather || rule.needs.length === 0 || !rule.needs.every((name) => able.includes(name))) {
    refuse(`the rule ${rule.name} cannot be pushed down to ${engine}`, ["select", "rule"], "use majority-simplified");
  }
  if (errors.length === 1) throw errors[0];
  if (errors.length > 1) throw new UserErrors(errors);
}
