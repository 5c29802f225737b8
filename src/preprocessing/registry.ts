/** Every preparation step. A new one is a new file and one line here. */
import { UserError } from "../core/errors.js";
import { didYouMean } from "../core/suggest.js";
import type { Step } from "./define.js";
import { drop } from "./drop.js";
import { impute } from "./impute.js";
import { log1p } from "./log1p.js";
import { oneHot } from "./one-hot.js";
import { scale } from "./scale.js";
import { winsorise } from "./winsorise.js";

export const steps = [impute, log1p, scale, winsorise, drop, oneHot] as const satisfies readonly Step[];

/**
 * The step of that name.
 *
 * @throws UserError `UNKNOWN_NAME` with a suggestion
 */
export function stepNamed(name: string, where = "prepare"): Step {
  const step = steps.find((candidate) => candidate.name === name);
  if (step) return step;
  const known = steps.map((candidate) => candidate.name);
  throw new UserError("UNKNOWN_NAME", {
    what: `unknown preparation step "${name}"`,
    where,
    mend: didYouMean(name, known),
  });
}
