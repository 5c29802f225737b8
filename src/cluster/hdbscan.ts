/** HDBSCAN: DBSCAN at every radius at once; the clusters that last over the widest range of radii are kept. */
import { z } from "zod";
import { countClusters, renumber } from "../core/labels.js";
import type { Matrix } from "../core/matrix.js";
import type { Note } from "../core/notes.js";
import { nearestNeighbours, squaredCoreDistances } from "../kernels/knn.js";
import { minimumSpanningTree } from "../kernels/mst.js";
import { type Lasting, lastingClusters, partsOf } from "./condensed-tree.js";
import { defineAlgorithm, type Fit } from "./define.js";
import { reasonsOf } from "./reasons.js";
import { requireRows } from "./require.js";

const params = z.strictObject({
  minClusterSize: z
    .int()
    .min(2)
    .default(25)
    .meta({
      description: "fewer rows than this are never a cluster; larger gives fewer clusters",
      unit: "rows",
      sweep: [25, 100],
    }),
  minSamples: z
    .int()
    .min(1)
    .default(10)
    .meta({
      description:
        "a row's density is measured by the distance to its nearest so many rows; larger calls more rows noise",
      unit: "rows, the row itself included",
      sweep: [5, 15],
    }),
});

export const hdbscan = defineAlgorithm({
  name: "hdbscan",
  title: "HDBSCAN: dense regions that last over a wide range of radii, the rest is noise",
  version: 2,
  cites: ["campello2013", "march2010"],
  complexity: "O(n·√n·d) on clustered data in few columns, O(n²·d) at worst, for each minSamples. Memory O(n·d).",
  departures: [
    "The root is never a cluster, so that one cluster means no structure; as in the reference implementation's default.",
    "A new row takes the cluster of its nearest training row, noise included; the paper gives no rule.",
  ],
  seeAlso: { dbscan: "one density that is known", gmm: "a segment for every row, with its probability" },
  can: { noise: true, seeded: false, baseline: false },
  params,
  shows: ["minClusterSize", "minSamples"],
  together: () => "all",
  /**
   * The hierarchy is the minimum spanning tree of the mutual-reachability distance, one for each minSamples; every
   * minClusterSize is read off the same tree.
   */
  fitMany(x, grid) {
    requireRows(x);
    const counts = [...new Set(grid.map(({ minSamples }) => minSamples))].filter((count) => count <= x.rows);
    const near = nearestNeighbours(x, Math.max(1, ...counts) - 1);
    const trees = new Map(
      counts.map((count) => [count, partsOf(minimumSpanningTree(x, squaredCoreDistances(near, x.rows, count), near))]),
    );
    return grid.map(({ minClusterSize, minSamples }) => {
      const tree = trees.get(minSamples);
      // with fewer rows than minSamples no row has a density: all are noise
      const lasting = tree ? lastingClusters(tree, minClusterSize) : nothing(x);
      return fitOf(lasting, minClusterSize);
    });
  },
  /** Core distances and one spanning tree, for each minSamples. */
  cost: (n, d, grid) => ({
    bytes: n * (d * 24 + 128),
    seconds: new Set(grid.map(({ minSamples }) => minSamples)).size * n * n * (d + 4) * 3e-10,
  }),
  /**
   * The tree has no rule for new rows. A new row shares the fate of its nearest old row, noise included: that is what
   * adding it to the data would nearly always do, since one row barely moves the densities. It is not exact on the
   * rim of a cluster, where being near a member does not make a row dense; the share that agrees is measured.
   */
  assignment: (x, _params, fit) => ({ rule: "nearest-neighbour", points: x, labels: fit.labels }),
  /** A sample of the rows is thinner everywhere: both counts shrink with it. */
  underResample: ({ minClusterSize, minSamples }, share) => ({
    minClusterSize: Math.max(2, Math.round(minClusterSize * share)),
    minSamples: Math.min(minSamples, Math.max(2, Math.round(minSamples * share))),
  }),
});

const nothing = (x: Matrix): Lasting => ({ labels: new Int32Array(x.rows).fill(-1), stabilities: [] });

function fitOf(lasting: Lasting, minClusterSize: number): Fit {
  const { labels } = renumber(lasting.labels);
  const noise = labels.reduce((count, label) => count + (label < 0 ? 1 : 0), 0);
  const notes: Note[] = [];
  if (countClusters(labels) === 0) {
    notes.push({
      code: "no-split",
      message: `the rows never fall into two parts of at least ${minClusterSize} rows`,
      hint: "lower minClusterSize",
    });
  } else if (noise > labels.length / 2) {
    notes.push({
      code: "mostly-noise",
      message: `${noise} of ${labels.length} rows belong to no lasting cluster`,
      hint: "lower minSamples",
    });
  }
  return {
    labels,
    reasons: reasonsOf(labels),
    objective: null,
    outputs: { noise, stability: lasting.stabilities.reduce((sum, stability) => sum + stability, 0) },
    found: {},
    notes,
  };
}
