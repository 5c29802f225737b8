// Mixtures from the same start labels on both sides (k-means, k = 2 … 10), so that the paths are the same.

const ours =
  (type) =>
  async ({ x, labelings, dist }) => {
    const { emFromLabels } = await dist("kernels/gmm.js");
    const starts = labelings().slice(0, 9);
    const options = { tol: 1e-3, maxIter: 100, regCovar: 1e-6 };
    return () => {
      let total = 0;
      // a fresh matrix object each time, so that the spatial order is paid for each time
      const fresh = { ...x };
      starts.forEach((labels, i) => {
        total += emFromLabels(fresh, labels, i + 2, type, options).bounds.at(-1);
      });
      return total;
    };
  };

export const mixtureCases = ["full", "tied", "diag", "spherical"].flatMap((type) =>
  [17, 2].map((columns) => ({
    name: `mixtures k = 2 … 10, ${type}, cards, ${columns} columns`,
    data: `cards${columns}`,
    ours: ours(type),
    python: `mixtures_${type}`,
    quality: "mixtures: sum of the last mean log-likelihoods",
  })),
);
