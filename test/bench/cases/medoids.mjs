// K-medoids, k = 2 … 10 from one start each; R's pam starts from BUILD and is timed at k = 2, 6 and 10, counted three times.

const ours = async ({ x, dist }) => {
  const { kmedoids } = await dist("cluster/kmedoids.js");
  const grid = [2, 3, 4, 5, 6, 7, 8, 9, 10].map((k) => ({ k, nInit: 1, maxIter: 100 }));
  return () =>
    kmedoids
      .fitMany({ ...x }, grid, { seed: 1 })
      .filter((_, i) => i % 4 === 0)
      .reduce((sum, { objective }) => sum + objective.value, 0);
};

export const medoidCases = [17, 2].map((columns) => ({
  name: `k-medoids k = 2 … 10, cards, ${columns} columns`,
  data: `cards${columns}`,
  ours,
  r: { "R cluster::pam faster": "pam" },
  quality: "k-medoids: sum of the deviations of k = 2, 6 and 10",
}));
