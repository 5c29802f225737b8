/** HDBSCAN by its definition: lower the radius step by step and look at what is connected. */
import { canonicalLabels, type Labels } from "../../src/core/labels.js";
import type { Matrix } from "../../src/core/matrix.js";
import { slowNeighbours, squaredDistance } from "./nearest-neighbours.js";

interface Part {
  readonly rows: readonly number[];
  readonly birth: number;
  /** Σ (λ at leaving − birth). */
  mass: number;
  readonly children: Part[];
}

export function slowHdbscan(x: Matrix, minClusterSize: number, minSamples: number): Labels {
  const n = x.rows;
  const near = slowNeighbours(x, minSamples - 1);
  const core = near.map((list) => (minSamples === 1 ? 0 : (list[minSamples - 2]?.[0] ?? Number.POSITIVE_INFINITY)));
  const reach = (i: number, j: number) => Math.sqrt(Math.max(core[i]!, core[j]!, squaredDistance(x, i, j)));

  const all = Array.from({ length: n }, (_, i) => i);
  const radii = [...new Set(all.flatMap((i) => all.slice(0, i).map((j) => reach(i, j))))].sort((a, b) => b - a);
  const positive = radii.findLast((radius) => radius > 0) ?? 1;

  // connected components of the rows at mutual reachability below the radius
  const components = (rows: readonly number[], radius: number): number[][] => {
    const left = new Set(rows);
    const found: number[][] = [];
    for (const start of rows) {
      if (!left.delete(start)) continue;
      const part = [start];
      for (let at = 0; at < part.length; at++) {
        for (const other of left) {
          if (reach(part[at]!, other) >= radius) continue;
          left.delete(other);
          part.push(other);
        }
      }
      found.push(part);
    }
    return found;
  };

  const root: Part = { rows: all, birth: 0, mass: 0, children: [] };
  let open: { part: Part; rows: readonly number[] }[] = [{ part: root, rows: all }];
  for (const radius of radii) {
    const lambda = 1 / Math.max(radius, positive);
    open = open.flatMap(({ part, rows }) => {
      const pieces = components(rows, radius);
      if (pieces.length === 1) return [{ part, rows }];
      const large = pieces.filter((piece) => piece.length >= minClusterSize);
      const stay = large.length === 1 ? large[0]!.length : 0;
      part.mass += (rows.length - stay) * (lambda - part.birth);
      if (large.length === 1) return [{ part, rows: large[0]! }];
      return large.map((piece) => {
        const child: Part = { rows: piece, birth: lambda, mass: 0, children: [] };
        part.children.push(child);
        return { part: child, rows: piece };
      });
    });
  }

  const best = (part: Part): { mass: number; kept: Part[] } => {
    const below = part.children.map(best);
    const mass = below.reduce((sum, child) => sum + child.mass, 0);
    if (part !== root && part.mass >= mass) return { mass: part.mass, kept: [part] };
    return { mass, kept: below.flatMap(({ kept }) => kept) };
  };
  const labels = new Int32Array(n).fill(-1);
  for (const [c, part] of best(root).kept.entries()) for (const row of part.rows) labels[row] = c;
  return canonicalLabels(labels);
}
