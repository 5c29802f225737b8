// k-means with the defaults of scikit-learn; starts differ, so inertias do by a little.

const counts = [2, 3, 4, 5, 6, 7, 8, 9, 10];

const ours =
  (grid) =>
  async ({ x, dist }) => {
    const { kmeans } = await dist("cluster/kmeans.js");
    const points = grid.map((params) => kmeans.params.parse(params));
    // a fresh matrix object each time, so that the spatial order is paid for each time
    return () => kmeans.fitMany({ ...x }, points, { seed: 1 }).reduce((sum, { objective }) => sum + objective.value, 0);
  };

const mlKmeans =
  (grid) =>
  async ({ x }) => {
    const { kmeans } = await import("ml-kmeans");
    const rows = Array.from({ length: x.rows }, (_, i) => Array.from(x.data.subarray(i * x.cols, (i + 1) * x.cols)));
    return () => {
      let total = 0;
      for (const { k } of grid) {
        const { clusters, centroids } = kmeans(rows, k, { seed: 1, initialization: "kmeans++", maxIterations: 300 });
        rows.forEach((row, i) => {
          row.forEach((value, j) => {
            total += (value - centroids[clusters[i]][j]) ** 2;
          });
        });
      }
      return total;
    };
  };

const sweep = counts.map((k) => ({ k }));
const quality = "k-means: sum of the inertias";
const oneStart = "ml-kmeans, 1 start instead of 10";

export const kmeansCases = [
  {
    name: "k-means k = 2 … 10, 10 starts, cards, 17 columns",
    data: "cards17",
    ours: ours(sweep),
    peers: { [oneStart]: mlKmeans(sweep) },
    python: "kmeans_sweep",
    quality,
  },
  {
    name: "k-means k = 2 … 10, 10 starts, cards, 2 columns",
    data: "cards2",
    ours: ours(sweep),
    peers: { [oneStart]: mlKmeans(sweep) },
    python: "kmeans_sweep",
    quality,
  },
  {
    name: "k-means k = 8, 10 starts, 100,000 × 16",
    data: "blobs-100000-16",
    ours: ours([{ k: 8 }]),
    python: "kmeans_eight",
    quality,
  },
  {
    name: "k-means k = 8, 1 start, 1,000,000 × 16",
    data: "blobs-1000000-16",
    ours: ours([{ k: 8, nInit: 1 }]),
    python: "kmeans_once",
    quality,
  },
];
