/** The decision with its reasons, wrapped to the screen. */
import { shorten } from "../../core/words.js";
import type { NamedSegment } from "../../sweep/model.js";
import type { SweepResult } from "../../sweep/run.js";
import { plainTable } from "./plain-table.js";
import { wrap } from "./wrap.js";

/** Columns that a segment's numbers take beside its name. */
const NUMBERS_WIDTH = 28;

/** Why this one, what to know about it, and the segments it makes. No line is longer than `columns`. */
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
  if (segments.length > 0) lines.push("", segmentTable(segments, clusterJaccards(result), columns));
  return lines.join("\n");
}

/** Sizes, and how well each segment came back on resamples where the rule looked. */
function segmentTable(segments: readonly NamedSegment[], jaccards: readonly number[], columns: number): string {
  const known = jaccards.length > 0;
  const rows = segments.map(({ name, size, share }, i) => [
    shorten(name, columns - NUMBERS_WIDTH),
    String(size),
    `${(100 * share).toFixed(1)} %`,
    ...(known ? [jaccards[i]?.toFixed(2) ?? "–"] : []),
  ]);
  return plainTable(["segment", "rows", "share", ...(known ? ["jaccard"] : [])], rows, [1, 2, 3]);
}

/** Mean bootstrap Jaccard of each segment, in label order; none for rules that do not resample. */
function clusterJaccards({ verdict }: SweepResult): readonly number[] {
  const values = verdict.details?.["clusterJaccard"];
  return Array.isArray(values) ? (values as number[]) : [];
}
