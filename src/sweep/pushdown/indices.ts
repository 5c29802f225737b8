/** The indices that need centres alone, from the sums of one pass. */
import { matrix } from "../../core/matrix.js";
import { meanWorstLikeness } from "../../metrics/davies-bouldin.js";
import type { Scores } from "../../metrics/define.js";
import { squaredDistance } from "../../metrics/distances.js";
import { finiteOrNull, isComparable } from "../../metrics/groups.js";
import type { Vector } from "./dialect.js";
import type { SqlEngine } from "./engine.js";
import { type Centres, type Rows, scatterSql } from "./statements.js";

/** Metrics that can be pushed down, by the column they fill. */
export const pushedMetrics: Readonly<Record<string, string>> = {
  "simplified-silhouette": "simplified_silhouette",
  "davies-bouldin": "davies_bouldin",
  "calinski-harabasz": "calinski_harabasz",
  inertia: "inertia",
};

/**
 * All of `pushedMetrics`, in one pass.
 *
 * @param fitted - the centres that give a row its cluster; none without rows
 * @param judged - the means of those clusters in the space of the decision
 */
export async function pushedScores(
  engine: SqlEngine,
  rows: Rows,
  fitted: { readonly vector: Vector; readonly centres: Centres },
  judged: { readonly vector: Vector; readonly centres: Centres },
  sizes: Float64Array,
  signal?: AbortSignal,
): Promise<Scores> {
  const { k, values } = judged.centres;
  const { cols } = judged.vector;
  const n = sizes.reduce((sum, size) => sum + size, 0);
  const means = matrix(Array.from({ length: k }, (_, c) => Array.from(values.subarray(c * cols, (c + 1) * cols))));
  const answer = await engine.query(scatterSql(engine.dialect, rows, fitted, judged), signal);
  const meanDistances = new Float64Array(k);
  let within = 0;
  let ratios = 0;
  for (const cells of answer) {
    const [c, size, squares, distances, ratio] = cells.map(Number) as [number, number, number, number, number];
    meanDistances[c] = distances / size;
    within += squares;
    // A row alone in its cluster counts 0.
    if (size > 1) ratios += ratio;
  }
  const inertia = finiteOrNull(within);
  if (!isComparable(k, n)) {
    return { simplified_silhouette: null, davies_bouldin: null, calinski_harabasz: null, inertia };
  }
  const centre = matrix([
    Array.from({ length: cols }, (_, j) => {
      let sum = 0;
      for (let c = 0; c < k; c++) sum += (sizes[c]! / n) * values[c * cols + j]!;
      return sum;
    }),
  ]);
  let between = 0;
  for (let c = 0; c < k; c++) between += sizes[c]! * squaredDistance(means, c, centre, 0);
  return {
    simplified_silhouette: finiteOrNull(ratios / n),
    davies_bouldin: finiteOrNull(meanWorstLikeness({ centres: means, meanDistances })),
    calinski_harabasz: finiteOrNull(within === 0 ? 1 : between / (k - 1) / (within / (n - k))),
    inertia,
  };
}
