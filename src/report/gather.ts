/** From a run to the input of its report: the same rows, names and figures that the tables and the model hold. */
import { formatReference, type ReferenceKey } from "../core/references.js";
import type { Table } from "../core/table.js";
import { headline } from "../results/selection.js";
import { rulesOf } from "../results/view.js";
import { type Domain, type Profile, type RuleSet, readSegment } from "../segments/index.js";
import { describeExperiment } from "../sweep/config/describe.js";
import { leaderboardColumns, leaderboardRows } from "../sweep/leaderboard.js";
import type { AssembledModel } from "../sweep/model.js";
import type { SweepResult } from "../sweep/run.js";
import { choiceFigures, type RunnerUp, segmentFigures } from "./figures.js";
import type { ReportInput, ReportSegment } from "./input.js";

type Named = Readonly<Record<number, string>>;

export interface GatherOptions {
  /** Plain words and units of columns. */
  readonly domain?: Domain | undefined;
  /** The best other partition, to show where members would go. */
  readonly runnerUp?: RunnerUp | null;
}

/**
 * Everything but the source of Plotly.
 *
 * @remarks Some seconds: a t-SNE map of 2,000 rows, and a tree and silhouettes of up to 20,000.
 */
export function gatherReport(
  result: SweepResult,
  assembled: AssembledModel | null,
  table: Table,
  { domain, runnerUp = null }: GatherOptions = {},
): Omit<ReportInput, "plotly"> {
  const { experiment, verdict } = result;
  const profiles = assembled?.profiles ?? [];
  const names: Named = Object.fromEntries(assembled?.naming.names.map(({ label, name }) => [label, name]) ?? []);
  const rules = result.labels ? rulesOf(table, result.labels) : null;
  const metrics = leaderboardColumns(experiment);
  const keys: ReferenceKey[] = [
    ...experiment.sweep.flatMap(({ algorithm }) => algorithm.cites),
    ...experiment.score.metrics.flatMap((metric) => metric.cites),
    ...experiment.select.rule.cites,
    "cliff1993",
    "breiman1984",
  ];
  return {
    title: experiment.name,
    question: experiment.description,
    headline: headline(result),
    decision: {
      rule: experiment.select.rule.title,
      space: experiment.score.space,
      reasons: verdict.reasons,
      flags: verdict.flags,
      incomplete: result.counts.incomplete,
    },
    segments: profiles.map((profile) => segment(profile, names, assembled, rules, domain)),
    rules: rules && { trainAccuracy: rules.trainAccuracy, crossAccuracy: rules.crossAccuracy },
    leaderboard: { columns: metrics, rows: leaderboardRows(result, metrics) },
    figures: [
      ...segmentFigures(result, table, profiles, names, domain),
      ...choiceFigures(result, metrics, names, runnerUp),
    ],
    notes: [...(assembled?.notes ?? []), ...(rules?.notes ?? [])],
    provenance: provenance(result, assembled),
    config: JSON.stringify(describeExperiment(experiment), null, 2),
    references: [...new Set(keys)].sort().map((key) => formatReference(key)),
  };
}

function segment(
  profile: Profile,
  names: Named,
  assembled: AssembledModel | null,
  rules: RuleSet | null,
  domain: Domain | undefined,
): ReportSegment {
  const { label, size, share } = profile;
  const name = names[label] ?? "Noise";
  const rule = rules?.segments.find((candidate) => candidate.label === label);
  return {
    label,
    name,
    size,
    share,
    reading: readSegment(profile, name, domain?.features).text,
    evidence: assembled?.naming.names.find((candidate) => candidate.label === label)?.evidence ?? [],
    rule: rule ? { text: rule.text, precision: rule.precision, recall: rule.recall } : null,
    features: profile.strongest.slice(0, 5).map((feature) => {
      const own = profile.features.find((candidate) => candidate.feature === feature)!;
      const unit = domain?.features[feature]?.unit ?? null;
      return { feature, unit, median: own.median, everyone: own.everyone.median, effect: own.effect! };
    }),
  };
}

function provenance(result: SweepResult, assembled: AssembledModel | null): (readonly [string, string])[] {
  const { experiment, tableFacts, winner } = result;
  const trials = result.plan.trials.length;
  return [
    ["experiment", experiment.name],
    ["data", `${tableFacts.rows} rows, ${tableFacts.columns.length} columns, SHA-256 ${result.dataChecksum}`],
    ["trials", `${trials}, of which ${result.counts.incomplete} without an answer`],
    ["rule", `${experiment.select.rule.name}, stated before the first fit; SHA-256 ${experiment.select.hash}`],
    ["judged in", experiment.score.space],
    ...(winner ? ([["labels", `SHA-256 ${winner.fit!.labels}`]] as const) : []),
    ...(assembled ? ([["model", `SHA-256 ${assembled.model.hash}`]] as const) : []),
  ];
}
