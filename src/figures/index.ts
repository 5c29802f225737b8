/** Every figure, and the words and colours they share. */
export { type ColumnHistogramsOptions, type ColumnPanel, columnHistogramsFigure } from "./column-histograms.js";
export { type CorrelationHeatmapInput, correlationHeatmapFigure } from "./correlation-heatmap.js";
export { curvesFigure } from "./curves.js";
export { type Decision, type RankedCandidate, rankingTable, stabilityOf } from "./decision.js";
export { type DendrogramInput, dendrogramFigure, type MergeTree } from "./dendrogram.js";
export { type ElbowInput, elbowFigure, elbowOf } from "./elbow.js";
export {
  type HistogramOptions,
  histogramsFigure,
  type SegmentHistograms,
  segmentHistograms,
  suitsLog,
} from "./histograms.js";
export { type LeaderboardInput, leaderboardFigure, rankCandidates } from "./leaderboard.js";
export { type PcaMapInput, pcaMapFigure, tsneMapFigure } from "./map.js";
export { type MigrationInput, migrationFigure } from "./migration.js";
export { segmentColour, segmentSymbol } from "./palette.js";
export type { MapPoints } from "./points.js";
export { type ProfileHeatmapInput, profileHeatmapFigure } from "./profile-heatmap.js";
export { type SilhouettePlotInput, silhouettePlotFigure } from "./silhouette-plot.js";
export { type SnakePlotInput, snakePlotFigure } from "./snake-plot.js";
export { type FigureSpec, type FigureTable, tableCsv, themed } from "./spec.js";
export { type StabilityInput, stabilityCurvesFigure } from "./stability-curves.js";
export { type Candidate, candidatesOf, type FigureMetric, type SweepRow } from "./trials.js";
export {
  dendrogramOf,
  type Labeling,
  migrationOf,
  type NamedSpace,
  pcaMapOf,
  profileHeatmapOf,
  type SegmentNames,
  silhouettePlotOf,
  snakePlotOf,
  spacedRows,
  tsneMapOf,
} from "./views.js";
export { type ZeroPatterns, zeroPatterns, zeroPatternsFigure } from "./zero-patterns.js";
