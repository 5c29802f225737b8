/**
 * From a decision to `view.json`: what the pictures need, rounded for the eye, from the same labels, names and
 * profiles as the model. No row of the table goes in.
 */
import { linkageTree } from "../cluster/agglomerative.js";
import { topBranches } from "../cluster/branches.js";
import { cutTree } from "../cluster/dendrogram.js";
import { hashOf } from "../core/hash.js";
import { type Matrix, takeRows } from "../core/matrix.js";
import { stream } from "../core/rng.js";
import { type NumberColumn, type Table, takeTableRows } from "../core/table.js";
import { pca } from "../decomposition/pca.js";
import { tsne } from "../decomposition/tsne.js";
import { segmentHistograms, suitsLog } from "../figures/index.js";
import { roundTo } from "../figures/spec.js";
import { VIEW_FORMAT, VIEW_VERSION, type View, type ViewMap, type ViewTree } from "../pipeline/view-schema.js";
import { type Domain, learnRules, type Profile, type Quartiles, type RuleSet, readSegment } from "../segments/index.js";
import { leaderboardColumns, leaderboardRows } from "../sweep/leaderboard.js";
import type { AssembledModel } from "../sweep/model.js";
import type { Space, SweepResult } from "../sweep/run.js";
import { headline } from "./selection.js";

/** Rows on the maps and under the trees. */
export const mapRows = 2000;
const ruleRows = 50_000;
/** Branches kept of each tree. */
const branches = 40;
const cuts = [2, 3, 4, 5, 6, 7, 8, 9, 10];
const linkages = ["ward", "complete", "average", "single"] as const;
/** Raised when the same space and sample may give other maps and trees, or the same model other rules. */
const mapVersion = 2;

/** Significant digits: of places on a map, and of everything else. */
const placeDigits = 4;
const digits = 6;

export interface ViewOptions {
  /** Plain words and units of columns. */
  readonly domain?: Domain | undefined;
  /** An earlier view of the same folder; its map, trees and rules are taken where nothing they depend on has changed. */
  readonly earlier?: View | undefined;
}

/**
 * The view of a model just assembled. Deterministic: the same result gives the same view, with or without `earlier`.
 *
 * @remarks about 2 s for the t-SNE map and half a second for four trees of 2,000 rows
 */
export function buildView(
  result: SweepResult,
  assembled: AssembledModel,
  table: Table,
  options: ViewOptions = {},
): View {
  const { experiment, verdict } = result;
  const labels = result.labels!;
  const { profiles, naming, model } = assembled;
  const names = new Map(naming.names.map(({ label, name }) => [label, name]));
  const words = options.domain?.features ?? {};
  const space = mapSpace(result)!;
  const sample = sampleRows(table.rows, mapRows);
  const x = takeRows(space.x, sample);
  const key = hashOf({ space: space.plan.key, rows: sample.length, version: mapVersion });
  const drawn = options.earlier?.map.key === key ? options.earlier : undefined;
  const rules = shownRules(table, labels, drawn?.model === model.hash ? drawn : undefined);
  const columns = leaderboardColumns(experiment);

  const view = {
    format: VIEW_FORMAT,
    formatVersion: VIEW_VERSION,
    name: experiment.name,
    question: experiment.description,
    headline: headline(result),
    model: model.hash,
    data: { checksum: result.dataChecksum, rows: table.rows },
    embeds: { rows: false, coordinates: sample.length },
    decision: {
      rule: experiment.select.rule.title,
      space: experiment.score.space,
      reasons: verdict.reasons,
      flags: verdict.flags,
      incomplete: result.counts.incomplete,
    },
    features: (profiles[0]?.features ?? []).map(({ feature, everyone }) => ({
      name: feature,
      unit: words[feature]?.unit ?? null,
      words: words[feature]?.words ?? null,
      everyone: quartilesOf(everyone),
    })),
    segments: profiles.map((profile) => {
      const { label, size, share } = profile;
      const name = names.get(label) ?? "Noise";
      return {
        label,
        name,
        size,
        share: round(share),
        reading: readSegment(profile, name, words).text,
        evidence: naming.names.find((candidate) => candidate.label === label)?.evidence ?? [],
        rule: rules.bySegment.get(label) ?? null,
        profile: profile.features.map((feature) => ({
          ...quartilesOf(feature),
          missing: feature.missing,
          effect: round(feature.effect),
          percentile: round(feature.percentile),
        })),
        categories: profile.categories.map(({ feature, value, share: own, everyone }) => ({
          feature,
          value,
          share: round(own),
          everyone: round(everyone),
        })),
        strongest: profile.strongest,
      };
    }),
    rules: rules.accuracy,
    map: mapsOf(space, x, sample, labels, key, drawn),
    histograms: table.columns
      .filter((column): column is NumberColumn => column.kind === "number")
      .map((column) => histogramOf(column, labels, profiles)),
    trees: drawn?.trees ?? linkages.flatMap((linkage) => treeOf(x, linkage)),
    leaderboard: {
      columns: columns.map(({ name, title, better }) => ({ name, title, better })),
      rows: leaderboardRows(result, columns).map((row) => ({
        ...row,
        scores: row.scores.map(({ mean, sd }) => ({ mean: round(mean), sd: round(sd) })),
        coverage: round(row.coverage),
        smallest: round(row.smallest),
      })),
    },
  };
  // Through JSON once, so that −0 and what is undefined are as they will be read.
  const plain = JSON.parse(JSON.stringify(view)) as Omit<View, "hash">;
  return { ...plain, hash: hashOf(plain) };
}

/** Maps and trees are of all prepared columns, also where the decision was made on a projection of them. */
export function mapSpace(result: SweepResult): Space | undefined {
  const { winner, spaces, experiment } = result;
  return (winner && spaces.get(winner.trial.prepare)) ?? spaces.get(experiment.score.space);
}

/** The rules of the segments, from at most 50,000 rows: thousands of rows tell a threshold as well as millions. */
export function rulesOf(table: Table, labels: Int32Array): RuleSet {
  if (table.rows <= ruleRows) return learnRules(table, labels);
  const rows = sampleRows(table.rows, ruleRows);
  return learnRules(
    takeTableRows(table, Array.from(rows)),
    rows.map((row) => labels[row]!),
  );
}

/** What the view tells of the rules; those of an earlier view of the same model are the same. */
function shownRules(table: Table, labels: Int32Array, earlier: View | undefined) {
  if (earlier) {
    const bySegment = new Map(earlier.segments.map(({ label, rule }) => [label, rule]));
    return { bySegment, accuracy: earlier.rules };
  }
  const { segments, trainAccuracy, crossAccuracy } = rulesOf(table, labels);
  const shown = segments.map(
    ({ label, text, precision, recall }) =>
      [label, { text, precision: round(precision), recall: round(recall) }] as const,
  );
  const accuracy = { trainAccuracy: round(trainAccuracy), crossAccuracy: round(crossAccuracy) };
  return { bySegment: new Map<number, View["segments"][number]["rule"]>(shown), accuracy };
}

/** Ascending row numbers: all of them, or a draw that depends on their number alone. */
function sampleRows(rows: number, most: number): Int32Array {
  if (rows <= most) return Int32Array.from({ length: rows }, (_, i) => i);
  return stream(0, "view/sample").permutation(rows).subarray(0, most).sort();
}

function mapsOf(
  space: Space,
  x: Matrix,
  sample: Int32Array,
  labels: Int32Array,
  key: string,
  drawn: View | undefined,
): ViewMap {
  return {
    key,
    space: space.plan.prepare.name,
    rows: sample.length,
    of: labels.length,
    labels: Array.from(sample, (row) => labels[row]!),
    pca: planeOf(space, x),
    tsne: drawn ? drawn.map.tsne : neighboursOf(x),
  };
}

/** The two components of most variance of all rows; null where the rows span only a line. */
function planeOf({ x: all, columns }: Space, x: Matrix): ViewMap["pca"] {
  const { fitted } = pca.fit(all, { variance: 1 });
  const ratio = fitted["explainedVarianceRatio"] as readonly number[];
  const [first, second] = fitted["components"] as readonly (readonly number[])[];
  if (!first || !second) return null;
  const { data, cols } = pca.transform(x, fitted);
  const along = (axis: number) => Array.from({ length: x.rows }, (_, i) => place(data[i * cols + axis]!));
  return {
    x: along(0),
    y: along(1),
    explained: [round(ratio[0]!), round(ratio[1]!)],
    loadings: columns.map((feature, j) => ({ feature, x: round(first[j]!), y: round(second[j]!) })),
  };
}

/** Null where there are too few rows for neighbourhoods. */
function neighboursOf(x: Matrix): ViewMap["tsne"] {
  if (x.rows < 5) return null;
  const perplexity = Math.min(30, (x.rows - 1) / 3);
  const { data, divergence } = tsne(x, { perplexity });
  const along = (axis: number) => Array.from({ length: x.rows }, (_, i) => place(data[i * 2 + axis]!));
  return { x: along(0), y: along(1), perplexity: round(perplexity), divergence: round(divergence) };
}

function histogramOf(
  column: NumberColumn,
  labels: Int32Array,
  profiles: readonly Profile[],
): View["histograms"][number] {
  const everyone = profiles[0]?.features.find(({ feature }) => feature === column.name)?.everyone;
  const log = suitsLog(column.values, everyone?.q75 ?? 0);
  const bins = segmentHistograms(column.name, column.values, labels, { log });
  return {
    feature: column.name,
    log: bins.log,
    edges: bins.edges.map((edge) => round(edge)),
    counts: bins.segments.map((segment) => [...segment.counts]),
  };
}

function treeOf(x: Matrix, linkage: (typeof linkages)[number]): ViewTree[] {
  if (x.rows < 2) return [];
  const tree = linkageTree(x, linkage);
  const top = topBranches(tree, branches);
  const firstRow = top.sizes.map((_, branch) => top.of.indexOf(branch));
  return [
    {
      linkage,
      sizes: [...top.sizes],
      merges: [...top.merges],
      heights: top.heights.map((height) => round(height)),
      branches: Array.from(top.of),
      cuts: cuts
        .filter((k) => k <= top.sizes.length)
        .map((k) => {
          const clusters = cutTree(tree, k);
          return { k, segments: firstRow.map((row) => clusters[row]!) };
        }),
    },
  ];
}

function quartilesOf({ q25, median, q75, mean, zeroShare }: Quartiles) {
  return { q25: round(q25), median: round(median), q75: round(q75), mean: round(mean), zeroShare: round(zeroShare) };
}

const place = (value: number) => roundTo(value, placeDigits)!;

function round(value: number): number;
function round(value: number | null): number | null;
function round(value: number | null): number | null {
  return value === null ? null : roundTo(value, digits);
}
