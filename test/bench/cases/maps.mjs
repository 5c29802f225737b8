// t-SNE, 1000 steps from the principal axes on both sides.

const ours = async ({ x, dist }) => {
  const { tsne } = await dist("decomposition/tsne.js");
  return () => tsne({ ...x }).divergence;
};

export const mapCases = [
  {
    name: "t-SNE, 1000 steps, cards, 17 columns",
    data: "cards17",
    ours,
    python: "tsne_map",
    quality: "t-SNE: Kullback–Leibler divergence (scikit-learn's own estimate beside ours)",
  },
];
