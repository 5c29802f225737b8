/** What a notebook works out itself, held against what the committed tables say. */
import { UserError } from "../core/errors.js";
import { agree } from "./check.js";
import { defaultTolerance, type Tolerance, type Value, values } from "./values.js";

/**
 * Publish numbers, each after it was found equal to its twin in the committed tables. Numbers there have 12 significant
 * digits.
 *
 * @param pairs - name → [worked out here, as committed]
 * @param against - where the second of each pair is from, for the reader
 * @throws UserError `BAD_RESULTS` naming every pair that differs
 * @example confirm({ silhouette: [score(x, labels).silhouette, row.scores.silhouette] });
 */
export function confirm(
  pairs: Readonly<Record<string, readonly [here: Value | null | undefined, committed: Value | null | undefined]>>,
  tolerance: Partial<Tolerance> = {},
  against = "the committed tables",
): void {
  const allowed = { ...defaultTolerance, ...tolerance };
  const wrong = Object.entries(pairs).filter(
    ([, [here, committed]]) => here == null || committed == null || !agree(committed, here, allowed),
  );
  if (wrong.length > 0) {
    throw new UserError("BAD_RESULTS", {
      what: wrong
        .map(([name, [here, committed]]) => `${name} is ${here} here and ${committed} in ${against}`)
        .join("; "),
      where: "confirm",
      mend: "run the experiment again, then the notebook; or the cell reads another row than it means",
    });
  }
  values(
    Object.fromEntries(Object.entries(pairs).map(([name, [, committed]]) => [name, committed!])),
    Object.fromEntries(Object.keys(pairs).map((name) => [name, allowed])),
    `✓ worked out here, and equal to ${against}`,
  );
}
