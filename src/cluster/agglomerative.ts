/** Agglomerative clustering: join the two nearest clusters again and again, cut the tree where k are left. */
import { z } from "zod";
import { UserError } from "../core/errors.js";
import { countClusters } from "../core/labels.js";
import type { Matrix } from "../core/matrix.js";
import type { Joins } from "../kernels/joins.js";
import { averageLinkage, completeLinkage, LARGEST_MATRIX } from "../kernels/linkage.js";
import { type DistanceMetric, manhattanLinkage, manhattanSpanningTree } from "../kernels/manhattan.js";
import { minimumSpanningTree } from "../kernels/mst.js";
import { wardLinkage } from "../kernels/ward.js";
import { defineAlgorithm, type Fit } from "./define.js";
import { cutTree as cut, type LinkageTree, treeOf } from "./dendrogram.js";
import { metricOption } from "./metric.js";
import { reasonsOf } from "./reasons.js";
import { requireClusters, requireRows } from "./require.js";
import { clusterMeans, matrixOf } from "./rows.js";

export { cutTree, type LinkageTree } from "./dendrogram.js";
export type Linkage = "ward" | "complete" | "average" | "single";

/** A cluster is known by one of its rows; the tree puts the joins in order. */
const joinsBy: Record<DistanceMetric, Record<Linkage, (x: Matrix) => Joins>> = {
  euclidean: {
    ward: wardLinkage,
    complete: (x) => completeLinkage(x),
    average: (x) => averageLinkage(x),
    single: (x) => minimumSpanningTree(x),
  },
  manhattan: {
    ward() {
      throw new UserError("PARAM_RANGE", {
        what: "ward joins by inertia, which is about squared Euclidean distances; it does not go with metric: manhattan",
        where: "agglomerative",
        mend: "use linkage average, complete or single with it",
      });
    },
    complete: (x) => manhattanLinkage(x, true),
    average: (x) => manhattanLinkage(x, false),
    single: manhattanSpanningTree,
  },
};

const params = z.strictObject({
  k: z
    .int()
    .min(2)
    .meta({
      description: "clusters to cut the tree into",
      unit: "clusters",
      sweep: [2, 3, 4, 5, 6, 7, 8, 9, 10],
    }),
  linkage: z
    .enum(["ward", "complete", "average", "single"])
    .default("ward")
    .meta({
      description:
        "how far two clusters are apart: ward by the inertia a join adds, complete by the farthest rows, average by all pairs, single by the nearest rows",
      unit: "name",
      sweep: ["ward", "average"],
    }),
  metric: metricOption,
});

export const agglomerative = defineAlgorithm({
  name: "agglomerative",
  title: "Agglomerative: the two nearest clusters join until k are left",
  version: 3,
  cites: ["ward1963", "murtagh2014", "sorensen1948", "sokal1958", "gower1969", "gower1971", "mullner2011", "march2010"],
  complexity:
    "O(n²·d) at worst. Memory O(n·d) for ward and single; complete and average keep a matrix of at most 512 MB.",
  departures: [
    "One tree per linkage serves every k; a cut keeps the joins below it and nothing is refitted.",
    "Trees have no rule for new rows: ward gives them to the nearest centre, the others to the cluster of the nearest row.",
  ],
  seeAlso: { kmeans: "large tables", hdbscan: "a hierarchy whose depth need not be chosen" },
  can: { noise: false, seeded: false, baseline: false },
  params,
  shows: ["k", "linkage"],
  together: ({ linkage, metric }) => `${metric} ${linkage}`,
  fitMany(x, grid) {
    for (const { k } of grid) requireClusters(x, k);
    const trees = new Map<string, LinkageTree>();
    return grid.map(({ k, linkage, metric }) => {
      const name = `${metric} ${linkage}`;
      let tree = trees.get(name);
      if (tree === undefined) {
        tree = linkageTree(x, linkage, metric);
        trees.set(name, tree);
      }
      return fitOfCut(x, tree, k, linkage);
    });
  },
  /** One tree per linkage over the pairs that bounds do not rule out; complete and average keep a matrix of a bounded size. */
  cost: (n, d, grid) => {
    const linkages = new Set(grid.map(({ linkage }) => linkage));
    const whole = grid.some(({ linkage, metric }) => metric === "manhattan" && linkage !== "single");
    const some = linkages.has("complete") || linkages.has("average");
    const side = whole ? n : some ? Math.min(n / 4 + 1024, LARGEST_MATRIX) : 0;
    const perPair = { ward: 1e-10, single: 1.2e-10, complete: 4e-10, average: 4e-10 };
    const seconds = [...linkages].reduce((sum, linkage) => sum + n * n * (d + 4) * perPair[linkage], 0);
    return { bytes: n * (d * 24 + 64) + side * side * 8, seconds };
  },
  /**
   * A tree has no rule for new rows; we choose the nearest thing to how it joined the old ones. Ward joins by
   * inertia, so a new row goes to the nearest centre, and no customer's row is embedded. The others follow shapes
   * that no centre stands for (single: chains): a new row goes where its nearest old row went. Neither need give
   * back all the tree's own labels (Ward never reconsiders a join): the share that agrees is measured.
   */
  assignment: (x, { linkage, metric }, fit) =>
    linkage === "ward"
      ? { rule: "nearest-centre", centres: matrixOf(fit.found["centres"] as Float64Array, x.cols) }
      : { rule: "nearest-neighbour", points: x, labels: fit.labels, ...(metric === "manhattan" ? { metric } : {}) },
});

function fitOfCut(x: Matrix, tree: LinkageTree, k: number, linkage: Linkage): Fit {
  const labels = cut(tree, k);
  const found = countClusters(labels);
  const last = x.rows - 1 - found;
  return {
    labels,
    reasons: reasonsOf(labels, k),
    objective: null,
    // Cutting anywhere between these two heights gives these clusters; the last join of all has no next.
    outputs: {
      lastHeight: last < 0 ? 0 : tree.heights[last]!,
      ...(found > 1 ? { nextHeight: tree.heights[last + 1]! } : {}),
    },
    found: linkage === "ward" ? { centres: clusterMeans(x, labels, found) } : {},
    notes: [],
  };
}

/**
 * The whole tree of the rows, in SciPy's order: what every k of a linkage is cut from.
 *
 * @throws UserError as `requireRows`, and `OUT_OF_MEMORY` when complete or average linkage cannot have its matrix
 */
export function linkageTree(x: Matrix, linkage: Linkage, metric: DistanceMetric = "euclidean"): LinkageTree {
  requireRows(x);
  return treeOf(joinsBy[metric][linkage](x));
}
