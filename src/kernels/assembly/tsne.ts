// t-SNE's forces in float32: attraction along the kept affinities, repulsion by a Barnes–Hut tree whose list of nodes is
// shared by a whole leaf of points.
//
// Points are (x, y) pairs of f32. Every few steps they are parted in two, and each part again, down to leaves of 8: a
// binary tree laid out as a heap (node i has children 2i and 2i+1; `leaves` is a power of two).
// A node is 8 f32: centre x, y, number of points, squared edge of its box; and the box: smallest x, smallest y, largest
// x and largest y negated.
import { getF64, getI32, setF64, setI32 } from "./memory";

const LEAF: i32 = 8;
const LEAF_SHIFT: i32 = 3;
/** Bytes of the records of a leaf's points. */
const RECORDS: usize = 128;

@inline
function getF32(base: usize, i: i32): f32 {
  return load<f32>(base + (<usize>i << 2));
}

@inline
function setF32(base: usize, i: i32, value: f32): void {
  store<f32>(base + (<usize>i << 2), value);
}

@inline
function sum4(v: v128): f32 {
  return (f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1)) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3));
}

/**
 * Attraction on points from … to−1: Σ_j p_ij (y_i − y_j) / (1 + |y_i − y_j|²).
 *
 * @param starts - in, n+1 i32: where each row of the affinities begins; rows are padded to multiples of 4 with 0
 * @param offsets - in, i32: 8 × the column; values - in, f32
 * @param forces - out, n pairs of f32
 */
export function attract(
  points: usize, starts: usize, offsets: usize, values: usize, forces: usize, from: i32, to: i32,
): void {
  const one = f32x4.splat(1);
  for (let i = from; i < to; i++) {
    const xi = v128.load32_splat(points + (<usize>i << 3)), yi = v128.load32_splat(points + (<usize>i << 3), 4);
    let fx = f32x4.splat(0), fy = fx;
    const end = getI32(starts, i + 1);
    for (let k = getI32(starts, i); k < end; k += 4) {
      const q = offsets + (<usize>k << 2);
      let a = v128.load64_zero(points + <usize>load<i32>(q));
      a = v128.load64_lane(points + <usize>load<i32>(q, 4), a, 1);
      let b = v128.load64_zero(points + <usize>load<i32>(q, 8));
      b = v128.load64_lane(points + <usize>load<i32>(q, 12), b, 1);
      const dx = f32x4.sub(xi, i8x16.shuffle(a, b, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27));
      const dy = f32x4.sub(yi, i8x16.shuffle(a, b, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31));
      const squared = f32x4.add(f32x4.mul(dx, dx), f32x4.mul(dy, dy));
      const w = f32x4.div(v128.load(values + (<usize>k << 2)), f32x4.add(one, squared));
      fx = f32x4.add(fx, f32x4.mul(w, dx));
      fy = f32x4.add(fy, f32x4.mul(w, dy));
    }
    setF32(forces, 2 * i, sum4(fx));
    setF32(forces, 2 * i + 1, sum4(fy));
  }
}

@inline
function swapF32(base: usize, i: i32, j: i32): void {
  const kept = getF32(base, i);
  setF32(base, i, getF32(base, j));
  setF32(base, j, kept);
}

/** Hoare's FIND: rearrange places from … to−1 so that none before `middle` has a larger key than it, none after a smaller. */
function select(keys: usize, xs: usize, ys: usize, order: usize, from: i32, middle: i32, to: i32): void {
  let first = from, last = to - 1;
  while (first < last) {
    const a = getF32(keys, first), b = getF32(keys, (first + last) >> 1), c = getF32(keys, last);
    const pivot = max(min(a, b), min(max(a, b), c));
    let i = first, j = last;
    while (i <= j) {
      while (getF32(keys, i) < pivot) i++;
      while (pivot < getF32(keys, j)) j--;
      if (i > j) break;
      swapF32(xs, i, j);
      swapF32(ys, i, j);
      const kept = getI32(order, i);
      setI32(order, i, getI32(order, j));
      setI32(order, j, kept);
      i++;
      j--;
    }
    if (j < middle) first = i;
    if (middle < i) last = j;
  }
}

/**
 * Rearrange the points so that each node of the tree is parted across the wider edge of its box: both halves hold
 * neighbours, and a far half can stand for its points sooner.
 *
 * @param order - in/out, n i32: any order of the point numbers; best the last one, which is nearly right
 * @param xs, ys - scratch, n f32
 */
export function sortByBoxes(points: usize, n: i32, order: usize, xs: usize, ys: usize, leaves: i32): void {
  for (let i = 0; i < n; i++) {
    const p = points + (<usize>getI32(order, i) << 3);
    setF32(xs, i, load<f32>(p));
    setF32(ys, i, load<f32>(p, 4));
  }
  for (let span = leaves << LEAF_SHIFT; span > LEAF; span >>= 1) {
    for (let from = 0; from + (span >> 1) < n; from += span) {
      const to = min(n, from + span);
      let left: f32 = Infinity, low: f32 = Infinity, right: f32 = -Infinity, high: f32 = -Infinity;
      for (let i = from; i < to; i++) {
        const x = getF32(xs, i), y = getF32(ys, i);
        left = min(left, x);
        right = max(right, x);
        low = min(low, y);
        high = max(high, y);
      }
      select(right - left < high - low ? ys : xs, xs, ys, order, from, from + (span >> 1), to);
    }
  }
}

/**
 * Copy the points in order and build the tree over them.
 *
 * @param xs, ys - out, f32 by order, padded to whole leaves with the last point
 * @param records - out, 4 f32 by order, room for all leaves: x, y, 1, 0; the last leaf is padded with records of weight 0
 * @param nodes - out, 2·leaves nodes
 */
export function buildTree(
  points: usize, n: i32, order: usize, xs: usize, ys: usize, records: usize, nodes: usize, leaves: i32,
): void {
  const nothing = f32x4.splat(0), nowhere = f32x4.splat(Infinity);
  for (let leaf = 0; leaf < leaves; leaf++) {
    const from = leaf << LEAF_SHIFT;
    let sums = nothing, box = nowhere;
    for (let i = from; i < from + LEAF && from < n; i++) {
      const p = points + (<usize>getI32(order, min(i, n - 1)) << 3), x = load<f32>(p), y = load<f32>(p, 4);
      setF32(xs, i, x);
      setF32(ys, i, y);
      const centre = v128.load64_splat(p);
      const record = i < n ? f32x4.replace_lane(f32x4.replace_lane(centre, 2, 1), 3, 0) : nothing;
      v128.store(records + (<usize>i << 4), record);
      sums = f32x4.add(sums, record);
      box = f32x4.pmin(box, f32x4.mul(centre, towards()));
    }
    const node = nodes + (<usize>(leaves + leaf) << 5);
    v128.store(node, sums);
    v128.store(node, box, 16);
  }
  for (let i = leaves - 1; i >= 1; i--) {
    const node = nodes + (<usize>i << 5), child = nodes + (<usize>i << 6);
    v128.store(node, f32x4.add(v128.load(child), v128.load(child, 32)));
    v128.store(node, f32x4.pmin(v128.load(child, 16), v128.load(child, 48)), 16);
  }
  for (let i = 1; i < 2 * leaves; i++) {
    const node = nodes + (<usize>i << 5), count = getF32(node, 2);
    if (count == 0) {
      // far from everything, and of no weight
      setF32(node, 3, -1);
      continue;
    }
    setF32(node, 0, getF32(node, 0) / count);
    setF32(node, 1, getF32(node, 1) / count);
    const edge = max(-getF32(node, 6) - getF32(node, 4), -getF32(node, 7) - getF32(node, 5));
    setF32(node, 3, edge * edge);
  }
}

/** Signs that turn (x, y, x, y) into what the smallest of makes a box. */
@inline
function towards(): v128 {
  return f32x4(1, 1, -1, -1);
}

/**
 * The nodes and points that act on all points of a leaf: a node stands for its points if its edge is below θ times the
 * distance from its centre to the leaf's box. Level by level, and without a branch on the answer, which is as good as
 * random: a node is written to the list and its children to the queue, and one of the two is then kept.
 *
 * @param list - out, 4 f32 each: x, y, number of points, nothing
 * @param queue - scratch, 2·leaves + 2 i32
 * @returns how many
 */
function listForLeaf(
  nodes: usize, leaves: i32, records: usize, leaf: i32, squaredTheta: f32, list: usize, queue: usize,
): i32 {
  const box = v128.load(nodes + (<usize>(leaves + leaf) << 5), 16);
  let entry = list, head = 0, tail = 1;
  setI32(queue, 0, 1);
  for (; head < tail; head++) {
    const i = getI32(queue, head), node = nodes + (<usize>i << 5);
    if (i >= leaves) break;
    const far = isFar(node, box, squaredTheta);
    v128.store(entry, v128.load(node));
    entry += <usize>far << 4;
    store<i64>(queue + (<usize>tail << 2), <i64>(2 * i) | (<i64>(2 * i + 1) << 32));
    tail += 2 - 2 * far;
  }
  for (; head < tail; head++) {
    const i = getI32(queue, head), node = nodes + (<usize>i << 5);
    const far = isFar(node, box, squaredTheta), own = records + <usize>(i - leaves) * RECORDS;
    v128.store(entry, v128.load(far ? node : own));
    for (let q: usize = 16; q < RECORDS; q += 16) v128.store(entry + q, v128.load(own + q));
    entry += far ? 16 : RECORDS;
  }
  return <i32>((entry - list) >> 4);
}

/** 1 if a node may stand for its points to a box. */
@inline
function isFar(node: usize, box: v128, squaredTheta: f32): i32 {
  // WebAssembly's scalar maximum is a branch in V8, and here a mispredicted one
  const beyond = f32x4.pmax(f32x4.sub(box, f32x4.mul(v128.load64_splat(node), towards())), f32x4.splat(0));
  return <i32>(getF32(node, 3) < squaredTheta * sum4(f32x4.mul(beyond, beyond)));
}

/** Forces Σ w q² (y − c) and sums Σ w q, q = 1/(1 + |y − c|²), of a list on a leaf's 8 points; out: 8 fx, 8 fy, 8 sums. */
@inline
function repelLeaf(list: usize, length: i32, xs: usize, ys: usize, out: usize): void {
  const x0 = v128.load(xs), x1 = v128.load(xs, 16), y0 = v128.load(ys), y1 = v128.load(ys, 16), one = f32x4.splat(1);
  let fx0 = f32x4.splat(0), fx1 = fx0, fy0 = fx0, fy1 = fx0, z0 = fx0, z1 = fx0;
  const end = list + (<usize>length << 4);
  for (let p = list; p < end; p += 16) {
    const cx = v128.load32_splat(p), cy = v128.load32_splat(p, 4), w = v128.load32_splat(p, 8);
    const dx0 = f32x4.sub(x0, cx), dy0 = f32x4.sub(y0, cy), dx1 = f32x4.sub(x1, cx), dy1 = f32x4.sub(y1, cy);
    const q0 = f32x4.div(one, f32x4.add(one, f32x4.add(f32x4.mul(dx0, dx0), f32x4.mul(dy0, dy0))));
    const q1 = f32x4.div(one, f32x4.add(one, f32x4.add(f32x4.mul(dx1, dx1), f32x4.mul(dy1, dy1))));
    const w0 = f32x4.mul(w, q0), w1 = f32x4.mul(w, q1);
    z0 = f32x4.add(z0, w0);
    z1 = f32x4.add(z1, w1);
    const v0 = f32x4.mul(w0, q0), v1 = f32x4.mul(w1, q1);
    fx0 = f32x4.add(fx0, f32x4.mul(v0, dx0));
    fx1 = f32x4.add(fx1, f32x4.mul(v1, dx1));
    fy0 = f32x4.add(fy0, f32x4.mul(v0, dy0));
    fy1 = f32x4.add(fy1, f32x4.mul(v1, dy1));
  }
  v128.store(out, fx0);
  v128.store(out, fx1, 16);
  v128.store(out, fy0, 32);
  v128.store(out, fy1, 48);
  v128.store(out, z0, 64);
  v128.store(out, z1, 80);
}

/**
 * Repulsion on the points of leaves from … to−1.
 *
 * @param forces - out, n pairs of f32 by point number
 * @param list - scratch, 9·leaves + 8 entries of 4 f32; queue - scratch, 2·leaves + 2 i32; out - scratch, 24 f32
 * @returns Σ over these points of Σ_{j ≠ i} 1/(1 + |y_i − y_j|²)
 */
export function repel(
  nodes: usize, leaves: i32, n: i32, from: i32, to: i32, theta: f32, xs: usize, ys: usize, records: usize,
  order: usize, list: usize, queue: usize, out: usize, forces: usize,
): f64 {
  let sum: f64 = 0;
  for (let leaf = from; leaf < to; leaf++) {
    const length = listForLeaf(nodes, leaves, records, leaf, theta * theta, list, queue);
    const at = leaf << LEAF_SHIFT, count = min(LEAF, n - at);
    repelLeaf(list, length, xs + (<usize>at << 2), ys + (<usize>at << 2), out);
    for (let q = 0; q < count; q++) {
      const force = forces + (<usize>getI32(order, at + q) << 3);
      store<f32>(force, getF32(out, q));
      store<f32>(force, getF32(out, 8 + q), 4);
      // each point is in its own list, at distance 0
      sum += <f64>getF32(out, 16 + q) - 1;
    }
  }
  return sum;
}

/**
 * One step of gradient descent with momentum and a gain per coordinate.
 *
 * @param attraction, repulsion - in, f32 by coordinate; normaliser - 1/Σq; exaggeration - factor of the affinities
 * @param position, velocity, gain - in/out, f64 by coordinate
 * @param points - out, f32 copy of the position
 * @returns squared length of the gradient
 */
export function descend(
  attraction: usize, repulsion: usize, normaliser: f64, exaggeration: f64, position: usize, velocity: usize,
  gain: usize, points: usize, coordinates: i32, momentum: f64, rate: f64,
): f64 {
  let squared: f64 = 0;
  for (let i = 0; i < coordinates; i++) {
    const gradient = 4.0 * (exaggeration * <f64>getF32(attraction, i) - normaliser * <f64>getF32(repulsion, i));
    squared += gradient * gradient;
    const v = getF64(velocity, i);
    const g = max(v * gradient < 0 ? getF64(gain, i) + 0.2 : getF64(gain, i) * 0.8, 0.01);
    const next = momentum * v - rate * g * gradient;
    const p = getF64(position, i) + next;
    setF64(gain, i, g);
    setF64(velocity, i, next);
    setF64(position, i, p);
    setF32(points, i, <f32>p);
  }
  return squared;
}
