/** One example of every figure, from fixed draws: what the golden files hold and what a person looks at. */
import { log1p } from "../../src/core/math.js";
import { stream } from "../../src/core/rng.js";
import {
  columnHistogramsFigure,
  correlationHeatmapFigure,
  curvesFigure,
  dendrogramFigure,
  elbowFigure,
  type FigureSpec,
  histogramsFigure,
  leaderboardFigure,
  migrationFigure,
  pcaMapFigure,
  profileHeatmapFigure,
  type SweepRow,
  segmentHistograms,
  silhouettePlotFigure,
  snakePlotFigure,
  stabilityCurvesFigure,
  tsneMapFigure,
  zeroPatterns,
  zeroPatternsFigure,
} from "../../src/figures/index.js";

export const names = { 0: "Transactors", 1: "Cash-advance users", 2: "Instalment buyers", 3: "Dormant" };
const centres = [
  [3, 1],
  [-2, 2.4],
  [1.4, -2],
  [-2.6, -1.6],
] as const;

/** 300 customers on a plane, four of every hundred noise. */
function customers(n: number) {
  const rng = stream(7, "test/figures");
  const labels = new Int32Array(n);
  const x = new Float64Array(n);
  const y = new Float64Array(n);
  const spend = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const label = i % 25 === 24 ? -1 : [0, 1, 1, 2, 3, 3, 3][i % 7]!;
    const [cx, cy] = label < 0 ? [0, 0] : centres[label]!;
    const width = label < 0 ? 2.6 : 0.9;
    labels[i] = label;
    x[i] = cx + width * rng.normal();
    y[i] = cy + width * rng.normal();
    spend[i] = label === 3 && i % 2 === 0 ? 0 : Math.exp(label === 0 ? 8 : 5.5 + rng.normal()) * (0.3 + rng.uniform());
  }
  return { labels, x, y, spend };
}

export const sweepRows: SweepRow[] = [];
{
  const rng = stream(3, "test/figures/rows");
  const base = { prepare: "standard", reduce: "none", space: "standard", reason: [] as string[] };
  for (const algorithm of ["kmeans", "gmm", "agglomerative", "kmedoids"]) {
    const height = { kmeans: 0.3, gmm: 0.22, agglomerative: 0.26, kmedoids: 0.29 }[algorithm]!;
    for (let k = 2; k <= 8; k++) {
      for (const setting of algorithm === "agglomerative" ? ["ward", "average"] : [undefined]) {
        for (let seed = 0; seed < (algorithm === "agglomerative" ? 1 : 3); seed++) {
          const bump = k === 4 ? 0.06 : 0;
          const silhouette = height + bump - 0.02 * k - (setting === "average" ? 0.05 : 0) + 0.008 * rng.normal();
          sweepRows.push({
            ...base,
            algorithm,
            params: setting ? `k=${k} linkage=${setting}` : `k=${k}`,
            k,
            seed,
            reason: setting === "average" && k > 5 ? ["smallest"] : [],
            scores: {
              silhouette,
              davies_bouldin: 1.9 - 2 * silhouette + 0.02 * rng.normal(),
              calinski_harabasz: 900 + 4000 * silhouette + 60 * rng.normal(),
            },
          });
        }
      }
    }
  }
  sweepRows.push({
    ...base,
    algorithm: "dbscan",
    params: "eps=1.2 minSamples=20",
    k: 2,
    seed: null,
    reason: ["coverage"],
    scores: { silhouette: 0.41, davies_bouldin: 1.1, calinski_harabasz: 1500 },
  });
}

export const indices = [
  { name: "silhouette", title: "silhouette", better: "higher" },
  { name: "davies_bouldin", title: "Davies–Bouldin", better: "lower" },
  { name: "calinski_harabasz", title: "Caliński–Harabasz", better: "higher" },
] as const;

/** A tree over points on a line, by single linkage on sorted gaps: heights ascend by construction. */
export function treeOnALine(places: readonly number[]) {
  const gaps = places.slice(1).map((place, i) => ({ gap: place - places[i]!, i }));
  gaps.sort((a, b) => a.gap - b.gap || a.i - b.i);
  const owner = places.map((_, i) => i);
  const merges: number[] = [];
  gaps.forEach(({ i }, merge) => {
    const a = owner[i]!;
    const b = owner[i + 1]!;
    merges.push(a, b);
    for (let row = 0; row < owner.length; row++)
      if (owner[row] === a || owner[row] === b) owner[row] = places.length + merge;
  });
  return { merges, heights: gaps.map(({ gap }) => gap) };
}

export function examples(): Record<string, FigureSpec> {
  const { labels, x, y, spend } = customers(300);
  const features = ["BALANCE", "PURCHASES", "CASH_ADVANCE", "INSTALLMENTS", "CREDIT_LIMIT", "PAYMENTS"];
  const effects = [
    [0.12, 0.82, -0.55, 0.31, 0.44, 0.52],
    [0.61, -0.72, 0.93, -0.48, 0.02, 0.28],
    [-0.21, 0.34, -0.5, 0.88, -0.12, -0.04],
    [-0.66, -0.58, -0.31, -0.52, -0.2, null],
  ];
  const rng = stream(5, "test/figures/silhouettes");
  const silhouettes = Float64Array.from(labels, (label) =>
    Math.max(-1, Math.min(1, label < 0 ? -0.2 + 0.1 * rng.normal() : 0.5 - 0.08 * label + 0.22 * rng.normal())),
  );
  const place = stream(9, "test/figures/tree");
  const line = Array.from({ length: 90 }, (_, i) => [0, 9, 21, 30][i % 4]! + 3 * place.uniform()).sort((a, b) => a - b);
  const ks = [2, 3, 4, 5, 6, 7, 8];
  const curve = (means: number[], spread: number) =>
    ks.map((k, i) => ({ k, mean: means[i]!, low: means[i]! - spread, high: Math.min(1, means[i]! + spread / 2) }));
  const draw = stream(11, "test/figures/columns");
  const even = Float64Array.from({ length: 200 }, () => draw.normal());
  const cash = Float64Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? 0 : Math.exp(6 + draw.normal())));
  return {
    "histograms-columns": columnHistogramsFigure(
      [
        { name: "PURCHASES", values: spend, unit: "dollars" },
        { name: "PURCHASES", values: spend, unit: "dollars", log: true },
        { name: "SCORE", values: even },
        { name: "SCORE", values: even, log: true },
        { name: "TENURE", values: [12, 12, 12] },
        { name: "SHARE", values: [0, 0.25, 0.5, Number.NaN, 1], log: true },
      ],
      { across: 2, bins: 12 },
    ),
    "correlation-heatmap": correlationHeatmapFigure({
      kind: "spearman",
      names: features,
      values: features.map((_, i) =>
        features.map((_, j) =>
          i === j ? 1 : i === 5 || j === 5 ? null : [0.9, -0.45, 0.31, 0.05, -0.72][(i + j) % 5]!,
        ),
      ),
    }),
    "zero-patterns": zeroPatternsFigure(
      zeroPatterns([
        { name: "ONEOFF", values: spend.slice(0, 200) },
        { name: "CASH_ADVANCE", values: cash },
      ]),
    ),
    leaderboard: leaderboardFigure({ rows: sweepRows, metrics: indices, winner: "kmeans k=4" }),
    curves: curvesFigure(sweepRows, indices[0]),
    elbow: elbowFigure({ ks, inertia: [5200, 3900, 2500, 2280, 2110, 1980, 1890], algorithm: "kmeans" }),
    silhouette: silhouettePlotFigure({ silhouettes, labels, names }),
    dendrogram: dendrogramFigure({ tree: treeOnALine(line), k: 4, heightTitle: "single-linkage distance", names }),
    "pca-map": pcaMapFigure({
      x,
      y,
      labels,
      names,
      explained: [0.414, 0.207],
      loadings: features.map((feature, i) => ({
        feature,
        x: [0.2, 0.8, -0.5, 0.6, 0.3, 0.1][i]!,
        y: [0.7, 0.1, 0.6, -0.5, 0.3, 0.4][i]!,
      })),
    }),
    "tsne-map": tsneMapFigure({ x: y, y: x, labels, names, perplexity: 30 }),
    "profile-heatmap": profileHeatmapFigure({
      features,
      segments: effects.map((own, i) => ({ name: names[i as 0], share: [0.15, 0.28, 0.14, 0.43][i]!, effects: own })),
    }),
    "snake-plot": snakePlotFigure({
      features,
      segments: effects.map((own, label) => ({
        label,
        name: names[label as 0],
        percentiles: own.map((value) => (value === null ? null : 50 + 45 * value)),
      })),
    }),
    histograms: histogramsFigure(segmentHistograms("PURCHASES", spend, labels, { names, log: true, unit: "dollars" })),
    "histograms-even": histogramsFigure(segmentHistograms("LOG_PURCHASES", spend.map(log1p), labels, { bins: 20 })),
    migration: migrationFigure({
      before: "baseline",
      after: "this run",
      beforeNames: Object.values(names),
      afterNames: Object.values(names),
      counts: [
        [1204, 12, 40, 0],
        [3, 2101, 0, 75],
        [120, 8, 990, 44],
        [0, 31, 17, 4305],
      ],
    }),
    "stability-curves": stabilityCurvesFigure({
      algorithm: "kmeans",
      jaccard: curve([0.99, 0.97, 0.6, 0.94, 0.93, 0.52, 0.53], 0.06),
      predictionStrength: curve([0.97, 0.92, 0.59, 0.87, 0.86, 0.27, 0.55], 0.08),
      thresholds: { jaccard: 0.75, predictionStrength: 0.8 },
    }),
  };
}
