/** The figures of the dashboard, from a view and what the reader has chosen. Runs on the server and in the browser. */
import { dendrogramFigure } from "../figures/dendrogram.js";
import { histogramsFigure } from "../figures/histograms.js";
import { pcaMapFigure, tsneMapFigure } from "../figures/map.js";
import { snakePlotFigure } from "../figures/snake-plot.js";
import type { FigureSpec } from "../figures/spec.js";
import { relabelToMatch } from "../metrics/matching.js";
import type { View } from "../pipeline/view-schema.js";
import type { State } from "./state.js";

export const figureIds = ["snake", "pca", "tsne", "tree", "histogram"] as const;
export type FigureId = (typeof figureIds)[number];

/** A figure, or null where the view has nothing to draw it from. */
export function makeFigure(id: FigureId, view: View, state: State, narrow: boolean): FigureSpec | null {
  switch (id) {
    case "snake":
      return snake(view, state, narrow);
    case "pca":
      return pca(view, state, narrow);
    case "tsne":
      return tsne(view, state);
    case "tree":
      return tree(view, state, narrow);
    case "histogram":
      return histogram(view, state);
  }
}

/** Names by label. */
export function namesOf(view: View): Record<number, string> {
  return Object.fromEntries(view.segments.map(({ label, name }) => [label, name]));
}

function clusterNames(labels: Int32Array): Record<number, string> {
  return Object.fromEntries(Array.from(new Set(labels), (label) => [label, `Cluster ${label}`]));
}

/**
 * The chosen cut of the chosen tree, row by row of the map: a cluster bears the number of the segment it overlaps
 * most (each number once), a cluster without one a new number.
 */
export function cutLabels(view: View, { linkage, k }: State): Int32Array | null {
  const found = view.trees.find((candidate) => candidate.linkage === linkage);
  const cut = found?.cuts.find((candidate) => candidate.k === k);
  if (!found || !cut) return null;
  return relabelToMatch(
    view.map.labels,
    Int32Array.from(found.branches, (branch) => cut.segments[branch]!),
  );
}

function snake(view: View, { segments }: State, upright: boolean): FigureSpec | null {
  const shown = view.segments.filter(({ label }) => label >= 0 && segments.includes(label));
  if (view.features.length === 0) return null;
  return snakePlotFigure({
    features: view.features.map(({ name }) => name),
    segments: shown.map(({ label, name, profile }) => ({
      label,
      name,
      percentiles: profile.map(({ percentile }) => percentile),
    })),
    upright,
  });
}

/** More points than this are slow to draw anew at each choice. */
const rasterAbove = 10_000;

/** Places, labels and names of the rows that are shown. */
function points(view: View, state: State, places: { x: readonly number[]; y: readonly number[] }) {
  const cut = state.colour === "tree" ? cutLabels(view, state) : null;
  const wanted = new Set(state.segments);
  const rows = view.map.labels.flatMap((label, row) => (wanted.has(label) ? [row] : []));
  return {
    x: rows.map((row) => places.x[row]!),
    y: rows.map((row) => places.y[row]!),
    labels: rows.map((row) => (cut ?? view.map.labels)[row]!),
    rasterAbove,
    names: cut ? clusterNames(cut) : namesOf(view),
  };
}

function pca(view: View, state: State, narrow: boolean): FigureSpec | null {
  const { pca: map } = view.map;
  if (!map) return null;
  const { explained, loadings } = map;
  // Names at the tips of arrows would take half of a narrow page.
  return pcaMapFigure({ ...points(view, state, map), explained, loadings, arrows: narrow ? 0 : 6 });
}

function tsne(view: View, state: State): FigureSpec | null {
  const { tsne: map } = view.map;
  return map && tsneMapFigure({ ...points(view, state, map), perplexity: map.perplexity });
}

function tree(view: View, state: State, narrow: boolean): FigureSpec | null {
  const found = view.trees.find((candidate) => candidate.linkage === state.linkage);
  const labels = cutLabels(view, state);
  if (!found || !labels) return null;
  // Clusters in order of their first row, as the figure numbers them.
  const numbers = [...new Set(labels)];
  return dendrogramFigure({
    tree: found,
    k: state.k,
    heightTitle: `${state.linkage} distance`,
    labels: numbers,
    names: clusterNames(labels),
    ...(narrow ? { leaves: 20 } : {}),
  });
}

function histogram(view: View, { feature, segments }: State): FigureSpec | null {
  const bins = view.histograms.find((candidate) => candidate.feature === feature);
  if (!bins) return null;
  const unit = view.features.find((candidate) => candidate.name === feature)?.unit;
  return histogramsFigure({
    feature,
    edges: bins.edges,
    log: bins.log,
    segments: view.segments
      .map(({ label, name }, index) => ({ label, name, counts: bins.counts[index]! }))
      .filter(({ label }) => segments.includes(label)),
    ...(unit ? { unit } : {}),
  });
}
