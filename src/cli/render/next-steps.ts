/** What was written, and what to do with it. */
import { basename, dirname, join } from "node:path";

export interface NextSteps {
  /** Of the results, as the user writes it. */
  readonly folder: string;
  readonly hasModel: boolean;
  /** Where an engine wrote the segment of every row. */
  readonly labels?: string | undefined;
  /** The words of the run that a report of it needs; none where there can be no report. */
  readonly report?: readonly string[];
}

export function nextSteps({ folder, hasModel, labels, report }: NextSteps): string {
  // A folder in results/ is known by its name.
  const model = dirname(folder) === "results" ? basename(folder) : join(folder, "model.json");
  const steps = [
    ["the decision", join(folder, "summary.md")],
    ["all scores", join(folder, "metrics.csv")],
    ...(labels === undefined ? [] : [["segment of each row", labels]]),
    ...(hasModel ? [["see the segments", `npx segmenta serve ${model}`]] : []),
    ...(report ? [["a page to share", ["npx segmenta report", ...report.map(quoted)].join(" ")]] : []),
    ...(hasModel ? [["score customers", `npx segmenta predict ${model} new.csv`]] : []),
  ];
  const width = Math.max(18, ...steps.map(([what]) => what!.length));
  return [`Written to ${folder}. Next:`, ...steps.map(([what, how]) => `  ${what!.padEnd(width)} ${how}`)].join("\n");
}

/** A word as a shell takes it. */
const quoted = (word: string) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);
