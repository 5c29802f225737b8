/** DBSCAN: dense regions become clusters, whatever their shape; rows in thin regions are noise. */
import { z } from "zod";
import { UserError } from "../core/errors.js";
import { countClusters, renumber } from "../core/labels.js";
import { exp, log } from "../core/math.js";
import type { Matrix } from "../core/matrix.js";
import { takeRows } from "../core/matrix.js";
import type { Note } from "../core/notes.js";
import { type DensityPoint, type DensityResult, densityClusters } from "../kernels/dbscan.js";
import { kDistances } from "../kernels/knn.js";
import { defineAlgorithm, type Fit } from "./define.js";
import { AUTO_COUNT, AUTO_KNEE, autoEps } from "./k-distance.js";
import { reasonsOf } from "./reasons.js";
import { requireRows } from "./require.js";

const params = z.strictObject({
  eps: z
    .union([
      z.number().positive(),
      z.literal("auto"),
      z.string().regex(new RegExp(`^auto [1-${AUTO_COUNT}] of ${AUTO_COUNT}$`), {
        message: `must be a number above 0, "auto", or "auto 1 of ${AUTO_COUNT}" to "auto ${AUTO_COUNT} of ${AUTO_COUNT}"`,
      }),
    ])
    .default("auto")
    .meta({
      description: `radius of a row's neighbourhood: larger gives fewer, wider clusters and less noise. "auto" tries ${AUTO_COUNT} radii around the knee of the k-distance curve`,
      unit: "distance after scaling",
      sweep: ["auto"],
    }),
  minSamples: z
    .int()
    .min(1)
    .default(5)
    .meta({
      description: "rows within eps that make a row the core of a cluster; larger calls more rows noise",
      unit: "rows, the row itself included",
      sweep: [5, 20],
    }),
});

type DbscanParams = z.output<typeof params>;

export const dbscan = defineAlgorithm({
  name: "dbscan",
  title: "DBSCAN: dense regions become clusters, the rest is noise",
  version: 1,
  cites: ["ester1996", "schubert2017", "satopaa2011"],
  complexity:
    "O(n·√n·d) on clustered data in few columns, O(n²·d) at worst, once for all eps and minSamples. Memory O(n·d).",
  departures: [
    "A border row that touches several clusters joins the one whose first core row comes first; in the paper it depends on the order of the search.",
    "eps: auto takes six radii around the knee of the k-distance curve, where the paper reads one off the curve by eye.",
  ],
  seeAlso: { hdbscan: "clusters of different density", kmeans: "a segment for every row" },
  can: { noise: true, seeded: false, baseline: false },
  params,
  shows: ["eps", "minSamples"],
  /** `auto` stands for `auto 1 of 6` … `auto 6 of 6`: the word is in the key, the radius it meant in the outputs. */
  expand: ({ eps, minSamples }) =>
    eps === "auto"
      ? Array.from({ length: AUTO_COUNT }, (_, i) => ({ eps: `auto ${i + 1} of ${AUTO_COUNT}`, minSamples }))
      : [{ eps, minSamples }],
  together: () => "all",
  fitMany(x, grid) {
    requireRows(x);
    const points = resolve(x, grid);
    const results = densityClusters(x, points);
    return results.map((result, i) => fitOf(result, points[i]!));
  },
  /** Pairs of blocks within the largest eps, once for all radii. */
  cost: (n, d, grid) => ({ bytes: n * (d * 16 + 64 + 16 * grid.length), seconds: n * n * (d + 4) * 1e-10 }),
  assignment(x, _params, fit) {
    const cores = fit.found["coreRows"] as Int32Array;
    return {
      rule: "nearest-core-point",
      eps: fit.found["eps"] as number,
      points: takeRows(x, cores),
      labels: Int32Array.from(cores, (row) => fit.labels[row]!),
    };
  },
  /**
   * A sample of the rows is thinner everywhere, so as many neighbours lie further away: by share^(−1/d) in d columns. With
   * fewer neighbours instead, counts of 2 or 3 would decide by chance.
   */
  underResample: ({ eps, minSamples }, share, columns) => ({
    eps: typeof eps === "number" ? eps * exp(-log(share) / columns) : eps,
    minSamples,
  }),
});

function fitOf({ labels: firstRows, core }: DensityResult, { eps, minSamples }: DensityPoint): Fit {
  const { labels } = renumber(firstRows);
  const coreRows = Int32Array.from(core.keys()).filter((row) => core[row] === 1);
  const noise = labels.reduce((count, label) => count + (label < 0 ? 1 : 0), 0);
  const notes: Note[] = [];
  if (noise > labels.length / 2) {
    notes.push({
      code: "mostly-noise",
      message: `${noise} of ${labels.length} rows have fewer than ${minSamples} rows within eps ${eps} and touch no cluster`,
      hint: "raise eps or lower minSamples",
    });
  } else if (countClusters(labels) === 1) {
    notes.push({
      code: "one-cluster",
      message: `eps ${eps} joins all dense rows into one cluster`,
      hint: "lower eps or raise minSamples",
    });
  }
  return {
    labels,
    reasons: reasonsOf(labels),
    objective: null,
    outputs: { eps, core: coreRows.length, noise },
    found: { eps, coreRows },
    notes,
  };
}

/**
 * Each grid point with its radius as a number. A bare `auto` that nobody expanded means the knee itself.
 *
 * @throws UserError `PARAM_RANGE` if minSamples exceeds the rows where a radius must be read off the data
 */
function resolve(x: Matrix, grid: readonly DbscanParams[]): DensityPoint[] {
  const automatic = grid.filter(({ eps }) => typeof eps === "string");
  const counts = [...new Set(automatic.map(({ minSamples }) => minSamples))];
  for (const minSamples of counts) {
    if (minSamples <= x.rows) continue;
    throw new UserError("PARAM_RANGE", {
      what: `minSamples ${minSamples} is more than the ${x.rows} rows, so eps cannot be read off the data`,
      where: "minSamples",
      mend: `give a minSamples of at most ${x.rows}, or eps as a number`,
    });
  }
  const curves = counts.length === 0 ? [] : kDistances(x, counts);
  return grid.map(({ eps, minSamples }) => {
    if (typeof eps === "number") return { eps, minSamples };
    const which = eps === "auto" ? AUTO_KNEE : Number(eps.split(" ")[1]);
    return { eps: autoEps(curves[counts.indexOf(minSamples)]!, which), minSamples };
  });
}
