/** From a run to the input of its report: the same rows, names and figures that the tables and the model hold. */
import { linkageTree } from "../cluster/agglomerative.js";
import { algorithms } from "../cluster/registry.js";
import { formatReference, type ReferenceKey } from "../core/references.js";
import type { Table } from "../core/table.js";
import { pca } from "../decomposition/pca.js";
import {
  candidatesOf,
  curvesFigure,
  dendrogramFigure,
  type FigureMetric,
  histogramsFigure,
  leaderboardFigure,
  pcaMapFigure,
  profileHeatmapFigure,
  segmentHistograms,
  silhouettePlotFigure,
  snakePlotFigure,
  suitsLog,
} from "../figures/index.js";
import { silhouetteSamples } from "../metrics/silhouette.js";
import { type Domain, type Profile, type RuleSet, readSegment } from "../segments/index.js";
import { describeExperiment } from "../sweep/config/experiment.js";
import { identity, judgedRows, leaderboardColumns, leaderboardRows } from "../sweep/leaderboard.js";
import type { AssembledModel } from "../sweep/model.js";
import type { SweepResult } from "../sweep/run.js";
import { headline } from "../sweep/selection.js";
import { mapSpace, rulesOf } from "../sweep/view.js";
import type { ReportFigure, ReportInput, ReportSegment } from "./input.js";

/** Above so many rows the plots that need every pair of rows are left out. */
const pairwiseRows = 20_000;

/** How many features the histograms show. */
const histogramFeatures = 4;

type Named = Readonly<Record<number, string>>;

/** Everything but the source of Plotly. */
export function gatherReport(
  result: SweepResult,
  assembled: AssembledModel | null,
  table: Table,
  domain?: Domain,
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
    figures: [...segmentFigures(result, table, profiles, names, domain), ...choiceFigures(result, metrics, names)],
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

function segmentFigures(
  result: SweepResult,
  table: Table,
  profiles: readonly Profile[],
  names: Named,
  domain: Domain | undefined,
): ReportFigure[] {
  const { labels } = result;
  if (!labels || profiles.length === 0) return [];
  const segments = profiles.filter((profile) => profile.label >= 0);
  const features = segments[0]?.features.map((feature) => feature.feature) ?? [];
  const figures: ReportFigure[] = [];
  const add = (id: string, spec: ReportFigure["spec"]) => figures.push({ id, section: "segments", spec });
  if (segments.length > 0 && features.length > 0) {
    add(
      "profile",
      profileHeatmapFigure({
        features,
        segments: segments.map((profile) => ({
          name: names[profile.label]!,
          share: profile.share,
          effects: profile.features.map((feature) => feature.effect),
        })),
      }),
    );
    add(
      "snake",
      snakePlotFigure({
        features,
        segments: segments.map((profile) => ({
          label: profile.label,
          name: names[profile.label]!,
          percentiles: profile.features.map((feature) => feature.percentile),
        })),
      }),
    );
  }
  const space = mapSpace(result);
  if (space && space.x.cols >= 2 && space.x.rows >= 3) {
    const { fitted } = pca.fit(space.x, { components: 2 });
    const scores = pca.transform(space.x, fitted);
    const ratio = fitted["explainedVarianceRatio"] as readonly number[];
    const [first, second] = fitted["components"] as readonly (readonly number[])[];
    add(
      "map",
      pcaMapFigure({
        x: Float64Array.from(labels, (_, i) => scores.data[2 * i]!),
        y: Float64Array.from(labels, (_, i) => scores.data[2 * i + 1]!),
        labels,
        names,
        explained: [ratio[0]!, ratio[1]!],
        loadings: space.columns.map((feature, j) => ({ feature, x: first![j]!, y: second![j]! })),
      }),
    );
  }
  for (const feature of tellingFeatures(segments)) {
    const column = table.columns.find((candidate) => candidate.name === feature);
    if (column?.kind !== "number") continue;
    const unit = domain?.features[feature]?.unit;
    const everyone = segments[0]!.features.find((candidate) => candidate.feature === feature)!.everyone;
    const log = suitsLog(column.values, everyone.q75 ?? 0);
    const bins = segmentHistograms(feature, column.values, labels, { names, log, ...(unit ? { unit } : {}) });
    add(`histogram-${figures.length}`, histogramsFigure(bins));
  }
  return figures;
}

/** The features that set some segment apart most, each once. */
function tellingFeatures(segments: readonly Profile[]): string[] {
  const best = new Map<string, number>();
  for (const profile of segments) {
    for (const { feature, effect } of profile.features) {
      best.set(feature, Math.max(best.get(feature) ?? 0, Math.abs(effect ?? 0)));
    }
  }
  return [...best.entries()]
    .filter(([, effect]) => effect > 0)
    .sort((a, b) => b[1] - a[1])
    .slice(0, histogramFeatures)
    .map(([feature]) => feature);
}

function choiceFigures(result: SweepResult, metrics: readonly FigureMetric[], names: Named): ReportFigure[] {
  const figures: ReportFigure[] = [];
  const add = (id: string, spec: ReportFigure["spec"]) => figures.push({ id, section: "choice", spec });
  const rows = judgedRows(result);
  const chosen = result.candidates.find((candidate) => candidate.id === result.verdict.winner);
  const winner = chosen && candidatesOf(rows).find((candidate) => identity(candidate) === identity(chosen));
  const [first, ...others] = metrics;
  if (first) {
    const shown = [first, ...others.slice(0, 2)] as const;
    add("leaderboard", leaderboardFigure({ rows, metrics: shown, ...(winner ? { winner: winner.name } : {}) }));
    for (const metric of shown) add(`curve-${metric.name}`, curvesFigure(rows, metric));
  }
  const { labels } = result;
  const space = result.spaces.get(result.experiment.score.space);
  if (!labels || !space || labels.length > pairwiseRows) return figures;
  if (new Set(labels).size > 1) {
    const { samples } = silhouetteSamples(space.x, labels, "cluster");
    add("silhouette", silhouettePlotFigure({ silhouettes: samples, labels, names }));
  }
  const { trial } = result.winner!;
  const fittedIn = result.spaces.get(trial.space);
  const linkage = trial.params["linkage"];
  const isTree = trial.algorithm === algorithms.find((algorithm) => algorithm.name === "agglomerative");
  if (isTree && fittedIn && typeof linkage === "string") {
    const tree = linkageTree(fittedIn.x, linkage as Parameters<typeof linkageTree>[1]);
    add("tree", dendrogramFigure({ tree, k: chosen!.k, heightTitle: `${linkage} distance`, names }));
  }
  return figures;
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
