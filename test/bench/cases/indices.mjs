// Quality indices over many labelings of one space.

const silhouettes =
  (count) =>
  async ({ x, labelings, dist }) => {
    const { silhouette } = await dist("metrics/silhouette.js");
    const all = labelings().slice(0, count);
    return () => {
      const scores = silhouette.scoreMany(x, all);
      return [5, 20, 35].reduce((sum, l) => sum + scores[l].silhouette, 0) / 3;
    };
  };

const others = async ({ x, labelings, dist }) => {
  const { daviesBouldin } = await dist("metrics/davies-bouldin.js");
  const { calinskiHarabasz } = await dist("metrics/calinski-harabasz.js");
  const all = labelings().slice(0, 45);
  return () => {
    const db = daviesBouldin.scoreMany(x, all).reduce((sum, scores) => sum + (scores.davies_bouldin ?? 0), 0) / 45;
    calinskiHarabasz.scoreMany(x, all);
    return db;
  };
};

/** Random labels cost what real ones do, and any data can have them. */
const growth = async ({ x, dist }) => {
  const { silhouette } = await dist("metrics/silhouette.js");
  const { stream } = await dist("core/rng.js");
  const { canonicalLabels } = await dist("core/labels.js");
  const rng = stream(1, "bench/labels");
  const labels = canonicalLabels(Int32Array.from({ length: x.rows }, () => rng.int(6)));
  return () => silhouette.scoreMany(x, [labels])[0].silhouette;
};

const quality = "silhouette: mean over the three labelings that scikit-learn is timed on";

export const indexCases = [
  {
    name: "silhouette of 45 labelings, cards, 17 columns",
    data: "cards17",
    ours: silhouettes(45),
    python: "silhouette",
    quality,
  },
  {
    name: "silhouette of 45 labelings, cards, 2 columns",
    data: "cards2",
    ours: silhouettes(45),
    python: "silhouette",
    quality,
  },
  { name: "silhouette of 400 labelings, cards, 17 columns", data: "cards17", ours: silhouettes(400), quality },
  { name: "silhouette of 400 labelings, cards, 2 columns", data: "cards2", ours: silhouettes(400), quality },
  { name: "silhouette of 1 labeling, 10,000 × 10", data: "uniform-10000-10", ours: growth, quality },
  { name: "silhouette of 1 labeling, 20,000 × 10", data: "uniform-20000-10", ours: growth, quality },
  { name: "silhouette of 1 labeling, 40,000 × 10", data: "uniform-40000-10", ours: growth, quality },
  {
    name: "Davies–Bouldin and Caliński–Harabasz of 45 labelings, cards, 17 columns",
    data: "cards17",
    ours: others,
    python: "centre_indices",
    quality: "Davies–Bouldin: mean over the labelings",
  },
];
