// Whole linkage trees, from rows to sorted merges. fastcluster has its own way of Ward and single on vectors; for
// complete and average it computes the distance matrix, which is timed too.

const ours =
  (linkage) =>
  async ({ x, dist }) => {
    const { linkageTree } = await dist("cluster/agglomerative.js");
    // a fresh matrix object each time, so that the spatial order is paid for each time
    return () => linkageTree({ ...x }, linkage).heights.reduce((sum, height) => sum + height, 0);
  };

export const linkageCases = ["ward", "complete", "average", "single"].flatMap((linkage) =>
  [17, 2].map((columns) => ({
    name: `${linkage} linkage, cards, ${columns} columns`,
    data: `cards${columns}`,
    ours: ours(linkage),
    python: { "scikit-learn": `tree_${linkage}`, fastcluster: `fastcluster_${linkage}` },
    quality: "linkage: sum of the heights",
  })),
);
