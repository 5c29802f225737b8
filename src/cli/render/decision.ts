/** The decision with its reasons, wrapped to the screen. */
import type { NamedSegment } from "../../sweep/results.js";
import type { SweepResult } from "../../sweep/run.js";
import { plainTable } from "./plain-table.js";
import { wrap } from "./wrap.js";

/** Why this one, what to know about it, and the segments it makes. */
export function decisionText(result: SweepResult, segments: readonly NamedSegment[], columns: number): string {
  const { verdict, counts, experiment } = result;
  const lines = [`Why (rule ${experiment.select.rule.name}, judged in ${experiment.score.space}):`];
  for (const reason of verdict.reasons) lines.push(wrap(`- ${reason}`, columns, "    "));
  for (const flag of verdict.flags) lines.push(wrap(`! ${flag.code}: ${flag.message}`, columns, "    "));
  if (counts.incomplete > 0) {
    const total = result.plan.trials.length;
    lines.push(
      wrap(
        `! PARTIAL: ${counts.incomplete} of ${total} trials have no answer; run again to retry them`,
        columns,
        "    ",
      ),
    );
  }
  if (segments.length > 0) {
    const rows = segments.map(({ name, size, share }) => [name, String(size), `${(100 * share).toFixed(1)} %`]);
    lines.push("", plainTable(["segment", "rows", "share"], rows, [1, 2]));
  }
  return lines.join("\n");
}
