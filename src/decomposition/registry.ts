/** Every reduction of columns. A new one is a new file and one line here. */
import { UserError } from "../core/errors.js";
import { didYouMean } from "../core/suggest.js";
import type { Reducer } from "./define.js";
import { none } from "./none.js";
import { pca } from "./pca.js";

export const reducers = [none, pca] as const satisfies readonly Reducer[];

/**
 * The reduction of that name.
 *
 * @throws UserError `UNKNOWN_NAME` with a suggestion
 */
export function reducerNamed(name: string, where = "reduce"): Reducer {
  const reducer = reducers.find((candidate) => candidate.name === name);
  if (reducer) return reducer;
  const known = reducers.map((candidate) => candidate.name);
  throw new UserError("UNKNOWN_NAME", { what: `unknown reduction "${name}"`, where, mend: didYouMean(name, known) });
}
