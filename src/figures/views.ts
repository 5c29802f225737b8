/**
 * Figures from what a run leaves behind: a space, labels, profiles. Each does the arithmetic its figure needs and no
 * more, so that a notebook or a page asks for a picture in one line.
 */
import { type Linkage, linkageTree } from "../cluster/agglomerative.js";
import type { Labels } from "../core/labels.js";
import { type Matrix, takeRows } from "../core/matrix.js";
import { segmentName } from "../core/words.js";
import { pca } from "../decomposition/pca.js";
import { type TsneOptions, tsne } from "../decomposition/tsne.js";
import { silhouetteSamples } from "../metrics/silhouette.js";
import type { Profile } from "../segments/index.js";
import { dendrogramFigure } from "./dendrogram.js";
import { pcaMapFigure, tsneMapFigure } from "./map.js";
import { migrationFigure } from "./migration.js";
import { presentLabels } from "./points.js";
import { profileHeatmapFigure } from "./profile-heatmap.js";
import { silhouettePlotFigure } from "./silhouette-plot.js";
import { snakePlotFigure } from "./snake-plot.js";
import type { FigureSpec } from "./spec.js";

/** Names of segments by label. */
export type SegmentNames = Readonly<Record<number, string>>;

/** A matrix and the names of its columns. */
export interface NamedSpace {
  readonly x: Matrix;
  readonly columns: readonly string[];
}

/**
 * At most so many rows, evenly spaced: the same ones each time. For pictures only; numbers come from all rows.
 *
 * @returns row numbers, ascending
 */
export function spacedRows(rows: number, most: number): Int32Array {
  const count = Math.max(0, Math.min(rows, Math.floor(most)));
  return Int32Array.from({ length: count }, (_, i) => Math.floor((i * rows) / count));
}

/**
 * The plane of two principal components.
 *
 * @param most - rows drawn; the axes are fitted on all of them
 */
export function pcaMapOf(
  { x, columns }: NamedSpace,
  labels: Labels,
  names: SegmentNames = {},
  most = x.rows,
): FigureSpec {
  const { fitted } = pca.fit(x, { components: 2 });
  const drawn = spacedRows(x.rows, most);
  const scores = pca.transform(takeRows(x, drawn), fitted);
  const ratio = fitted["explainedVarianceRatio"] as readonly number[];
  const [first, second] = fitted["components"] as readonly (readonly number[])[];
  return pcaMapFigure({
    ...places(scores),
    labels: labelsAt(labels, drawn),
    names,
    explained: [ratio[0]!, ratio[1]!],
    loadings: columns.map((feature, j) => ({ feature, x: first![j]!, y: second![j]! })),
  });
}

/**
 * Neighbourhoods by t-SNE.
 *
 * @param most - rows mapped and drawn
 * @remarks About a second for 2,000 rows.
 */
export function tsneMapOf(
  x: Matrix,
  labels: Labels,
  names: SegmentNames = {},
  { most = x.rows, ...options }: TsneOptions & { readonly most?: number } = {},
): FigureSpec {
  const drawn = spacedRows(x.rows, most);
  const perplexity = options.perplexity ?? Math.min(30, (drawn.length - 1) / 3);
  const map = tsne(takeRows(x, drawn), { ...options, perplexity });
  return tsneMapFigure({ ...places(map), labels: labelsAt(labels, drawn), names, perplexity });
}

/** The silhouette of every row; the mean in the figure is that of the tables. O(n²·d). */
export function silhouettePlotOf(x: Matrix, labels: Labels, names: SegmentNames = {}): FigureSpec {
  return silhouettePlotFigure({ silhouettes: silhouetteSamples(x, labels).samples, labels, names });
}

/** The merge tree of the rows, cut into k. */
export function dendrogramOf(x: Matrix, linkage: Linkage, k: number, names: SegmentNames = {}): FigureSpec {
  return dendrogramFigure({ tree: linkageTree(x, linkage), k, heightTitle: `${linkage} distance`, names });
}

/** What each segment has more or less of. */
export function profileHeatmapOf(profiles: readonly Profile[], names: SegmentNames): FigureSpec {
  const segments = profiles.filter(({ label }) => label >= 0);
  return profileHeatmapFigure({
    features: featuresOf(segments),
    segments: segments.map(({ label, share, features }) => ({
      name: segmentName(label, names),
      share,
      effects: features.map(({ effect }) => effect),
    })),
  });
}

/** Each segment as a line through all features. */
export function snakePlotOf(profiles: readonly Profile[], names: SegmentNames): FigureSpec {
  const segments = profiles.filter(({ label }) => label >= 0);
  return snakePlotFigure({
    features: featuresOf(segments),
    segments: segments.map(({ label, features }) => ({
      label,
      name: segmentName(label, names),
      percentiles: features.map(({ percentile }) => percentile),
    })),
  });
}

/** One labeling of the same rows. */
export interface Labeling {
  /** What it is, such as `classic`. */
  readonly title: string;
  readonly labels: ArrayLike<number>;
  readonly names?: SegmentNames;
}

/** Where the members of one labeling's segments are in the other. */
export function migrationOf(before: Labeling, after: Labeling): FigureSpec {
  const [from, to] = [presentLabels(before.labels), presentLabels(after.labels)];
  const counts = from.map(() => to.map(() => 0));
  for (let i = 0; i < before.labels.length; i++) {
    const row = counts[from.indexOf(Math.max(-1, before.labels[i]!))]!;
    row[to.indexOf(Math.max(-1, after.labels[i]!))]!++;
  }
  return migrationFigure({
    before: before.title,
    after: after.title,
    beforeNames: from.map((label) => segmentName(label, before.names)),
    afterNames: to.map((label) => segmentName(label, after.names)),
    counts,
  });
}

const featuresOf = (profiles: readonly Profile[]) => profiles[0]?.features.map(({ feature }) => feature) ?? [];

const labelsAt = (labels: Labels, rows: Int32Array) => Int32Array.from(rows, (row) => labels[row]!);

function places(map: Matrix): { x: Float64Array; y: Float64Array } {
  return {
    x: Float64Array.from({ length: map.rows }, (_, i) => map.data[2 * i]!),
    y: Float64Array.from({ length: map.rows }, (_, i) => map.data[2 * i + 1]!),
  };
}
