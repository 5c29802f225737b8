// DBSCAN's clusters: unite core rows within eps of each other. Pairs of blocks already known to lie in one cluster are
// not looked at, so that a wide eps costs little, and nothing is stored per pair.
//
// `parent` is a union-find forest over row numbers whose roots are the lowest rows of their sets: the root of a
// cluster is its first core row.
import { ballsWithin, INFLATE } from "./balls";
import { getF64, getI32, setI32 } from "./memory";
import { mask8, squaredDistances8 } from "./points";

function rootOf(parent: usize, i: i32): i32 {
  let p = getI32(parent, i);
  while (p != i) {
    const q = getI32(parent, p);
    setI32(parent, i, q);
    i = q;
    p = getI32(parent, i);
  }
  return i;
}

@inline
function unite(parent: usize, i: i32, j: i32): void {
  const a = rootOf(parent, i), b = rootOf(parent, j);
  if (a < b) setI32(parent, b, a);
  else setI32(parent, a, b);
}

/**
 * Unite cores with those of their k nearest rows that are cores too and within reach.
 *
 * @param neighbours, squared - in, n×k as `nearestNeighbours` leaves them
 * @param within - squared
 * @param core - in, one byte per row
 */
export function uniteNeighbours(n: i32, k: i32, neighbours: usize, squared: usize, within: f64, core: usize, parent: usize): void {
  for (let i = 0; i < n; i++) {
    if (!load<u8>(core + i)) continue;
    const list = neighbours + (<usize>i * <usize>k << 2), distances = squared + (<usize>i * <usize>k << 3);
    for (let j = 0; j < k && getF64(distances, j) <= within; j++) {
      const other = getI32(list, j);
      if (load<u8>(core + other)) unite(parent, i, other);
    }
  }
}

/** The cluster that all cores of a block belong to, or −1 when they are not yet of one cluster. */
function clusterOf(parent: usize, order: usize, block: i32, cores: i32): i32 {
  let cluster = -1;
  while (cores) {
    const root = rootOf(parent, getI32(order, (block << 3) + ctz(cores)));
    cores &= cores - 1;
    if (cluster >= 0 && root != cluster) return -1;
    cluster = root;
  }
  return cluster;
}

/**
 * Unite the cores of blocks from … to−1 with all cores of later blocks (their own included) within reach.
 *
 * @param points, balls, centres, radii, rows, order - in, as blocks.ts places them
 * @param blockCores - in, one byte per block: bit q is set if its lane q is a core; 0 past the last block
 * @param within - squared; reach - its root, or a little more
 * @param scratch - 24 f64
 */
export function uniteBlocks(
  points: usize, balls: usize, centres: usize, radii: usize, rows: usize, order: usize, n: i32, d: i32,
  blockCores: usize, within: f64, reach: f64, from: i32, to: i32, parent: usize, scratch: usize,
): void {
  const groups = (((n + 7) >> 3) + 7) >> 3, toRows = scratch + 64, lanes = scratch + 128;
  const limit = f64x2.splat(within);
  reach *= INFLATE;
  for (let a = from; a < to; a++) {
    const coresA = <i32>load<u8>(blockCores + a);
    if (!coresA) continue;
    const radius = getF64(radii, a), centre = centres + (<usize>a * <usize>d << 3);
    const pointA = points + (<usize>a * <usize>d << 6);
    let clusterA = clusterOf(parent, order, a, coresA);
    for (let group = a >> 3; group < groups; group++) {
      let mask = ballsWithin(balls, radii, group, centre, d, radius + reach, scratch);
      if (group == a >> 3) mask &= -1 << (a & 7);
      while (mask) {
        const b = (group << 3) + ctz(mask);
        mask &= mask - 1;
        const coresB = <i32>load<u8>(blockCores + b);
        if (!coresB) continue;
        const clusterB = clusterOf(parent, order, b, coresB);
        if (clusterA >= 0) clusterA = rootOf(parent, clusterA);
        if (clusterA >= 0 && clusterA == clusterB) continue;
        // which cores of A reach B's ball at all
        const reachB = reach + getF64(radii, b);
        squaredDistances8(pointA, centres + (<usize>b * <usize>d << 3), d, toRows);
        let candidates = coresA & mask8(toRows, f64x2.splat(reachB * reachB));
        while (candidates) {
          const position = (a << 3) + ctz(candidates), row = getI32(order, position);
          candidates &= candidates - 1;
          if (clusterB >= 0 && rootOf(parent, row) == rootOf(parent, clusterB)) continue;
          squaredDistances8(points + (<usize>b * <usize>d << 6), rows + (<usize>position * <usize>d << 3), d, lanes);
          let hits = coresB & mask8(lanes, limit);
          while (hits) {
            unite(parent, row, getI32(order, (b << 3) + ctz(hits)));
            hits &= hits - 1;
          }
        }
        if (clusterA < 0) clusterA = clusterOf(parent, order, a, coresA);
      }
    }
  }
}
