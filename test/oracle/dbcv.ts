import type { Matrix } from "../../src/core/matrix.js";

/** DBCV from its definition with Math.pow, a sorted edge list and union–find. No duplicates within a cluster. */
export function slowDbcv(x: Matrix, labels: Int32Array): number {
  const d = (i: number, j: number) => {
    let sum = 0;
    for (let c = 0; c < x.cols; c++) sum += (x.data[i * x.cols + c]! - x.data[j * x.cols + c]!) ** 2;
    return Math.sqrt(sum);
  };
  const clusters = [...new Set(labels)]
    .filter((label) => label >= 0)
    .map((label) => {
      const rows = Array.from(labels.keys()).filter((i) => labels[i] === label);
      const core = new Map(
        rows.map((i) => {
          const others = rows.filter((j) => j !== i);
          const mean = others.reduce((sum, j) => sum + (1 / d(i, j)) ** x.cols, 0) / others.length;
          return [i, others.length === 0 ? 0 : mean ** (-1 / x.cols)];
        }),
      );
      const edges = rows
        .flatMap((i) =>
          rows
            .filter((j) => j > i)
            .map((j) => ({ i, j, w: Math.max(core.get(i)!, core.get(j)!, d(i, j)), near: d(i, j) })),
        )
        .sort((a, b) => a.w - b.w || a.near - b.near);
      const parent = new Map(rows.map((i) => [i, i]));
      const root = (i: number): number => (parent.get(i) === i ? i : root(parent.get(i)!));
      const tree = edges.filter(({ i, j }) => {
        if (root(i) === root(j)) return false;
        parent.set(root(i), root(j));
        return true;
      });
      const degree = (i: number) => tree.filter((edge) => edge.i === i || edge.j === i).length;
      const inner = rows.filter((i) => degree(i) > 1);
      const innerEdges = tree.filter(({ i, j }) => degree(i) > 1 && degree(j) > 1);
      const sparseness = Math.max(0, ...(innerEdges.length > 0 ? innerEdges : tree).map(({ w }) => w));
      return { rows, core, inner: inner.length > 0 ? inner : rows, sparseness };
    });
  let total = 0;
  for (const a of clusters) {
    const separation = Math.min(
      ...clusters
        .filter((b) => b !== a)
        .flatMap((b) => a.inner.flatMap((i) => b.inner.map((j) => Math.max(a.core.get(i)!, b.core.get(j)!, d(i, j))))),
    );
    if (a.rows.length < 2) continue;
    total += ((a.rows.length / x.rows) * (separation - a.sparseness)) / Math.max(separation, a.sparseness);
  }
  return total;
}
