/** The figures of a report: who the segments are, and how they were chosen. */
import { algorithms } from "../cluster/registry.js";
import type { Labels } from "../core/labels.js";
import type { Table } from "../core/table.js";
import {
  candidatesOf,
  curvesFigure,
  dendrogramOf,
  elbowFigure,
  type FigureMetric,
  histogramsFigure,
  leaderboardFigure,
  migrationOf,
  pcaMapOf,
  profileHeatmapOf,
  type SweepRow,
  segmentHistograms,
  silhouettePlotFigure,
  snakePlotOf,
  stabilityOf,
  suitsLog,
  tsneMapOf,
} from "../figures/index.js";
import { adjustedRand } from "../metrics/agreement.js";
import { silhouetteSamples } from "../metrics/silhouette.js";
import { selectionRecord } from "../results/selection.js";
import { mapRows, mapSpace } from "../results/view.js";
import type { Domain, Profile } from "../segments/index.js";
import { identity, judgedRows } from "../sweep/leaderboard.js";
import type { SweepResult } from "../sweep/run.js";
import { seriesOf } from "../sweep/series.js";
import type { Store } from "../sweep/store/store.js";
import type { ReportFigure } from "./input.js";

/** Above so many rows the plots that need every pair of rows are left out. */
const pairwiseRows = 20_000;

/** How many features the histograms show. */
const histogramFeatures = 4;

type Named = Readonly<Record<number, string>>;

/** Another labeling of the same rows. */
export interface RunnerUp {
  readonly title: string;
  readonly labels: Labels;
}

/** Two labelings with a larger adjusted Rand index are the same find. */
const SAME = 0.8;

/** The best-ranked candidate that divides the rows clearly otherwise than the winner; null where there is none. */
export async function runnerUpOf(result: SweepResult, store: Store): Promise<RunnerUp | null> {
  const own = result.winner?.fit?.labels;
  if (own === undefined) return null;
  for (const { id } of result.verdict.ranking) {
    const candidate = result.candidates.find((each) => each.id === id);
    if (!candidate || candidate.baseline || candidate.k === 0) continue;
    const outcome = result.outcomes.find(
      ({ trial, fit }) => trial.candidate === id && fit !== null && trial.seed === candidate.seed,
    );
    const hash = outcome?.fit?.labels;
    if (hash === undefined || hash === own) continue;
    const labels = await store.labels(hash);
    if (adjustedRand.compare(labels, result.labels!) > SAME) continue;
    const { algorithm, params, prepare, reduce } = candidate;
    return { title: `${algorithm} ${params} on ${prepare}${reduce === "none" ? "" : ` / ${reduce}`}`, labels };
  }
  return null;
}

export function segmentFigures(
  result: SweepResult,
  table: Table,
  profiles: readonly Profile[],
  names: Named,
  domain: Domain | undefined,
): ReportFigure[] {
  const { labels } = result;
  if (!labels || profiles.length === 0) return [];
  const segments = profiles.filter((profile) => profile.label >= 0);
  const figures: ReportFigure[] = [];
  const add = (id: string, spec: ReportFigure["spec"]) => figures.push({ id, section: "segments", spec });
  if (segments[0] && segments[0].features.length > 0) {
    add("profile", profileHeatmapOf(profiles, names));
    add("snake", snakePlotOf(profiles, names));
  }
  const space = mapSpace(result);
  if (space && space.x.cols >= 2 && space.x.rows >= 3) add("map", pcaMapOf(space, labels, names));
  if (space && space.x.cols >= 2 && space.x.rows >= 5) {
    add("neighbours", tsneMapOf(space.x, labels, names, { most: mapRows }));
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

export function choiceFigures(
  result: SweepResult,
  metrics: readonly FigureMetric[],
  names: Named,
  runnerUp: RunnerUp | null,
): ReportFigure[] {
  const figures: ReportFigure[] = [];
  const add = (id: string, spec: ReportFigure["spec"]) => figures.push({ id, section: "choice", spec });
  const rows = judgedRows(result);
  const chosen = result.candidates.find((candidate) => candidate.id === result.verdict.winner);
  const winner = chosen && candidatesOf(rows).find((candidate) => identity(candidate) === identity(chosen));
  const [first, ...others] = metrics;
  if (first) {
    const shown = [first, ...others.slice(0, 2)] as const;
    add("leaderboard", leaderboardFigure({ rows, metrics: shown, ...(winner ? { winner: winner.name } : {}) }));
    const contenders = contendersOf(rows, result);
    for (const metric of shown) add(`curve-${metric.name}`, curvesFigure(contenders, metric));
  }
  const stability = stabilityOf(selectionRecord(result));
  if (stability) add("stability", stability);
  const elbow = elbowSeries(result);
  if (elbow) add("elbow", elbowFigure(elbow));
  const { labels } = result;
  if (labels && runnerUp) {
    add("migration", migrationOf({ title: "chosen", labels, names }, runnerUp));
  }
  const space = result.spaces.get(result.experiment.score.space);
  if (!labels || !space || labels.length > pairwiseRows) return figures;
  if (new Set(labels).size > 1) {
    const { samples } = silhouetteSamples(space.x, labels, "cluster");
    add("silhouette", silhouettePlotFigure({ silhouettes: samples, labels, names }));
  }
  // The winner's own tree; Ward's as a second opinion where it has none.
  const { trial } = result.winner!;
  const isTree = trial.algorithm === algorithms.find((algorithm) => algorithm.name === "agglomerative");
  const fittedIn = result.spaces.get(trial.space) ?? space;
  const linkage = isTree ? (trial.params["linkage"] as Parameters<typeof dendrogramOf>[1]) : "ward";
  if (fittedIn.x.rows >= 3) add("tree", dendrogramOf(fittedIn.x, linkage, chosen!.k, isTree ? names : {}));
  return figures;
}

/** One line per algorithm: its fits where the winner was fitted. Baselines stand in the table. */
function contendersOf<Row extends SweepRow>(rows: readonly Row[], result: SweepResult): readonly Row[] {
  const place = result.winner?.trial ?? result.plan.trials[0];
  const own = rows.filter(
    (row) => !row.reason.includes("baseline") && row.prepare === place?.prepare && row.reduce === place.reduce,
  );
  return own.length > 0 ? own : rows;
}

/** The curve of the winner's own series, or else of the first there is. */
function elbowSeries(result: SweepResult) {
  const all = seriesOf(result.outcomes).filter(({ points }) => points.length >= 3);
  const winner = result.winner?.trial;
  const own = all.find(({ algorithm, space }) => algorithm === winner?.algorithm.name && space === winner?.space);
  const series = own ?? all[0];
  if (!series) return null;
  const { algorithm, params, space, points } = series;
  return {
    ks: points.map(({ k }) => k),
    inertia: points.map(({ within }) => within),
    algorithm: `${algorithm}${params ? ` ${params}` : ""} on ${space}`,
  };
}
