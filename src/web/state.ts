/** What a reader has chosen on the dashboard, as the query of its address: a link shows the same again. */
import type { View } from "../pipeline/view-schema.js";

export const colourings = ["segments", "tree"] as const;
export const shownNumbers = ["effect", "median", "percentile"] as const;

export interface State {
  /** Labels shown, in the view's order; all of them where nothing is filtered. */
  readonly segments: readonly number[];
  /** Feature of the histograms. */
  readonly feature: string;
  /** What colours the maps. */
  readonly colour: (typeof colourings)[number];
  /** Number in the cells of the profile table. */
  readonly show: (typeof shownNumbers)[number];
  readonly linkage: View["trees"][number]["linkage"];
  /** Clusters the tree is cut into. */
  readonly k: number;
}

/** What is shown before anything is chosen: all segments, the most telling feature, Ward's tree at the model's k. */
export function firstState(view: View): State {
  const [tree] = view.trees;
  const ks = tree?.cuts.map((cut) => cut.k) ?? [];
  const k = view.segments.filter(({ label }) => label >= 0).length;
  return {
    segments: view.segments.map(({ label }) => label),
    feature: tellingFeature(view),
    colour: "segments",
    show: "effect",
    linkage: tree?.linkage ?? "ward",
    k: Math.min(Math.max(k, ks[0] ?? 2), ks.at(-1) ?? 2),
  };
}

/** Read a query; what it says wrongly, or not at all, is as in the first state. */
export function parseState(query: URLSearchParams, view: View): State {
  const first = firstState(view);
  const asked = new Set(query.getAll("segment").map(Number));
  const segments = first.segments.filter((label) => asked.has(label));
  const one = <T extends string>(name: string, known: readonly T[], otherwise: T): T =>
    known.find((candidate) => candidate === query.get(name)) ?? otherwise;
  const linkage = one(
    "linkage",
    view.trees.map((tree) => tree.linkage),
    first.linkage,
  );
  const ks = view.trees.find((tree) => tree.linkage === linkage)?.cuts.map((cut) => cut.k) ?? [];
  const k = Number(query.get("k"));
  return {
    segments: segments.length > 0 ? segments : first.segments,
    feature: one(
      "feature",
      view.histograms.map((histogram) => histogram.feature),
      first.feature,
    ),
    colour: one("colour", colourings, first.colour),
    show: one("show", shownNumbers, first.show),
    linkage,
    k: ks.includes(k) ? k : Math.min(first.k, ks.at(-1) ?? 2),
  };
}

/** The query of a state, without what is as in the first state; empty for that one. */
export function formatState(state: State, view: View): string {
  const first = firstState(view);
  const query = new URLSearchParams();
  if (state.segments.length < first.segments.length)
    for (const label of state.segments) query.append("segment", String(label));
  for (const key of ["feature", "colour", "show", "linkage", "k"] as const) {
    if (state[key] !== first[key]) query.set(key, String(state[key]));
  }
  return query.toString();
}

/** The feature with the largest effect in any segment. */
function tellingFeature(view: View): string {
  let best = view.features[0]?.name ?? "";
  let largest = -1;
  for (const segment of view.segments) {
    segment.profile.forEach(({ effect }, j) => {
      if (segment.label < 0 || Math.abs(effect ?? 0) <= largest) return;
      largest = Math.abs(effect ?? 0);
      best = view.features[j]!.name;
    });
  }
  return best;
}
