/** Agglomerative clustering straight from its definition, on a matrix of cluster distances. */

import type { Linkage, LinkageTree } from "../../src/cluster/agglomerative.js";
import type { Matrix } from "../../src/core/matrix.js";
import { squaredDistance } from "./nearest-neighbours.js";

/** The distance of the merger of A and B to C, from the three distances and sizes (Lance and Williams 1967). */
const updates: Record<Linkage, (ac: number, bc: number, ab: number, na: number, nb: number, nc: number) => number> = {
  single: (ac, bc) => Math.min(ac, bc),
  complete: (ac, bc) => Math.max(ac, bc),
  average: (ac, bc, _, na, nb) => (na * ac + nb * bc) / (na + nb),
  ward(ac, bc, ab, na, nb, nc) {
    const squared = ((na + nc) * ac * ac + (nb + nc) * bc * bc - nc * ab * ab) / (na + nb + nc);
    return Math.sqrt(Math.max(0, squared));
  },
};

/** Cluster distances under merging. A cluster sits in a slot; slots of merged clusters are emptied. */
class Clusters {
  private readonly live: number[];
  private readonly distances: Float64Array;
  private readonly sizes: number[];
  private readonly n: number;

  constructor(
    x: Matrix,
    private readonly linkage: Linkage,
  ) {
    this.n = x.rows;
    this.live = Array.from({ length: x.rows }, (_, i) => i);
    this.sizes = this.live.map(() => 1);
    this.distances = new Float64Array(x.rows * x.rows);
    for (const i of this.live) {
      for (const j of this.live) this.distances[i * this.n + j] = Math.sqrt(squaredDistance(x, i, j));
    }
  }

  distance(a: number, b: number): number {
    return this.distances[a * this.n + b]!;
  }

  nearest(): { a: number; b: number; distance: number } {
    const best = { a: -1, b: -1, distance: Number.POSITIVE_INFINITY };
    for (const a of this.live) {
      for (const b of this.live) {
        if (b >= a) break;
        if (this.distance(a, b) < best.distance) Object.assign(best, { a, b, distance: this.distance(a, b) });
      }
    }
    return best;
  }

  /** Slot a becomes the merger, slot b is emptied. */
  merge(a: number, b: number): void {
    const [na, nb, ab] = [this.sizes[a]!, this.sizes[b]!, this.distance(a, b)];
    this.live.splice(this.live.indexOf(b), 1);
    for (const c of this.live) {
      if (c === a) continue;
      const update = updates[this.linkage](this.distance(a, c), this.distance(b, c), ab, na, nb, this.sizes[c]!);
      this.distances[a * this.n + c] = update;
      this.distances[c * this.n + a] = update;
    }
    this.sizes[a] = na + nb;
  }
}

/**
 * How far a tree is from one that greedy merging could have made: the largest difference, over all merges in
 * order, between the stated height, the distance of the merged pair, and the smallest distance of any pair.
 * Holds with ties too, where heights alone are not unique.
 */
export function greedyError(x: Matrix, linkage: Linkage, tree: LinkageTree): number {
  const clusters = new Clusters(x, linkage);
  const slot = Array.from({ length: 2 * x.rows }, (_, id) => id);
  let error = 0;
  for (let t = 0; t < x.rows - 1; t++) {
    const a = slot[tree.merges[2 * t]!]!;
    const b = slot[tree.merges[2 * t + 1]!]!;
    const own = clusters.distance(a, b);
    error = Math.max(error, Math.abs(own - clusters.nearest().distance), Math.abs(own - tree.heights[t]!));
    clusters.merge(a, b);
    slot[x.rows + t] = a;
  }
  return error;
}

/** The heights of greedy merging: always the nearest two. O(n³). */
export function greedyHeights(x: Matrix, linkage: Linkage): Float64Array {
  const clusters = new Clusters(x, linkage);
  return Float64Array.from({ length: x.rows - 1 }, () => {
    const { a, b, distance } = clusters.nearest();
    clusters.merge(a, b);
    return distance;
  });
}
