// DBSCAN at nine radii (the labels of all are found in one call on our side), nearest neighbours, HDBSCAN.

/** As scikit-learn is asked in peers.py. */
const radii = (x) => [2, 3, 4, 5, 6, 7, 8, 9, 10].map((k) => (0.02 + 0.01 * k) * (x.cols > 2 ? 3 : 1));

const dbscan = async ({ x, dist }) => {
  const { dbscan } = await dist("cluster/dbscan.js");
  const grid = radii(x).map((eps) => ({ eps, minSamples: 10 }));
  return () => dbscan.fitMany({ ...x }, grid, { seed: 1 }).reduce((sum, { outputs }) => sum + outputs.noise, 0);
};

const neighbours =
  (k) =>
  async ({ x, dist }) => {
    const { nearestNeighbours } = await dist("kernels/knn.js");
    return () => nearestNeighbours({ ...x }, k).squared.reduce((sum, squared) => sum + Math.sqrt(squared), 0);
  };

const hdbscan = async ({ x, dist }) => {
  const { hdbscan } = await dist("cluster/hdbscan.js");
  return () => hdbscan.fitMany({ ...x }, [{ minClusterSize: 50, minSamples: 10 }], { seed: 1 })[0].outputs.noise;
};

export const densityCases = [17, 2].flatMap((columns) => [
  {
    name: `DBSCAN at 9 radii, cards, ${columns} columns`,
    data: `cards${columns}`,
    ours: dbscan,
    python: "dbscan_sweep",
    quality: "DBSCAN: rows of noise over the nine",
  },
  ...[9, 90].map((k) => ({
    name: `${k} nearest neighbours, cards, ${columns} columns`,
    data: `cards${columns}`,
    ours: neighbours(k),
    python: `neighbours_${k}`,
    quality: "neighbours: sum of the distances",
  })),
  {
    name: `HDBSCAN, cards, ${columns} columns`,
    data: `cards${columns}`,
    ours: hdbscan,
    quality: "HDBSCAN: rows of noise",
  },
]);
