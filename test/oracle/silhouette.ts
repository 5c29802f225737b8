import { compensatedSum } from "../../src/core/math.js";
import type { Matrix } from "../../src/core/matrix.js";

/** The silhouette of each row straight from its definition; every label, −1 too, is a cluster. */
export function slowSilhouette(x: Matrix, labels: Int32Array): number[] {
  const row = (i: number) => x.data.subarray(i * x.cols, (i + 1) * x.cols);
  const apart = (i: number, j: number) => Math.hypot(...row(i).map((value, c) => value - row(j)[c]!));
  return Array.from(labels, (own, i) => {
    const mean = (cluster: number) => {
      const others = Array.from(labels.keys()).filter((j) => j !== i && labels[j] === cluster);
      return compensatedSum(others.map((j) => apart(i, j))) / others.length;
    };
    if (labels.filter((label) => label === own).length < 2) return 0;
    const a = mean(own);
    const b = Math.min(...[...new Set(labels)].filter((cluster) => cluster !== own).map(mean));
    return Math.max(a, b) === 0 ? 0 : (b - a) / Math.max(a, b);
  });
}
