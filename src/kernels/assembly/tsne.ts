// t-SNE's forces in float32: attraction along the kept affinities, repulsion by a Barnes–Hut tree whose list of nodes is
// shared by a whole leaf of points.
//
// Points are (x, y) pairs of f32. Every few steps they are sorted along a Morton curve; 16 in a row make a leaf, and
// leaves pair up into a binary tree laid out as a heap (node i has children 2i and 2i+1; `leaves` is a power of two).
// A node is 8 f32: centre x, y, number of points, smallest x, largest x, smallest y, largest y, squared edge of its box.
import { getF64, getI32, setF64, setI32 } from "./memory";

const LEAF: i32 = 16;
const LEAF_SHIFT: i32 = 4;

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

/** The low 12 bits of v with a 0 between each two. */
@inline
function spread(v: i32): i32 {
  v = (v | (v << 8)) & 0x00ff00ff;
  v = (v | (v << 4)) & 0x0f0f0f0f;
  v = (v | (v << 2)) & 0x33333333;
  return (v | (v << 1)) & 0x55555555;
}

/**
 * Point numbers in the order of a Morton curve on a 4096 × 4096 grid, ties in order of number.
 *
 * @param order - out, n i32; otherOrder, keys, otherKeys - scratch, n i32 each; counts - scratch, 4096 i32
 */
export function sortByMorton(
  points: usize, n: i32, order: usize, otherOrder: usize, keys: usize, otherKeys: usize, counts: usize,
): void {
  let left: f32 = Infinity, low: f32 = Infinity, right: f32 = -Infinity, high: f32 = -Infinity;
  for (let i = 0; i < n; i++) {
    const x = getF32(points, 2 * i), y = getF32(points, 2 * i + 1);
    left = min(left, x);
    right = max(right, x);
    low = min(low, y);
    high = max(high, y);
  }
  const scale = <f32>4095 / max(max(right - left, high - low), <f32>1e-30);
  for (let i = 0; i < n; i++) {
    const x = <i32>((getF32(points, 2 * i) - left) * scale), y = <i32>((getF32(points, 2 * i + 1) - low) * scale);
    setI32(keys, i, spread(x & 4095) | (spread(y & 4095) << 1));
    setI32(order, i, i);
  }
  // two counting passes of 12 bits; after two the answer is back in `order`
  for (let shift = 0; shift < 24; shift += 12) {
    memory.fill(counts, 0, 4096 * 4);
    for (let i = 0; i < n; i++) {
      const at = counts + (<usize>((getI32(keys, i) >> shift) & 4095) << 2);
      store<i32>(at, load<i32>(at) + 1);
    }
    let before = 0;
    for (let h = 0; h < 4096; h++) {
      const count = getI32(counts, h);
      setI32(counts, h, before);
      before += count;
    }
    for (let i = 0; i < n; i++) {
      const at = counts + (<usize>((getI32(keys, i) >> shift) & 4095) << 2), to = load<i32>(at);
      store<i32>(at, to + 1);
      setI32(otherKeys, to, getI32(keys, i));
      setI32(otherOrder, to, getI32(order, i));
    }
    let swap = keys;
    keys = otherKeys;
    otherKeys = swap;
    swap = order;
    order = otherOrder;
    otherOrder = swap;
  }
}

/**
 * Copy the points in order and build the tree over them.
 *
 * @param xs, ys - out, f32 by order, padded to whole leaves with the last point
 * @param nodes - out, 2·leaves nodes
 */
export function buildTree(points: usize, n: i32, order: usize, xs: usize, ys: usize, nodes: usize, leaves: i32): void {
  for (let leaf = 0; leaf < leaves; leaf++) {
    const node = nodes + (<usize>(leaves + leaf) << 5), from = leaf << LEAF_SHIFT, to = min(n, from + LEAF);
    let sumX: f32 = 0, sumY: f32 = 0, left: f32 = Infinity, right: f32 = -Infinity, low: f32 = Infinity, high: f32 = -Infinity;
    let x: f32 = 0, y: f32 = 0;
    for (let i = from; i < to; i++) {
      const p = points + (<usize>getI32(order, i) << 3);
      x = load<f32>(p);
      y = load<f32>(p, 4);
      setF32(xs, i, x);
      setF32(ys, i, y);
      sumX += x;
      sumY += y;
      left = min(left, x);
      right = max(right, x);
      low = min(low, y);
      high = max(high, y);
    }
    if (from < n) {
      for (let i = to; i < from + LEAF; i++) {
        setF32(xs, i, x);
        setF32(ys, i, y);
      }
    }
    setF32(node, 0, sumX);
    setF32(node, 1, sumY);
    setF32(node, 2, <f32>max(0, to - from));
    setF32(node, 3, left);
    setF32(node, 4, right);
    setF32(node, 5, low);
    setF32(node, 6, high);
  }
  for (let i = leaves - 1; i >= 1; i--) {
    const node = nodes + (<usize>i << 5), a = nodes + (<usize>i << 6), b = a + 32;
    for (let field = 0; field < 3; field++) setF32(node, field, getF32(a, field) + getF32(b, field));
    setF32(node, 3, min(getF32(a, 3), getF32(b, 3)));
    setF32(node, 4, max(getF32(a, 4), getF32(b, 4)));
    setF32(node, 5, min(getF32(a, 5), getF32(b, 5)));
    setF32(node, 6, max(getF32(a, 6), getF32(b, 6)));
  }
  for (let i = 1; i < 2 * leaves; i++) {
    const node = nodes + (<usize>i << 5), count = getF32(node, 2);
    if (count == 0) continue;
    setF32(node, 0, getF32(node, 0) / count);
    setF32(node, 1, getF32(node, 1) / count);
    const edge = max(getF32(node, 4) - getF32(node, 3), getF32(node, 6) - getF32(node, 5));
    setF32(node, 7, edge * edge);
  }
}

/**
 * The nodes and points that act on all points of a leaf: a node stands for its points if its edge is below θ times the
 * distance from its centre to the leaf's box.
 *
 * @param list - out, 4 f32 each: x, y, number of points, nothing
 * @returns how many
 */
function listForLeaf(
  nodes: usize, leaves: i32, leaf: i32, squaredTheta: f32, xs: usize, ys: usize, n: i32, list: usize, stack: usize,
): i32 {
  const own = nodes + (<usize>(leaves + leaf) << 5);
  const left = getF32(own, 3), right = getF32(own, 4), low = getF32(own, 5), high = getF32(own, 6);
  let length = 0, depth = 1;
  setI32(stack, 0, 1);
  while (depth > 0) {
    const i = getI32(stack, --depth), node = nodes + (<usize>i << 5), count = getF32(node, 2);
    if (count == 0) continue;
    const x = getF32(node, 0), y = getF32(node, 1);
    const dx = max(max(left - x, x - right), <f32>0), dy = max(max(low - y, y - high), <f32>0);
    if (getF32(node, 7) < squaredTheta * (dx * dx + dy * dy)) {
      const entry = list + (<usize>length << 4);
      length++;
      setF32(entry, 0, x);
      setF32(entry, 1, y);
      setF32(entry, 2, count);
    } else if (i >= leaves) {
      const from = (i - leaves) << LEAF_SHIFT, to = min(n, from + LEAF);
      for (let q = from; q < to; q++) {
        const entry = list + (<usize>length << 4);
      length++;
        setF32(entry, 0, getF32(xs, q));
        setF32(entry, 1, getF32(ys, q));
        setF32(entry, 2, 1);
      }
    } else {
      setI32(stack, depth++, 2 * i);
      setI32(stack, depth++, 2 * i + 1);
    }
  }
  return length;
}

/** Forces Σ w q² (y − c) and sums Σ w q, q = 1/(1 + |y − c|²), of a list on 8 points; out: 8 fx, 8 fy, 8 sums. */
@inline
function repelEight(list: usize, length: i32, xs: usize, ys: usize, out: usize): void {
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
 * @param list - scratch, n+16 entries of 4 f32; stack - scratch, 64 i32; out - scratch, 24 f32
 * @returns Σ over these points of Σ_{j ≠ i} 1/(1 + |y_i − y_j|²)
 */
export function repel(
  nodes: usize, leaves: i32, n: i32, from: i32, to: i32, theta: f32, xs: usize, ys: usize, order: usize,
  list: usize, stack: usize, out: usize, forces: usize,
): f64 {
  let sum: f64 = 0;
  for (let leaf = from; leaf < to; leaf++) {
    const length = listForLeaf(nodes, leaves, leaf, theta * theta, xs, ys, n, list, stack);
    const first = leaf << LEAF_SHIFT;
    for (let at = first; at < min(n, first + LEAF); at += 8) {
      repelEight(list, length, xs + (<usize>at << 2), ys + (<usize>at << 2), out);
      const count = min(8, n - at);
      for (let q = 0; q < count; q++) {
        const force = forces + (<usize>getI32(order, at + q) << 3);
        store<f32>(force, getF32(out, q));
        store<f32>(force, getF32(out, 8 + q), 4);
        // each point is in its own list, at distance 0
        sum += <f64>getF32(out, 16 + q) - 1;
      }
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
